// The keymap: which key does what, how a person changed it, and when keys act at all.

/** @type {[string, string, "text" | "claim" | "page", string][]} id, key, group, what it does */
const ROWS = [
  ["sentence-next", "j", "text", "Next sentence"],
  ["sentence-previous", "k", "text", "Previous sentence"],
  ["word-next", "l", "text", "Next word"],
  ["word-previous", "h", "text", "Previous word"],
  ["sentence-next-extend", "⇧j", "text", "Select on to the end of the sentence"],
  ["sentence-previous-extend", "⇧k", "text", "Select back by a sentence"],
  ["word-next-extend", "⇧l", "text", "Select on by a word"],
  ["word-previous-extend", "⇧h", "text", "Select back by a word"],
  ["quote-next", "q", "text", "Next quotation"],
  ["quote-previous", "⇧q", "text", "Previous quotation"],
  ["hints", "g", "text", "Letters at the clause edges: start, then end"],
  ["find", "f", "text", "Next word with the initial typed after it"],
  ["find-extend", "⇧f", "text", "Select on to the next word with that initial"],
  ["claim", "enter", "text", "Claim from the selection, or the sentence without its frame"],
  ["claim-whole", "⇧enter", "text", "Claim from the whole sentence"],
  ["part", "a", "text", "Add the selection, or what comes next, as a further part"],
  ["no-claim", "x", "text", "No claim in the selected sentences"],
  ["gap-next", "n", "text", "Next claim with a gap"],
  ["gap-previous", "p", "text", "Previous claim with a gap"],
  ["undo", "u", "page", "Undo"],
  ["redo", "⇧u", "page", "Redo"],
  ["done", "d", "page", "Done: submit and go on"],
  ["document-next", ">", "page", "Next document"],
  ["document-previous", "<", "page", "Previous document"],
  ["guidelines", "z", "page", "Guidelines beside the text"],
  ["pause", ".", "page", "Stop the clock, start it again"],
  ["help", "?", "page", "All keys"],
  ["speaker", "w", "claim", "Speaker"],
  ["speaker-further", "⇧w", "claim", "A further speaker"],
  ["target", "t", "claim", "Target"],
  ["target-words", "⇧t", "claim", "Target: named by the words that come next"],
  ["repeat-target", "r", "claim", "Repeat the last claim’s target"],
  ["stance", "s", "claim", "Stance"],
  ["stance-further", "⇧s", "claim", "A further stance"],
  ["type", "y", "claim", "Type, and what else the codebook asks"],
  ["behalf", "b", "claim", "On behalf of"],
  ["reported", "o", "claim", "Reported by"],
  ["cue", "c", "claim", "Cue: take the words that come next"],
  ["mode", "m", "claim", "Mode"],
  ["proposition", "i", "claim", "Proposition"],
  ["relation", "⇧i", "claim", "Affirms, denies, leaves open"],
  ["unsure", "v", "claim", "Unsure"],
  ["note", "e", "claim", "Note"],
  ["again", "⇧a", "claim", "The same words once more"],
  ["end-on", "→", "claim", "End of the claim a word on"],
  ["end-back", "←", "claim", "End of the claim a word back"],
  ["start-on", "⇧→", "claim", "Start of the claim a word on"],
  ["start-back", "⇧←", "claim", "Start of the claim a word back"],
  ["delete", "⌫", "claim", "Delete the claim"],
];
export const COMMANDS = ROWS.map(([id, key, group, title]) => ({ id, key, group, title }));
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
