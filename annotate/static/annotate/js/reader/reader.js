// The page: keys and pointers make claims, the card answers them, the store saves them.

import { fillAnswer, isTyped, keepTyped, nameGroups, readAnswer } from "./answers.js";
import { Card, TYPED, undetect } from "./card.js";
import { Clock } from "./clock.js";
import { combobox } from "./combobox.js";
import { Cursor, keepInView } from "./cursor.js";
import { Done } from "./done.js";
import { Handles } from "./handles.js";
import { Hints } from "./hints.js";
import { Keys, digitOf, nameOf, printed } from "./keys.js";
import { Making } from "./making.js";
import { send, state } from "./net.js";
import { hideNotice, notify, say } from "./notices.js";
import { spanOf } from "./offsets.js";
import { Outline } from "./outline.js";
import { paint } from "./paint.js";
import { dropSelection, selected, selectsText, watchSelection } from "./select.js";
import { Store, newClaim, newId } from "./store.js";
import { View, boxOf, itemOf, offsetInside } from "./view.js";

const list = document.getElementById("claim-list");
const picking = document.getElementById("picking");
/** On narrow screens the card is a sheet over the list, so the text is what has to stay in view. */
const narrow = window.matchMedia("(max-width: 900px)");

const store = new Store(state);
const outline = new Outline(state.outline);
const making = new Making(state, store, outline);
const cursor = new Cursor(outline);
const hints = new Hints(document.getElementById("hints"));
const app = { state, store, outline, making, cursor };
const view = new View(app);
const handles = new Handles({
  overlay: document.getElementById("handles"),
  claim: () => (state.writable ? store.claims.get(card.id) : null),
  onMove: moveEdgeTo,
});
const card = new Card({ state, store, making, change, act, back, keyOf: (id) => printed(keys.keyOf(id)) });
Object.assign(app, { card, handles, view });
/** @type {Clock | null} */
let clock = null;

/** What the next words are for: null makes a claim. @type {{field: string, index?: number} | null} */
let pick = null;
/** The keys that come next belong to `F`: the initial of a word. @type {"find" | "find-extend" | null} */
let finding = null;

// --- claims

/** Change a claim in the page at once, and send it. */
function change(claim) {
  const touched = [...view.within(store.claims.get(claim.id)), ...view.within(claim)];
  making.touch(claim.id);
  store.put(claim);
  view.describe(claim);
  view.marks();
  view.sentences(touched);
}

/** @param {[number, number][]} parts */
function makeClaim(parts, from = null) {
  if (!state.writable) return notify(state.locked);
  const claim = { ...newClaim(newId(), parts.map(spanOf)), ...from };
  if (!from) making.begin(claim);
  hints.stop();
  change(claim);
  view.ensure(claim.id);
  activate(claim.id);
  view.count();
  cursor.put(claim.spans.at(-1).end, { focus: false });
  back();
  card.light(making.gap(claim) ?? making.fields(claim).find((field) => field.open) ?? null);
  return say(`Claim made: ${claim.spans.map((span) => span.quote).join(" … ")}. ${asked()}`);
}

/** What the lit field asks, for who cannot see it. */
function asked() {
  const element = card.litElement();
  if (!element) return "";
  const options = [...element.querySelectorAll("[role=option] kbd")].map((key) => [...key.parentElement.childNodes].map((part) => part.textContent.trim()).join(" "));
  return `${element.dataset.name ?? card.lit.name}? ${options.join(", ")}`;
}

function activate(id) {
  if (card.id === id) return;
  card.close();
  const item = view.ensure(id);
  if (!item) return;
  card.open(id, item);
  view.marks();
  handles.show();
  if (!state.writable) for (const field of card.element.querySelectorAll("input, textarea, button:not(.close)")) field.disabled = true;
  if (narrow.matches) keepInView(boxOf(store.claims.get(id)));
  else item.scrollIntoView({ block: "start" });
}

/** Make a claim the active one, show its words, and light what is still open. */
function goTo(id) {
  activate(id);
  const claim = store.claims.get(id);
  if (!claim) return;
  cursor.put(claim.spans.at(-1).end, { focus: false });
  cursor.index = outline.at(claim.spans[0].start);
  cursor.show();
  keepInView(boxOf(claim));
  card.light(making.gap(claim) ?? null);
  say(`${card.element.querySelector("[data-readback]").textContent} ${claim.spans.map((span) => span.quote).join(" … ")}`);
}

