// All keys: each runs from here, can be given another key, and all single keys can be switched off.

import { node } from "./dom.js";
import { COMMANDS, nameOf, printed } from "./keys.js";

const GROUPS = { text: "Text cursor", claim: "Active claim", page: "Page" };
/** What each command does. */
const TITLES = {
  "sentence-next": "Next sentence",
  "sentence-previous": "Previous sentence",
  "word-next": "Next word",
  "word-previous": "Previous word",
  "sentence-next-extend": "Select on to the end of the sentence",
  "sentence-previous-extend": "Select back by a sentence",
  "word-next-extend": "Select on by a word",
  "word-previous-extend": "Select back by a word",
  "quote-next": "Next quotation",
  "quote-previous": "Previous quotation",
  hints: "Letters at the clause edges: start, then end",
  find: "Next word with the initial typed after it",
  "find-extend": "Select on to the next word with that initial",
  claim: "Claim from the selection, or the sentence without its frame",
  "claim-whole": "Claim from the whole sentence",
  part: "Add the selection, or what comes next, as a further part",
  "no-claim": "No claim in the selected sentences",
  "gap-next": "Next claim with a gap",
  "gap-previous": "Previous claim with a gap",
  undo: "Undo",
  redo: "Redo",
  done: "Done: submit and go on",
  "document-next": "Next document",
  "document-previous": "Previous document",
  guidelines: "Guidelines beside the text",
  pause: "Stop the clock, start it again",
  help: "All keys",
  speaker: "Speaker",
  "speaker-further": "A further speaker",
  target: "Target",
  "target-words": "Target: named by the words that come next",
  "repeat-target": "Repeat the last claim’s target",
  stance: "Stance",
  "stance-further": "A further stance",
  type: "Type, and what else the codebook asks",
  behalf: "On behalf of",
  reported: "Reported by",
  cue: "Cue: take the words that come next",
  mode: "Mode",
  proposition: "Proposition",
  relation: "Affirms, denies, leaves open",
  unsure: "Unsure",
  note: "Note",
  again: "The same words once more",
  "end-on": "End of the claim a word on",
  "end-back": "End of the claim a word back",
  "start-on": "Start of the claim a word on",
  "start-back": "Start of the claim a word back",
  delete: "Delete the claim",
};
const dialog = document.getElementById("help");

/** @param {{keys: import("./keys.js").Keys, run: (id: string) => void}} app */
export function openHelp({ keys, run }) {
  const groups = Object.entries(GROUPS).map(([group, title]) => {
    const rows = COMMANDS.filter((command) => command.group === group).map((command) => row(command, { keys, run }));
    return node("section", {}, node("h3", {}, title), ...rows);
  });
  dialog.querySelector(".maps").replaceChildren(...groups);
  const isOn = dialog.querySelector("[data-on]");
  isOn.checked = keys.isOn;
  isOn.onchange = () => {
    keys.isOn = isOn.checked;
    keys.keep();
  };
  dialog.querySelector("[data-reset]").onclick = () => {
    keys.reset();
    openHelp({ keys, run });
  };
  dialog.querySelector("[data-close]").onclick = () => dialog.close();
  if (!dialog.open) dialog.showModal();
}

function row(command, { keys, run }) {
  const onclick = () => {
    dialog.close();
    run(command.id);
  };
  const doing = node("button", { type: "button", className: "plainbutton", onclick }, TITLES[command.id]);
  const key = node("button", { type: "button", className: "keycap" });
  const show = () => {
    key.textContent = printed(keys.keyOf(command.id));
    key.setAttribute("aria-label", `${TITLES[command.id]}: ${key.textContent}. Change the key`);
  };
  show();
  key.onclick = () => {
    key.textContent = "press a key";
    key.onkeydown = (event) => {
      const name = nameOf(event);
      if (event.key === "Tab" || event.key === "Shift" || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      key.onkeydown = null;
      if (event.key !== "Escape" && name.length <= 2 && !/\d/.test(name)) keys.change(command.id, name);
      openHelp({ keys, run });
    };
  };
  key.onblur = show;
  return node("div", {}, doing, key);
}
