// Between the page (UTF-16, DOM nodes) and the record (Unicode code points over the stored text).
// Every block carries data-o, its start in code points; its text content is exactly the slice of the stored text.

const blocks = () => document.querySelectorAll("#text > .t");

/** @param {string} text @returns {number} its length in code points */
export function codePoints(text) {
  let n = 0;
  for (const _ of text) n += 1;
  return n;
}

/** @param {string} text @param {number} index in code points @returns {number} the same place in UTF-16 units */
export function toUnits(text, index) {
  let units = 0;
  for (const char of text) {
    if (index <= 0) break;
    units += char.length;
    index -= 1;
  }
  return units;
}

/** @param {Element} block @returns {number} */
export const startOf = (block) => Number(block.dataset.o);

/** @param {Node | null} node @returns {Element | null} the block that holds it */
export function blockOf(node) {
  const element = node instanceof Element ? node : node?.parentElement;
  return element?.closest("#text > .t") ?? null;
}

/**
 * The offset, in code points of the text, of a place in the page. Walks one block only.
 * @param {Node} node @param {number} offset as in a DOM range
 * @returns {number | null} null outside the text
 */
export function offsetOf(node, offset) {
  const block = blockOf(node);
  if (!block) return edgeBetween(node, offset);
  const range = document.createRange();
  range.selectNodeContents(block);
  range.setEnd(node, offset);
  return startOf(block) + codePoints(range.toString());
}

/** A place between blocks: the end of the block before it, or the start of the first one. */
function edgeBetween(node, offset) {
  const text = document.getElementById("text");
  if (node !== text && !(node instanceof Element && node.contains(text))) return null;
  const all = [...blocks()];
  if (!all.length) return null;
  if (node !== text) return offset === 0 ? startOf(all[0]) : endOf(all[all.length - 1]);
  const before = offset > 0 ? all[offset - 1] : null;
  return before ? endOf(before) : startOf(all[0]);
}

/** @param {Element} block @returns {number} */
export const endOf = (block) => startOf(block) + codePoints(block.textContent);

/** @param {number} offset in code points @returns {Element | null} the last block that starts at or before it */
export function blockAt(offset) {
  const all = blocks();
  let low = 0;
  let high = all.length - 1;
  let found = null;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (startOf(all[middle]) <= offset) {
      found = all[middle];
      low = middle + 1;
    } else high = middle - 1;
  }
  return found;
}

/** @param {number} offset @returns {{node: Node, offset: number} | null} the place in the page */
export function placeOf(offset) {
  const block = blockAt(offset);
  if (!block) return null;
  let left = toUnits(block.textContent, offset - startOf(block));
  const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (left <= node.data.length) return { node, offset: left };
    left -= node.data.length;
  }
  return { node: block, offset: block.childNodes.length };
}

/** @param {number} start @param {number} end @returns {Range | null} */
export function rangeOf(start, end) {
  const from = placeOf(start);
  const to = placeOf(end);
  if (!from || !to) return null;
  const range = document.createRange();
  range.setStart(from.node, from.offset);
  range.setEnd(to.node, to.offset);
  return range;
}

/** What stands between a block and the one before: line feeds, unless the server says otherwise. */
const gapBefore = (block, length) => [...(block.dataset.gap ?? "\n".repeat(length))].slice(-length).join("");

/**
 * The words of the text between two offsets. What stands between blocks is not shown in the page; it is put back, so
 * that the quote equals the slice of the stored text.
 * @param {number} start @param {number} end @returns {string}
 */
export function quoteOf(start, end) {
  let quote = "";
  let at = start;
  for (const block of blocks()) {
    const from = startOf(block);
    const text = block.textContent;
    const to = from + codePoints(text);
    if (to <= start) continue;
    if (from >= end) break;
    if (from > at) quote += gapBefore(block, from - at);
    const a = Math.max(start, from) - from;
    const b = Math.min(end, to) - from;
    quote += text.slice(toUnits(text, a), toUnits(text, b));
    at = from + b;
  }
  return quote;
}

/** @param {[number, number]} part @returns {{start: number, end: number, quote: string}} */
export const spanOf = ([start, end]) => ({ start, end, quote: quoteOf(start, end) });
