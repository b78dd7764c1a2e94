// How messages look. Each message is one element, kept in order of its id; what is not acknowledged yet
// stands below by its client id.
import { language, t } from "./words.js";

const TIME_GAP = 5 * 60 * 1000;

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1048576 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

function clock(at) {
  const time = new Date(at);
  const today = new Date();
  const hours = `${time.getHours()}:${String(time.getMinutes()).padStart(2, "0")}`;
  const days = Math.round((new Date(today).setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86400000);
  if (days === 0) return hours;
  if (days === 1) return t("yesterday", hours);
  const options = { month: "short", day: "numeric" };
  if (time.getFullYear() !== today.getFullYear()) options.year = "numeric";
  return `${time.toLocaleDateString(language === "zh" ? "zh-CN" : "en", options)} ${hours}`;
}

function address(file) {
  return file.local || `files/${encodeURIComponent(file.name)}`;
}

export function preview(message) {
  const text = message.text || message.file?.title;
  return (text || (message.kind === "text" ? "" : t(message.kind === "animation" ? "video" : message.kind))) ?? "";
}

// -- what is in a bubble

function picture(file, act) {
  const name = file.title || t("photo");
  const image = h("img", { src: address(file), alt: name, loading: "lazy" });
  image.addEventListener("load", () => act.settled());
  return h("button", { type: "button", class: "picture", "aria-label": t("picOpen", name), onclick: () => act.open(file) }, image);
}

function card(file) {
  const name = file.title || t("document");
  const label = t("download", name, size(file.size));
  const ending = name.includes(".") ? name.split(".").pop().slice(0, 4).toUpperCase() : "…";
  return h(
    "a",
    { class: "card", href: address(file), download: name, "aria-label": label },
    h("span", { class: "card-text" }, h("strong", {}, name), h("small", {}, size(file.size))),
    h("span", { class: "card-icon", "aria-hidden": "true" }, ending),
  );
}

function voice(file) {
  const seconds = Math.max(1, file.seconds || 1);
  const button = h("button", { type: "button", class: "voice", "aria-label": t("play", seconds) });
  button.style.setProperty("--seconds", Math.min(seconds, 60));
  button.append(h("span", { class: "waves", "aria-hidden": "true" }), h("span", {}, t("seconds", seconds)));
  let sound = null;
  const stop = () => {
    button.classList.remove("playing");
    button.setAttribute("aria-label", t("play", seconds));
  };
  button.addEventListener("click", () => {
    if (!sound) {
      sound = new Audio(address(file));
      sound.addEventListener("ended", stop);
      sound.addEventListener("pause", stop);
      sound.addEventListener("error", () =>
        button.replaceWith(h("a", { class: "voice", href: address(file), download: true }, t("noPlay"))),
      );
    }
    if (!sound.paused) return sound.pause();
    button.classList.add("playing");
    button.setAttribute("aria-label", t("pause"));
    sound.play().catch(stop);
  });
  return button;
}

function content(message, act) {
  const { kind, file } = message;
  if (kind === "location") {
    const place = `${message.location.latitude.toFixed(5)}, ${message.location.longitude.toFixed(5)}`;
    return h("div", { class: "card-plain" }, h("strong", {}, t("location")), h("span", {}, place),
      h("a", { href: `geo:${place.replace(" ", "")}` }, t("openMap")));
  }
  if (kind === "contact") {
    const { first_name: first, last_name: last, phone_number: phone } = message.contact;
    return h("div", { class: "card-plain" }, h("strong", {}, [first, last].filter(Boolean).join(" ")),
      h("a", { href: `tel:${phone.replace(/[^\d+]/g, "")}` }, phone));
  }
  if (!file) return null;
  if (kind === "voice") return voice(file);
  const group = file.mime.split("/")[0];
  if (group === "image" && kind !== "document" && file.mime !== "image/heic") return picture(file, act);
  if (group === "video" && kind !== "document") {
    return h("video", { src: address(file), controls: true, preload: "metadata", "aria-label": file.title || t("video") });
  }
  if (group === "audio" && kind !== "document") {
    return h("div", { class: "sound" }, file.title ? h("span", {}, file.title) : null,
      h("audio", { src: address(file), controls: true, preload: "none", "aria-label": file.title || t("audio") }));
  }
  return card(file);
}

function words(message) {
  const element = h("div", { class: "words", dir: "auto" });
  if (message.html) element.innerHTML = message.html; // cleaned by the server; the page may run nothing inline
  else element.textContent = message.text || "";
  return element;
}

function buttons(message, act) {
  const rows = (message.buttons || []).map((row) =>
    h("div", { class: "row" }, ...row.map((button) => {
      if (button.url) return h("a", { class: "choice", href: button.url, target: "_blank", rel: "noopener noreferrer" }, button.text);
      const chosen = message.chosen === button.data;
      const element = h("button", { type: "button", class: chosen ? "choice chosen" : "choice", "aria-pressed": chosen ? "true" : undefined }, button.text);
      element.addEventListener("click", () => act.click(message, button.data, element));
      return element;
    })),
  );
  return rows.length ? h("div", { class: "choices" }, ...rows) : null;
}

export function build(message, act) {
  const who = message.mine ? t("me") : t("desk");
  const inside = content(message, act);
  const bare = ["picture", "card", "card-plain"].includes(inside?.className) || inside?.tagName === "VIDEO";
  const bubble = h("div", { class: bare && !message.text ? "bubble bare" : "bubble" });
  bubble.append(h("span", { class: "unseen" }, `${who}: `));
  if (message.reply) {
    const quote = h("button", { type: "button", class: "quote", onclick: () => act.jump(message.reply.id) });
    quote.append(h("b", {}, message.reply.from_bot ? t("desk") : t("me")), " ", preview(message.reply));
    bubble.append(quote);
  }
  if (inside) bubble.append(inside);
  if (message.text && message.kind !== "location") bubble.append(words(message));
  if (message.edited) bubble.append(h("small", { class: "mark" }, t("edited")));
  const more = h("button", { type: "button", class: "more", "aria-label": t("actions"), onclick: () => act.menu(message) }, "⋯");
  const choices = buttons(message, act);
  const body = h("div", { class: choices ? "body wide" : "body" }, h("div", { class: "line" }, bubble, message.id ? more : null), choices);
  if (!message.id) body.append(h("p", { class: "pending", role: "status" }));
  const face = h("span", { class: "face", "aria-hidden": "true" }, message.mine ? t("meFace") : t("deskFace"));
  const element = h("div", { class: message.mine ? "message mine" : "message" }, face, body);
  if (message.id) {
    bubble.addEventListener("contextmenu", (event) => {
      if (event.target.closest("a, audio, video") || String(getSelection())) return;
      event.preventDefault();
      act.menu(message);
    });
  }
  return element;
}

// -- the list

export class List {
  constructor(root, act) {
    this.root = root;
    this.act = act;
    this.shown = new Map();
    this.ids = [];
    this.pending = new Map();
  }

  get oldest() {
    return this.ids[0];
  }

  get last() {
    return this.shown.get(this.ids.at(-1))?.message;
  }

  get(id) {
    return this.shown.get(id);
  }

  put(message) {
    if (message.client_id) this.settle(message.client_id);
    const before = this.shown.get(message.id);
    if (message.deleted) return before && this.remove(message.id);
    const wrap = h("div", { class: "entry" }, build(message, this.act));
    // What opened the door (/start …) is said by the page, not by the person.
    wrap.hidden = message.mine && message.kind === "text" && /^\/start\b/.test(message.text);
    this.shown.set(message.id, { message, wrap });
    if (before) {
      const focused = before.wrap.contains(document.activeElement);
      before.wrap.replaceWith(wrap);
      if (focused) wrap.querySelector(".choice, .more")?.focus({ preventScroll: true });
    } else {
      let place = this.ids.length;
      while (place > 0 && this.ids[place - 1] > message.id) place -= 1;
      const next = place < this.ids.length ? this.shown.get(this.ids[place]).wrap : this.firstPending();
      this.ids.splice(place, 0, message.id);
      this.root.insertBefore(wrap, next);
    }
    this.retime(this.ids.indexOf(message.id));
    return true;
  }

  // The page speaks another language now: what it says itself about each message is said again.
  reword() {
    for (const id of this.ids) this.put(this.shown.get(id).message);
  }

  remove(id) {
    const place = this.ids.indexOf(id);
    this.shown.get(id).wrap.remove();
    this.shown.delete(id);
    this.ids.splice(place, 1);
    this.retime(place);
  }

  // A time line stands where more than five minutes have passed.
  retime(place) {
    const seen = (index) => this.shown.get(this.ids[index]);
    const next = (index, step) => {
      while (seen(index)?.wrap.hidden) index += step;
      return index;
    };
    for (const index of [place, next(place + 1, 1)]) {
      const entry = seen(index);
      if (!entry) continue;
      const earlier = seen(next(index - 1, -1));
      entry.wrap.querySelector(":scope > .time")?.remove();
      if (!earlier || entry.message.at - earlier.message.at > TIME_GAP) {
        entry.wrap.prepend(h("p", { class: "time" }, clock(entry.message.at)));
      }
      const joined = entry.message.album && entry.message.album === earlier?.message.album;
      entry.wrap.classList.toggle("joined", Boolean(joined));
    }
  }

  firstPending() {
    return this.pending.values().next().value?.wrap ?? null;
  }

  // -- what is on its way

  hold(clientId, messages, state) {
    if (this.pending.has(clientId)) return;
    const wrap = h("div", { class: "entry waiting" }, ...messages.map((message) => build({ ...message, mine: true }, this.act)));
    this.pending.set(clientId, { wrap, messages });
    this.root.append(wrap);
    if (state) this.mark(clientId, state);
  }

  mark(clientId, state, onremove) {
    const entry = this.pending.get(clientId);
    if (!entry) return;
    const line = entry.wrap.querySelector(".message:last-child .pending");
    line.replaceChildren(state);
    entry.wrap.classList.toggle("failed", Boolean(onremove));
    if (onremove) line.append(" ", h("button", { type: "button", class: "plain", onclick: onremove }, t("remove")));
  }

  settle(clientId) {
    const entry = this.pending.get(clientId);
    if (!entry) return;
    entry.wrap.remove();
    this.pending.delete(clientId);
    for (const { file } of entry.messages) if (file?.local) URL.revokeObjectURL(file.local);
  }
}
