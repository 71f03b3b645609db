// The desk by keyboard: one unit at a time, its lit field answered by digits, Enter accepts and goes on.
// What is decided is sent while the next unit is already there; what could not be sent brings its unit back.

import { moved, paint, quoted, show } from "./edges.js";
import { commandOf, keysAct } from "./keys.js";
import { selected } from "../reader/select.js";

const root = document.getElementById("units");
const units = [...root.querySelectorAll(".unit:not(.own, .about-document)")];
const own = document.getElementById("u-own");
const saved = document.getElementById("saved");
const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? document.querySelector('meta[name="csrf"]').content;
const isTyping = (node) => node?.matches?.("input:not([type=radio], [type=checkbox]), textarea, select, .about-document input");
const isOpen = (unit) => "open" in unit.dataset;
const openUnits = () => units.filter(isOpen);
const steps = JSON.parse(sessionStorage.getItem(`desk ${location.pathname}`) ?? "[]");
let current = null;
let pending = 0;

document.body.classList.add("scripted");

// ---- one unit at a time ----

/** @param {Element | undefined} unit */
function open(unit) {
  if (!unit) return;
  for (const one of [...units, own]) one.classList.toggle("current", one === unit);
  current = unit;
  document.getElementById("toast").hidden = true;
  const claims = unit.dataset.claims.split(" ").filter(Boolean);
  for (const mark of document.querySelectorAll("#text mark"))
    mark.classList.toggle("on", mark.dataset.c.split(" ").some((id) => claims.includes(id)));
  for (const item of root.querySelectorAll(".all li")) {
    const isHere = item.firstElementChild.hash === `#${unit.id}`;
    isHere ? item.setAttribute("aria-current", "true") : item.removeAttribute("aria-current");
  }
  light(firstField(unit));
  const spans = resultSpans(unit);
  paint([]);
  show(spans);
  history.replaceState(null, "", `#${unit.id}`);
  unit.focus({ preventScroll: true });
  root.scrollTop = 0;
  if (unit.getBoundingClientRect().top < 0) unit.scrollIntoView(); // on a phone the page scrolls, not the panel
  count();
}

function count() {
  const left = openUnits();
  const at = left.indexOf(current) + 1;
  const words = left.length ? (at ? `Open unit ${at} of ${left.length}` : `${left.length} open of ${units.length}`) : "Nothing open";
  document.getElementById("place").textContent = words;
}

/** @param {1 | -1} by */
function step(by) {
  const list = openUnits().length ? openUnits() : units;
  const from = list.includes(current) ? list.indexOf(current) : -1;
  open(list[(from + by + list.length) % list.length] ?? units[0]);
}

// ---- fields and cells ----

const heads = (unit) => [...unit.querySelectorAll("thead [data-field]")];
const cellsOf = (unit, field) => [...unit.querySelectorAll(".cell input")].filter((input) => input.name === `pick ${field}`);
const isMissing = (unit, head) => !cellsOf(unit, head.dataset.field).some((input) => input.checked);
const firstField = (unit) =>
  heads(unit).find((head) => isMissing(unit, head)) ?? heads(unit).find((head) => "open" in head.dataset) ?? heads(unit)[0];
const litHead = () => current?.querySelector("thead .lit");

function light(head) {
  const unit = head?.closest(".unit");
  for (const one of root.querySelectorAll(".lit")) one.classList.remove("lit");
  if (!head) return;
  head.classList.add("lit");
  for (const input of cellsOf(unit, head.dataset.field)) input.closest("td").classList.add("lit");
  for (const aid of unit.querySelectorAll(".aid")) aid.classList.toggle("lit", aid.dataset.aid === head.dataset.field);
}

/** @param {number} n take that reading's cell of the lit field, and light the next field that is missing */
function take(n) {
  const head = litHead();
  const input = head && cellsOf(current, head.dataset.field)[n - 1];
  if (!input) return warn(`There is no reading ${n} here.`);
  input.checked = true;
  changed(input);
  const next = heads(current).find((one) => isMissing(current, one));
  if (next) light(next);
  return true;
}

