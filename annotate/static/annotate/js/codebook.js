// Comfort for the codebook editor: the open section is saved while one types; every button still sends the form.

const PAUSE = 1500;
const form = /** @type {HTMLFormElement} */ (document.getElementById("draft"));
const status = document.getElementById("saved");
let isDirty = false;
let timer = 0;
/** The save that is under way. @type {Promise<void> | null} */
let saving = null;

/** Send the section; the fields that remember keys are set to what is stored now. */
async function save() {
  const body = new URLSearchParams(/** @type {any} */ (new FormData(form)));
  body.set("do", "save");
  isDirty = false;
  status.textContent = "Saving…";
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    const found = await answer.json();
    if (!answer.ok) throw new Error(found.detail);
    form.elements.revision.value = found.revision;
    for (const other of document.querySelectorAll(".discard [name=revision]")) other.value = found.revision;
    for (const [name, value] of Object.entries(found.fields)) {
      const field = form.elements[name];
      if (field && field !== document.activeElement) field.value = value;
    }
    status.textContent = isDirty ? "" : "All changes saved";
  } catch (error) {
    isDirty = true;
    status.textContent = `Not saved yet. ${error instanceof TypeError ? "The server does not answer." : error.message}`;
  }
}

function saveSoon() {
  window.clearTimeout(timer);
  timer = window.setTimeout(() => {
    if (saving) return saveSoon();
    saving = save().finally(() => {
      saving = null;
    });
  }, PAUSE);
}

form.addEventListener("input", (event) => {
  const field = /** @type {HTMLInputElement} */ (event.target);
  if (field.name.startsWith("new-") || field.name === "scale" || field.name.endsWith("-into")) return;
  isDirty = true;
  status.textContent = "";
  saveSoon();
});

form.addEventListener("change", (event) => {
  if (event.target.matches("[data-save]")) form.requestSubmit();
  const swatch = event.target.closest(".slot");
  if (swatch) {
    swatch.querySelector("summary .swatch").replaceWith(event.target.nextElementSibling.cloneNode(true));
    swatch.open = false;
    swatch.querySelector("summary").focus();
  }
});

form.addEventListener("submit", (event) => {
  window.clearTimeout(timer);
  if (saving) {
    event.preventDefault();
    const { submitter } = event;
    saving.then(() => form.requestSubmit(submitter));
    return;
  }
  isDirty = false;
});

window.addEventListener("beforeunload", (event) => {
  if (isDirty || saving) event.preventDefault();
});

for (const hidden of document.querySelectorAll(".nojs")) hidden.hidden = true;

// Browsers pass autofocus over where the address leads to a part of the page, and go there once all is loaded.
function focusFirst() {
  if (document.activeElement !== document.body) return;
  const first = document.querySelector("[autofocus]") ?? document.querySelector("#open .line label .input");
  /** @type {HTMLElement | null} */ (first)?.focus({ preventScroll: true });
}

if (document.readyState === "complete") window.setTimeout(focusFirst);
else window.addEventListener("load", () => window.setTimeout(focusFirst));
