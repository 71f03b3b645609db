// The text cursor: a sentence, a place or word in it, and what is selected from there by keyboard.

import { rangeOf } from "./offsets.js";
import { paint } from "./paint.js";

/** The cursor stays in this share of the text's height; beyond it the text scrolls and the cursor comes to rest. */
const LOWEST = 0.68;
const RESTING = 0.28;

export class Cursor {
  /** @param {import("./outline.js").Outline} outline */
  constructor(outline) {
    this.outline = outline;
    this.index = Math.max(0, outline.sentences.findIndex((_, index) => outline.words(index).length > 0));
    this.offset = this.sentence?.a ?? 0;
    /** @type {[number, number] | null} */
    this.word = null;
    /** @type {[number, number] | null} what an extension started from */
    this.anchor = null;
    /** @type {[number, number] | null} */
    this.range = null;
  }

  get sentence() {
    return this.outline.sentences[this.index];
  }

  /** Put the cursor at an offset, without a word or a selection. */
  put(offset, { focus = true } = {}) {
    this.index = this.outline.at(offset);
    this.offset = offset;
    this.word = this.anchor = this.range = null;
    this.show(focus);
  }

  clear() {
    this.anchor = this.range = null;
    this.show(false);
  }

  /** @param {1 | -1} step @param {boolean} extend */
  moveSentence(step, extend) {
    if (extend) return this.extendSentence(step);
    let index = this.index + step;
    while (this.outline.sentences[index] && !this.outline.words(index).length) index += step; // a line of dashes
    if (index < 0 || index >= this.outline.sentences.length) return this.put(this.sentence?.a ?? 0);
    return this.put(this.outline.sentences[index].a);
  }

  /** From a word: to the end of its sentence; then sentence by sentence. */
  extendSentence(step) {
    const { sentence } = this;
    if (step > 0 && this.word && !this.anchor) {
      this.anchor = this.word;
      const end = sentence.p.findLast((part) => part[1] > this.word[0])?.[1] ?? sentence.z;
      this.range = [this.word[0], end];
      return this.show();
    }
    if (!this.anchor) {
      this.anchor = [sentence.a, sentence.z];
      this.range = this.anchor;
      if (step > 0) return this.show();
    }
    const index = Math.min(Math.max(this.index + step, 0), this.outline.sentences.length - 1);
    this.index = index;
    const other = this.outline.sentences[index];
    this.range = [Math.min(this.anchor[0], other.a), Math.max(this.anchor[1], other.z)];
    this.word = null;
    return this.show();
  }

  /** @param {1 | -1} step @param {boolean} extend */
  moveWord(step, extend) {
    const from = this.word ?? [this.offset, this.offset];
    const found = step > 0 ? this.outline.wordAfter(from[1]) : this.outline.wordBefore(from[0]);
    if (found) this.toWord(found, extend);
  }

  /** To the next word with this initial, from the cursor on; at the end of the text again from its start. */
  find(letter, extend) {
    const same = (word) => rangeOf(...word).toString().toLowerCase().normalize("NFD").startsWith(letter);
    const { sentences } = this.outline;
    const from = this.word?.[1] ?? this.offset;
    for (let step = 0; step <= sentences.length; step += 1) {
      const index = (this.index + step) % sentences.length;
      const found = this.outline.words(index).find((word) => (step || word[0] >= from) && same(word));
      if (found) return this.toWord(found, extend);
    }
    return undefined;
  }

  toWord(word, extend) {
    if (extend) {
      this.anchor ??= this.word ?? word;
      this.range = [Math.min(this.anchor[0], word[0]), Math.max(this.anchor[1], word[1])];
    } else this.anchor = this.range = null;
    this.word = word;
    [this.offset] = word;
    this.index = this.outline.at(this.offset);
    this.show();
  }

  /** Select the next or previous quotation. @returns {[number, number] | null} */
  moveQuote(step, from = this.range?.[step > 0 ? 1 : 0] ?? this.word?.[0] ?? this.offset) {
    const { quotes } = this.outline;
    const found = step > 0 ? quotes.find((one) => one[0] >= from) : quotes.findLast((one) => one[0] < from);
    if (!found) return null;
    this.put(found[0], { focus: false });
    this.range = this.anchor = found;
    this.show();
    return found;
  }

  /** Draw the cursor and move the focus to its sentence. */
  show(focus = true) {
    const element = this.outline.element(this.index);
    for (const other of document.querySelectorAll(".s.here")) {
      if (other === element) continue;
      other.classList.remove("here");
      other.tabIndex = -1;
    }
    paint("cursor", this.range ? [{ start: this.range[0], end: this.range[1] }] : []);
    paint("word", this.word && !this.range ? [{ start: this.word[0], end: this.word[1] }] : []);
    if (!element) return;
    element.classList.add("here");
    element.tabIndex = 0;
    if (!focus) return;
    element.focus({ preventScroll: true });
    const place = (this.range && rangeOf(this.range[1] - 1, this.range[1])) || (this.word && rangeOf(...this.word)) || element;
    keepInView(place.getBoundingClientRect());
  }
}

/** Scroll the text so that a box stands clear of its edges. */
export function keepInView(box) {
  const read = document.getElementById("read");
  const page = getComputedStyle(read).overflowY === "visible";
  const frame = page ? { top: 0, bottom: innerHeight } : read.getBoundingClientRect();
  const sheet = page ? document.querySelector(".card")?.getBoundingClientRect().height ?? 0 : 0;
  const margin = 90;
  const height = frame.bottom - frame.top - sheet;
  const low = frame.top + height * LOWEST;
  const isOut = box.top < frame.top + margin || box.bottom > Math.max(low, frame.top + margin + 40);
  const by = isOut ? box.top - frame.top - Math.max(margin, height * RESTING) : 0;
  if (by) (page ? window : read).scrollBy(0, by);
}
