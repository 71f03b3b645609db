// The keymap: which key does what, how a person changed it, and when keys act at all.

/** @type {[string, string, "text" | "claim" | "page"][]} id, key, group; what each does is said in help.js */
const ROWS = [
  ["sentence-next", "j", "text"],
  ["sentence-previous", "k", "text"],
  ["word-next", "l", "text"],
  ["word-previous", "h", "text"],
  ["sentence-next-extend", "⇧j", "text"],
  ["sentence-previous-extend", "⇧k", "text"],
  ["word-next-extend", "⇧l", "text"],
  ["word-previous-extend", "⇧h", "text"],
  ["quote-next", "q", "text"],
  ["quote-previous", "⇧q", "text"],
  ["hints", "g", "text"],
  ["find", "f", "text"],
  ["find-extend", "⇧f", "text"],
  ["claim", "enter", "text"],
  ["claim-whole", "⇧enter", "text"],
  ["part", "a", "text"],
  ["no-claim", "x", "text"],
  ["gap-next", "n", "text"],
  ["gap-previous", "p", "text"],
  ["undo", "u", "page"],
  ["redo", "⇧u", "page"],
  ["done", "d", "page"],
  ["document-next", ">", "page"],
  ["document-previous", "<", "page"],
  ["guidelines", "z", "page"],
  ["pause", ".", "page"],
  ["help", "?", "page"],
  ["speaker", "w", "claim"],
  ["speaker-further", "⇧w", "claim"],
  ["target", "t", "claim"],
  ["target-words", "⇧t", "claim"],
  ["repeat-target", "r", "claim"],
  ["stance", "s", "claim"],
  ["stance-further", "⇧s", "claim"],
  ["type", "y", "claim"],
  ["behalf", "b", "claim"],
  ["reported", "o", "claim"],
  ["cue", "c", "claim"],
  ["mode", "m", "claim"],
  ["proposition", "i", "claim"],
  ["relation", "⇧i", "claim"],
  ["unsure", "v", "claim"],
  ["note", "e", "claim"],
  ["again", "⇧a", "claim"],
  ["end-on", "→", "claim"],
  ["end-back", "←", "claim"],
  ["start-on", "⇧→", "claim"],
  ["start-back", "⇧←", "claim"],
  ["delete", "⌫", "claim"],
];
export const COMMANDS = ROWS.map(([id, key, group]) => ({ id, key, group }));
const NAMED = { ArrowRight: "→", ArrowLeft: "←", Backspace: "⌫", Delete: "⌫", Enter: "enter" };
/** Without an active claim the arrows move the text cursor. */
const ARROWS = { "→": "word-next", "←": "word-previous", "⇧→": "word-next-extend", "⇧←": "word-previous-extend" };
const STORED = "standpoint-keys";

/** @param {KeyboardEvent} event @returns {string} the key as the table writes it: by its character, not its place */
export function nameOf(event) {
  const named = NAMED[event.key];
  if (!named && event.key.length > 2) return event.key;
  const key = named ?? event.key.toLowerCase().normalize("NFD")[0].replace("ı", "i");
  const isLetter = key.toUpperCase() !== key.toLowerCase();
  return (named || isLetter) && event.shiftKey ? `⇧${key}` : key;
}

/** @param {KeyboardEvent} event @returns {number} 0–9, or -1; also where the row of digits needs Shift (French) */
export function digitOf(event) {
  if (/^\d$/.test(event.key)) return Number(event.key);
  const code = /^Digit(\d)$/.exec(event.code);
  return code && !event.shiftKey && event.key.length === 1 ? Number(code[1]) : -1;
}

/** @param {string} key @returns {string} as it is printed */
export const printed = (key) => key.replace(/[a-z]+$/, (word) => word[0].toUpperCase() + word.slice(1));

export class Keys {
  /** @param {Record<string, () => void>} actions by the id of the command */
  constructor(actions) {
    this.actions = actions;
    const stored = storedKeys();
    this.changed = stored.changed ?? {};
    this.isOn = stored.isOn ?? true;
  }

  keyOf(id) {
    return this.changed[id] ?? COMMANDS.find((command) => command.id === id).key;
  }

  /** Give a command another key; the command that had it gets the old one. */
  change(id, key) {
    const other = COMMANDS.find((command) => this.keyOf(command.id) === key);
    if (other) this.changed[other.id] = this.keyOf(id);
    this.changed[id] = key;
    this.keep();
  }

  reset() {
    this.changed = {};
    this.isOn = true;
    this.keep();
  }

  keep() {
    try {
      localStorage.setItem(STORED, JSON.stringify({ changed: this.changed, isOn: this.isOn }));
    } catch {
      // Without storage the change lasts as long as the page.
    }
    document.dispatchEvent(new CustomEvent("keys"));
  }

  /** @param {string} key @param {boolean} hasClaim @returns {string | undefined} the command of a key */
  find(key, hasClaim) {
    const arrow = !hasClaim && ARROWS[key];
    if (arrow) return arrow;
    const mine = COMMANDS.filter((command) => this.keyOf(command.id) === key && (hasClaim || command.group !== "claim"));
    return (mine.find((command) => command.group === "claim") ?? mine[0])?.id;
  }
}

function storedKeys() {
  try {
    return JSON.parse(localStorage.getItem(STORED)) ?? {};
  } catch {
    return {};
  }
}