/** Show which readings have the value that is taken. */
function showSame(unit) {
  for (const head of heads(unit)) {
    const cells = cellsOf(unit, head.dataset.field).map((input) => [input, input.closest(".cell")]);
    const taken = cells.find(([input]) => input.checked)?.[1].dataset.value;
    for (const [, cell] of cells) cell.classList.toggle("same", cell.dataset.value === taken);
  }
}

function changed(input) {
  showSame(current);
  if (input.closest("[data-spans]")) {
    current.querySelector("form [name=spans]").value = "";
    show(resultSpans(current));
  }
  say(input.closest(".cell").textContent.trim());
}

/** @param {number} n take every cell of one reading */
function takeWhole(n) {
  const row = current.querySelector(`tr[data-reading="${n}"]`);
  if (!row) return warn(`There is no reading ${n} here.`);
  for (const input of row.querySelectorAll(".cell input")) input.checked = true;
  current.querySelector("form [name=spans]").value = "";
  return decide("accept");
}

function moveField(by) {
  const list = heads(current);
  if (list.length) light(list[(list.indexOf(litHead()) + by + list.length) % list.length]);
}

// ---- the words of the result ----

function resultSpans(unit) {
  const written = unit.querySelector("form [name=spans]").value;
  if (written) return JSON.parse(written);
  const cell = unit.querySelector("[data-spans]:has(:checked)") ?? null;
  return JSON.parse(cell?.dataset.spans ?? unit.dataset.start);
}

function setSpans(unit, spans) {
  unit.querySelector("form [name=spans]").value = JSON.stringify(spans);
  const line = unit.querySelector("[data-edges]");
  line.hidden = false;
  line.textContent = unit === own ? `“${quoted(spans)}”` : `Words now: “${quoted(spans)}”`;
  paint(spans);
  show(spans);
}

/** @param {"start" | "end"} edge @param {1 | -1} by */
function move(edge, by) {
  const spans = resultSpans(current);
  if (spans.length) setSpans(current, moved(spans, edge, by));
}

function startOwn() {
  const found = selected();
  const spans = found ? [found] : current && current !== own ? resultSpans(current) : [];
  open(own);
  if (spans.length) setSpans(own, spans);
  own.querySelector("[data-byhand]").open = true;
  own.querySelector("[name=speakers]").focus();
  getSelection().removeAllRanges();
}

// ---- sending ----

/** @param {FormData} body @returns {Promise<any>} */
async function post(body) {
  const headers = { Accept: "application/json", "X-CSRFToken": token() };
  const response = await fetch(document.getElementById("undo").action, { method: "POST", body, headers, redirect: "manual" });
  const data = await response.json().catch(() => null);
  if (response.ok && data) return data;
  if (response.type === "opaqueredirect" || response.status === 401) throw new Error("Sign in again in another tab, then repeat the step.");
  throw Object.assign(new Error(data?.detail ?? "The server gave no answer."), { errors: data?.errors, status: response.status });
}

function busy(by) {
  pending += by;
  saved.dataset.state = pending ? "busy" : "good";
  saved.querySelector(".words").textContent = pending ? "Saving…" : "All changes saved";
}

function remember(batch) {
  if (batch) steps.push(batch);
  sessionStorage.setItem(`desk ${location.pathname}`, JSON.stringify(steps.slice(-50)));
}

/** @param {Element} unit @param {string} act @param {Record<string, string | string[]>} [more] */
function bodyOf(unit, act, more = {}) {
  const body = new FormData(unit.querySelector("form"));
  body.set("do", act);
  for (const [name, value] of Object.entries(more)) {
    body.delete(name);
    for (const one of [value].flat()) body.append(name, one);
  }
  return body;
}