function deactivate() {
  stopPicking();
  card.close();
  handles.show();
  view.marks();
}

/** Give the focus back to the text. */
function back() {
  cursor.show();
}

/** The way back from a claim: the cursor stands just behind it. */
function leave() {
  const claim = store.claims.get(card.id);
  deactivate();
  if (claim) cursor.put(claim.spans.at(-1).end);
}

function removeActive() {
  const { id } = card;
  if (!id) return;
  const { end } = store.claims.get(id).spans.at(-1);
  deactivate();
  store.remove(id);
  itemOf(id)?.remove();
  view.count();
  view.sentences();
  cursor.put(end);
  notify("Claim deleted.", "Undo (U)", () => step("undo"));
}

/** @param {"undo" | "redo"} which */
function step(which) {
  keepTyped();
  const last = store[which]();
  if (!last) return (which === "undo" && done?.takeBack?.()) || notify(`There is nothing to ${which}.`);
  hideNotice();
  say(which === "undo" ? "Undone" : "Redone");
  if (last.kind === "layer") return afterLayer();
  if (card.id === last.id && !store.claims.has(last.id)) deactivate();
  view.ensure(last.id);
  if (store.claims.has(last.id)) {
    activate(last.id);
    card.fill();
  }
  view.marks();
  view.sentences();
  handles.show();
  return view.count();
}

function again() {
  const { spans, speakers, reported_by, cue, mode } = structuredClone(card.claim);
  makeClaim(spans.map((span) => [span.start, span.end]), { speakers, reported_by, cue, mode });
}

// --- what words are taken for

/** @param {[number, number][]} parts */
function take(parts) {
  dropSelection();
  cursor.clear();
  if (pick) usePicked(parts);
  else makeClaim(parts);
}

function usePicked(parts) {
  const { field, index } = pick;
  stopPicking();
  const claim = structuredClone(card.claim);
  const byPlace = (one, two) => one.start - two.start;
  if (field === "part") claim.spans = parts.reduce(joined, claim.spans);
  else if (field === "edges") claim.spans = parts.map(spanOf);
  else if (field === "target") return card.setStance({ name: "target", index }, { target: { name: parts.map((part) => spanOf(part).quote).join(" ").replace(/\s+/g, " ") } });
  else if (field === "cue") claim.cue = [...new Map([...claim.cue, ...parts.map(spanOf)].map((span) => [span.start, span])).values()].sort(byPlace);
  else {
    const { mention } = claim.speakers[index];
    const kept = claim.detected?.fields.includes("mention") ? [] : mention;
    claim.speakers[index].mention = [...kept, ...parts.map(spanOf)].sort(byPlace);
  }
  undetect(claim, field);
  change(claim);
  if (field === "part" || field === "edges") view.insert(itemOf(claim.id), claim);
  handles.show();
  card.refresh();
  cursor.put(claim.spans.at(-1).end);
  card.light(card.lit ?? making.gap(claim) ?? null);
}

/** Add a part to sorted, disjoint spans; parts that touch become one. */
function joined(spans, [start, end]) {
  const apart = spans.filter((other) => other.end < start || end < other.start);
  const touching = spans.filter((other) => !apart.includes(other));
  const all = [[start, end], ...touching.map((other) => [other.start, other.end])];
  const whole = spanOf([Math.min(...all.map(([a]) => a)), Math.max(...all.map(([, z]) => z))]);
  return [...apart, whole].sort((one, two) => one.start - two.start);
}

const ASKS = {
  part: "Now the further part: drag, Q, G or Enter.",
  edges: "Select the words of this claim anew.",
  target: "Now the words that name the target.",
  cue: "Now the words that attribute the claim, such as “she said”.",
  mention: "Now the words that name the speaker.",
};

function startPicking(detail) {
  pick = detail;
  picking.querySelector("span").textContent = ASKS[detail.field];
  picking.hidden = false;
  back();
  say(ASKS[detail.field]);
}

function stopPicking() {
  pick = null;
  picking.hidden = true;
}

function startPart() {
  if (!card.id) return;
  const span = selected() ?? cursor.range;
  startPicking({ field: "part" });
  if (span) take([span]);
}

