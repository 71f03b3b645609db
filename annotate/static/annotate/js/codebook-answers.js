// Loaded beside the reader only where the codebook has letters, or questions about stances and the document that are
// asked only after another answer.

import { nameOf } from "./reader/keys.js";

let before = "";

/** Whether single keys act here and now. @param {KeyboardEvent} event */
function mayAct(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("#hints *")) return false;
  if (event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select, dialog, #panel")) return false;
  let stored = null;
  try {
    stored = JSON.parse(localStorage.getItem("standpoint-keys"));
  } catch {
    // Without storage the keys are as they come.
  }
  return stored?.isOn !== false;
}

/** A letter answers the lit field, before it means anything else; after `F` it is looked for in the text. */
document.addEventListener(
  "keydown",
  (event) => {
    const name = nameOf(event);
    const last = before;
    before = name;
    if (last === "f" || last === "⇧f" || name.length !== 1 || !mayAct(event)) return;
    const choice = [...document.querySelectorAll(".card .lit [data-letter]")].find((one) => one.dataset.letter === event.key.toLowerCase());
    if (!choice) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (choice.type === "radio" && choice.checked) choice.dispatchEvent(new Event("change", { bubbles: true }));
    else choice.click();
  },
  true,
);

/** Show a question only while the answer is chosen after which it is asked, or while it has an answer itself. */
function showAsked() {
  for (const group of document.querySelectorAll("[data-condition]")) {
    const [key, label] = group.dataset.condition.split("/");
    const place = group.closest("[data-stance], #whole");
    const asked = place?.querySelector(`[data-group="${key}"] input[value="${label}"]`);
    if (!place || !asked) continue;
    const isAnswered = [...group.querySelectorAll("input")].some((input) => (/radio|checkbox/.test(input.type) ? input.checked : input.value));
    const isHidden = !isAnswered && (!asked.checked || asked.closest("fieldset").hidden);
    if (group.hidden !== isHidden) group.hidden = isHidden;
  }
}

if (document.querySelector("[data-condition]") || document.getElementById("stance-template")?.content.querySelector("[data-condition]")) {
  document.addEventListener("change", showAsked);
  new MutationObserver(showAsked).observe(document.getElementById("claims"), { childList: true, subtree: true });
  showAsked();
}
