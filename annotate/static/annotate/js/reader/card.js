// The card of the active claim: filled from the claim, one field lit that digits answer, and every answer goes back
// into the claim at once.

import { fillAnswer, keepTyped, nameGroups, pressNumber, readAnswer, setAnswer } from "./answers.js";
import { combobox } from "./combobox.js";
import { node } from "./dom.js";

const get = (id) => document.getElementById(id).content.firstElementChild;
/** The command that puts the cursor into a field. */
const KEYS = { speaker: "speaker", target: "target", behalf: "behalf", reported: "reported", proposition: "proposition" };
/** The kinds of field that are typed into; those of the record itself have none. */
export const TYPED = /text|scale|entity|undefined/;
const RELATIONS = ["affirms", "denies", "leaves_open"];
const VERBS = { support: "supports", oppose: "opposes", neutral: "is neutral on", mixed: "is mixed on", unclear: "is unclear on" };

/**
 * @typedef {object} Host what the card needs of the page
 * @property {any} state
 * @property {import("./store.js").Store} store
 * @property {import("./making.js").Making} making
 * @property {(claim: object) => void} change
 * @property {(what: string, detail?: object) => void} act
 * @property {() => void} back gives the focus back to the text
 */

export class Card {
  /** @param {Host} host */
  constructor(host) {
    this.host = host;
    this.element = null;
    this.id = null;
    /** The field that digits answer; `isTyped` once it had the focus.
     * @type {{name: string, index: number, key?: string, isTyped?: boolean} | null} */
    this.lit = null;
    /** Names typed and not taken yet, by claim and field. @type {Map<string, string>} */
    this.drafts = new Map();
  }

  get claim() {
    return this.host.store.claims.get(this.id);
  }

  /** Show the card of a claim in place of its list item. @param {string} id @param {Element} item */
  open(id, item) {
    this.id = id;
    this.lit = null;
    this.element = get("card-template").cloneNode(true);
    nameGroups(this.element, id);
    item.append(this.element);
    item.classList.add("active");
    this.element.addEventListener("click", (event) => this.clicked(event));
    this.element.addEventListener("change", (event) => this.changed(event));
    this.element.addEventListener("keydown", ({ key, target }) => {
      if (key !== "Enter") return;
      if (target.matches("[type=radio], [type=checkbox]")) target.click();
      if (!target.matches("[data-attribute] > .input")) return;
      keepTyped();
      this.next({ name: "attribute", index: 0, key: target.parentElement.dataset.attribute });
    });
    this.fill();
  }

  close() {
    keepTyped();
    this.host.making.carried.delete(this.id);
    this.element?.closest(".c")?.classList.remove("active");
    this.element?.remove();
    this.element = this.id = this.lit = null;
  }

  /** Change the claim through a function on a copy, then save it. */
  edit(change) {
    const copy = structuredClone(this.claim);
    change(copy);
    this.host.change(copy);
  }

  /** Answer a field: change the claim, draw it, and light the next open field. */
  answerField(field, change) {
    this.edit(change);
    this.next(field);
  }

  /** Light the next open field; a text takes the focus, as no other key answers it – without keys it would only raise
   * those of the screen. */
  next(field) {
    this.host.back();
    this.light(this.host.making.after(this.claim, field), { type: matchMedia("(hover: none)").matches ? null : /text|scale/ });
  }

  fill() {
    keepTyped();
    const { claim, element } = this;
    if (!claim || !element) return;
    this.head();
    this.speakers();
    this.stances();
    this.attributes();
    this.more();
    element.querySelector("[data-unsure]").checked = claim.unsure;
    this.showLit();
  }

  // --- the lit field