/** `Enter`: the selection, else the sentence without its frame – the next one where that claim was made already. */
function claimHere(whole) {
  const span = selected() ?? cursor.range ?? (pick ? cursor.word : null);
  if (!span && selectsText()) return notify("Only white space is selected.");
  if (span) return take([span]);
  const parts = ({ a, z, p }) => (whole ? [[a, z]] : p);
  const same = (spans, wanted) => spans.length === wanted.length && spans.every((one, at) => one.start === wanted[at][0] && one.end === wanted[at][1]);
  const isMade = (wanted) => [...store.claims.values()].some((claim) => same(claim.spans, wanted));
  let index = cursor.index;
  while (!pick && index < outline.sentences.length - 1 && isMade(parts(outline.sentences[index]))) index += 1;
  const sentence = outline.sentences[index];
  if (sentence) take(parts(sentence));
  return undefined;
}

function quote(move) {
  if (!pick || move < 0) return cursor.moveQuote(move) ?? say("No further quotation");
  const found = cursor.moveQuote(1, pick.field === "part" ? card.claim.spans.at(-1).end : undefined);
  if (found) take([found]);
  else say("No further quotation");
  return undefined;
}

// --- edges

/** Move an end of the active claim by a word. @param {"start" | "end"} edge @param {1 | -1} by */
function moveEdge(edge, by) {
  const { spans } = card.claim;
  const at = edge === "start" ? spans[0].start : spans.at(-1).end;
  const word = by > 0 ? outline.wordAfter(edge === "end" ? at : at + 1) : outline.wordBefore(edge === "end" ? at - 1 : at);
  if (word) moveEdgeTo(edge, word[edge === "start" ? 0 : 1]);
}

function moveEdgeTo(edge, offset) {
  const claim = structuredClone(card.claim);
  const first = claim.spans[0];
  const last = claim.spans.at(-1);
  const [start, end] = edge === "start" ? [offset, first.end] : [last.start, offset];
  const within = start < end;
  if (within && edge === "start") claim.spans[0] = spanOf([start, end]);
  else if (within) claim.spans[claim.spans.length - 1] = spanOf([start, end]);
  if (!within) return view.marks();
  change(claim);
  view.insert(itemOf(claim.id), claim);
  card.head();
  handles.show();
  return say(claim.spans.map((span) => span.quote).join(" … "));
}

// --- sentences without claims

function noClaim() {
  if (!state.writable) return notify(state.locked);
  const range = selected() ?? cursor.range;
  const [from, to] = range ? [outline.at(range[0]), outline.at(range[1] - 1)] : [cursor.index, cursor.index];
  const wanted = outline.sentences.slice(from, to + 1);
  const marks = store.layer.no_claim ?? [];
  const covers = ({ a, z }) => marks.some((mark) => mark.start <= a && z <= mark.end);
  const touched = ({ start, end }) => wanted.some(({ a, z }) => start < z && a < end);
  const kept = marks.filter((mark) => !touched(mark));
  const fresh = wanted.every(covers) ? [] : wanted.map(({ a, z }) => spanOf([a, z]));
  store.putLayer({ no_claim: [...kept, ...fresh].sort((one, two) => one.start - two.start) });
  dropSelection();
  deactivate();
  if (fresh.length && to + 1 < outline.sentences.length) cursor.put(outline.sentences[to + 1].a);
  else cursor.clear();
  afterLayer();
  return say(fresh.length ? "Marked: no claim" : "Mark taken away");
}

function afterLayer() {
  view.sentences();
  view.count();
}

// --- going round

function gapStep(by) {
  const order = [...list.children].map((item) => item.dataset.id).filter((id) => making.gap(store.claims.get(id)));
  if (!order.length) return notify("No claim has a gap.");
  const place = store.claims.get(card.id)?.spans[0].start ?? cursor.offset;
  const starts = order.map((id) => store.claims.get(id).spans[0].start);
  const at = order.indexOf(card.id);
  const next = at >= 0 ? at + by : by > 0 ? starts.findIndex((start) => start >= place) : starts.findLastIndex((start) => start < place);
  return goTo(order.at(((next < 0 ? (by > 0 ? 0 : order.length - 1) : next) + order.length) % order.length));
}

/** `Tab`: the next claim at the cursor; after the last one it goes where it always goes. */
function claimAtCursor(by) {
  const { a, z } = cursor.sentence ?? { a: 0, z: 0 };
  const here = [...list.children].map((item) => item.dataset.id).filter((id) => {
    const { spans } = store.claims.get(id) ?? { spans: [] };
    return spans.some((span) => span.start < z && a < span.end);
  });
  const at = here.indexOf(card.id);
  const next = here[at < 0 ? (by > 0 ? 0 : -1) : at + by];
  if (!next) return false;
  const { index } = cursor;
  goTo(next);
  cursor.index = index;
  cursor.show();
  return true;
}

