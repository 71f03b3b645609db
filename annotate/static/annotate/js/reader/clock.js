// Active time: how long the article was in front of somebody who did something. It counts up to a minute after each
// key press, click, scroll, touch or move of the pointer, never while the page is hidden, behind, or paused.

import { newId } from "./store.js";

const IDLE_MS = 60_000;
const SEND_MS = 30_000;
const SIGNS = ["keydown", "pointerdown", "pointermove", "touchstart", "wheel", "scroll"];

export class Clock {
  /** @type {number | null} when the stretch that is being counted began; null while nothing counts */
  #since = null;
  #ms = 0;
  #at = 0; // the last sign of somebody; opening the page, or coming back to it, is one
  #sent = -1;
  #sentAt = 0;
  #timer = 0;
  #place = "";
  #paused = false;
  #listening = new AbortController();

  /**
   * @param {{url: string, send: Function, onChange?: (clock: Clock) => void, visit?: string}} options
   *   `url` takes {visit, seconds} by PUT; `onChange` is called once a second while it counts, and when it starts or stops
   */
  constructor({ url, send, onChange = () => {}, visit = newId() }) {
    Object.assign(this, { url, send, onChange, visit });
    const { signal } = this.#listening;
    const options = { capture: true, passive: true, signal };
    for (const name of SIGNS) window.addEventListener(name, (event) => this.#sign(event), options);
    window.addEventListener("focus", () => this.#sign(), { signal });
    window.addEventListener("blur", () => this.#stop(), { signal });
    window.addEventListener("pagehide", () => this.#leave(), { signal });
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#leave() : this.#sign()), { signal });
    this.#sentAt = performance.now();
    this.#sign();
  }

  get seconds() {
    this.#count();
    return Math.floor(this.#ms / 1000);
  }

  get isPaused() {
    return this.#paused;
  }

  get isCounting() {
    return this.#since !== null;
  }

  pause() {
    this.#paused = true;
    this.#stop();
  }

  resume() {
    this.#paused = false;
    this.#sign();
    this.onChange(this);
  }

  toggle() {
    if (this.#paused) this.resume();
    else this.pause();
  }

  /** What a submission carries along. */
  body() {
    return { visit: this.visit, seconds: this.seconds };
  }

  /** End the visit: the article was submitted, and its time with it. */
  end() {
    this.#listening.abort();
    this.#sent = Infinity;
    this.#stop();
  }

  /** Send what has not been sent. A failure is silent: the next time sends the sum again. @returns {Promise<void>} */
  async flush({ keepalive = false } = {}) {
    const body = this.body();
    if (body.seconds <= this.#sent || !body.seconds) return;
    this.#sentAt = performance.now();
    try {
      const answer = await this.send("PUT", this.url, { body, keepalive });
      // Without a layer nothing is stored, and there is no answer.
      if (answer?.seconds !== undefined) this.#sent = Math.max(this.#sent, body.seconds);
    } catch {
      // Measuring must never be in the way of the work; the seconds are still in #ms.
    }
  }

  #sign(event) {
    if (event?.type === "pointermove") {
      const place = `${event.screenX} ${event.screenY}`;
      if (place === this.#place) return; // the page moved under a pointer that lies still
      this.#place = place;
    }
    this.#count();
    this.#at = performance.now();
    if (this.#since !== null || this.#paused || document.hidden || !document.hasFocus()) return;
    this.#since = this.#at;
    this.#timer = setInterval(() => this.#tick(), 1000);
    this.onChange(this);
  }

  #tick() {
    this.#count();
    const now = performance.now();
    if (now - this.#at >= IDLE_MS) this.#stop();
    else {
      if (now - this.#sentAt >= SEND_MS) this.flush();
      this.onChange(this);
    }
  }

  #count() {
    if (this.#since === null) return;
    const until = Math.min(performance.now(), this.#at + IDLE_MS);
    this.#ms += Math.max(0, until - this.#since);
    this.#since = Math.max(this.#since, until);
  }

  #stop(options) {
    this.#count();
    this.#since = null;
    clearInterval(this.#timer);
    this.flush(options);
    this.onChange(this);
  }

  #leave() {
    this.#stop({ keepalive: true });
  }
}
