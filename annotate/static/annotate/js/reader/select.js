// Selecting with mouse, pen and finger: drags and double clicks become spans, taps choose claims.

import { offsetOf } from "./offsets.js";
import { snap } from "./snap.js";

const text = document.getElementById("text");
const read = document.getElementById("read");
const bar = document.getElementById("touch");
/** A double click waits so long for a third one, which takes the paragraph. */
const TRIPLE_MS = 260;

/** @param {boolean} exact characters instead of words @returns {[number, number] | null} what is selected */
export function selected(exact = false) {
  const selection = window.getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  if (!range.intersectsNode(text)) return null;
  const start = offsetOf(range.startContainer, range.startOffset);
  const end = offsetOf(range.endContainer, range.endOffset);
  if (start === null || end === null) return null;
  return snap(start, end, exact);
}

/** Whether something in the text is selected, be it white space only. */
export function selectsText() {
  const selection = window.getSelection();
  return selection.rangeCount > 0 && !selection.isCollapsed && selection.getRangeAt(0).intersectsNode(text);
}

export const dropSelection = () => window.getSelection().removeAllRanges();

/**
 * @param {object} options
 * @param {(span: [number, number]) => void} options.onSelect
 * @param {(offset: number | null, mark: Element | null) => void} options.onClick
 * @param {(offset: number) => [number, number] | null} options.quoteAt the quotation around an offset
 * @param {() => void} options.onSettled called when nothing is being selected any more
 * @param {(what: string) => void} options.onBar a button of the touch bar
 */
export function watchSelection({ onSelect, onClick, quoteAt, onSettled, onBar }) {
  /** Where the pointer went down in the text; null when it is up. @type {[number, number] | null} */
  let downAt = null;
  let isTouch = false;
  let doubled = 0;
  const isBusy = () => downAt !== null || selected(true) !== null;

  const take = (span) => {
    if (!span) return;
    dropSelection();
    onSelect(span);
  };
  const up = () => {
    downAt = null;
    document.body.classList.remove("selecting");
  };

  read.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.target.closest("a, button, .handle")) return;
    isTouch = event.pointerType === "touch";
    if (!isTouch && !event.shiftKey) dropSelection(); // a pull at what is selected would move text instead of selecting
    downAt = [event.clientX, event.clientY];
    document.body.classList.add("selecting"); // keeps the selection inside the text while the mouse is elsewhere
  });
  document.addEventListener("pointerup", (event) => {
    if (!downAt) return;
    const moved = !isTouch && Math.hypot(event.clientX - downAt[0], event.clientY - downAt[1]) > 3;
    up();
    setTimeout(() => {
      if (moved) take(selected(event.altKey));
      if (!isBusy()) onSettled();
    });
  });
  document.addEventListener("pointercancel", up);
  document.addEventListener("selectionchange", () => {
    bar.hidden = !isTouch || selected() === null;
    if (!isBusy()) onSettled();
  });
  bar.addEventListener("click", (event) => {
    const what = event.target.closest("button")?.dataset.bar;
    if (what) onBar(what);
  });

  text.addEventListener("click", (event) => {
    const selection = window.getSelection();
    if (event.detail === 3) {
      clearTimeout(doubled);
      take(selected());
    } else if (selection.isCollapsed && selection.rangeCount) {
      onClick(offsetOf(selection.anchorNode, selection.anchorOffset), event.target.closest("mark"));
    }
  });
  text.addEventListener("dblclick", () => {
    const word = selected();
    doubled = setTimeout(() => take(word && (quoteAt(word[0]) ?? word)), TRIPLE_MS);
  });
  return isBusy;
}
