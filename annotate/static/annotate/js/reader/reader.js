// The page: selection makes claims, clicks choose them, the card answers them, the store saves them.

import { Card } from "./card.js";
import { offsetOf, quoteOf, rangeOf } from "./offsets.js";
import { paint, tint } from "./paint.js";
import { send } from "./net.js";
import { snap } from "./snap.js";
import { Store, newClaim } from "./store.js";

const state = JSON.parse(document.getElementById("state").textContent);
const text = document.getElementById("text");
const list = document.getElementById("claim-list");
const toast = document.getElementById("toast");
const live = document.getElementById("live");
const picking = document.getElementById("picking");
/** On narrow screens the card is a sheet over the list, so the text is what has to stay in view. */
const narrow = window.matchMedia("(max-width: 900px)");
const store = new Store(state);

/** What the next selection is for: null makes a claim. @type {{field: string, index?: number} | null} */
let pick = null;
let pending = [];
/** Where the pointer went down in the text; null when it is up. @type {[number, number] | null} */
let downAt = null;

const host = {
  state,
  store,
  change: (claim) => {
    store.put(claim);
    showPending(claim.id);
  },
  act,
  near,
  entryName,
  rememberSpeaker,
};
const card = new Card(host);

// --- candidates

/** Entries used in this document, the latest first; then the outlet and “Not stated”. */
function near(kind) {
  const found = new Map();
  const add = (entry, hint) => {
    if (entry?.name && !found.has(entry.name)) found.set(entry.name, { ...entry, hint });
  };
  const latest = [...store.claims.values()].reverse();
  for (const claim of latest) {
    if (kind === "target") claim.stances.forEach((stance) => add(stance.target));
    if (kind === "proposition" && claim.proposition) add({ id: claim.proposition.id, name: claim.proposition.text });
    if (kind !== "speaker") continue;
    for (const speaker of claim.speakers) {
      add({ id: speaker.id, name: speaker.name });
      add(speaker.represents && { id: speaker.represents.id, name: speaker.represents.name });
    }
    claim.reported_by.forEach((entry) => add({ id: entry.id, name: entry.name }));
  }
  const shown = [...found.values()].slice(0, 7);
  if (kind === "speaker") {
    if (state.outlet && !shown.some((entry) => entry.name === state.outlet.name)) {
      shown.push({ ...state.outlet, hint: "outlet" });
    }
    if (state.notStated && !shown.some((entry) => entry.name === state.notStated.name)) shown.push(state.notStated);
  }
  return shown;
}

function entryName(id) {
  return id ? near("speaker").find((entry) => entry.id === id)?.name : undefined;
}

/** A speaker chosen again brings whom they represented, and who reported them, in their last claim here. */
function rememberSpeaker(entry, claim, old) {
  const kept = { id: entry.id, name: entry.name, represents: null, mention: old?.mention ?? [] };
  if (old) return kept;
  const last = [...store.claims.values()]
    .reverse()
    .find((other) => other.id !== claim.id && other.speakers.some((speaker) => speaker.name === entry.name));
  if (last) {
    const same = last.speakers.find((speaker) => speaker.name === entry.name);
    kept.represents = same.represents && { id: same.represents.id, name: same.represents.name };
    if (!claim.reported_by.length) claim.reported_by = structuredClone(last.reported_by);
  }
  return kept;
}

// --- choosing a claim

const itemOf = (id) => document.getElementById(`c-${id}`);

function activate(id, { light = false } = {}) {
  if (card.id === id) {
    if (light) card.light();
    return;
  }
  card.close();
  const item = itemOf(id);
  if (!item) return;
  card.open(id, item);
  tint(id, "on");
  mark(id);
  if (!state.writable) for (const field of card.element.querySelectorAll("input, textarea, button:not(.close)")) field.disabled = true;
  if (narrow.matches) showWords(store.claims.get(id));
  else item.scrollIntoView({ block: "nearest" });
  if (light) card.light();
}

/** Scroll so that a claim's first words stand above the sheet. */
function showWords(claim) {
  const box = rangeOf(claim.spans[0].start, claim.spans[0].end)?.getBoundingClientRect();
  if (box) window.scrollBy(0, box.top - 90);
}

