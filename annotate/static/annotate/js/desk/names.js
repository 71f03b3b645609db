// Names first by keyboard: J and K go through the pairs; what is said of a pair loads the list again.

import { keysAct } from "./keys.js";

const list = document.getElementById("name-list");
const pairs = [...list.querySelectorAll(".twin")];
const STACK = `undo ${location.pathname}`;
const stack = JSON.parse(sessionStorage.getItem(STACK) ?? "[]");
const typesNow = (node) => node?.matches?.("input, textarea, select");
const here = () => document.activeElement?.closest?.(".twin");
const at = Number(sessionStorage.getItem("names at") ?? 0);

/** @param {1 | -1} by */
function go(by) {
  const n = pairs.indexOf(here());
  pairs[Math.min(pairs.length - 1, Math.max(0, n + by))]?.focus();
}

/** @param {FormData} body */
async function send(body) {
  const csrf = document.querySelector('meta[name="csrf"]').content;
  const options = { method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": csrf }, redirect: "manual" };
  const response = await fetch(document.getElementById("undo").action, options);
  const data = await response.json().catch(() => ({}));
  if (!response.ok) {
    document.getElementById("live").textContent = data.detail ?? "Not saved.";
    return;
  }
  if (data.batch) stack.push({ do: "undo", batch: data.batch });
  if (body.get("do") === "different")
    stack.push({ do: "back", registry: body.get("registry"), kept: body.get("kept"), other: body.get("other") });
  sessionStorage.setItem(STACK, JSON.stringify(stack.slice(-30)));
  location.reload();
}

/** @param {string} act */
function choose(act) {
  const pair = here();
  if (!pair?.querySelector(`[value="${act}"]`)) return;
  sessionStorage.setItem("names at", String(pairs.indexOf(pair)));
  const body = new FormData(pair.querySelector("form"));
  body.set("do", act);
  send(body);
}

function undo() {
  const step = stack.pop();
  if (!step) return;
  const body = new FormData(document.getElementById("undo"));
  for (const [name, value] of Object.entries(step)) body.set(name, value);
  send(body);
}

const KEYS = {
  j: () => go(1),
  k: () => go(-1),
  "=": () => choose("same"),
  1: () => choose("same"),
  2: () => choose("swap"),
  "+": () => choose("inverted"),
  o: () => choose("inverted"),
  x: () => choose("different"),
  d: () => choose("different"),
  u: undo,
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typesNow(event.target) || !keysAct()) return;
  const act = KEYS[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
});
list.addEventListener("submit", (event) => {
  event.preventDefault();
  event.target.closest(".twin").focus();
  choose(event.submitter.value);
});
pairs[Math.min(at, pairs.length - 1)]?.focus({ preventScroll: at === 0 });
