// Short-lived marks, drawn by the CSS Custom Highlight API: a claim before the server drew it, and what is hovered.

import { rangeOf } from "./offsets.js";

const supported = "highlights" in CSS;

/** @param {string} name @param {{start: number, end: number}[]} spans */
export function paint(name, spans) {
  if (!supported) return;
  const ranges = spans.map((span) => rangeOf(span.start, span.end)).filter(Boolean);
  if (ranges.length) CSS.highlights.set(name, new Highlight(...ranges));
  else CSS.highlights.delete(name);
}

/** Tint the segments of a claim. @param {string | null} id @param {string} className */
export function tint(id, className) {
  for (const mark of document.querySelectorAll(`mark.${className}`)) mark.classList.remove(className);
  if (!id) return;
  for (const mark of document.querySelectorAll(`mark[data-c~="${id.slice(0, 8)}"]`)) mark.classList.add(className);
}