function openDocument(which) {
  document.querySelector(`.pager [rel=${which}]`)?.click();
}

// --- what keys and buttons do

const lightTyping = (name, rest = {}) => () => card.light({ name, ...rest }, { type: TYPED });

function answerOnce(change) {
  card.edit(change);
  card.fill();
}

function startHints() {
  if (!cursor.sentence) return;
  hints.start(outline.sentences.slice(cursor.index, cursor.index + 2), (span) => take([span]));
  say("Type the letter where the claim starts, then the one where it ends.");
}

/** Light the next attribute of the codebook that is open; or give the focus to the lit one, where that is typed into. */
function lightAttribute() {
  const fields = making.fields(card.claim).filter((field) => field.name === "attribute");
  if (!fields.length) return notify("This codebook asks nothing further of a claim.");
  const at = fields.findIndex(({ key }) => key === card.lit?.key);
  const now = fields[at];
  const isMeant = now && !card.lit.isTyped && TYPED.test(card.litElement().dataset.kind);
  const next = now && !now.open ? fields[at + 1] : fields.slice(at + 1).find(({ open }) => open);
  return card.light(isMeant ? now : (next ?? fields[(at + 1) % fields.length]), { type: TYPED });
}

const ACTIONS = {
  "sentence-next": () => cursor.moveSentence(1, false),
  "sentence-previous": () => cursor.moveSentence(-1, false),
  "sentence-next-extend": () => cursor.moveSentence(1, true),
  "sentence-previous-extend": () => cursor.moveSentence(-1, true),
  "word-next": () => cursor.moveWord(1, false),
  "word-previous": () => cursor.moveWord(-1, false),
  "word-next-extend": () => cursor.moveWord(1, true),
  "word-previous-extend": () => cursor.moveWord(-1, true),
  "quote-next": () => quote(1),
  "quote-previous": () => quote(-1),
  hints: startHints,
  find: () => (finding = "find"),
  "find-extend": () => (finding = "find-extend"),
  claim: () => claimHere(false),
  "claim-whole": () => claimHere(true),
  part: startPart,
  "no-claim": noClaim,
  "gap-next": () => gapStep(1),
  "gap-previous": () => gapStep(-1),
  undo: () => step("undo"),
  redo: () => step("redo"),
  done: () => done?.submit(),
  "document-next": () => openDocument("next"),
  "document-previous": () => openDocument("prev"),
  guidelines: () => openPanel(state.guidelines),
  talk: (link) => openPanel(`${link.href}&fragment`),
  pause: () => clock?.toggle(),
  help: () => showHelp(),
  speaker: lightTyping("speaker"),
  "speaker-further": () => card.light({ name: "speaker", index: card.claim.speakers.length }, { type: TYPED }),
  target: lightTyping("target"),
  "target-words": () => startPicking({ field: "target", index: card.lit?.name === "target" ? card.lit.index : 0 }),
  "repeat-target": () => {
    const entry = making.lastTarget(card.id);
    if (!entry) return notify("No other claim has a target yet.");
    return card.setStance({ name: "target", index: card.lit?.name === "target" ? card.lit.index : 0 }, { target: entry });
  },
  stance: () => card.light({ name: "value" }),
  "stance-further": () => card.light({ name: "target", index: card.claim.stances.length }, { type: TYPED }),
  type: lightAttribute,
  behalf: () => (card.claim.speakers.length ? card.light({ name: "behalf" }, { type: TYPED }) : notify("First say who speaks.")),
  reported: lightTyping("reported"),
  cue: () => startPicking({ field: "cue" }),
  mode: () => card.light({ name: "mode" }),
  proposition: lightTyping("proposition"),
  relation: () => card.turnRelation(),
  unsure: () => answerOnce((claim) => (claim.unsure = !claim.unsure)),
  note: () => card.light({ name: "note" }, { type: TYPED }),
  again,
  "end-on": () => moveEdge("end", 1),
  "end-back": () => moveEdge("end", -1),
  "start-on": () => moveEdge("start", 1),
  "start-back": () => moveEdge("start", -1),
  delete: removeActive,
};
/** What also works on a page that cannot be changed. */
const READING = /^(sentence|word|quote|find|gap|document|guidelines|talk|help)/;
const keys = new Keys(ACTIONS);

