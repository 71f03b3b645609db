// What the page says: a message with one action, and words for screen readers.

import { node } from "./dom.js";

const toast = document.getElementById("toast");
const live = document.getElementById("live");
const SHOWN_MS = 12_000;
let hiding = 0;

/** @param {string} message @param {string} [action] a button's words @param {() => void} [run] */
export function notify(message, action, run) {
  toast.querySelector("span").textContent = message;
  toast.querySelector("button")?.remove();
  if (action) {
    const onclick = () => {
      hideNotice();
      run();
    };
    toast.append(node("button", { type: "button", onclick }, action));
  }
  toast.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(hideNotice, SHOWN_MS);
}

export const isShown = () => !toast.hidden;

export function hideNotice() {
  toast.hidden = true;
}

let saying = 0;

/** Say something once things have settled, so that a quick series ends in one announcement. @param {string} message */
export function say(message) {
  clearTimeout(saying);
  saying = setTimeout(() => {
    live.textContent = live.textContent === message ? `${message}\u00a0` : message;
  }, 80);
}
