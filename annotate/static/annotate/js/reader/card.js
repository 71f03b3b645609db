// The card of the active claim: filled from the claim, and every answer goes back into it at once.

import { combobox } from "./combobox.js";

const get = (id) => document.getElementById(id).content.firstElementChild;

/**
 * @typedef {object} Host what the card needs of the page
 * @property {any} state
 * @property {import("./store.js").Store} store
 * @property {(claim: object) => void} change
 * @property {(what: string, detail?: object) => void} act
 */

export class Card {
  /** @param {Host} host */
  constructor(host) {
    this.host = host;
    this.element = null;
    this.id = null;
    /** Names typed and not taken yet, by claim and field. @type {Map<string, string>} */
    this.drafts = new Map();
    this.typing = 0;
  }

  get claim() {
    return this.host.store.claims.get(this.id);
  }

  /** Show the card of a claim in place of its list item. @param {string} id @param {Element} item */
  open(id, item) {
    this.id = id;
    this.element = get("card-template").cloneNode(true);
    this.name("radio groups");
    item.append(this.element);
    item.classList.add("active");
    this.element.addEventListener("click", (event) => this.clicked(event));
    this.element.addEventListener("change", (event) => this.changed(event));
    this.element.addEventListener("input", (event) => this.typed(event));
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target.matches("[type=radio], [type=checkbox]")) event.target.click();
    });
    this.fill();
  }

  close() {
    this.keepNote();
    this.element?.closest(".c")?.classList.remove("active");
    this.element?.remove();
    this.element = null;
    this.id = null;
  }

  name() {
    for (const group of this.element.querySelectorAll("[data-attribute], [data-mode], [data-relation]")) {
      const name = `${group.dataset.attribute ?? Object.keys(group.dataset)[0]}-${this.id}`;
      for (const input of group.querySelectorAll("input[type=radio]")) input.name = name;
    }
  }

  /** Change the claim through a function on a copy, then save it. */
  edit(change) {
    const copy = structuredClone(this.claim);
    change(copy);
    this.host.change(copy);
  }

  fill() {
    const { claim, element } = this;
    if (!claim || !element) return;
    this.head();
    this.speakers();
    this.stances();
    this.attributes();
    this.more();
    element.querySelector("[data-unsure]").checked = claim.unsure;
  }

  /** What the claim says, read back as one sentence; and its words. */
  head() {
    const { claim, element } = this;
    const first = claim.stances.find((stance) => stance.value);
    const slot = first ? this.host.state.stances[first.value]?.slot : claim.no_stance ? "plain" : "open";
    element.className = `card ${slot ?? "open"}`;
    element.querySelector("[data-readback]").replaceChildren(...this.sentence());
    const quote = element.querySelector("[data-quote]");
    quote.replaceChildren();
    claim.spans.forEach((span, index) => {
      if (index) {
        const gap = document.createElement("i");
        gap.textContent = " […] ";
        quote.append(gap);
      }
      quote.append(span.quote);
    });
  }

  sentence() {
    const { claim } = this;
    const out = [];
    const bold = (text) => {
      const node = document.createElement("b");
      node.dir = "auto";
      node.textContent = text;
      out.push(node);
    };
    claim.speakers.forEach((speaker, index) => {
      if (index) out.push(" and ");
      bold(speaker.name);
      if (speaker.represents) {
        out.push(", for ");
        bold(speaker.represents.name);
      }
    });
    if (!claim.speakers.length) out.push("Speaker open");
    if (claim.reported_by.length) out.push(`, reported by ${claim.reported_by.map((entry) => entry.name).join(" ← ")}`);
    const stances = claim.stances.map((stance) => {
      const value = this.host.state.stances[stance.value]?.name.toLowerCase() ?? "…";
      const holder = stance.holder ? `${stance.holder.name}: ` : "";
      return `${holder}${value} – ${stance.target?.name ?? "which target?"}`;
    });
    if (claim.no_stance) stances.push("no stance");
    if (stances.length) out.push(`: ${stances.join("; ")}`);
    const { proposition } = claim;
    if (proposition) out.push(` – ${proposition.relation.replace("_", " ")}: “${proposition.text}”`);
    return out;
  }

  // --- speakers

  speakers() {
    const box = this.element.querySelector("[data-speakers]");
    const shown = this.claim.speakers.length ? this.claim.speakers : [null];
    box.replaceChildren(...shown.map((speaker, index) => this.speaker(speaker, index)));
    const buttons = box.querySelectorAll('[data-do="speaker"]');
    buttons.forEach((button, index) => {
      button.hidden = index < buttons.length - 1 || !this.claim.speakers.length;
    });
  }

  addSpeaker() {
    const field = this.speaker(null, this.claim.speakers.length);
    this.element.querySelector("[data-speakers]").append(field);
    field.querySelector("input").focus();
  }

  speaker(speaker, index) {
    const field = get("speaker-template").cloneNode(true);
    field.dataset.index = String(index);
    this.combo(field.querySelector("[data-combo]"), "speaker", "Speaker", speaker, (entry) => {
      this.edit((claim) => {
        if (!entry) claim.speakers.splice(index, 1);
        else claim.speakers[index] = this.host.rememberSpeaker(entry, claim, claim.speakers[index]);
      });
      this.refresh();
      if (entry) this.light();
    });
    this.speakerDetails(field, speaker, index);
    return field;
  }

  speakerDetails(field, speaker, index) {
    const behalf = field.querySelector("[data-behalf]");
    const [open, name] = ["behalf", "mention"].map((what) => field.querySelector(`[data-do="${what}"]`));
    behalf.hidden = !speaker?.represents;
    open.hidden = !speaker || Boolean(speaker.represents);
    name.hidden = !speaker;
    if (!speaker) return;
    this.combo(behalf.querySelector("[data-represents]"), "speaker", "On behalf of", speaker.represents, (entry) => {
      this.edit((claim) => {
        claim.speakers[index].represents = entry;
      });
      this.refresh();
    });
    open.addEventListener("click", () => {
      behalf.hidden = false;
      behalf.querySelector("input").focus();
    });
    const target = { field: "mention", index };
    name.addEventListener("click", () => this.host.act("pick", target));
    const chips = speaker.mention.map((span, at) => this.chip(span.quote, () => this.dropSpan(target, at)));
    field.querySelector("[data-mention]").replaceChildren(...chips);
  }

  // --- stances

  stances() {
    const box = this.element.querySelector("[data-stances]");
    const shown = this.claim.stances.length ? this.claim.stances : [null];
    box.replaceChildren(...shown.map((stance, index) => this.stance(stance, index)));
    const buttons = box.querySelectorAll('[data-do="stance"]');
    buttons.forEach((button, index) => {
      button.hidden = index < buttons.length - 1 || !this.claim.stances.length;
    });
  }

  addStance() {
    const field = this.stance(null, this.claim.stances.length);
    this.element.querySelector("[data-stances]").append(field);
    field.querySelector("input").focus();
  }

  stance(stance, index) {
    const field = get("stance-template").cloneNode(true);
    field.dataset.index = String(index);
    const set = (values) => {
      this.edit((claim) => {
        const next = { holder: null, target: null, value: null, ...claim.stances[index], ...values };
        if (next.target || next.value) claim.stances[index] = next;
        else claim.stances.splice(index, 1);
        if (claim.stances.length) claim.no_stance = false;
      });
      this.refresh();
      this.light();
    };
    this.combo(field.querySelector("[data-combo]"), "target", "Target", stance?.target, (entry) => set({ target: entry }));
    for (const input of field.querySelectorAll(".seg input")) {
      input.name = `stance-${index}-${this.id}`;
      const none = "none" in input.dataset;
      input.checked = none ? this.claim.no_stance : stance?.value === input.value;
      if (none && index) input.closest("label").remove();
      input.addEventListener("change", () => (none ? this.noStance() : set({ value: input.value })));
    }
    this.holder(field, stance, set);
    return field;
  }

  holder(field, stance, set) {
    const box = field.querySelector("[data-holder-box]");
    box.hidden = !stance?.holder;
    field.querySelector('[data-do="holder"]').hidden = !stance || Boolean(stance.holder);
    this.combo(box.querySelector("[data-holder]"), "speaker", "Holder", stance?.holder, (entry) => set({ holder: entry }));
    field.querySelector('[data-do="holder"]').addEventListener("click", () => {
      box.hidden = false;
      box.querySelector("input").focus();
    });
  }

  noStance() {
    this.edit((claim) => {
      claim.stances = [];
      claim.no_stance = true;
    });
    this.refresh();
  }

  // --- attributes of the codebook

  attributes() {
    for (const group of this.element.querySelectorAll("[data-attribute]")) {
      const answer = this.claim.attributes[group.dataset.attribute];
      const slot = group.querySelector("[data-combo]");
      if (slot) {
        const known = this.host.entryName(answer?.id);
        this.combo(slot, "speaker", slot.dataset.label, answer && { id: answer.id, name: known ?? "chosen" }, (entry) => {
          this.answer(group.dataset.attribute, entry?.id ? { id: entry.id } : undefined);
        });
        continue;
      }
      for (const input of group.querySelectorAll("input")) {
        if (input.type === "radio" || input.type === "checkbox") {
          input.checked = Array.isArray(answer) ? answer.includes(input.value) : String(answer) === input.value;
        } else input.value = answer ?? "";
      }
    }
  }

  answer(key, value) {
    this.edit((claim) => {
      if (value === undefined || value === "") delete claim.attributes[key];
      else claim.attributes[key] = value;
    });
    this.head();
  }

  readAttribute(group) {
    const { kind } = group.dataset;
    const inputs = [...group.querySelectorAll("input")];
    if (kind === "choice") {
      const chosen = inputs.filter((input) => input.checked).map((input) => input.value);
      if ("multiple" in group.dataset) return chosen.length ? chosen.sort() : undefined;
      return chosen[0];
    }
    if (kind === "boolean") return inputs.find((input) => input.checked)?.value === "true";
    if (kind === "scale") return inputs[0].value === "" ? undefined : Number(inputs[0].value);
    return inputs[0].value;
  }

  // --- the rest

  more() {
    const { claim, element } = this;
    const box = element.querySelector("[data-more]");
    if (claim.reported_by.length || claim.cue.length || claim.mode || claim.proposition || claim.note) box.open = true;
    const reporters = element.querySelector("[data-reporters]");
    reporters.replaceChildren(
      ...claim.reported_by.map((entry, index) => this.chip(entry.name, () => this.dropReporter(index))),
    );
    this.combo(element.querySelector("[data-new-reporter]"), "speaker", "Add a reporter", null, (entry) => {
      if (!entry) return;
      this.edit((copy) => copy.reported_by.push(entry));
      this.refresh();
    });
    this.spanChips(element.querySelector("[data-cue]"), claim.cue, "Select it in the text", { field: "cue" });
    for (const input of element.querySelectorAll("[data-mode] input")) input.checked = claim.mode === input.value;
    this.proposition();
    const note = element.querySelector("[data-note]");
    if (!this.typing) note.value = claim.note;
  }

  dropReporter(index) {
    this.edit((claim) => claim.reported_by.splice(index, 1));
    this.refresh();
  }

  proposition() {
    const { claim, element } = this;
    const current = claim.proposition && { id: claim.proposition.id, name: claim.proposition.text };
    this.combo(element.querySelector("[data-proposition]"), "proposition", "Proposition", current, (entry) => {
      this.edit((copy) => {
        const relation = copy.proposition?.relation ?? "affirms";
        copy.proposition = entry && { ...(entry.id ? { id: entry.id } : {}), text: entry.name, relation };
      });
      this.refresh();
    });
    const relation = element.querySelector("[data-relation]");
    relation.hidden = !claim.proposition;
    for (const input of relation.querySelectorAll("input")) input.checked = claim.proposition?.relation === input.value;
  }

  combo(slot, kind, label, value, onPick) {
    const near = () => this.host.near(kind);
    const place = slot.closest("[data-speaker], [data-stance]");
    const key = `${this.id}/${label}/${place?.dataset.index ?? 0}`;
    const draft = {
      get: () => this.drafts.get(key),
      set: (text) => (text === undefined ? this.drafts.delete(key) : this.drafts.set(key, text)),
    };
    slot.replaceChildren(
      combobox({ kind, url: this.host.state.entries, label, value: value ?? null, near, onPick, draft }),
    );
  }

  chip(text, onRemove) {
    const chip = document.createElement("span");
    chip.className = "chip";
    const words = document.createElement("span");
    words.dir = "auto";
    words.textContent = text;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "×";
    button.setAttribute("aria-label", `Remove ${text}`);
    button.addEventListener("click", onRemove);
    chip.append(words, button);
    return chip;
  }

  spanChips(box, spans, words, target) {
    const chips = spans.map((span, at) => this.chip(span.quote, () => this.dropSpan(target, at)));
    const add = document.createElement("button");
    add.type = "button";
    add.className = "chip add";
    add.textContent = words;
    add.addEventListener("click", () => this.host.act("pick", target));
    box.replaceChildren(...chips, add);
  }

  dropSpan({ field, index }, at) {
    this.edit((claim) => (field === "cue" ? claim.cue : claim.speakers[index].mention).splice(at, 1));
    this.refresh();
  }

  // --- events

  clicked(event) {
    const what = event.target.closest("[data-do]")?.dataset.do;
    if (what === "speaker") this.addSpeaker();
    else if (what === "stance") this.addStance();
    else if (what && !["holder", "behalf", "mention"].includes(what)) this.host.act(what);
  }

  changed(event) {
    const { target } = event;
    const attribute = target.closest("[data-attribute]");
    if (attribute) {
      this.answer(attribute.dataset.attribute, this.readAttribute(attribute));
    } else if ("unsure" in target.dataset) {
      this.edit((claim) => (claim.unsure = target.checked));
    } else if ("note" in target.dataset) {
      this.keepNote();
    } else if (target.closest("[data-mode]")) {
      this.edit((claim) => (claim.mode = target.value));
    } else if (target.closest("[data-relation]")) {
      this.edit((claim) => (claim.proposition.relation = target.value));
      this.head();
    }
  }

  /** A note is saved a moment after the last key, and until then the page says that it is not. */
  typed(event) {
    if (!("note" in event.target.dataset)) return;
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.keepNote(), 600);
    this.host.act("typing");
  }

  keepNote() {
    clearTimeout(this.typing);
    this.typing = 0;
    const note = this.element?.querySelector("[data-note]");
    if (note && this.claim && note.value !== this.claim.note) this.edit((claim) => (claim.note = note.value));
  }

  /** Draw the card anew, keeping the focus in the same field. */
  refresh() {
    const place = this.focusPlace();
    this.fill();
    if (place) [...this.element.querySelectorAll("input, button, textarea, summary")][place]?.focus({ preventScroll: true });
  }

  focusPlace() {
    const all = [...this.element.querySelectorAll("input, button, textarea, summary")];
    const at = all.indexOf(document.activeElement);
    return at >= 0 ? at : 0;
  }

  /** Put the focus on the first field that is still open: speaker, target, stance, then what the codebook asks. */
  light() {
    const { claim, element } = this;
    if (!element) return;
    const stance = claim.stances[0];
    const speaker = element.querySelector("[data-speaker] input");
    const target = element.querySelector("[data-stance] .combo input");
    const value = element.querySelector("[data-stance] .seg input");
    const open = !claim.speakers.length ? speaker : claim.no_stance ? null : !stance?.target ? target : !stance.value ? value : null;
    (open ?? element.querySelector("[data-attribute] input:not(:checked)") ?? element).focus({ preventScroll: false });
  }

  showErrors(problem) {
    const list = this.element?.querySelector("[data-errors]");
    if (!list) return;
    const details = problem.errors?.map((error) => error.detail) ?? [problem.detail];
    list.replaceChildren(
      ...details.map((detail) => {
        const item = document.createElement("li");
        item.textContent = detail;
        return item;
      }),
    );
    list.hidden = false;
  }
}
