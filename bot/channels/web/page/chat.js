// The page: puts together the line to the server, the list of messages and what one types and taps.
import { keep, keepHere, kept, Line, stored } from "./line.js";
import { Scroll } from "./scroll.js";
import { Talk } from "./talk.js";
import { h, List, preview } from "./view.js";
import { speak, t } from "./words.js";

const LONGEST_TEXT = 4096;
const SIZE = "shouwen:size";
const START = /^[\w-]{1,50}$/;

const $ = (id) => document.getElementById(id);
const isDesk = /\/desk\/[0-9a-f]+\/$/.test(location.pathname);
const log = $("log");
const text = $("text");
const state = { context: null, menuFrom: -1, asked: null, more: false, loading: false, unread: 0, retrying: new Set() };

// -- words and size

for (const id of ["picture", "document", "place"]) $(id).append(h("span", { class: "icon", "aria-hidden": "true" }), h("span"));

function setWords() {
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = t(element.dataset.word);
  document.title = t("title");
  for (const [id, key] of Object.entries({ messages: "log", menu: "menu", text: "text", voice: "voice", plus: "more", panel: "more", size: "larger", "context-close": "cancel", sheet: "actions" })) {
    $(id).setAttribute("aria-label", t(key));
  }
  text.placeholder = state.asked || t("say");
  for (const [id, key] of [["picture", "picture"], ["document", "file"], ["place", "place"]]) $(id).lastChild.textContent = t(key);
  $("typing").replaceChildren(h("span", { class: "face", "aria-hidden": "true" }, t("deskFace")), h("div", { class: "bubble" }, h("span", { class: "unseen" }, t("typing")), h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"))));
}
setWords();

function setSize(large) {
  document.documentElement.classList.toggle("large", large);
  $("size").setAttribute("aria-pressed", String(large));
  $("size").textContent = large ? "A" : "A+";
}
setSize(stored(SIZE, false));
$("size").onclick = () => {
  const large = !document.documentElement.classList.contains("large");
  setSize(large);
  keep(SIZE, large);
  grow();
  scroll.keep();
};

// -- scrolling

const scroll = new Scroll(log, $("down"), (id) => list.get(id)?.wrap);
log.addEventListener("scroll", () => log.scrollTop < 60 && older());

function older() {
  if (!state.more || state.loading || !list.oldest) return;
  state.loading = true;
  line.say({ type: "older", before: list.oldest });
}
$("older").onclick = older;

// -- the conversation

let toastTimer;
function toast(words) {
  if (!words) return;
  $("toast").textContent = words;
  $("toast").hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => ($("toast").hidden = true), Math.max(2500, words.length * 150));
}

const list = new List($("messages"), {
  settled: () => scroll.keep(),
  open(file) {
    $("viewer").querySelector("img").src = file.local || `files/${file.name}`;
    $("viewer").querySelector("img").alt = file.title || t("photo");
    $("viewer").showModal();
  },
  jump(id) {
    const entry = list.get(id);
    if (!entry) return;
    entry.wrap.scrollIntoView({ block: "center" });
    entry.wrap.classList.add("found");
    setTimeout(() => entry.wrap.classList.remove("found"), 1500);
  },
  click(message, data, button) {
    const choices = button.closest(".choices");
    for (const other of choices.querySelectorAll("button")) {
      other.disabled = true;
      other.classList.toggle("chosen", other === button);
      if (other === button) other.setAttribute("aria-pressed", "true");
      else other.removeAttribute("aria-pressed");
    }
    line.post({ type: "click", message_id: message.id, data });
    scroll.expect();
    setTimeout(() => release(choices), 6000);
  },
  menu(message) {
    const rows = [];
    const add = (word, act) => rows.push(h("button", { type: "button", onclick: () => { $("sheet").close(); act(); } }, t(word)));
    add("reply", () => setContext({ reply: message }));
    if (message.mine && message.kind === "text") add("edit", () => setContext({ edit: message }));
    if (message.text && navigator.clipboard) add("copy", () => navigator.clipboard.writeText(message.text));
    add("cancel", () => {});
    $("sheet").replaceChildren(...rows);
    $("sheet").showModal();
  },
});

function release(choices) {
  for (const button of choices?.querySelectorAll("button") ?? []) button.disabled = false;
}

function put(messages, { news }) {
  for (const message of messages) {
    if (!list.get(message.id) && list.oldest && message.id < list.oldest && news) continue; // not scrolled to yet
    const isNew = news && !list.get(message.id) && !message.deleted;
    list.put(message);
    if (message.menu && message.id > state.menuFrom) setMenu({ ...message.menu, id: message.id });
    if (!isNew || message.mine) continue;
    $("typing").hidden = true;
    if (document.hidden) document.title = `(${(state.unread += 1)}) ${t("title")}`;
    scroll.came(message.id);
  }
  setAsked(list.last && !list.last.mine ? list.last.ask : undefined);
  scroll.keep();
}
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  state.unread = 0;
  document.title = t("title");
});

