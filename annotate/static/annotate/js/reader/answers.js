// The fields of a codebook's attributes: filled from an answer, and read back into one.

/** @param {Element} group @returns {HTMLInputElement[]} */
const inputsOf = (group) => [...group.querySelectorAll("input")];

/** Show an answer in its field (all kinds but entity). @param {Element} group @param {any} answer */
export function fillAnswer(group, answer) {
  for (const input of inputsOf(group)) {
    if (input.type === "radio" || input.type === "checkbox") {
      input.checked = Array.isArray(answer) ? answer.includes(input.value) : String(answer) === input.value;
    } else input.value = answer ?? "";
  }
}

/** @param {HTMLElement} group @returns {any} the answer in its field, undefined for none */
export function readAnswer(group) {
  const inputs = inputsOf(group);
  const chosen = inputs.filter((input) => input.checked).map((input) => input.value);
  switch (group.dataset.kind) {
    case "choice":
      if ("multiple" in group.dataset) return chosen.length ? chosen.sort() : undefined;
      return chosen[0];
    case "boolean":
      return chosen.length ? chosen[0] === "true" : undefined;
    case "scale":
      return inputs[0].value === "" ? undefined : Number(inputs[0].value);
    default:
      return inputs[0].value.trim() ? inputs[0].value : undefined;
  }
}

/** Set an answer, or take it away. @param {Record<string, any>} answers @param {string} key @param {any} value */
export function setAnswer(answers, key, value) {
  if (value === undefined) delete answers[key];
  else answers[key] = value;
}

// --- what is typed counts as changed a moment after the last key, as if the field had been left

let typedTimer = 0;
/** @type {HTMLInputElement | HTMLTextAreaElement | null} */
let typedField = null;

/** Whether something was typed that is not taken yet. @param {Node} [within] */
export const isTyped = (within = document) => within.contains(typedField);

export function keepTyped() {
  typedField?.dispatchEvent(new Event("change", { bubbles: true }));
  typedField = null;
}

function typeInto({ target }) {
  if (!target.matches(".field :is(textarea, .input)")) return;
  typedField = target;
  clearTimeout(typedTimer);
  typedTimer = setTimeout(() => typedField?.validity.valid && keepTyped(), 600);
}

document.addEventListener("input", typeInto, true);
document.addEventListener("change", ({ target }) => target === typedField && (typedField = null), true);

/** Give the radio buttons of every group names of their own. @param {Element} root @param {string} suffix */
export function nameGroups(root, suffix) {
  for (const group of root.querySelectorAll("[data-group]")) {
    for (const input of group.querySelectorAll("input[type=radio]")) input.name = `${group.dataset.group}-${suffix}`;
  }
}

/** Press the choice with this number. @param {Element} group @param {number} n @returns {boolean} */
export function pressNumber(group, n) {
  const choices = group.querySelectorAll("input[type=radio], input[type=checkbox]");
  const choice = choices[n - 1];
  if (choice?.type === "radio" && choice.checked) choice.dispatchEvent(new Event("change", { bubbles: true })); // confirmed
  else choice?.click();
  return choices.length >= n && n > 0;
}