/** Accept or reject the current unit, open the next one, send meanwhile. @param {"accept" | "reject"} act */
async function decide(act) {
  const unit = current;
  const missing = act === "accept" ? heads(unit).filter((head) => isMissing(unit, head) && !isWritten(unit, head.dataset.field)) : [];
  if (missing.length) {
    light(missing[0]);
    return warn(`${missing[0].textContent}: the readings differ. Choose one with a digit.`);
  }
  if (unit === own) return sendAndReload(bodyOf(unit, act), unit);
  const body = bodyOf(unit, act);
  const wasOpen = isOpen(unit);
  const before = stateWords(unit);
  delete unit.dataset.open;
  complain(unit, []);
  mark(unit, act === "accept" ? "decided" : "not a claim");
  const rest = openUnits();
  const after = units.slice(units.indexOf(unit) + 1).find(isOpen) ?? rest[0];
  if (after) open(after);
  else atTheEnd();
  busy(1);
  try {
    const done = await post(body);
    remember(done.batch);
    keepDecision(unit, done.decision);
    if (after === undefined && !isLast(done)) location.reload();
  } catch (error) {
    if (wasOpen) unit.dataset.open = "";
    mark(unit, before);
    complain(unit, error.errors?.map((one) => one.detail) ?? [error.message]);
    // Whoever is writing elsewhere meanwhile is not taken away from it.
    if (isTyping(document.activeElement)) warn(`Not saved: ${unit.querySelector("h2").textContent} ${error.message}`);
    else open(unit);
  } finally {
    busy(-1);
  }
  return true;
}

/** What was decided just now is what the next step on this unit rests on. */
function keepDecision(unit, decision) {
  const form = unit.querySelector("form");
  for (const old of form.querySelectorAll("[name=decision]")) old.remove();
  if (!decision) return;
  const value = `${decision.id} ${decision.version}`;
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "decision", value }));
}

const stateWords = (unit) => root.querySelector(`.all a[href="#${unit.id}"]`)?.closest("li")?.querySelector(".quiet").textContent ?? "open";

const isLast = (done) => done.n_open === 0;

function isWritten(unit, field) {
  const names = field.startsWith("stances") ? ["value", "no_stance"] : field.startsWith("attributes/") ? [`attribute ${field.slice(11)}`] : [field];
  return names.some((name) => [...unit.querySelectorAll("form [name]")].some((input) => input.name === name && (input.type === "checkbox" ? input.checked : input.value.trim())));
}

function mark(unit, words) {
  for (const link of root.querySelectorAll(`li a[href="#${unit.id}"]`)) {
    const item = link.closest("li");
    item.dataset.state = words.startsWith("open") ? "open" : "decided";
    item.querySelector(".quiet").textContent = words;
  }
}

function atTheEnd() {
  count();
  warn("Nothing is open: finish the document (D), or take the last step back (U).");
  document.querySelector("#finish button").focus();
}

function complain(unit, lines) {
  const list = unit.querySelector("[data-errors]");
  list.replaceChildren(...lines.map((line) => Object.assign(document.createElement("li"), { textContent: line })));
  list.hidden = !lines.length;
  if (lines.length) say(lines[0]);
}

/** Steps after which units are aligned anew load the desk again. @param {FormData} body @param {Element | null} unit */
async function sendAndReload(body, unit) {
  if (pending) return warn("The step before is not saved yet. Try again in a moment.");
  busy(1);
  let isDone = false;
  try {
    const done = await post(body);
    remember(body.get("do") === "undo" ? null : done.batch);
    sessionStorage.setItem("desk goes on", body.get("do") === "undo" ? "" : "1");
    isDone = true;
    location.reload();
  } catch (error) {
    unit ? complain(unit, error.errors?.map((one) => one.detail) ?? [error.message]) : warn(error.message);
    // A step that the server refuses cannot be taken back; one that did not reach it still can.
    if (body.get("do") === "undo") remember(error.status ? null : body.get("batch"));
  } finally {
    if (!isDone) busy(-1);
  }
  return true;
}