/** Give the tint of the active claim the tone of its stance. */
function mark(id) {
  const slot = [...(card.element?.classList ?? [])].find((name) => name !== "card");
  for (const segment of document.querySelectorAll("mark.on")) segment.dataset.tone = slot ?? "";
  paint("pending", itemOf(id)?.dataset.pending ? (store.claims.get(id)?.spans ?? []) : pending);
}

function deactivate() {
  stopPicking();
  card.close();
  tint(null, "on");
}

/** The claims under an offset, the shortest first. */
function claimsAt(offset) {
  const size = (claim) => claim.spans.reduce((sum, span) => sum + span.end - span.start, 0);
  return [...store.claims.values()]
    .filter((claim) => claim.spans.some((span) => span.start <= offset && offset < span.end))
    .sort((one, two) => size(one) - size(two));
}

function clickAt(offset) {
  const found = claimsAt(offset);
  if (!found.length) {
    deactivate();
    return;
  }
  const at = found.findIndex((claim) => claim.id === card.id);
  activate(found[(at + 1) % found.length].id);
}

// --- selecting

/** @returns {[number, number] | null} the selected span, snapped to words */
function selected(exact) {
  const selection = window.getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  if (!range.intersectsNode(text)) return null;
  const start = offsetOf(range.startContainer, range.startOffset);
  const end = offsetOf(range.endContainer, range.endOffset);
  if (start === null || end === null) return null;
  return snap(start, end, exact);
}

const spanOf = ([start, end]) => ({ start, end, quote: quoteOf(start, end) });

function takeSelection(exact) {
  const found = selected(exact);
  if (!found) return false;
  if (!state.writable) {
    notify(state.locked);
    return false;
  }
  window.getSelection().removeAllRanges();
  const span = spanOf(found);
  if (pick) usePicked(span);
  else makeClaim([span]);
  return true;
}

function makeClaim(spans, from = {}) {
  const claim = { ...newClaim(crypto.randomUUID(), spans), ...from };
  const item = document.createElement("li");
  item.className = "c open";
  item.id = `c-${claim.id}`;
  item.dataset.id = claim.id;
  item.dataset.pending = "1";
  insertItem(item, before(claim));
  store.put(claim);
  showPending(claim.id);
  activate(claim.id, { light: true });
  count();
  say(`Claim made: ${spans.map((span) => span.quote).join(" … ")}`);
}

/** The id of the claim that stands before this one in the list. */
function before(claim) {
  const order = [...store.claims.values()].filter((other) => other.id !== claim.id);
  const key = (one) => [one.spans[0].start, -one.spans.at(-1).end];
  const less = (a, b) => a[0] - b[0] || a[1] - b[1];
  return order.filter((other) => less(key(other), key(claim)) <= 0).sort((a, b) => less(key(a), key(b))).at(-1)?.id ?? null;
}

function insertItem(item, after) {
  const previous = after && itemOf(after);
  if (previous) previous.after(item);
  else list.prepend(item);
}

function usePicked(span) {
  const { field, index } = pick;
  const claim = structuredClone(store.claims.get(card.id));
  const byPlace = (one, two) => one.start - two.start;
  if (field === "part") {
    const apart = claim.spans.filter((other) => other.end <= span.start || span.end <= other.start);
    const touching = claim.spans.filter((other) => !apart.includes(other));
    const start = Math.min(span.start, ...touching.map((other) => other.start));
    const end = Math.max(span.end, ...touching.map((other) => other.end));
    claim.spans = [...apart, spanOf([start, end])].sort(byPlace);
  } else if (field === "edges") claim.spans = [span];
  else if (field === "cue") claim.cue = [...claim.cue, span].sort(byPlace);
  else claim.speakers[index].mention = [...claim.speakers[index].mention, span].sort(byPlace);
  stopPicking();
  host.change(claim);
  if (field === "part" || field === "edges") insertItem(itemOf(claim.id), before(claim));
  card.refresh();
  card.light();
}

const ASKS = {
  part: "Select a further part of this claim in the text.",
  edges: "Select the words of this claim anew.",
  cue: "Select the words that attribute the claim, such as “she said”.",
  mention: "Select the words that name the speaker.",
};

