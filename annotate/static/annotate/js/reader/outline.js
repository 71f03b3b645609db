// The article's sentences, frames, clause edges and quotations, as the server found them; words by Intl.Segmenter.

import { codePoints, quoteOf } from "./offsets.js";
import { words } from "./snap.js";

/**
 * @typedef {object} Sentence short keys, as the server writes them
 * @property {number} a start @property {number} z end @property {[number, number][]} p what `Enter` takes
 * @property {[number, number][]} [c] cue @property {[number, number]} [m] the words that name the speaker
 * @property {number} [w] the speaker in people @property {string} [d] mode @property {number} v reporting frame
 * @property {number[]} [n] who is named, in people @property {number[]} [s] @property {number[]} [e] clause edges
 */

export class Outline {
  /** @param {{sentences: Sentence[], quotes: [number, number][], people: {id?: string, name: string}[], rule: string}} found */
  constructor({ sentences, quotes, people, rule }) {
    Object.assign(this, { sentences, quotes, people, rule });
    this.cache = new Map();
  }

  /** @param {number} offset @returns {number} the sentence that holds it, else the last one before it, else the first */
  at(offset) {
    let low = 0;
    let high = this.sentences.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.sentences[middle].a <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** @param {number} index @returns {HTMLElement | null} */
  element(index) {
    return document.getElementById(`s${index}`);
  }

  /** @param {number} index @returns {[number, number][]} the words of a sentence */
  words(index) {
    const known = this.cache.get(index);
    if (known) return known;
    const sentence = this.sentences[index];
    const text = quoteOf(sentence.a, sentence.z);
    const found = [];
    let at = sentence.a;
    for (const part of words.segment(text)) {
      const end = at + codePoints(part.segment);
      if (part.isWordLike) found.push([at, end]);
      at = end;
    }
    this.cache.set(index, found);
    return found;
  }

  /** @param {number} offset @returns {[number, number] | null} the first word that starts there or later */
  wordAfter(offset) {
    for (let index = this.at(offset); index < this.sentences.length; index += 1) {
      const found = this.words(index).find(([start]) => start >= offset);
      if (found) return found;
    }
    return null;
  }

  /** @param {number} offset @returns {[number, number] | null} the last word that ends there or before */
  wordBefore(offset) {
    for (let index = this.at(offset); index >= 0; index -= 1) {
      const found = this.words(index).findLast(([, end]) => end <= offset);
      if (found) return found;
    }
    return null;
  }

  /** @returns {{id?: string, name: string}[]} who is named in a sentence, its speaker first */
  named(index) {
    const { w, n = [] } = this.sentences[index] ?? {};
    const order = w === undefined ? n : [w, ...n.filter((other) => other !== w)];
    return order.map((at) => this.people[at]);
  }

  /** How a claim is reported: in quotation marks or not, else as its sentence is. @param {[number, number][]} parts */
  mode(parts) {
    const sentence = this.sentences[this.at(parts[0][0])];
    const inside = (part) => this.quotes.some(([a, z]) => a <= part[0] && part[1] <= z);
    const touches = (part) => this.quotes.some(([a, z]) => a < part[1] && part[0] < z);
    if (parts.every(inside)) return "direct";
    if (!sentence.d) return null;
    if (parts.some(touches)) return "mixed";
    return sentence.d === "reported" ? "reported" : "indirect";
  }
}
