// Keeps the next article at hand. The page's rules have the browser fetch it in advance, but it forgets that after five
// minutes; a link that they match, under an address that differs in a parameter without meaning, has it fetched again.

const EVERY_MS = 240_000;

/** @param {string} url which answers the rules @param {() => boolean} [wanted] whether somebody is at work */
export function keepAhead(url, wanted = () => !document.hidden) {
  const link = document.createElement("a");
  Object.assign(link, { className: "ahead visually-hidden", tabIndex: -1, ariaHidden: "true" });
  document.body.append(link);
  let turn = 0;
  setInterval(async () => {
    if (!wanted()) return;
    const answer = await fetch(url, { redirect: "error" }).catch(() => null);
    const rules = answer?.ok ? await answer.json() : null;
    const next = rules?.prefetch?.[0]?.urls?.[0];
    if (next) link.href = `${next}&ahead=${(turn += 1)}`;
  }, EVERY_MS);
}