let typingTimer;
let connectingTimer;
const line = new Line({
  state(connected) {
    if (!connected) return (connectingTimer ??= setTimeout(() => ($("state").textContent = t("connecting")), 1500));
    clearTimeout(connectingTimer);
    connectingTimer = undefined;
    $("state").textContent = "";
  },
  resting() {
    clearTimeout(connectingTimer);
    connectingTimer = undefined;
    $("state").textContent = t("resting");
  },
  signedOut() {
    clearTimeout(connectingTimer);
    for (const id of ["bar", "menu", "panel", "context"]) $(id).hidden = true;
    $("notice").textContent = t("signedOut");
    $("notice").hidden = false;
    $("state").textContent = "";
  },
  language(chosen) {
    if (!speak(chosen)) return;
    setWords();
    list.reword();
  },
  retrying(clientId, yes) {
    state.retrying[yes ? "add" : "delete"](clientId);
    if (yes) list.mark(clientId, t("retrying"));
    $("notice").textContent = t("retrying");
    $("notice").hidden = state.retrying.size === 0;
  },
  hello(said) {
    if (said.menu.id > state.menuFrom) setMenu(said.menu);
  },
  history(said) {
    state.more = said.more;
    put(said.messages, { news: false });
    $("older").hidden = !said.more;
    $("welcome").hidden = said.more || isDesk;
    scroll.expect();
    if (list.last && !list.last.mine) scroll.came(list.last.id);
    scroll.toEnd();
    // Only now: a whole history is not to be read out.
    setTimeout(() => $("messages").setAttribute("aria-live", "polite"), 500);
    begin(said.messages.length === 0 && !said.more);
  },
  messages: (said) => put(said.messages, { news: true }),
  older(said) {
    const height = log.scrollHeight - log.scrollTop;
    put(said.messages, { news: false });
    log.scrollTop = log.scrollHeight - height;
    state.more = said.more;
    state.loading = false;
    $("older").hidden = !said.more;
    $("welcome").hidden = said.more || isDesk;
  },
  typing() {
    $("typing").hidden = false;
    scroll.keep();
    clearTimeout(typingTimer);
    typingTimer = setTimeout(() => ($("typing").hidden = true), 6000);
  },
  toast(said) {
    release(list.get(said.message_id)?.wrap);
    if (!said.alert) return toast(said.text);
    $("alert").querySelector("p").textContent = said.text;
    $("alert").showModal();
  },
  slow: () => toast(t("slow")),
  refused(said) {
    if (said.of === "older") state.loading = false;
    if (said.reason === "unavailable") return;
    const word = said.reason === "gone" ? "gone" : "failed";
    if (list.pending.has(said.client_id)) list.mark(said.client_id, t(word), () => list.settle(said.client_id));
    else toast(t(word));
  },
});

// The first word is the page's: which community's link brought a resident, or simply that somebody is here.
function begin(empty) {
  const start = isDesk ? null : new URLSearchParams(location.search).get("start");
  if (start && START.test(start)) line.post({ type: "text", client_id: `start-${start}`, text: `/start ${start}` });
  else if (empty) line.post({ type: "text", client_id: "start", text: "/start" });
  if (location.search) history.replaceState(null, "", location.pathname);
}

// -- saying something

function post(form) {
  const thing = line.post(form);
  show(thing);
  scroll.follow();
}
function show(thing) {
  const message = { kind: thing.type, text: thing.text, location: thing.latitude === undefined ? null : thing };
  if ((thing.type === "text" && !/^\/start\b/.test(thing.text)) || thing.type === "location") {
    list.hold(thing.client_id, [message], t("sending"));
  }
}
for (const thing of line.outbox) show(thing);

// Long texts go as several messages, cut at a line, a sentence, or at last anywhere but inside a character.
function pieces(whole) {
  const parts = [];
  let rest = whole;
  while (rest.length > LONGEST_TEXT) {
    const head = rest.slice(0, LONGEST_TEXT);
    let cut = Math.max(head.lastIndexOf("\n"), ...["。", "！", "？", ". "].map((mark) => head.lastIndexOf(mark))) + 1;
    if (cut < LONGEST_TEXT / 2) cut = /[\ud800-\udbff]$/.test(head) ? LONGEST_TEXT - 1 : LONGEST_TEXT;
    parts.push(rest.slice(0, cut));
    rest = rest.slice(cut);
  }
  return [...parts, rest].map((part) => part.trim()).filter(Boolean);
}