function startPicking(detail) {
  pick = detail;
  picking.querySelector("span").textContent = ASKS[detail.field];
  picking.hidden = false;
  say(ASKS[detail.field]);
}

function stopPicking() {
  pick = null;
  picking.hidden = true;
}

// --- what the buttons and keys do

function act(what, detail) {
  if (what === "close") deactivate();
  else if (what === "delete") removeActive();
  else if (what === "typing") showSaved();
  else if (what === "part" || what === "edges") startPicking({ field: what });
  else if (what === "pick") startPicking(detail);
  else if (what === "again") {
    const { spans, speakers, reported_by, cue, mode } = structuredClone(card.claim);
    makeClaim(spans, { speakers, reported_by, cue, mode });
  }
}

function removeActive() {
  const { id } = card;
  if (!id) return;
  const next = itemOf(id)?.nextElementSibling?.dataset.id;
  deactivate();
  store.remove(id);
  itemOf(id)?.remove();
  count();
  notify("Claim deleted.", "Undo", undo);
  if (next) itemOf(next)?.querySelector("button")?.focus({ preventScroll: true });
}

function undo() {
  afterStep(store.undo());
}

function afterStep(id) {
  if (!id) return;
  hideToast();
  const claim = store.claims.get(id);
  if (!claim) {
    if (card.id === id) deactivate();
    itemOf(id)?.remove();
  } else if (!itemOf(id)) {
    const item = document.createElement("li");
    item.className = "c open";
    item.id = `c-${id}`;
    item.dataset.id = id;
    insertItem(item, before(claim));
    activate(id);
  } else if (card.id === id) card.fill();
  count();
}

function count() {
  document.getElementById("n-claims").textContent = String(store.claims.size);
  document.getElementById("no-claims").hidden = store.claims.size > 0;
  const nothing = document.getElementById("nothing");
  if (nothing) {
    nothing.disabled = store.claims.size > 0;
    if (store.claims.size) nothing.checked = false;
  }
}

/** Draw a claim's spans at once; the server's lanes follow with its answer. */
function showPending(id) {
  const claim = store.claims.get(id);
  pending = claim?.spans ?? [];
  paint("pending", pending);
}

// --- what the server answered

store.addEventListener("saved", ({ detail: { id, answer } }) => {
  for (const [block, html] of Object.entries(answer.blocks)) heldBack.set(block, html);
  if (!isSelecting()) drawAnswers();
  if (answer.item) replaceItem(id, answer);
  else if (!store.claims.has(id)) itemOf(id)?.remove();
  pending = [];
  paint("pending", []);
  if (card.id === id && !store.waiting.has(id)) card.head();
  if (card.id) mark(card.id);
  count();
});

/** Paragraphs that the server drew anew while somebody was selecting: replacing them would end the selection. */
const heldBack = new Map();

const isSelecting = () => downAt !== null || (!window.getSelection().isCollapsed && selected(true) !== null);

function drawAnswers() {
  for (const [id, html] of heldBack) {
    const holder = document.createElement("div");
    holder.innerHTML = html;
    document.getElementById(id)?.replaceWith(holder.firstElementChild);
  }
  heldBack.clear();
  if (card.id) {
    tint(card.id, "on");
    mark(card.id);
  }
}

function replaceItem(id, answer) {
  const holder = document.createElement("ol");
  holder.innerHTML = answer.item;
  const fresh = holder.firstElementChild;
  const old = itemOf(id);
  if (!store.claims.has(id)) return;
  if (card.id === id && card.element) {
    // The card keeps its place in the page, so that neither focus nor what is being typed is lost.
    old.className = `${fresh.className} active`;
    delete old.dataset.pending;
    old.querySelector(":scope > button")?.remove();
    old.prepend(fresh.querySelector("button"));
  } else if (old) old.replaceWith(fresh);
  else insertItem(fresh, before(store.claims.get(id)));
}

