// What is opened beside the text: the guidelines, kept and searched in the page, and talk, fetched each time.

// Unit by unit, so that places stay.
const fold = (text) => text.replace(/[^ -~]/g, (c) => c.normalize("NFD")[0]).toLowerCase();

let panel = null;

/** Show a fragment beside the text, or close it when it is the one that is shown. @param {string} url */
export function togglePanel(url) {
  const root = document.getElementById("panel");
  if (!panel) {
    panel = new Panel({ url, root });
    new MutationObserver(() => setAside(root)).observe(root, { attributeFilter: ["hidden"] });
    window.addEventListener("resize", () => setAside(root));
  }
  panel.show(url);
}

/** What the panel covers on narrower screens cannot take the focus meanwhile. */
function setAside(root) {
  const covers = (width) => !root.hidden && window.matchMedia(`(max-width: ${width}px)`).matches;
  document.getElementById("claims").inert = covers(1299);
  for (const element of document.querySelectorAll(".top, #read, .keys")) element.inert = covers(900);
}

export class Panel {
  /** @param {{url: string, root: HTMLElement}} options */
  constructor({ url, root }) {
    Object.assign(this, { url, root });
    root.oninput = () => this.field && this.search();
    root.onclick = (event) => this.clicked(event);
    root.onsubmit = (event) => this.submitted(event);
    root.onkeydown = (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.close();
    };
  }

  get isOpen() {
    return !this.root.hidden;
  }

  toggle() {
    this.isOpen ? this.close() : this.open();
  }

  /** @param {string} url */
  show(url) {
    if (url === this.url) return this.toggle();
    Object.assign(this, { url, field: null, typed: null });
    CSS.highlights?.delete("found");
    this.open();
  }

  async open() {
    const { root } = this;
    if (root.hidden) this.back = document.activeElement;
    root.hidden = false;
    if (!this.field) await this.fill(await fetch(this.url, { redirect: "manual" }).catch(() => 0));
    (this.field ?? root).focus();
  }

  /** @param {Response | 0} answer @param {string} [refused] said where the server gave no fragment */
  async fill(answer, refused = "Not loaded. Try again.") {
    const { root } = this;
    const html = answer && answer.type !== "opaqueredirect" ? await answer.text() : "";
    const isFragment = html && !html.startsWith("<!");
    if (isFragment) root.innerHTML = html;
    else if (this.talk) this.complain(refused);
    else root.innerHTML = "<p role=alert>Not loaded. Try again.";
    this.talk = root.querySelector("#talk");
    this.field = root.querySelector("[type=search]");
    root.setAttribute("aria-label", this.talk ? "Talk" : "Guidelines");
    if (isFragment) (root.querySelector("[role=alert]") ?? root).focus();
  }

  complain(text) {
    const line = document.createElement("p");
    Object.assign(line, { className: "notice bad", role: "alert", textContent: text });
    this.talk.querySelector(".notice")?.remove();
    this.talk.prepend(line);
  }

  clicked(event) {
    if (event.target.closest(".find button")) return this.close();
    const link = event.target.closest("a");
    const id = link && link.pathname === location.pathname && link.hash.startsWith("#c-") && link.hash.slice(1);
    if (!id || !document.getElementById(id)) return undefined;
    event.preventDefault();
    document.querySelector(`[id="${id}"] > button`)?.click();
    return undefined;
  }

  /** Send a form of the talk and show what is there then; what was typed stays where it could not be sent. */
  async submitted(event) {
    if (!this.talk) return;
    event.preventDefault();
    const form = event.target;
    const url = new URL(form.action);
    url.searchParams.set("fragment", "");
    const body = new FormData(form);
    await this.fill(await fetch(url, { method: "POST", body, redirect: "manual" }).catch(() => 0), "Not sent. Try again.");
  }

  close() {
    this.root.hidden = true;
    if (this.talk) this.url = null;
    this.back?.focus();
  }

  search() {
    const { field, root } = this;
    const words = fold(field.value).match(/\S+/g) ?? [""];
    const ranges = [];
    let count = 0;
    for (const item of root.querySelectorAll(".item")) {
      const text = fold(item.textContent);
      item.hidden = !words.every((word) => text.includes(word));
      count += !item.hidden;
    }
    const walker = document.createTreeWalker(root, 4);
    for (let node; (node = walker.nextNode()); ) {
      const text = fold(node.data);
      for (const word of words)
        for (let at = -1; (at = text.indexOf(word, at + 1)) >= 0 && word; ) {
          const range = new Range();
          range.setStart(node, at);
          range.setEnd(node, at + word.length);
          ranges.push(range);
        }
    }
    CSS.highlights?.set("found", new Highlight(...ranges));
    root.querySelector("[role=status]").textContent =
      words[0] && (count ? `${count} found` : `Nothing found for “${field.value}”`);
  }
}