  /** @param {{name: string, index?: number, key?: string} | null} field
   * @param {{type?: RegExp}} [options] the kinds of question that take the focus; `TYPED` is all that are typed into */
  light(field, { type } = {}) {
    this.lit = field && { index: 0, ...field };
    this.fill();
    const element = this.litElement();
    const frame = this.element?.closest(".claims");
    if (element && frame) {
      const [box, view] = [element.getBoundingClientRect(), this.element.scrollHeight > this.element.clientHeight ? this.element.getBoundingClientRect() : frame.getBoundingClientRect()];
      if (box.bottom > view.bottom || box.top < view.top) element.scrollIntoView({ block: "nearest" });
    }
    if (element && type?.test(element.dataset.kind)) {
      this.lit.isTyped = true;
      element.querySelector("input, textarea").focus();
    } else if (this.lit) this.host.act("lit", { element });
  }

  litElement() {
    if (!this.lit || !this.element) return null;
    const { name, index, key } = this.lit;
    const found = this.element.querySelectorAll(`[data-field="${key ? `attribute:${key}` : name}"]`);
    return found[index] ?? null;
  }

  showLit() {
    for (const other of this.element.querySelectorAll(".lit")) other.classList.remove("lit");
    const element = this.litElement();
    if (!element) return;
    element.hidden = false;
    for (let box = element.parentElement?.closest("details, [hidden]"); box; box = box.parentElement?.closest("details:not([open]), [hidden]")) {
      if (box.tagName === "DETAILS") box.open = true;
      box.hidden = false;
      if (box === this.element) break;
    }
    element.classList.add("lit");
    for (const input of this.element.querySelectorAll("[data-attribute] :is(.input, .combo input)")) {
      input.placeholder = element.contains(input) ? `${this.host.keyOf("type")} to type` : "";
    }
    element.querySelector(".combo")?.show();
  }

