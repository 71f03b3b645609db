// The guidelines beside the text, kept and searched in the page.

// Unit by unit, so that places stay.
const fold = (text) => text.replace(/[^ -~]/g, (c) => c.normalize("NFD")[0]).toLowerCase();

export class Panel {
  /** @param {{url: string, root: HTMLElement}} options */
  constructor({ url, root }) {
    Object.assign(this, { url, root });
    root.oninput = () => this.search();
    root.onclick = (event) => event.target.closest("button") && this.close();
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

  async open() {
    const { root } = this;
    if (root.hidden) this.back = document.activeElement;
    root.hidden = false;
    if (!this.field) {
      const answer = await fetch(this.url, { redirect: "manual" }).catch(() => 0);
      root.innerHTML = answer.ok ? await answer.text() : "<p role=alert>Not loaded. Try again.";
      this.field = root.querySelector("input");
    }
    (this.field ?? root).focus();
  }

  close() {
    this.root.hidden = true;
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