function run(id, from) {
  if (!state.writable && !READING.test(id)) return notify(state.locked);
  return ACTIONS[id]?.(from);
}

/** A button of the card or of the bars. */
function act(what, detail) {
  if (what === "close") leave();
  else if (what === "edges") startPicking({ field: what });
  else if (what === "pick") startPicking(detail);
  else if (what === "lit") say(asked());
  else run(what);
}

const isTyping = (target) => target.closest?.("input:not([type=radio], [type=checkbox]), textarea, select, dialog, #panel");
const mayAct = () => document.activeElement === document.body || document.activeElement?.closest("#read, #claims");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape") return escape(event);
  if (isTyping(event.target) || !mayAct()) return;
  if (keydown(event)) event.preventDefault();
});

function escape(event) {
  if (event.target.closest("dialog, #panel")) return;
  if (hints.isActive) hints.stop();
  else if (finding) finding = null;
  else if (pick) stopPicking();
  else if (card.element?.contains(document.activeElement)) back();
  else if (card.id) leave();
  else cursor.clear();
}

/** @param {KeyboardEvent} event @returns {boolean} whether it meant something */
function keydown(event) {
  const name = nameOf(event);
  if (!keys.isOn && name.length === 1) return false;
  if (finding && name.length <= 2) return find(name);
  if (hints.isActive && name !== "⌫" && hints.key(name)) return true;
  if (hints.isActive && name === "⌫") return hints.key("Backspace");
  if (event.key === "Tab") return document.activeElement?.closest("#read, body") !== null && claimAtCursor(event.shiftKey ? -1 : 1);
  const onControl = event.target.closest("button, a, summary, input");
  if (onControl && (event.key === "Enter" || event.key === " " || (event.target.type === "radio" && event.key.startsWith("Arrow")))) return false;
  const digit = digitOf(event);
  if (digit >= 0 && state.writable) return (card.id && card.digit(digit)) || noAnswer(digit);
  const id = keys.find(name, Boolean(card.id) && !pick);
  if (!id) {
    if (state.writable && !pick && keys.find(name, true)) notify("No claim is active. Enter makes one.");
    return false;
  }
  hints.stop();
  run(id);
  return true;
}

function noAnswer(digit) {
  const asks = card.litElement()?.dataset.name;
  notify(asks ? `${digit} is no answer to “${asks}”.` : `No question is lit that ${digit} could answer.`);
  return true;
}

function find(name) {
  cursor.find(name.replace("⇧", ""), finding === "find-extend");
  finding = null;
  return true;
}

// --- pointers

const isSelecting = watchSelection({
  onSelect: (span) => take([span]),
  onClick: (offset, segment) => {
    if (offset === null) return;
    if (!segment) {
      if (!pick) deactivate();
      cursor.put(offset, { focus: false });
      return;
    }
    const found = view.claimsAt(offsetInside(segment, offset));
    const at = found.findIndex((claim) => claim.id === card.id);
    if (found.length) goTo(found[(at + 1) % found.length].id);
  },
  quoteAt: (offset) => outline.quotes.find(([a, z]) => a <= offset && offset < z) ?? null,
  onSettled: () => view.heldBack.size && view.draw(),
  onBar: (what) => {
    const span = selected();
    if (span && what === "claim") take([span]);
    else if (what) run(what);
  },
});
view.isHeld = isSelecting;

