// Handles at the true ends of the active claim: drag one, and the end moves by words (with Alt by characters).

import { node } from "./dom.js";
import { offsetOf, rangeOf } from "./offsets.js";
import { paint } from "./paint.js";
import { snap } from "./snap.js";

export class Handles {
  /** @param {{overlay: HTMLElement, claim: () => any, onMove: (edge: "start" | "end", offset: number) => void}} options */
  constructor({ overlay, claim, onMove }) {
    Object.assign(this, { overlay, claim, onMove });
    this.elements = ["start", "end"].map((edge) =>
      node("span", { className: `handle ${edge}`, onpointerdown: (event) => this.grab(event, edge) }),
    );
    new ResizeObserver(() => this.show()).observe(document.getElementById("text"));
  }

  show() {
    const claim = this.claim();
    if (!claim) return this.overlay.replaceChildren();
    const base = this.overlay.getBoundingClientRect();
    // The last box of each: what starts a line also has an empty one at the end of the line before.
    const places = [claim.spans[0].start, claim.spans.at(-1).end - 1].map((at) =>
      [...(rangeOf(at, at + 1)?.getClientRects() ?? [])].at(-1),
    );
    this.elements.forEach((handle, index) => {
      const box = places[index];
      handle.hidden = !box;
      if (!box) return;
      const isRight = (index === 1) !== (getComputedStyle(document.getElementById("text")).direction === "rtl");
      handle.style.left = `${(isRight ? box.right : box.left) - base.left}px`;
      handle.style.top = `${box.top - base.top}px`;
      handle.style.height = `${box.height}px`;
    });
    return this.overlay.replaceChildren(...this.elements);
  }

  grab(event, edge) {
    event.preventDefault();
    event.stopPropagation();
    const handle = event.currentTarget;
    const claim = this.claim();
    let offset = null;
    handle.setPointerCapture(event.pointerId);
    handle.classList.add("held");
    const move = (to) => {
      const found = under(to.clientX, to.clientY);
      if (found === null) return;
      const first = claim.spans[0];
      const last = claim.spans.at(-1);
      const range = edge === "start" ? [Math.min(found, first.end - 1), first.end] : [last.start, Math.max(found, last.start + 1)];
      const snapped = snap(...range, to.altKey);
      if (!snapped) return;
      offset = snapped[edge === "start" ? 0 : 1];
      paint("pending", [{ start: snapped[0], end: snapped[1] }]);
    };
    const end = () => {
      handle.classList.remove("held");
      handle.removeEventListener("pointermove", move);
      if (offset === null) paint("pending", []);
      else this.onMove(edge, offset);
    };
    handle.addEventListener("pointermove", move);
    handle.addEventListener("lostpointercapture", end, { once: true });
  }
}

/** @returns {number | null} the offset under a point */
function under(x, y) {
  const place = document.caretPositionFromPoint?.(x, y);
  if (place) return offsetOf(place.offsetNode, place.offset);
  const range = document.caretRangeFromPoint?.(x, y);
  return range ? offsetOf(range.startContainer, range.startOffset) : null;
}
