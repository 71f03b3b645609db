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

/**
 * The character at an offset, null between blocks. A space that carries a mark is one character, and white space.
 * @param {number} offset
 */
function characterAt(offset) {
  const block = blockAt(offset);
  const text = block.textContent;
  const part = graphemes.segment(text).containing(toUnits(text, offset - startOf(block)));
  if (!part) return null;
  const from = startOf(block) + codePoints(text.slice(0, part.index));
  return { from, to: from + codePoints(part.segment), isSpace: /^\s/u.test(part.segment) };
}

/** @returns {[number, number] | null} the span without outer white space, or null when nothing is left */
function trim(start, end) {
  while (start < end) {
    const found = characterAt(start);
    if (found && !found.isSpace) break;
    start = found ? found.to : nextStart(blockAt(start), start);
  }
  while (end > start) {
    const found = characterAt(end - 1);
    if (found && !found.isSpace) break;
    end = found ? found.from : endOf(blockAt(end - 1));
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