  /** Let a digit answer the lit field. @param {number} n @returns {boolean} whether it did */
  digit(n) {
    const element = this.litElement();
    if (!element) return false;
    const { name } = this.lit;
    if (n === 0) {
      if (name !== "target" && name !== "value") return false;
      this.noStance();
      return true;
    }
    const combo = element.querySelector(".combo");
    return combo ? combo.choose(n) : pressNumber(element, n);
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
      if (index) quote.append(node("i", {}, " […] "));
      quote.append(span.quote);
    });
  }

  sentence() {
    const { claim } = this;
    const out = [];
    const bold = (text) => out.push(node("b", { dir: "auto" }, text));
    claim.speakers.forEach((speaker, index) => {
      if (index) out.push(" and ");
      bold(speaker.name);
      if (speaker.represents) {
        out.push(", for ");
        bold(speaker.represents.name);
      }
    });
    if (!claim.speakers.length) out.push("Speaker open");
    if (claim.reported_by.length) {
      out.push(", in ");
      bold(claim.reported_by.map((entry) => entry.name).join(" ← "));
    }
    claim.stances.forEach((stance, index) => {
      const label = this.host.state.stances[stance.value];
      out.push(index ? "; " : ": ");
      if (stance.holder) out.push(`${stance.holder.name} `);
      out.push(label ? `${VERBS[stance.value] ?? `${label.name.toLowerCase()} –`} ` : "… ");
      if (stance.target) bold(stance.target.name);
      else out.push("which target?");
    });
    if (claim.no_stance) out.push(": no stance");
    const { proposition } = claim;
    if (proposition) out.push(`; ${proposition.relation.replace("_", " ")} “${proposition.text}”`);
    out.push(".");
    return out;
  }

  // --- speakers

  speakers() {
    const box = this.element.querySelector("[data-speakers]");
    const { speakers } = this.claim;
    const further = this.lit?.name === "speaker" && this.lit.index >= speakers.length;
    const shown = speakers.length && !further ? speakers : [...speakers, null];
    box.replaceChildren(...shown.map((speaker, index) => this.speaker(speaker, index)));
    box.firstElementChild.classList.toggle("carried", this.host.making.carried.has(this.id));
    const buttons = box.querySelectorAll('[data-do="speaker-further"]');
    buttons.forEach((button, index) => {
      button.hidden = index < buttons.length - 1 || !speakers.length;
    });
  }

  speaker(speaker, index) {
    const field = get("speaker-template").cloneNode(true);
    const at = { name: "speaker", index };
    this.combo(field.querySelector("[data-combo]"), "speaker", index ? "Further speaker" : "Speaker", speaker, at, (entry, claim) => {
      if (!entry) claim.speakers.splice(index, 1);
      else claim.speakers[index] = this.host.making.speaker(entry, claim, claim.speakers[index]);
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
    const at = { name: "behalf", index };
    const apply = (entry, claim) => {
      claim.speakers[index].represents = entry;
    };
    this.combo(behalf.querySelector("[data-represents]"), "speaker", "On behalf of", speaker.represents, at, apply, "behalf");
    open.addEventListener("click", () => this.light(at, { type: TYPED }));
    const target = { field: "mention", index };
    name.addEventListener("click", () => this.host.act("pick", target));
    field.querySelector("[data-mention]").replaceChildren(...this.chips(speaker.mention, target));
  }

  // --- stances

  stances() {
    const box = this.element.querySelector("[data-stances]");
    const { stances } = this.claim;
    const further = ["target", "value"].includes(this.lit?.name) && this.lit.index >= stances.length;
    const shown = stances.length && !further ? stances : [...stances, null];
    box.replaceChildren(...shown.map((stance, index) => this.stance(stance, index)));
    const buttons = box.querySelectorAll('[data-do="stance-further"]');
    buttons.forEach((button, index) => {
      button.hidden = index < buttons.length - 1 || !stances.length;
    });
  }

  /** Set values of one stance; a stance without target and value goes. */
  setStance(field, values) {
    const { index } = field;
    this.answerField(field, (claim) => {
      const next = { holder: null, target: null, value: null, ...claim.stances[index], ...values };
      if (next.target || next.value) claim.stances[index] = next;
      else claim.stances.splice(index, 1);
      if (claim.stances.length) claim.no_stance = false;
    });
  }

  stance(stance, index) {
    const field = get("stance-template").cloneNode(true);
    const target = { name: "target", index };
    this.combo(field.querySelector("[data-combo]"), "target", "Target", stance?.target, target, (entry) => {
      this.setStance(target, { target: entry });
      return false;
    });
    for (const input of field.querySelectorAll(".seg input")) {
      input.name = `stance-${index}-${this.id}`;
      const none = "none" in input.dataset;
      input.checked = none ? this.claim.no_stance : stance?.value === input.value;
      if (none && index) input.closest("label").remove();
      input.addEventListener("change", (event) => {
        event.stopPropagation();
        if (none) this.noStance();
        else this.setStance({ name: "value", index }, { value: input.value });
      });
    }
    this.stanceDetails(field, stance, index);
    return field;
  }

  stanceDetails(field, stance, index) {
    const box = field.querySelector("[data-holder-box]");
    const open = field.querySelector('[data-do="holder"]');
    box.hidden = !stance?.holder;
    open.hidden = !stance || Boolean(stance.holder);
    const at = { name: "holder", index };
    this.combo(box.querySelector("[data-holder]"), "speaker", "Holder", stance?.holder, at, (entry) => {
      this.setStance(at, { holder: entry });
      return false;
    });
    open.addEventListener("click", () => this.light(at, { type: TYPED }));
    nameGroups(field, `${index}-${this.id}`);
    for (const group of field.querySelectorAll("[data-stance-attribute]")) {
      group.hidden = !stance;
      const key = group.dataset.stanceAttribute;
      const answer = stance?.attributes?.[key];
      const slot = group.querySelector("[data-combo]");
      const set = (value) => (claim) => setAnswer((claim.stances[index].attributes ??= {}), key, value);
      if (slot) {
        this.entity(slot, answer, { name: "extra", index, key }, (value) => this.drop(set(value)));
        continue;
      }
      fillAnswer(group, answer);
      group.addEventListener("change", (event) => {
        event.stopPropagation();
        const value = readAnswer(group);
        if (value !== answer) this.edit(set(value));
      });
    }
  }

  noStance() {
    this.answerField({ name: "value", index: 0 }, (claim) => {
      claim.stances = [];
      claim.no_stance = true;
    });
  }

  // --- attributes of the codebook

  attributes() {
    const applies = new Set(this.host.making.attributes(this.claim.attributes).map((spec) => spec.key));
    for (const group of this.element.querySelectorAll("[data-attribute]")) {
      const key = group.dataset.attribute;
      const answer = this.claim.attributes[key];
      group.hidden = !applies.has(key) && answer === undefined;
      const slot = group.querySelector("[data-combo]");
      if (slot) this.entity(slot, answer, { name: "attribute", index: 0, key }, (value, claim) => setAnswer(claim.attributes, key, value));
      else fillAnswer(group, answer);
    }
  }

  /** A question that an entry of the registry answers. */
  entity(slot, answer, at, apply) {
    const { making } = this.host;
    this.combo(slot, "speaker", slot.dataset.label, making.named(answer), at, (entry, claim) => apply(making.answer(entry), claim));
  }

  answer(group) {
    const { attribute: key, kind } = group.dataset;
    const value = readAnswer(group);
    const change = (claim) => setAnswer(claim.attributes, key, value);
    if (!("multiple" in group.dataset) && /choice|boolean/.test(kind)) this.answerField({ name: "attribute", index: 0, key }, change);
    else if (value !== this.claim.attributes[key]) this.edit(change);
  }

  // --- the rest

  more() {
    const { claim, element } = this;
    const box = element.querySelector("[data-more]");
    if (claim.proposition || claim.note || claim.reported_by.length) box.open = true;
    const reporters = element.querySelector("[data-reporters]");
    reporters.replaceChildren(
      ...claim.reported_by.map((entry, index) => this.chip(entry.name, () => this.drop((copy) => copy.reported_by.splice(index, 1)))),
    );
    const at = { name: "reported", index: 0 };
    this.combo(element.querySelector("[data-new-reporter]"), "speaker", "Add a reporter", null, at, (entry, copy) => {
      if (entry?.chain) copy.reported_by = entry.chain;
      else if (entry) copy.reported_by.push(entry);
    }, "chain");
    const detected = claim.detected?.fields ?? [];
    const cue = element.querySelector("[data-cue]");
    const onclick = () => this.host.act("pick", { field: "cue" });
    const add = node("button", { type: "button", className: "chip add", onclick }, "Select it in the text");
    cue.replaceChildren(...this.chips(claim.cue, { field: "cue" }), add);
    cue.classList.toggle("detected", detected.includes("cue"));
    const mode = element.querySelector("[data-mode]");
    for (const input of mode.querySelectorAll("input")) input.checked = claim.mode === input.value;
    mode.classList.toggle("detected", detected.includes("mode"));
    this.proposition();
    element.querySelector("[data-note]").value = claim.note;
  }

  proposition() {
    const { claim, element } = this;
    const current = claim.proposition && { id: claim.proposition.id, name: claim.proposition.text };
    const at = { name: "proposition", index: 0 };
    this.combo(element.querySelector("[data-proposition]"), "proposition", "Proposition", current, at, (entry, copy) => {
      const relation = copy.proposition?.relation ?? "affirms";
      copy.proposition = entry && { ...(entry.id ? { id: entry.id } : {}), text: entry.name, relation };
      const usual = entry?.target && this.host.state.targets?.[entry.target];
      if (usual && !copy.stances.length && !copy.no_stance) copy.stances = [{ holder: null, target: usual, value: null }];
    });
    const relation = element.querySelector("[data-relation]");
    relation.hidden = !claim.proposition;
    for (const input of relation.querySelectorAll("input")) input.checked = claim.proposition?.relation === input.value;
  }

  /** Affirms, denies, leaves open, and round again. */
  turnRelation() {
    if (!this.claim.proposition) return this.light({ name: "proposition" }, { type: TYPED });
    this.edit((claim) => {
      claim.proposition.relation = RELATIONS[(RELATIONS.indexOf(claim.proposition.relation) + 1) % 3];
    });
    return this.fill();
  }

  /** Put a combobox into a slot; `apply` changes the claim, unless it answers the field itself and returns false. */
  combo(slot, kind, label, value, at, apply, from = kind) {
    const near = () => this.host.making.candidates(from, this.claim, at.index).filter((entry) => from !== "chain" || this.fits(entry));
    const typing = KEYS[at.name] && !at.index ? `${this.host.keyOf(KEYS[at.name])} to type` : "";
    const draft = this.draft([this.id, at.name, at.key, label, at.index].join("/"));
    const onPick = (entry) => {
      const isOwn = ["target", "holder", "extra"].includes(at.name);
      if (isOwn) apply(entry);
      else if (entry) this.answerField(at, (claim) => apply(entry, claim));
      else this.drop((claim) => apply(null, claim));
    };
    slot.replaceChildren(combobox({ kind, url: this.host.state.entries, label, value: value ?? null, near, onPick, draft, typing }));
  }

  /** Where a field keeps what was typed and not taken yet. @param {string} key */
  draft(key) {
    return {
      get: () => this.drafts.get(key),
      set: (text) => (text === undefined ? this.drafts.delete(key) : this.drafts.set(key, text)),
    };
  }

  /** Who can stand between the outlet and the speaker: neither of them. */
  fits(entry) {
    const { claim } = this;
    return !claim.speakers.some((one) => one.name === entry.name) && !claim.reported_by.some((one) => one.name === entry.name);
  }

  /** Change something away and draw the card, keeping the focus where it was. */
  drop(change) {
    this.edit(change);
    this.refresh();
  }

  chips(spans, target) {
    return spans.map((span, at) =>
      this.chip(span.quote, () =>
        this.drop((claim) => {
          if (target.field === "cue") claim.cue.splice(at, 1);
          else claim.speakers[target.index].mention.splice(at, 1);
          undetect(claim, target.field);
        }),
      ),
    );
  }

  chip(text, onclick) {
    const button = node("button", { type: "button", ariaLabel: `Remove ${text}`, onclick }, "×");
    return node("span", { className: "chip" }, node("span", { dir: "auto" }, text), button);
  }

  // --- events

  clicked(event) {
    const what = event.target.closest("[data-do]")?.dataset.do;
    if (what && !["holder", "behalf", "mention"].includes(what)) this.host.act(what);
  }

  changed(event) {
    const { target } = event;
    if (!this.claim) return;
    const attribute = target.closest("[data-attribute]:not([data-kind=entity])");
    if (attribute) this.answer(attribute);
    else if ("unsure" in target.dataset) this.edit((claim) => (claim.unsure = target.checked));
    else if ("note" in target.dataset && target.value !== this.claim.note) this.edit((claim) => (claim.note = target.value));
    else if (target.closest("[data-mode]")) {
      this.answerField({ name: "mode", index: 0 }, (claim) => {
        claim.mode = target.value;
        undetect(claim, "mode");
      });
    } else if (target.closest("[data-relation]")) {
      this.edit((claim) => (claim.proposition.relation = target.value));
      this.head();
    }
  }

  /** Draw the card anew, keeping the focus in the same field. */
  refresh() {
    const all = () => [...this.element.querySelectorAll("input, button, textarea, summary")];
    const place = all().indexOf(document.activeElement);
    this.fill();
    if (place >= 0) (all()[place] ?? this.element).focus({ preventScroll: true });
  }

  showErrors(problem) {
    const list = this.element?.querySelector("[data-errors]");
    if (!list) return;
    const details = problem.errors?.map((error) => error.detail) ?? [problem.detail];
    list.replaceChildren(...details.map((detail) => node("li", {}, detail)));
    list.hidden = false;
  }
}

/** What a person changed was not detected. */
export function undetect(claim, field) {
  if (!claim.detected) return;
  const fields = claim.detected.fields.filter((other) => other !== field);
  if (fields.length) claim.detected.fields = fields;
  else delete claim.detected;
}
