// Keys of the curator's pages: which key does what at the desk, how a person changed it, and whether single keys act.

import { nameOf, printed } from "../reader/keys.js";

/** What each command's key is until somebody changes it. @type {Record<string, string>} */
export const DESK_DEFAULTS = {
  next: "n",
  previous: "p",
  reject: "x",
  two: "k",
  join: "m",
  why: "c",
  byhand: "e",
  own: "a",
  undo: "u",
  finish: "d",
  back: "⇧s",
  same: "=",
  opposite: "+",
  document: ">",
  help: "?",
};
const DESK_KEYS = "standpoint-desk-keys";

/** @returns {{changed: Record<string, string>, isOn: boolean}} */
function readMap() {
  const found = { changed: {}, isOn: true };
  try {
    return Object.assign(found, JSON.parse(localStorage.getItem(DESK_KEYS)));
  } catch {
    return found;
  }
}

const map = readMap();

function keepMap() {
  try {
    localStorage.setItem(DESK_KEYS, JSON.stringify(map));
  } catch {
    // Without storage the change lasts as long as the page.
  }
  printKeys();
}

export const keysAct = () => map.isOn;
const keyOf = (id) => map.changed[id] ?? DESK_DEFAULTS[id];

/** @param {KeyboardEvent} event @returns {string | undefined} the command of the key */
export function commandOf(event) {
  const key = nameOf(event);
  return Object.keys(DESK_DEFAULTS).find((id) => keyOf(id) === key);
}

/** Give a command another key; the command that had it gets the old one. */
function giveKey(id, key) {
  const other = Object.keys(DESK_DEFAULTS).find((one) => keyOf(one) === key);
  if (other) map.changed[other] = keyOf(id);
  map.changed[id] = key;
}

/** Print the keys as they are now, wherever the page shows them; without single keys none is shown. */
function printKeys() {
  for (const cap of document.querySelectorAll("[data-key-of]")) {
    cap.textContent = printed(keyOf(cap.dataset.keyOf));
    if (cap.matches("kbd")) cap.hidden = !map.isOn;
    else cap.setAttribute("aria-label", `${cap.closest("div").querySelector("dd").textContent}: ${cap.textContent}. Change the key`);
  }
  for (const box of document.querySelectorAll("[data-keys-on]")) box.checked = map.isOn;
}

/** Wait for the key that a command is to have. @param {HTMLElement} cap */
function askKey(cap) {
  cap.textContent = "press a key";
  cap.onkeydown = (event) => {
    if (event.key === "Tab" || event.key === "Shift" || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    cap.onkeydown = null;
    const name = nameOf(event);
    // Digits, arrows and Enter have their own meaning at the desk.
    if (event.key !== "Escape" && name.length <= 2 && !/[\d←→⌫]/.test(name)) giveKey(cap.dataset.keyOf, name);
    keepMap();
  };
}

document.addEventListener("click", (event) => {
  const cap = event.target.closest("button[data-key-of]");
  if (cap) askKey(cap);
  if (!event.target.closest("[data-keys-reset]")) return;
  Object.assign(map, { changed: {}, isOn: true });
  keepMap();
});
document.addEventListener("focusout", (event) => {
  if (!event.target.matches?.("button[data-key-of]")) return;
  event.target.onkeydown = null;
  printKeys();
});
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-keys-on]")) return;
  map.isOn = event.target.checked;
  keepMap();
});
printKeys();
