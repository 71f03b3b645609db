// Keys of a follow-up round: digits answer the lit question, the next one is lit then, Enter saves and goes on.

const form = document.getElementById("answers");
const asks = [...form.querySelectorAll("[data-ask]")];
const isTyping = (node) => node?.matches?.("input:not([type=radio], [type=checkbox]), textarea, select");
const isAnswered = (ask) => [...ask.querySelectorAll("input")].some((i) => (i.dataset.key ? i.checked : i.value.trim()));

/** @param {Element | undefined} ask */
function light(ask) {
  for (const one of asks) one.classList.toggle("lit", one === ask);
  ask?.scrollIntoView({ block: "nearest" });
}

const lit = () => asks.find((ask) => ask.classList.contains("lit"));
const firstOpen = () => asks.find((ask) => !isAnswered(ask)) ?? asks[0];

/** Light the next question without an answer; after the last one the button, so that a look says what Enter does. */
function goOn() {
  const rest = asks.slice(asks.indexOf(lit()) + 1);
  const next = rest.find((ask) => !isAnswered(ask)) ?? rest[0];
  light(next);
  const field = next?.querySelector("input.input");
  field ? field.focus() : document.getElementById("save").focus({ preventScroll: true });
}

/** @param {string} digit */
function answer(digit) {
  const input = lit()?.querySelector(`input[data-key="${digit}"]`);
  if (!input) return false;
  input.checked = input.type === "radio" || !input.checked;
  if (input.type === "radio") goOn();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Enter" && !event.target.closest("a, button")) {
    event.preventDefault();
    form.requestSubmit();
  } else if (/^\d$/.test(event.key) && !isTyping(event.target) && answer(event.key)) {
    event.preventDefault();
  }
});
form.addEventListener("focusin", (event) => {
  const ask = event.target.closest("[data-ask]");
  if (ask) light(ask);
});
form.addEventListener("submit", (event) => {
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
});
addEventListener("pageshow", () => delete form.dataset.sent);

light(firstOpen());
document.querySelector(".sheet mark")?.scrollIntoView({ block: "center" });
