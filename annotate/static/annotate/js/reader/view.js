// The text and the list as they are drawn: items, marks of sentences, and what the server drew anew.

import { node } from "./dom.js";
import { offsetOf, rangeOf } from "./offsets.js";
import { paint, tint } from "./paint.js";

const items = document.getElementById("claim-list");
const counts = document.getElementById("counts");

export const itemOf = (id) => document.getElementById(`c-${id}`);

export class View {
  /** @param {{store: any, card: any, outline: any, making: any}} app */
  constructor(app) {
    this.app = app;
    /** Paragraphs that the server drew anew while somebody was selecting: replacing them would end the selection. */
    this.heldBack = new Map();
    this.isHeld = () => false;
  }

  // --- items of the list

  /** The item of a claim, made where it is missing. @param {string} id */
  ensure(id) {
    const claim = this.app.store.claims.get(id);
    if (!claim) {
      itemOf(id)?.remove();
      return null;
    }
    let item = itemOf(id);
    if (!item) {
      item = node("li", { className: "c open", id: `c-${id}` }, node("button", { type: "button" }));
      item.dataset.id = id;
      this.insert(item, claim);
      this.describe(claim);
    }
    return item;
  }

  /** Show in the list what a claim says now; the server's own item follows with its answer. */
  describe(claim) {
    const button = itemOf(claim.id)?.querySelector(":scope > button");
    if (!button) return;
    const { stances } = this.app.state;
    const first = claim.stances.find((stance) => stance.value);
    const slot = first ? stances[first.value]?.slot : claim.no_stance ? "plain" : "open";
    const who = claim.speakers.map((speaker) => speaker.name).join(", ") || "No speaker yet";
    const toward = claim.stances.map((stance) => stance.target?.name).filter(Boolean).join(", ");
    const sign = first ? stances[first.value]?.glyph : claim.no_stance ? "∅" : "·";
    const target = node("span", { className: "tp" }, toward || (claim.no_stance ? "no stance" : "stance open"));
    button.replaceChildren(
      node("span", { className: "who" }, node("b", {}, who), node("span", { className: "st" }, sign, " ", target)),
      node("q", {}, claim.spans.map((span) => span.quote).join(" […] ")),
    );
    const { classList } = itemOf(claim.id);
    const kept = ["c", "active"].filter((name) => classList.contains(name));
    itemOf(claim.id).className = [...kept, slot].join(" ");
  }

  insert(item, claim) {
    const place = (one) => [one.spans[0].start, -one.spans.at(-1).end];
    const before = ([a, b], [c, d]) => a < c || (a === c && b <= d);
    let last = null;
    for (const other of this.app.store.claims.values()) {
      if (other.id === claim.id || !before(place(other), place(claim)) || !itemOf(other.id)) continue;
      if (!last || before(place(last), place(other))) last = other;
    }
    if (last) itemOf(last.id).after(item);
    else items.prepend(item);
  }

  replaceItem(id, html) {
    const { store, card } = this.app;
    const holder = node("ol", { innerHTML: html });
    const fresh = holder.firstElementChild;
    const old = itemOf(id);
    if (!store.claims.has(id)) return;
    if (card.id === id && old) {
      // The card keeps its place in the page, so that neither focus nor what is being typed is lost.
      old.className = `${fresh.className} active`;
      old.querySelector(":scope > button")?.remove();
      old.prepend(fresh.querySelector("button"));
      old.querySelector(":scope > a")?.remove();
      old.append(...fresh.querySelectorAll("a"));
    } else if (old) old.replaceWith(fresh);
    else this.insert(fresh, store.claims.get(id));
  }

  count() {
    const { size } = this.app.store.claims;
    document.getElementById("n-claims").textContent = String(size);
    document.getElementById("no-claims").hidden = size > 0;
    const nothing = document.getElementById("nothing");
    if (!nothing) return;
    nothing.disabled = size > 0;
    nothing.checked = !size && Boolean(this.app.store.layer.nothing_to_code);
  }

  // --- marks

