// Selections take whole words: nobody aims at single letters. With Alt they take characters, never half a grapheme.

import { blockAt, codePoints, endOf, startOf, toUnits } from "./offsets.js";

const language = document.getElementById("article")?.lang || undefined;

function segmenter(granularity) {
  try {
    return new Intl.Segmenter(language, { granularity });
  } catch {
    return new Intl.Segmenter(undefined, { granularity });
  }
}

export const words = segmenter("word");
const graphemes = segmenter("grapheme");

/**
 * Move an edge inside a word (or grapheme) to that word's start or end.
 * @param {number} offset @param {"start" | "end"} edge @param {boolean} exact characters instead of words
 */
function snapEdge(offset, edge, exact) {
  const block = blockAt(edge === "end" ? offset - 1 : offset);
  if (!block) return offset;
  const text = block.textContent;
  const base = startOf(block);
  const at = toUnits(text, offset - base);
  for (const part of (exact ? graphemes : words).segment(text)) {
    const end = part.index + part.segment.length;
    if (at <= part.index) break;
    if (at < end && (exact || part.isWordLike)) {
      return base + codePoints(text.slice(0, edge === "start" ? part.index : end));
    }
  }
  return exact ? offset : snapEdge(offset, edge, true);
}

/** @returns {[number, number] | null} the span without outer white space, or null when nothing is left */
function trim(start, end) {
  const space = /\s/u;
  while (start < end) {
    const block = blockAt(start);
    const chars = [...block.textContent];
    const at = start - startOf(block);
    if (at < chars.length && !space.test(chars[at])) break;
    start = at < chars.length ? start + 1 : nextStart(block, start);
  }
  while (end > start) {
    const block = blockAt(end - 1);
    const chars = [...block.textContent];
    const at = end - 1 - startOf(block);
    if (at < chars.length && !space.test(chars[at])) break;
    end = at < chars.length ? end - 1 : endOf(block);
  }
  return start < end ? [start, end] : null;
}

const nextStart = (block, start) => (block.nextElementSibling ? startOf(block.nextElementSibling) : start + 1);

/**
 * @param {number} start @param {number} end @param {boolean} exact
 * @returns {[number, number] | null} a well-cut span
 */
export function snap(start, end, exact) {
  if (end < start) [start, end] = [end, start];
  const trimmed = trim(start, end);
  if (!trimmed) return null;
  return trim(snapEdge(trimmed[0], "start", exact), snapEdge(trimmed[1], "end", exact));
}
