// An editable combobox over a registry, after the ARIA Authoring Practices. Enter takes the option under the cursor;
// it never makes an entry. ⇧Enter does, after near matches were shown. Until something is typed, digits take the
// numbered candidates.

import { node } from "./dom.js";
import { digitOf } from "./keys.js";

const template = document.getElementById("combo-template");
const WAIT_MS = 3000;
const NO_DRAFT = { get: () => undefined, set: () => {} };
let count = 0;

/**
 * @param {object} options
 * @param {string} options.kind speaker, target or proposition
 * @param {string} options.url where options are asked for
 * @param {string} options.label
 * @param {string} [options.typing] says how to type into the field
 * @param {{id?: string, name: string} | null} options.value
 * @param {() => {id?: string, name: string, hint?: string}[]} [options.near] candidates shown before anything is typed
 * @param {(entry: {id?: string, name: string, target?: string} | null) => void} options.onPick
 * @param {{get: () => string | undefined, set: (text: string | undefined) => void}} [options.draft] keeps what was
 *   typed and not taken yet, also when the card is drawn anew
 * @returns {HTMLElement & {show: () => void, hide: () => void, choose: (n: number) => boolean}} `show` opens the
 *   candidates without the focus, `choose` takes the one with this number
 */
export function combobox({ kind, url, label, value, typing = "", near = () => [], onPick, draft = NO_DRAFT }) {
  const root = template.content.firstElementChild.cloneNode(true);
  const input = root.querySelector("input");
  const list = root.querySelector("ul");
  const note = root.querySelector(".hint");
  const clear = root.querySelector(".clear");
  let chosen = value?.name ?? "";
  let asked = 0;
  let pending = Promise.resolve();
  list.id = `options-${++count}`;
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-label", label);
  input.placeholder = typing;
  list.setAttribute("aria-label", label);
  input.value = draft.get() ?? chosen;
  clear.hidden = !chosen;

  /** Say what is missing for a name that was typed but not taken. */
  function hint() {
    const text = input.value.trim();
    const open = text !== "" && text !== chosen;
    draft.set(open ? input.value : undefined);
    input.setAttribute("aria-invalid", String(open));
    note.hidden = !open;
    note.textContent = open ? `Not taken yet. Choose from the list, or make “${text}” with ⇧ Enter.` : "";
  }

  const options = () => [...list.querySelectorAll('[role="option"]')];
  const active = () => list.querySelector('[aria-selected="true"]');

  function mark(option) {
    for (const other of options()) other.setAttribute("aria-selected", String(other === option));
    if (option) {
      option.id ||= `option-${++count}`;
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  }

  function open() {
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
  }

  function close() {
    list.hidden = true;
    asked += 1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function pick(option) {
    if (!option) return;
    const { id, name, target } = option.dataset;
    const { chain } = option;
    chosen = name;
    input.value = name;
    clear.hidden = false;
    close();
    hint();
    onPick(chain ? { name, chain } : id ? { id, name, target } : { name });
  }

  function showNear() {
    const rows = near().map(({ id, name, hint, chain, digit }, index) => {
      const row = node("li", { role: "option", ariaSelected: "false", chain, isNear: true });
      Object.assign(row.dataset, id ? { id, name } : { name });
      if (index < 9) row.append(node("kbd", {}, digit ?? index + 1));
      row.append(node("span", { dir: "auto" }, name));
      if (hint) row.append(node("span", {}, hint));
      return row;
    });
    list.replaceChildren(...rows);
  }

  function ask() {
    pending = answer();
    return pending;
  }

  async function answer() {
    const mine = ++asked;
    const query = input.value === chosen ? "" : input.value.trim();
    if (!query) showNear();
    try {
      const response = await fetch(`${url}${kind}/?q=${encodeURIComponent(query)}`, { signal: AbortSignal.timeout(WAIT_MS) });
      if (!response.ok || mine !== asked) return;
      const seen = query ? [] : options().flatMap((row) => [row.dataset.id, row.dataset.name]);
      const holder = node("ul", { innerHTML: await response.text() });
      if (mine !== asked) return;
      const fresh = [...holder.children].filter((row) => !seen.includes(row.dataset.id) && !seen.includes(row.dataset.name));
      if (query) {
        const names = fresh.map((row) => row.dataset.name);
        const near = options().filter((row) => !row.hidden && row.isNear && !names.includes(row.dataset.name));
        const last = fresh.filter((row) => "new" in row.dataset);
        list.replaceChildren(...fresh.filter((row) => !last.includes(row)), ...near, ...last);
      }
      else list.append(...fresh.filter((row) => row.dataset.id || !seen.length));
      mark(query ? options().find((row) => !("new" in row.dataset)) ?? null : active());
    } catch {
      // Offline: the candidates of this page stay.
    }
    if (mine === asked) open();
  }

  input.addEventListener("focus", () => {
    if (input.value === chosen) input.select();
    ask();
    open();
  });
  input.addEventListener("input", () => {
    draft.set(input.value.trim() && input.value !== chosen ? input.value : undefined);
    narrow();
    ask();
  });
  /** Before the server answers: the candidates that hold what was typed. */
  function narrow() {
    const query = input.value.trim().toLowerCase();
    for (const row of options()) row.hidden = !row.dataset.name.toLowerCase().includes(query);
    mark(options().find((row) => !row.hidden && !("new" in row.dataset)) ?? null);
  }

  /** ⇧Enter takes the name as it is typed; an entry of just that name is bound on saving. */
  function make() {
    const name = input.value.trim();
    if (name) pick(exact(options(), name) ?? made(name));
  }

  /** Enter waits for the answer to what was typed last; keys pressed meanwhile act afterwards, as they were meant. */
  async function enter() {
    const keys = [];
    const hold = (event) => {
      event.preventDefault();
      event.stopPropagation();
      keys.push(event);
    };
    input.addEventListener("keydown", hold, true);
    await pending;
    input.removeEventListener("keydown", hold, true);
    if (!list.hidden && active() && !active().hidden && !("new" in active().dataset)) pick(active());
    else hint();
    for (const { key, code, shiftKey } of keys) {
      document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, code, shiftKey, bubbles: true, cancelable: true }));
    }
  }

  input.addEventListener("keydown", (event) => {
    const digit = input.value === chosen ? digitOf(event) : -1;
    if (digit > 0 && !event.ctrlKey && !event.metaKey && root.choose(digit)) event.preventDefault();
    const all = options().filter((row) => !row.hidden);
    const at = all.indexOf(active());
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) ask();
      else mark(all[(at + (event.key === "ArrowDown" ? 1 : all.length - (at < 0 ? 0 : 1))) % all.length]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (event.shiftKey) make();
      else enter();
    } else if (event.key === "Escape") {
      input.value = chosen;
      close();
      hint();
    }
  });
  input.addEventListener("blur", () => {
    setTimeout(() => {
      if (root.contains(document.activeElement)) return;
      const same = exact(options(), input.value);
      if (same && !("new" in same.dataset) && input.value.trim() !== chosen) pick(same);
      close();
      hint();
    }, 120);
  });
  root.show = () => {
    showNear();
    open();
  };
  root.hide = close;
  root.choose = (n) => {
    if (list.hidden) showNear();
    const row = options().find((option) => option.isNear && option.querySelector("kbd")?.textContent === String(n));
    if (!row) return false;
    pick(row);
    return true;
  };
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => pick(event.target.closest('[role="option"]')));
  clear.addEventListener("click", () => {
    chosen = "";
    input.value = "";
    clear.hidden = true;
    hint();
    onPick(null);
  });
  if (draft.get()) hint();
  return root;
}

/** An option that the server has not offered, for when there is no connection. */
function made(name) {
  const row = node("li");
  row.dataset.name = name;
  return row;
}

const exact = (rows, text) => rows.find((row) => row.dataset.name === text.trim());