store.addEventListener("refused", ({ detail: { id, error } }) => {
  const claim = store.claims.get(id);
  if (card.id === id) card.showErrors(error.problem);
  const isNew = !store.versions.has(id);
  notify(error.message, isNew ? "Discard" : "Take back", () => {
    store.revert(id);
    if (isNew) {
      if (card.id === id) deactivate();
      itemOf(id)?.remove();
      paint("pending", []);
    } else if (card.id === id) card.fill();
    count();
    showSaved();
  });
  showSaved(`Not saved: ${claim ? "the claim was refused" : "the change was refused"}`);
});

store.addEventListener("conflict", ({ detail: { id, error } }) => {
  const dialog = document.getElementById("conflict");
  const current = error.problem.current ?? null;
  const mine = store.claims.get(id);
  const words = (claim) =>
    claim
      ? `${claim.speakers.map((speaker) => speaker.name).join(", ") || "no speaker"}: ${claim.stances.map((stance) => `${stance.value ?? "…"} – ${stance.target?.name ?? "…"}`).join("; ") || (claim.no_stance ? "no stance" : "no stance yet")} “${claim.spans.map((span) => span.quote).join(" […] ")}”`
      : "deleted";
  dialog.querySelector("[data-mine]").textContent = words(mine);
  dialog.querySelector("[data-theirs]").textContent = words(current);
  dialog.onclick = (event) => {
    const choice = event.target.closest("button")?.value;
    if (!choice) return;
    dialog.close();
    resolve(id, choice, mine, current);
  };
  dialog.showModal();
});

function resolve(id, choice, mine, current) {
  store.adopt(id, current);
  store.unsettled.delete(id);
  if (choice === "mine") {
    store.enqueue(id);
    return;
  }
  if (choice === "both" && mine) makeClaim(mine.spans, { ...mine, id: crypto.randomUUID() });
  store.revert(id);
  if (current) store.enqueue(id);
  else {
    itemOf(id)?.remove();
    if (card.id === id) deactivate();
  }
  if (card.id === id) card.fill();
  count();
}

// --- saved or not

const saved = document.getElementById("saved");

function showSaved(message = "") {
  if (!saved) return;
  const { size } = store.waiting;
  const unsettled = store.unsettled.size ? "Not saved – see the message" : "";
  const busy = size || store.running || card.typing;
  saved.dataset.state = message || unsettled ? "bad" : busy ? "busy" : "good";
  saved.querySelector(".words").textContent = message || unsettled || (busy ? "Saving…" : "All changes saved");
}

store.addEventListener("state", ({ detail }) => {
  showSaved(detail.message);
  store.running?.then(() => showSaved(store.waiting.size ? detail.message : ""));
});
window.addEventListener("online", () => store.flush());
document.addEventListener("visibilitychange", () => store.flush());
window.addEventListener("beforeunload", (event) => {
  card.keepNote();
  if (store.waiting.size || store.running || store.unsettled.size) event.preventDefault();
});

// --- messages

let hiding = 0;

function notify(message, action, run) {
  toast.querySelector("span").textContent = message;
  toast.querySelector("button")?.remove();
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = action;
    button.addEventListener("click", () => {
      hideToast();
      run();
    });
    toast.append(button);
  }
  toast.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(hideToast, 12000);
}

function hideToast() {
  toast.hidden = true;
}

function say(message) {
  live.textContent = message;
}

// --- events

const read = document.getElementById("read");

read.addEventListener("pointerdown", (event) => {
  if (event.button !== 0 || event.target.closest("a, button")) return;
  downAt = [event.clientX, event.clientY];
  document.body.classList.add("selecting"); // keeps the selection inside the text while the mouse is elsewhere
});
document.addEventListener("pointerup", (event) => {
  if (!downAt) return;
  const moved = event.pointerType !== "touch" && Math.hypot(event.clientX - downAt[0], event.clientY - downAt[1]) > 3;
  downAt = null;
  document.body.classList.remove("selecting");
  setTimeout(() => {
    if (moved) takeSelection(event.altKey);
    if (!isSelecting()) drawAnswers();
  });
});
document.addEventListener("selectionchange", () => {
  if (heldBack.size && !isSelecting()) drawAnswers();
});
text.addEventListener("click", (event) => {
  const selection = window.getSelection();
  if (!selection.isCollapsed || !selection.rangeCount) return;
  const offset = offsetOf(selection.anchorNode, selection.anchorOffset);
  const segment = event.target.closest("mark");
  if (segment && offset !== null) clickAt(offsetInside(segment, offset));
  else if (!pick) deactivate();
});