/** Finish in place: what is refused is said here, and the list of documents opens when it is done. */
async function finish() {
  if (pending) return warn("The step before is not saved yet. Try again in a moment.");
  busy(1);
  try {
    const done = await post(new FormData(document.getElementById("finish")));
    remember(done.batch);
    location.assign(new URL("../../../adjudicate/", location.href));
  } catch (error) {
    warn(error.message);
    if (openUnits().length) open(openUnits()[0]);
    warn(error.message);
  } finally {
    busy(-1);
  }
  return true;
}

function undo() {
  if (pending) return warn("The step before is not saved yet. Try again in a moment.");
  const batch = steps.pop();
  if (!batch) return warn("There is no step of yours on this page to take back.");
  const body = new FormData(document.getElementById("undo"));
  body.set("batch", batch);
  return sendAndReload(body, null);
}

/** The readings part where the lit field differs from its first value. */
function split() {
  const head = litHead() ?? heads(current)[0];
  const cells = head ? cellsOf(current, head.dataset.field) : [];
  const keys = [...current.querySelectorAll("tr[data-key]")].map((row) => row.dataset.key);
  if (keys.length < 2) return warn("There is only one reading.");
  const words = (input) => input.closest(".cell").dataset.value;
  const first = cells.length ? cells.filter((input) => words(input) === words(cells[0])).map((input) => input.value) : [keys[0]];
  const apart = first.length < keys.length ? first : [keys[0]];
  return sendAndReload(bodyOf(current, "two", { apart }), current);
}

function join() {
  const choice = current.querySelector("[name=with]");
  if (!choice) return warn("No other unit stands in this passage.");
  if (choice.options.length === 1) return sendAndReload(bodyOf(current, "join"), current);
  choice.focus();
  return warn("Choose the unit to join, then press M.");
}

function same(isInverted) {
  const head = litHead();
  if (!head || !("entry" in head.dataset)) return warn("Light a field with names first: ↑ ↓.");
  return sendAndReload(bodyOf(current, "same", { field: head.dataset.field, ...(isInverted ? { inverted: "1" } : {}) }), current);
}

// ---- keys ----

const details = (name) => {
  const found = current?.querySelector(`[data-${name}]`);
  if (!found) return;
  found.open = true;
  found.querySelector("textarea, input, select").focus();
};

/** By the id of the command; its key is in keys.js. */
const ACTS = {
  next: () => step(1),
  previous: () => step(-1),
  reject: () => current !== own && decide("reject"),
  two: split,
  join,
  why: () => details("why"),
  byhand: () => details("byhand"),
  own: startOwn,
  undo,
  finish,
  back: () => details("back"),
  same: () => same(false),
  opposite: () => same(true),
  document: () => document.getElementById("next-document")?.click(),
  help: () => document.getElementById("help").showModal(),
};
/** These are no single characters: they act also where those are switched off. */
const FIXED = {
  Enter: () => decide("accept"),
  ArrowUp: () => moveField(-1),
  ArrowDown: () => moveField(1),
};

