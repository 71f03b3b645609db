// After a lost answer: whether what is stored is what was sent, and how the server draws a claim now.

const isEmpty = (value) => value === undefined || value === null || value === "" || (typeof value === "object" && !Object.keys(value).length);

/** Whether what was sent is what is stored. The server resolves names and adds kinds; answers have to be equal. */
export function isSame(sent, stored, exactly = false) {
  if (sent === stored || (isEmpty(sent) && isEmpty(stored))) return true;
  if (isEmpty(sent) || isEmpty(stored) || typeof sent !== "object" || typeof stored !== "object") return false;
  const added = exactly ? [] : sent.id ? ["name", "text", "kind"] : sent.name || sent.text ? ["id", "kind"] : [];
  const keys = new Set([...Object.keys(sent), ...Object.keys(stored)].filter((key) => !added.includes(key)));
  return [...keys].every((key) => isSame(sent[key], stored[key], exactly || key === "attributes"));
}

/** Fetch the list item of a claim and the paragraphs in which it is drawn, here or on the server.
 * @returns {Promise<{blocks: Record<string, string>, item: string | null}>} */
export async function redraw(url, id) {
  const response = await fetch(url);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const blocks = {};
  for (const root of [document, page]) {
    for (const mark of root.querySelectorAll(`mark[data-c~="${id.slice(0, 8)}"]`)) {
      const block = page.getElementById(mark.closest("[data-o]").id);
      if (block) blocks[block.id] = block.outerHTML;
    }
  }
  return { blocks, item: page.getElementById(`c-${id}`)?.outerHTML ?? null };
}