/** A click on the last edge of a mark still means that mark. */
function offsetInside(segment, offset) {
  const start = offsetOf(segment, 0);
  const end = offsetOf(segment, segment.childNodes.length);
  return Math.min(Math.max(offset, start), end - 1);
}

document.addEventListener("pointercancel", () => {
  downAt = null;
  document.body.classList.remove("selecting");
});
/** A double click takes the word, unless a third click follows and takes the paragraph. */
let doubled = 0;
text.addEventListener("dblclick", () => {
  doubled = setTimeout(() => takeSelection(false), 260);
});
text.addEventListener("click", (event) => {
  if (event.detail !== 3) return;
  clearTimeout(doubled);
  takeSelection(false);
});
list.addEventListener("click", (event) => {
  const id = event.target.closest(".c > button")?.parentElement.dataset.id;
  if (!id) return;
  activate(id);
  document.querySelector("mark.on")?.scrollIntoView({ block: "center", behavior: "auto" });
});
list.addEventListener("pointerover", (event) => {
  const id = event.target.closest(".c")?.dataset.id;
  paint("hover", id && id !== card.id ? (store.claims.get(id)?.spans ?? []) : []);
});
list.addEventListener("pointerleave", () => paint("hover", []));
picking.querySelector("button").addEventListener("click", stopPicking);

const typing = (target) => target.closest?.("input:not([type=radio], [type=checkbox]), textarea, select, dialog");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape") {
    if (pick) stopPicking();
    else if (card.element?.contains(document.activeElement)) read.focus({ preventScroll: true });
    else if (card.id) deactivate();
    return;
  }
  if (typing(event.target) || !state.writable) return;
  const key = event.key.toLowerCase();
  if (event.key === "Enter" && !event.target.closest("button, a, summary, input") && takeSelection(false)) event.preventDefault();
  else if (key === "u") afterStep(event.shiftKey ? store.redo() : store.undo());
  else if (key === "d") document.getElementById("submit-form").requestSubmit();
  else if (!card.id) return;
  else if (key === "a") act("part");
  else if (event.key === "Backspace" || event.key === "Delete") removeActive();
  else return;
  event.preventDefault();
});

/** The request that stores what concerns the whole document. @type {Promise<any> | null} */
let describing = null;

document.getElementById("nothing")?.addEventListener("change", async (event) => {
  try {
    describing = send("PUT", `${state.path}layer/${store.query}`, { body: { nothing_to_code: event.target.checked } });
    await describing;
    showSaved();
  } catch (error) {
    event.target.checked = !event.target.checked;
    notify(error.message);
  }
});

document.getElementById("submit-form")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  card.keepNote();
  await store.flush();
  const nothing = document.getElementById("nothing");
  if (!store.claims.size && !nothing.checked) {
    notify("No claim is marked. Is there nothing to code in this article?", "Nothing to code", () => {
      nothing.click();
      describing?.then(() => form.requestSubmit());
    });
    return;
  }
  if (store.waiting.size) {
    notify("Some changes are not saved yet. They are sent as soon as the server answers; then press D again.");
    return;
  }
  try {
    const answer = await send("POST", form.action, { body: {} });
    window.location.assign(answer.url);
  } catch (error) {
    const gap = error.problem?.gaps?.[0];
    if (gap?.claim) activate(gap.claim, { light: true });
    notify(error.problem?.gaps?.length > 1 ? `${error.problem.gaps.length} answers are missing. ${gap.detail}` : error.message);
  }
});

showSaved();
const done = new URLSearchParams(window.location.search).get("done");
if (done && /^[0-9a-f-]{36}$/.test(done)) {
  const url = state.path.replace(/[0-9a-f-]{36}/, done);
  notify("Submitted.", "Open it again", () => {
    const form = document.createElement("form");
    form.method = "post";
    form.action = `${url}reopen/${store.query}`;
    const token = document.createElement("input");
    token.name = "csrfmiddlewaretoken";
    token.value = document.querySelector('meta[name="csrf"]').content;
    form.append(token);
    document.body.append(form);
    form.submit();
  });
}