/** Digits count by their place, because the row of digits needs shift on some keyboards; signs by their character. */
function actionOf(event) {
  const edge = event.shiftKey ? "start" : "end";
  if (event.key === "ArrowRight") return () => move(edge, 1);
  if (event.key === "ArrowLeft") return () => move(edge, -1);
  if (event.key in FIXED) return FIXED[event.key];
  if (!keysAct()) return undefined;
  const digit = Number(/^Digit([1-9])$/.exec(event.code)?.[1] ?? (/^[1-9]$/.test(event.key) ? event.key : 0));
  const found = commandOf(event);
  // Where a sign needs the row of digits (“=” is Shift 0 in German), the sign goes first.
  if (digit && (!found || /\d/.test(event.key))) return () => (event.shiftKey ? takeWhole(digit) : take(digit));
  return ACTS[found];
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
  const typing = isTyping(event.target);
  if (event.key === "Escape" && current) return void current.focus({ preventScroll: true });
  if (event.key === "Enter" && event.target.closest("a, button, summary, textarea")) return;
  const joins = event.target.name === "with" && keysAct() && commandOf(event) === "join";
  if (typing && event.key !== "Enter" && !joins) return;
  if (joins) {
    event.preventDefault();
    return void sendAndReload(bodyOf(current, "join"), current);
  }
  const act = actionOf(event);
  if (!act) return;
  event.preventDefault();
  if (event.repeat && !event.key.startsWith("Arrow")) return;
  act();
});

// ---- the mouse ----

document.getElementById("finish").addEventListener("submit", (event) => {
  event.preventDefault();
  finish();
});
root.addEventListener("submit", (event) => {
  const act = event.submitter?.value;
  event.preventDefault();
  if (act === "accept" || act === "reject") decide(act);
  else if (act === "two") split();
  else sendAndReload(bodyOf(current, act), current);
});
root.addEventListener("change", (event) => {
  if (!event.target.closest(".cell")) return;
  light(heads(current).find((head) => event.target.name === `pick ${head.dataset.field}`));
  changed(event.target);
});
root.addEventListener("click", (event) => {
  const link = event.target.closest("li a[href^='#u-']");
  if (!link) return;
  event.preventDefault();
  open(document.querySelector(link.hash));
});
document.getElementById("text").addEventListener("click", (event) => {
  if (String(getSelection())) return;
  const ids = event.target.closest("mark")?.dataset.c.split(" ") ?? [];
  const hit = units.filter((unit) => ids.some((id) => unit.dataset.claims.split(" ").includes(id)));
  open(hit.find((unit) => unit !== current && isOpen(unit)) ?? hit[0]);
});
document.addEventListener("click", (event) => {
  const run = event.target.closest("[data-run]")?.dataset.run;
  if (run === "next") step(1);
  if (run === "previous") step(-1);
  if (run === "help") document.getElementById("help").showModal();
  if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
});

// ---- names, offered while typing ----

const registryOf = { "speaker-names": "speaker", "target-names": "target", "proposition-names": "proposition" };
let waiting = 0;
root.addEventListener("input", (event) => {
  const list = event.target.list;
  if (!list) return;
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const words = event.target.value.split(";").pop().trim();
    const url = new URL(`../../../entries/${registryOf[list.id]}/`, location.href);
    url.searchParams.set("q", words);
    const html = await fetch(url).then((response) => (response.ok ? response.text() : ""));
    const found = new DOMParser().parseFromString(`<ul>${html}</ul>`, "text/html").querySelectorAll("li[data-id]");
    list.replaceChildren(...[...found].map((item) => Object.assign(document.createElement("option"), { value: item.dataset.name })));
  }, 120);
});

/** @param {string} words announced, not shown */
function say(words) {
  document.getElementById("live").textContent = words;
  document.getElementById("toast").hidden = true;
  return true;
}

/** @param {string} words announced and shown */
function warn(words) {
  say(words);
  const toast = document.getElementById("toast");
  toast.hidden = false;
  toast.firstElementChild.textContent = words;
  return true;
}

window.addEventListener("beforeunload", (event) => {
  if (pending) event.preventDefault();
});
const asked = location.hash.startsWith("#u-") ? document.querySelector(location.hash) : null;
open(asked ?? openUnits()[0] ?? units[0] ?? own);
// After a step that aligned the units anew: on to the next one, if this one is settled now.
if (sessionStorage.getItem("desk goes on") && !isOpen(current) && openUnits().length)
  open(units.slice(units.indexOf(current) + 1).find(isOpen) ?? openUnits()[0]);
sessionStorage.removeItem("desk goes on");
