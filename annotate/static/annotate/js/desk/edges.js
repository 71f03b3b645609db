// The words of the result: where they stand in the text, and how arrows move their edges word by word.

import { blockAt, codePoints, quoteOf, rangeOf, startOf } from "../reader/offsets.js";
import { words } from "../reader/snap.js";

/** @typedef {[number, number][]} Spans */

/** The words of a block as spans in code points. @param {Element} block @returns {Spans} */
function wordsOf(block) {
  const text = block.textContent;
  const base = startOf(block);
  return [...words.segment(text)]
    .filter((part) => part.isWordLike)
    .map((part) => [
      base + codePoints(text.slice(0, part.index)),
      base + codePoints(text.slice(0, part.index + part.segment.length)),
    ]);
}

/** The next edge of a word in a direction. @param {number} at @param {"start" | "end"} edge @param {1 | -1} by */
function nextEdge(at, edge, by) {
  const side = edge === "start" ? 0 : 1;
  let block = blockAt(edge === "end" ? Math.max(0, at - 1) : at);
  while (block) {
    const edges = wordsOf(block).map((word) => word[side]);
    const found = by > 0 ? edges.find((one) => one > at) : edges.findLast((one) => one < at);
    if (found !== undefined) return found;
    block = by > 0 ? block.nextElementSibling : block.previousElementSibling;
  }
  return null;
}

/**
 * Move the outer edge of the words; nothing happens where they would become empty or cross a gap.
 * @param {Spans} spans @param {"start" | "end"} edge @param {1 | -1} by @returns {Spans}
 */
export function moved(spans, edge, by) {
  const copy = spans.map((span) => [...span]);
  const span = edge === "start" ? copy[0] : copy[copy.length - 1];
  const at = nextEdge(span[edge === "start" ? 0 : 1], edge, by);
  if (at === null) return spans;
  span[edge === "start" ? 0 : 1] = at;
  const isWhole = copy.every(([start, end], n) => start < end && (n === 0 || copy[n - 1][1] <= start));
  return isWhole ? copy : spans;
}

/** @param {Spans} spans @returns {string} */
export const quoted = (spans) => spans.map(([start, end]) => quoteOf(start, end)).join(" … ");

/** Draw the words of the unit that is decided. @param {Spans} spans */
export function paint(spans) {
  const ranges = spans.map(([start, end]) => rangeOf(start, end)).filter(Boolean);
  CSS.highlights?.set("pending", new Highlight(...ranges));
}

/** Bring the words into the middle of the text. @param {Spans} spans */
export function show(spans) {
  const range = spans.length ? rangeOf(spans[0][0], spans[spans.length - 1][1]) : null;
  if (!range) return;
  const box = range.getBoundingClientRect();
  const read = document.getElementById("read");
  const frame = read.getBoundingClientRect();
  if (read.scrollHeight > read.clientHeight) {
    if (box.top < frame.top + 60 || box.bottom > frame.bottom - 60)
      read.scrollTop += box.top - frame.top - frame.height / 3;
  }
}
