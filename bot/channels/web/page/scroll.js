// Where one is in the conversation: at the newest, unless one scrolled away to read something older.
import { t } from "./words.js";

const NEAR = 120; // pixels from the bottom that still count as reading the newest

export class Scroll {
  // `log` scrolls, `down` is the button that leads to what stands below, `place(id)` the element of a message.
  constructor(log, down, place) {
    Object.assign(this, { log, down, place, following: true, unread: null });
    log.addEventListener("scroll", () => {
      this.following = this.below() < NEAR;
      if (this.below() < 2) this.unread = null;
      if (this.following) down.hidden = true;
    });
    down.onclick = () => this.follow();
    new ResizeObserver(() => this.keep()).observe(log);
  }

  below() {
    return this.log.scrollHeight - this.log.clientHeight - this.log.scrollTop;
  }

  // One did something: what comes of it is to be seen, wherever in a long list the button stood.
  expect() {
    this.following = true;
    this.unread = null;
  }

  follow() {
    this.expect();
    this.toEnd();
  }

  // Something changed its size.
  keep() {
    if (this.following) this.toEnd();
  }

  // A message came that one has not seen.
  came(id) {
    this.unread ??= id;
    if (!this.following) this.hint("newer");
  }

  // To the newest, but never past the beginning of the first message not seen yet: a question must not be pushed
  // off the screen by its own long list of choices.
  toEnd() {
    const end = this.log.scrollHeight - this.log.clientHeight;
    const first = this.place(this.unread);
    const begun = first ? this.log.scrollTop + first.getBoundingClientRect().top - this.log.getBoundingClientRect().top : end;
    this.log.scrollTop = Math.min(end, begun);
    this.down.hidden = true;
    if (begun < end - NEAR) this.hint("below");
  }

  hint(word) {
    this.down.textContent = t(word);
    this.down.hidden = false;
  }
}
