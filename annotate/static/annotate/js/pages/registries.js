// Keys on the pages of registries: each does what a button or link of the row does that bears it as `data-key`.

import { keysAct } from "../desk/keys.js";

/** @type {number} The row that keys act on; kept over swaps, so that the next pair takes the place of a decided one. */
let at = -1;

const rows = () => [...document.querySelectorAll("[data-rows] > [data-row]")];

/** Make a row the current one and lead to it. @param {number} to @param {boolean} [focuses] */
function go(to, focuses = true) {
  const all = rows();
  at = Math.max(0, Math.min(to, all.length - 1));
  all.forEach((row, n) => row.classList.toggle("now", n === at));
  const row = all[at];
  if (!row || !focuses) return;
  (row.matches("[tabindex]") ? row : row.querySelector(".main")).focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

/** Do what a control does: a fold is opened and its first field entered. @param {HTMLElement} found */
function run(found) {
  if (found.matches("summary")) {
    found.parentElement.open = true;
    const field = found.parentElement.querySelector("input:not([type=hidden])");
    field.focus();
    field.select();
  } else found.click();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typed = event.target.closest("input:not([type=checkbox]), select, textarea");
  if (event.key === "Escape" && typed?.closest("[data-row] details")) {
    typed.closest("details").open = false;
    go(at);
  }
  if (typed || !keysAct()) return;
  const key = event.key.toLowerCase();
  if (key === "/") document.querySelector("form[role=search] [type=search]")?.focus();
  else if (key === "j" || (key === "l" && document.querySelector("[data-first]"))) go(at + 1);
  else if (key === "k") go(at - 1);
  else {
    const own = /^[a-z0-9]$/.test(key) ? `[data-key="${key}"]` : null;
    const found = own && (document.querySelector(`${own}[data-everywhere]`) ?? rows()[at]?.querySelector(own));
    if (!found) return;
    run(found);
  }
  event.preventDefault();
});

document.addEventListener("focusin", (event) => {
  const row = event.target.closest("[data-row]");
  if (row && rows().indexOf(row) !== at) go(rows().indexOf(row), false);
});

document.addEventListener("htmx:after:swap", () => {
  if (at >= 0 && rows().length && !document.activeElement?.closest("input")) go(at);
});

if (document.querySelector("[data-first]")) go(0, false);