function takeContext() {
  const replyTo = state.context?.reply?.id;
  setContext(null);
  return replyTo;
}

$("bar").addEventListener("submit", (event) => {
  event.preventDefault();
  const said = text.value.trim();
  if (!said) return;
  if (state.context?.edit) {
    line.post({ type: "edit", message_id: state.context.edit.id, text: said.slice(0, LONGEST_TEXT) });
    setContext(null);
  } else {
    const replyTo = takeContext();
    for (const piece of pieces(said)) post({ type: "text", text: piece, reply_to: replyTo });
  }
  text.value = "";
  typed();
  text.focus();
});
text.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && state.context) setContext(null);
  // Enter also confirms what an input method suggests: that is not sending.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  $("bar").requestSubmit();
});
text.addEventListener("paste", (event) => {
  const files = event.clipboardData?.files;
  if (!files?.length) return;
  event.preventDefault();
  talk.files(files, takeContext());
});

function grow() {
  text.style.height = "auto";
  text.style.height = `${Math.min(text.scrollHeight + 2, innerHeight * 0.3)}px`;
}
function typed() {
  const something = Boolean(text.value.trim());
  $("send").hidden = !something;
  $("plus").hidden = something;
  if (!state.context?.edit) keepHere("draft", text.value);
  grow();
}
text.addEventListener("input", typed);
text.value = kept("draft", "");

function setContext(context) {
  if (state.context?.edit && !context?.edit) text.value = kept("draft", "");
  state.context = context;
  $("context").hidden = !context;
  if (context) {
    $("context-text").textContent = context.edit ? t("editing") : t("replying", preview(context.reply));
    if (context.edit) text.value = context.edit.text;
    text.focus();
  }
  typed();
}
$("context-close").onclick = () => setContext(null);

function setAsked(asked) {
  if (asked === state.asked) return;
  state.asked = asked;
  text.placeholder = asked || t("say");
  if (asked !== undefined) text.focus({ preventScroll: true });
}

// -- the menu bar

function setMenu(menu) {
  state.menuFrom = menu.id;
  const tap = (button) => {
    if (button.ask === "location") return sendPlace();
    if (button.ask === "contact") {
      text.placeholder = t("phone");
      return text.focus();
    }
    post({ type: "text", text: button.text });
    if (menu.once) $("menu").hidden = true;
  };
  $("menu").replaceChildren(...menu.rows.map((row) => h("div", { class: "row" }, ...row.map((button) => h("button", { type: "button", onclick: () => tap(button) }, button.text)))));
  $("menu").hidden = menu.rows.length === 0;
  if (stored(SIZE, null) === null) setSize(Boolean(menu.large)); // unless they chose a size themselves
  if (menu.placeholder) text.placeholder = menu.placeholder;
}

// -- files, voice, place

const talk = new Talk(line, list, {
  toast,
  sent: () => scroll.follow(),
  recorded() {
    $("recording").hidden = true;
    $("bar").hidden = false;
    $("voice").focus();
  },
});

function openPanel(open) {
  $("panel").hidden = !open;
  $("plus").setAttribute("aria-expanded", String(open));
  scroll.keep();
}
$("plus").onclick = () => openPanel($("panel").hidden);
for (const [button, input] of [["picture", "pick-picture"], ["document", "pick-file"]]) {
  $(button).onclick = () => $(input).click();
  $(input).onchange = () => {
    openPanel(false);
    talk.files($(input).files, takeContext());
    $(input).value = "";
  };
}
function sendPlace() {
  openPanel(false);
  talk.place((place) => post({ type: "location", ...place, reply_to: takeContext() }));
}
$("place").onclick = sendPlace;

$("voice").hidden = !talk.canRecord;
$("voice").onclick = async () => {
  const tick = (seconds) => ($("recorded").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`);
  tick(0);
  openPanel(false);
  if (!(await talk.record(tick))) return;
  $("bar").hidden = true;
  $("recording").hidden = false;
  $("record-send").focus();
};
$("record-cancel").onclick = () => talk.finish(false);
$("record-send").onclick = () => talk.finish(true, takeContext());

for (const id of ["viewer", "alert"]) $(id).querySelector("button").onclick = () => $(id).close();
for (const dialog of document.querySelectorAll("dialog")) {
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
}

// iOS does not shrink the page above its keyboard by itself.
visualViewport?.addEventListener("resize", () => {
  if (visualViewport.scale === 1) document.documentElement.style.setProperty("--height", `${visualViewport.height}px`);
  scroll.keep();
});

typed();
line.open();