  /** Draw claims that the server has not drawn yet, and tint the active one. */
  marks() {
    const { store, card } = this.app;
    const waiting = [...store.waiting].map((id) => store.claims.get(id)).filter(Boolean);
    paint("pending", waiting.flatMap((claim) => claim.spans));
    tint(card.id, "on");
    const slot = [...(card.element?.classList ?? [])].find((name) => name !== "card") ?? "";
    for (const segment of document.querySelectorAll("mark.on")) segment.dataset.tone = slot;
  }

  /** The sentences that a claim stands in. @returns {number[]} */
  within(claim) {
    const { outline } = this.app;
    const found = new Set();
    for (const { start, end } of claim?.spans ?? []) {
      for (let index = outline.at(start); index <= outline.at(end - 1); index += 1) found.add(index);
    }
    return [...found];
  }

  /** Mark the sentences that are finished, and say of each how many claims it holds. @param {Iterable<number>} [indexes] */
  sentences(indexes) {
    const { outline, store, making } = this.app;
    const byIndex = new Map();
    for (const claim of store.claims.values()) {
      for (const index of this.within(claim)) byIndex.get(index)?.push(claim) ?? byIndex.set(index, [claim]);
    }
    const free = new Set();
    for (const mark of store.layer.no_claim ?? []) {
      for (let index = outline.at(mark.start); index <= outline.at(mark.end - 1); index += 1) free.add(index);
    }
    const wanted = indexes ?? new Set([...byIndex.keys(), ...free, ...(this.marked ?? [])]);
    for (const index of wanted) {
      const element = outline.element(index);
      if (!element) continue;
      const claims = byIndex.get(index) ?? [];
      element.classList.toggle("free", free.has(index) && !claims.length);
      element.classList.toggle("done", claims.length > 0 && !claims.some((claim) => making.gap(claim)));
      const words = claims.length ? `n${claims.length}` : free.has(index) ? "n0" : "";
      if (words) element.setAttribute("aria-describedby", words);
      else element.removeAttribute("aria-describedby");
      if (words && !document.getElementById(words)) {
        counts.append(node("span", { id: words }, words === "n0" ? "no claim" : `${claims.length} claim${claims.length > 1 ? "s" : ""}`));
      }
    }
    this.marked = new Set([...byIndex.keys(), ...free]);
  }

  // --- what the server drew

  /** @param {string} id @param {{blocks: Record<string, string>, item: string | null}} answer */
  take(id, answer) {
    for (const [block, html] of Object.entries(answer.blocks ?? {})) this.heldBack.set(block, html);
    if (answer.item) this.replaceItem(id, answer.item);
    else if (!this.app.store.claims.has(id)) itemOf(id)?.remove();
    if (!this.isHeld()) this.draw();
    this.count();
  }

  /** Replace the paragraphs that were held back; the focus stays where it was. */
  draw() {
    const redrawn = [];
    const focused = document.activeElement?.classList.contains("s") ? document.activeElement.id : null;
    for (const [id, html] of this.heldBack) {
      const holder = node("div", { innerHTML: html });
      redrawn.push(...[...holder.querySelectorAll(".s")].map((sentence) => Number(sentence.id.slice(1))));
      document.getElementById(id)?.replaceWith(holder.firstElementChild);
    }
    const changed = this.heldBack.size > 0;
    this.heldBack.clear();
    this.marks();
    if (!changed) return;
    this.sentences(redrawn);
    this.app.cursor.show(false);
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    this.app.handles.show();
  }

  /** The claims under an offset, the shortest first. */
  claimsAt(offset) {
    const size = (claim) => claim.spans.reduce((sum, span) => sum + span.end - span.start, 0);
    return [...this.app.store.claims.values()]
      .filter((claim) => claim.spans.some((span) => span.start <= offset && offset < span.end))
      .sort((one, two) => size(one) - size(two));
  }
}

/** A click on the last edge of a mark still means that mark. */
export function offsetInside(segment, offset) {
  const start = offsetOf(segment, 0);
  const end = offsetOf(segment, segment.childNodes.length);
  return Math.min(Math.max(offset, start), end - 1);
}

/** @param {{spans: {start: number, end: number}[]}} claim @returns {DOMRect | undefined} where its first words stand */
export const boxOf = (claim) => rangeOf(claim.spans[0].start, claim.spans[0].end)?.getBoundingClientRect();
