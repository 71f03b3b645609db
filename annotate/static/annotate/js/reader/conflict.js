// Two versions of one claim: the person says which one stands.

const versionWords = (claim) => {
  if (!claim) return "deleted";
  const who = claim.speakers.map((speaker) => speaker.name).join(", ") || "no speaker";
  const stances = claim.stances.map((stance) => `${stance.value ?? "…"} – ${stance.target?.name ?? "…"}`).join("; ");
  const quote = claim.spans.map((span) => span.quote).join(" […] ");
  return `${who}: ${stances || (claim.no_stance ? "no stance" : "no stance yet")} “${quote}”`;
};

/**
 * @param {{store: import("./store.js").Store}} app @param {string} id @param {any} current the stored version
 * @param {(copy: any) => void} onSettled called with this page's version if both are to be kept
 */
export function conflict({ store }, id, current, onSettled) {
  const dialog = document.getElementById("conflict");
  const mine = store.claims.get(id) ?? null;
  dialog.querySelector("[data-mine]").textContent = versionWords(mine);
  dialog.querySelector("[data-theirs]").textContent = versionWords(current);
  dialog.onclick = (event) => {
    const choice = event.target.closest("button")?.value;
    if (!choice) return;
    dialog.close();
    store.adopt(id, current);
    if (choice === "mine") store.enqueue(id);
    else store.revert(id);
    onSettled(choice === "both" ? mine : null);
  };
  dialog.dataset.id = id;
  if (!dialog.open) dialog.showModal();
}
