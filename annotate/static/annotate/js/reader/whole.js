// The questions about the whole article; loaded only where the codebook asks some.

/**
 * Show the stored answer to a question, and store another. The page lends its own functions: what is bundled here
 * would be a second copy of them.
 * @param {HTMLElement} group @param {any} app
 * @param {{combobox: Function, fillAnswer: Function, readAnswer: Function, isTyped: (within: Element) => boolean}} own
 */
export function askWhole(group, { store, making, outline, card, state }, { combobox, fillAnswer, readAnswer, isTyped }) {
  const key = group.dataset.documentAttribute;
  const slot = group.querySelector("[data-combo]");
  const set = (value) => {
    const { [key]: old, ...attributes } = store.layer.attributes;
    if (value !== old) store.putLayer({ attributes: value === undefined ? attributes : { ...attributes, [key]: value } });
  };
  const entity = (value) => {
    const near = () => outline.people.slice(0, 9);
    const onPick = (entry) => set(making.answer(entry));
    return combobox({ kind: "speaker", url: state.entries, label: slot.dataset.label, value, near, onPick, draft: card.draft(key) });
  };
  const show = () => {
    const answer = store.layer.attributes[key];
    if (slot && !slot.contains(document.activeElement)) slot.replaceChildren(entity(making.named(answer) ?? null));
    else if (!slot && !isTyped(group)) fillAnswer(group, answer);
  };
  show();
  store.addEventListener("layer", show);
  if (!slot) group.addEventListener("change", () => set(readAnswer(group)));
}