list.addEventListener("click", (event) => {
  const id = event.target.closest(".c > button")?.parentElement.dataset.id;
  if (id) goTo(id);
});
list.addEventListener("pointerover", (event) => {
  const id = event.target.closest(".c")?.dataset.id;
  paint("hover", id && id !== card.id ? (store.claims.get(id)?.spans ?? []) : []);
});
list.addEventListener("pointerleave", () => paint("hover", []));
picking.querySelector("button").addEventListener("click", stopPicking);
document.addEventListener("click", (event) => {
  const from = event.target.closest("[data-run]");
  if (!from || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  run(from.dataset.run, from);
});

// --- saved or not

const saved = document.getElementById("saved");
const KINDS = { saved: "good", saving: "busy", "other-tab": "busy" };

function showSaved() {
  if (!saved) return;
  const { kind, message, detail = "", url } = store.status();
  const shown = kind === "saved" && isTyped() ? "saving" : kind;
  const link = saved.querySelector("a");
  const text = shown === kind ? message : "Saving…";
  const words = saved.querySelector(".words");
  if (words.textContent !== text) words.textContent = text; // else it would be read out again
  saved.dataset.state = KINDS[shown] ?? "bad";
  saved.title = detail;
  link.hidden = !url;
  if (url) link.href = url;
  link.textContent = kind === "signed-out" ? "Sign in" : "Show it";
}

store.addEventListener("state", showSaved);
for (const type of ["input", "change"]) document.addEventListener(type, showSaved, true);
saved?.addEventListener("click", () => store.ask());
store.addEventListener("saved", ({ detail: { id, answer } }) => {
  view.take(id, answer);
  if (card.id === id && store.claims.has(id) && !store.waiting.has(id)) card.head();
});
store.addEventListener("changed", ({ detail: { id, answer } }) => {
  if (card.id === id && !store.claims.has(id)) deactivate();
  const dialog = document.getElementById("conflict");
  if (dialog.dataset.id === id) dialog.close();
  view.ensure(id);
  view.take(id, answer);
  view.sentences();
  if (card.id === id) card.refresh();
});
store.addEventListener("restored", ({ detail: { ids } }) => {
  for (const id of ids) view.ensure(id);
  if (ids.includes(card.id)) card.refresh();
  view.marks();
  view.sentences();
  view.count();
});
store.addEventListener("layer", afterLayer);
store.addEventListener("refused", ({ detail: { id, error } }) => {
  if (card.id === id) card.showErrors(error.problem);
  const isNew = id !== "layer" && !store.versions.has(id);
  notify(error.message, isNew ? "Discard" : "Take back", () => {
    store.revert(id);
    if (card.id === id && !store.claims.has(id)) deactivate();
    view.ensure(id);
    if (card.id === id) card.refresh();
    view.marks();
    view.sentences();
    view.count();
  });
});
store.addEventListener("conflict", async ({ detail: { id, error } }) => {
  const { conflict } = await import("./conflict.js");
  conflict(app, id, error.problem.current ?? null, (mine) => {
    if (mine) makeClaim(mine.spans.map((span) => [span.start, span.end]), { ...mine, id: newId() });
    if (card.id === id && !store.claims.has(id)) deactivate();
    view.ensure(id);
    if (card.id === id) card.fill();
    view.marks();
    view.count();
  });
});
for (const type of ["beforeunload", "pagehide", "visibilitychange"]) window.addEventListener(type, keepTyped);

// --- the whole document

if (state.writable) {
  clock = new Clock({ url: `${state.path}time/${store.query}`, send, onChange: showClock });
  import("./ahead.js").then(({ keepAhead }) => keepAhead(`${state.path}ahead/${store.query}`, () => clock.isCounting));
}
document.getElementById("nothing")?.addEventListener("change", (event) => store.putLayer({ nothing_to_code: event.target.checked }));
for (const group of document.querySelectorAll("[data-document-attribute]")) {
  nameGroups(group.parentElement, "document");
  import("./whole.js").then(({ askWhole }) => askWhole(group, app, { combobox, fillAnswer, readAnswer, isTyped }));
}
const done = state.writable ? new Done({ ...app, clock, goTo }) : null;

function showClock() {
  const element = document.getElementById("clock");
  if (!element || !clock) return;
  element.setAttribute("aria-pressed", String(clock.isPaused));
  element.querySelector(".words").textContent = clock.isPaused ? "Paused" : `${Math.floor(clock.seconds / 60)} min`;
}

async function openPanel(url) {
  const { togglePanel } = await import("./panel.js");
  togglePanel(url);
}

async function showHelp() {
  const { openHelp } = await import("./help.js");
  openHelp({ keys, run });
}

function showKeys() {
  document.body.classList.toggle("no-keys", !keys.isOn);
  for (const element of document.querySelectorAll("kbd[data-key]")) element.textContent = printed(keys.keyOf(element.dataset.key));
}

document.getElementById("help").addEventListener("close", back);
document.addEventListener("keys", showKeys);
showKeys();
view.sentences();
showSaved();
showClock();
if (document.activeElement === document.body) cursor.show(!narrow.matches);
// An address may name a claim, as the list item's id.
if (store.claims.has(location.hash.slice(3))) goTo(location.hash.slice(3));
performance.mark("reader-ready");
