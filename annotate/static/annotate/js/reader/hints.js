// Clause hints: a letter at every edge of the sentence, and of the next one as long as the letters last; the start's
// letter, then the end's, and the words are taken.

import { node } from "./dom.js";
import { quoteOf, rangeOf } from "./offsets.js";
import { paint } from "./paint.js";

const LETTERS = "abcdefghijklmnopqrstuvwxyz";

/** Leave an end out that only takes a stop or comma more than the one before: its letter would hide the other. */
function withoutStops(ends, end) {
  const last = ends.at(-1);
  if (last === undefined || !/^[\s.,;:!?…–—-]*$/u.test(quoteOf(last, end))) ends.push(end);
  return ends;
}

export class Hints {
  /** @param {HTMLElement} overlay */
  constructor(overlay) {
    this.overlay = overlay;
    this.stop();
  }

  stop() {
    this.sentences = null;
    this.from = null;
    this.overlay.replaceChildren();
    paint("hint", []);
  }

  get isActive() {
    return this.sentences !== null;
  }

  /** @param {import("./outline.js").Sentence[]} sentences @param {(span: [number, number]) => void} onTake */
  start(sentences, onTake) {
    this.sentences = sentences;
    this.onTake = onTake;
    this.from = null;
    const [first, next] = sentences.map(({ a, s }) => s ?? [a]);
    this.letters(first.length + (next?.length ?? 0) <= LETTERS.length ? [...first, ...(next ?? [])] : first);
  }

  /** Put a letter at each of these offsets. */
  letters(offsets) {
    this.offsets = offsets.slice(0, LETTERS.length);
    const base = this.overlay.getBoundingClientRect();
    const ends = this.from !== null;
    const caps = this.offsets.map((offset, index) => {
      const boxes = (ends ? rangeOf(offset - 1, offset) : rangeOf(offset, offset + 1)).getClientRects();
      const box = boxes[ends ? boxes.length - 1 : 0];
      const cap = node("kbd", { className: ends ? "end" : "start" }, LETTERS[index]);
      if (!box) return cap;
      cap.style.left = `${(ends ? box.right : box.left) - base.left}px`;
      cap.style.top = `${box.top - base.top}px`;
      return cap;
    });
    this.overlay.replaceChildren(...caps);
  }

  /** @param {string} key @returns {boolean} whether the key was one of the letters shown, or the way back */
  key(key) {
    if (key === "Backspace" && this.from !== null) {
      paint("hint", []);
      this.start(this.sentences, this.onTake);
      return true;
    }
    const offset = this.offsets[LETTERS.indexOf(key)];
    if (key.length !== 1 || offset === undefined) return false;
    if (this.from === null) this.takeStart(offset);
    else {
      const span = [this.from, offset];
      this.stop();
      this.onTake(span);
    }
    return true;
  }

  takeStart(offset) {
    const sentence = this.sentences.findLast(({ a }) => a <= offset);
    this.from = offset;
    const ends = (sentence.e ?? [sentence.z]).filter((end) => end > offset).reduce(withoutStops, []);
    paint("hint", [{ start: offset, end: sentence.z }]);
    this.letters(ends.length ? ends : [sentence.z]);
  }
}
