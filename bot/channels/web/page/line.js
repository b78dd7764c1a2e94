// The line to the server: one WebSocket that comes back by itself, and an outbox that survives a reload.
// Things are sent one at a time, in order, each until it is acknowledged; the server knows what it has.
import { browsers } from "./words.js";

const PING_EVERY = 25000;
const ANSWER_WITHIN = 12000;
const LONGEST_PAUSE = 15000;
const SIGNED_OUT = 4401;
const CROWDED = 4429;

const here = location.pathname;
const OUTBOX = `shouwen:${here}:outbox:`; // one entry a thing, so that two tabs never overwrite each other

export function stored(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function keep(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // private mode or full: what is on screen is still sent
  }
}

export function kept(name, otherwise) {
  return stored(`shouwen:${here}:${name}`, otherwise);
}

export function keepHere(name, value) {
  keep(`shouwen:${here}:${name}`, value);
}

function storedOutbox() {
  try {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(OUTBOX))
      .map((key) => stored(key, null))
      .filter((thing) => thing?.client_id)
      .sort((one, other) => one.at - other.at);
  } catch {
    return [];
  }
}

export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Line {
  // `on` has a function for each kind of thing the server says, and: state(connected), signedOut(),
  // resting(), retrying(clientId, yes), language(chosen).
  constructor(on) {
    this.on = on;
    this.outbox = storedOutbox();
    this.since = null;
    this.pause = 500;
    this.socket = null;
    this.flying = null;
    this.timers = {};
    addEventListener("online", () => this.connectSoon(0));
    document.addEventListener("visibilitychange", () => document.hidden || this.wake());
    for (const sign of ["pointerdown", "keydown"]) addEventListener(sign, () => this.resting && this.wake());
  }

  async open() {
    if (this.closed || this.opening) return;
    this.opening = true;
    try {
      const answer = await fetch("session", { method: "POST" });
      if (answer.status === 401) return this.signedOut();
      if (!answer.ok) throw new Error(String(answer.status));
      const session = await answer.json();
      if (this.chat !== undefined && this.chat !== session.chat) return location.reload();
      this.chat = session.chat;
      this.on.language(session.language);
      this.connect();
    } catch {
      this.lost();
    } finally {
      this.opening = false;
    }
  }

  connect() {
    const address = new URL("socket", location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address);
    this.socket = socket;
    socket.onopen = () => this.say({ type: "hello", since: this.since, language: browsers });
    socket.onmessage = (event) => this.hear(JSON.parse(event.data));
    socket.onclose = (event) => {
      if (this.socket !== socket) return;
      this.socket = null;
      if (event.code === SIGNED_OUT) this.open();
      else if (event.code === CROWDED) this.rest();
      else this.lost();
    };
    this.expect();
  }

  lost() {
    this.down();
    this.on.state(false);
    this.connectSoon(this.pause * (0.7 + Math.random() * 0.6));
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
  }

  // Too many pages of this browser are open, and this one made room. If it came back by itself, another would have to go,
  // and so on for ever: it waits until somebody looks at it or touches it.
  rest() {
    this.down();
    this.resting = true;
    this.on.resting();
  }

  down() {
    this.ready = false;
    if (this.flying) this.on.retrying(this.flying, true);
    this.flying = null;
    clearTimeout(this.timers.answer);
    clearInterval(this.timers.ping);
  }

  connectSoon(after) {
    this.resting = false;
    clearTimeout(this.timers.connect);
    if (!this.socket) this.timers.connect = setTimeout(() => this.open(), after);
  }

  wake() {
    if (this.socket) this.ping();
    else this.connectSoon(0);
  }

  signedOut() {
    this.closed = true;
    this.on.signedOut();
  }

  say(thing) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(thing));
  }

  ping() {
    this.say({ type: "ping" });
    this.expect();
  }

  // Anything from the server shows that it is there; silence after a question means the line is dead.
  expect() {
    clearTimeout(this.timers.answer);
    this.timers.answer = setTimeout(() => {
      const socket = this.socket;
      this.socket = null;
      socket?.close();
      this.lost();
    }, ANSWER_WITHIN);
  }

  hear(said) {
    if (!this.flying) clearTimeout(this.timers.answer);
    const messages = said.messages || [];
    if (said.type === "hello") {
      this.ready = true;
      this.pause = 500;
      clearInterval(this.timers.ping);
      this.timers.ping = setInterval(() => this.ping(), PING_EVERY);
      this.on.state(true);
    } else if (said.type === "history") {
      this.since = said.change;
    } else if (said.type === "messages") {
      this.since = messages.at(-1)?.change ?? this.since;
    } else if (said.type === "ack") {
      this.settle(said.client_id);
    } else if (said.type === "slow") {
      clearTimeout(this.timers.answer);
    } else if (said.type === "refused" && said.client_id) {
      this.refused(said);
    } else if (said.type === "refused" && said.of === "hello") {
      this.socket?.close();
    }
    for (const message of messages) if (message.client_id) this.drop(message.client_id);
    if (said.language) this.on.language(said.language);
    this.on[said.type]?.(said);
    if (said.type === "hello") this.flush();
  }

  // -- the outbox

  post(form) {
    const at = Math.max(Date.now(), (this.outbox.at(-1)?.at ?? 0) + 1);
    const thing = { client_id: newId(), at, ...form };
    if (this.outbox.some((other) => other.client_id === thing.client_id)) return thing;
    this.outbox.push(thing);
    keep(OUTBOX + thing.client_id, thing);
    this.flush();
    return thing;
  }

  flush() {
    const thing = this.outbox[0];
    if (!thing || !this.ready || this.flying) return;
    this.flying = thing.client_id;
    this.say(thing);
    this.expect();
  }

  settle(clientId) {
    clearTimeout(this.timers.answer);
    this.flying = null;
    this.drop(clientId);
    this.on.retrying(clientId, false);
    this.flush();
  }

  drop(clientId) {
    this.outbox = this.outbox.filter((thing) => thing.client_id !== clientId);
    try {
      localStorage.removeItem(OUTBOX + clientId);
    } catch {
      // nothing was kept there
    }
  }

  refused({ client_id: clientId, reason }) {
    clearTimeout(this.timers.answer);
    if (reason === "unavailable") {
      this.on.retrying(clientId, true);
      this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
      setTimeout(() => {
        this.flying = null;
        this.flush();
      }, this.pause);
      return;
    }
    this.settle(clientId);
  }
}
