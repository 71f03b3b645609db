// What a new claim starts with, whom and what its fields offer, and what it still lacks. Stance is never offered.

import { quoteOf, spanOf } from "./offsets.js";

/** @typedef {import("./store.js").Claim} Claim */

const SHOWN = 9;
const TARGETS = 7;
const entryOf = (entry) => entry && { id: entry.id, name: entry.name };

export class Making {
  constructor(state, store, outline) {
    Object.assign(this, { state, store, outline });
    /** Claims whose speaker was carried and not confirmed yet. @type {Set<string>} */
    this.carried = new Set();
    const made = [...store.claims.values()].map(({ id, created_at: at = "" }) => [at, id]).sort();
    /** Claims in the order in which they were made or changed here, the latest last. @type {Map<string, true>} */
    this.order = new Map(made.map(([, id]) => [id, true]));
  }

  touch(id) {
    this.order.delete(id);
    this.order.set(id, true);
  }

  /** @returns {Claim[]} the other claims, the latest first */
  latest(id) {
    const { claims } = this.store;
    for (const key of claims.keys()) if (!this.order.has(key)) this.order.set(key, true); // of another window
    const found = [];
    for (const key of this.order.keys()) if (key !== id && claims.has(key)) found.push(claims.get(key));
    return found.reverse();
  }

  voice(claim) {
    return this.outline.sentences[this.outline.at(claim.spans[0].start)]?.v;
  }

  /** Fill a new claim: the speaker of the last claim in the same reporting frame, the cue and mode of its sentence. */
  begin(claim) {
    const { outline } = this;
    const sentence = outline.sentences[outline.at(claim.spans[0].start)];
    if (!sentence) return;
    const same = this.latest(claim.id).find((other) => this.voice(other) === sentence.v && other.speakers.length);
    if (same) {
      this.carried.add(claim.id);
      claim.speakers = same.speakers.map((one) => ({ ...entryOf(one), represents: entryOf(one.represents) ?? null, mention: [] }));
      claim.reported_by = same.reported_by.map(entryOf);
    }
    const fields = this.detect(claim, sentence);
    if (fields.length) claim.detected = { rule: outline.rule, fields };
  }

  /** Set cue and mode as the sentence shows them. @returns {string[]} the fields that were set */
  detect(claim, sentence) {
    const free = (sentence.c ?? []).filter(([a, z]) => !claim.spans.some((span) => span.start < z && a < span.end));
    claim.cue = free.map(spanOf);
    claim.mode = this.outline.mode(claim.spans.map((span) => [span.start, span.end]));
    return [claim.cue.length && "cue", claim.mode && "mode"].filter(Boolean);
  }

  /** The claims of other speakers around this one, the innermost first. */
  around(claim) {
    const [start, end] = [claim.spans[0].start, claim.spans.at(-1).end];
    const size = (other) => other.spans.at(-1).end - other.spans[0].start;
    return this.latest(claim.id)
      .filter((other) => other.spans[0].start <= start && end <= other.spans.at(-1).end && size(other) > end - start)
      .sort((one, two) => size(one) - size(two));
  }

  /** @returns {{id?: string, name: string, hint?: string, chain?: object[]}[]} numbered candidates */
  candidates(kind, claim, index = 0) {
    const found = new Map();
    const add = (entry, hint) => {
      if (entry?.name && !found.has(entry.name)) found.set(entry.name, { ...entryOf(entry), hint });
    };
    const latest = this.latest(claim.id);
    if (kind === "target") return this.targets(claim);
    if (kind === "proposition") {
      for (const other of latest) add(other.proposition && { id: other.proposition.id, name: other.proposition.text });
      return [...found.values()].slice(0, TARGETS);
    }
    const at = this.outline.at(claim.spans[0].start);
    for (const index of [at, at - 1, at - 2]) if (index >= 0) this.outline.named(index).forEach((entry) => add(entry, "in the text"));
    const named = [...found.values()].slice(0, 5);
    found.clear();
    named.forEach((entry) => add(entry, entry.hint));
    for (const other of latest) {
      for (const speaker of other.speakers) [speaker, speaker.represents].forEach((entry) => add(entry));
      other.reported_by.forEach((entry) => add(entry));
    }
    const { outlet, notStated } = this.state;
    const own = kind === "speaker" ? claim.speakers.slice(0, index).map((one) => one.name) : claim.speakers.map((one) => one.name);
    for (const name of [...own, outlet?.name, notStated?.name]) found.delete(name);
    const chain = kind === "chain" ? this.chain(claim) : [];
    const last = outlet && !own.includes(outlet.name) ? [{ ...outlet, hint: "outlet", digit: 8 }] : [];
    if (kind === "speaker" && notStated) last.push({ ...notStated, digit: 9 });
    return [...chain, ...[...found.values()].slice(0, TARGETS - chain.length), ...last];
  }

  /** The document's last seven targets; each keeps its number until it is the one that was not used for longest. */
  slots(id) {
    const slots = [];
    this.latest(id).reverse().forEach((other, turn) => {
      for (const { target } of other.stances) {
        if (!target) continue;
        let at = slots.findIndex((slot) => slot.name === target.name);
        if (at < 0) at = slots.length < TARGETS ? slots.length : slots.indexOf(slots.reduce((one, two) => (one.turn <= two.turn ? one : two)));
        slots[at] = { ...entryOf(target), turn };
      }
    });
    return slots;
  }

  /** The document's last targets; then those of the registry whose words stand in the claim or its sentence. */
  targets(claim) {
    const last = this.slots(claim.id);
    const { a, z } = this.outline.sentences[this.outline.at(claim.spans[0].start)] ?? { a: 0, z: 0 };
    const wordsOf = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().match(/[\p{L}\p{N}]{4,}/gu) ?? [];
    const near = new Set(wordsOf(quoteOf(a, z)));
    const inside = new Set(claim.spans.flatMap((span) => wordsOf(span.quote)));
    const fit = ({ words }) => words.filter((word) => inside.has(word)).length * 2 + words.filter((word) => near.has(word)).length;
    const isNamed = ({ words }) => words.filter((word) => near.has(word)).length >= Math.min(2, words.length);
    const isNew = (entry) => !last.some((other) => other.name === entry.name);
    const named = (this.state.targets ?? []).filter((entry) => isNamed(entry) && isNew(entry));
    named.sort((one, two) => fit(two) / two.words.length - fit(one) / one.words.length);
    return [...last, ...named.slice(0, SHOWN - TARGETS).map((entry, at) => ({ ...entryOf(entry), hint: "registry", digit: 8 + at }))];
  }

  /** Inside another speaker's claim: that claim's chain and its speaker, taken at once. */
  chain(claim) {
    const own = claim.speakers.map((speaker) => speaker.name);
    const outer = this.around(claim).find((other) => other.speakers.length && !other.speakers.some((one) => own.includes(one.name)));
    if (!outer) return [];
    const chain = [...outer.reported_by, outer.speakers[0]].map(entryOf);
    return [{ name: chain.map((entry) => entry.name).join(" ← "), hint: "around it", chain }];
  }

  /** A speaker chosen again brings whom they represented, and who reported them, in their last claim here. */
  speaker(entry, claim, old) {
    const wasCarried = this.carried.delete(claim.id);
    const sentence = this.outline.sentences[this.outline.at(claim.spans[0].start)];
    const kept = { ...entryOf(entry), represents: null, mention: old?.mention ?? [] };
    const isSpeaker = sentence?.m && this.outline.people[sentence.w]?.name === entry.name;
    if (isSpeaker && !kept.mention.length) {
      kept.mention = [spanOf(sentence.m)];
      claim.detected = { rule: this.outline.rule, fields: [...new Set([...(claim.detected?.fields ?? []), "mention"])].sort() };
    }
    const last = this.latest(claim.id).find((other) => other.speakers.some((one) => one.name === entry.name));
    const same = last?.speakers.find((one) => one.name === entry.name);
    kept.represents = entryOf(same?.represents) ?? null;
    if (last && (wasCarried || !claim.reported_by.length)) claim.reported_by = last.reported_by.map(entryOf);
    claim.reported_by = claim.reported_by.filter((one) => one.name !== entry.name);
    return kept;
  }

  /** The target of the last claim that has one. */
  lastTarget(id) {
    for (const other of this.latest(id)) {
      const stance = other.stances.findLast((one) => one.target);
      if (stance) return entryOf(stance.target);
    }
    return null;
  }

  /** An entry as an answer holds it: by its id, a new one by its name. */
  answer(entry) {
    if (!entry?.id) return entry ? { name: entry.name } : undefined;
    this.state.names[entry.id] = entry.name;
    return { id: entry.id };
  }

  /** The entry that an answer holds, with its name. */
  named(answer) {
    return answer && { name: this.state.names[answer.id] ?? "chosen", ...answer };
  }

  /** The attributes that apply to a claim as it is answered now. */
  attributes(answers, scope = "claim") {
    const chosen = (key, label) => [answers[key]].flat().includes(label);
    return this.state.asks.attributes.filter(
      (spec) => spec.scope === scope && (!spec.condition || chosen(...spec.condition)),
    );
  }

  /**
   * The fields of a claim in the order in which they are asked, each with whether it is open and demanded.
   * @returns {{name: string, index: number, key?: string, open: boolean, required: boolean}[]}
   */
  fields(claim) {
    const { asks } = this.state;
    const stances = claim.stances.length ? claim.stances : [null];
    const none = claim.no_stance;
    const found = [{ name: "speaker", index: 0, open: !claim.speakers.length, required: asks.speaker }];
    stances.forEach((stance, index) => {
      const required = asks.stance || Boolean(stance);
      found.push({ name: "target", index, open: !none && !stance?.target, required });
      found.push({ name: "value", index, open: !none && !stance?.value, required });
    });
    for (const spec of this.attributes(claim.attributes)) {
      found.push({ name: "attribute", index: 0, key: spec.key, open: !(spec.key in claim.attributes), required: spec.required });
    }
    if (asks.mode) found.push({ name: "mode", index: 0, open: !claim.mode, required: true });
    if (asks.proposition) found.push({ name: "proposition", index: 0, open: !claim.proposition, required: true });
    return found;
  }

  /** @returns {{name: string, index: number, key?: string} | undefined} the first answer that is demanded and missing */
  gap(claim) {
    return this.fields(claim).find((field) => field.open && field.required);
  }

  /** The field to light after one was answered: the next one that is open. */
  after(claim, { name, index, key }) {
    const fields = this.fields(claim);
    const at = fields.findIndex((field) => field.name === name && field.index === index && field.key === key);
    return fields.slice(at + 1).find((field) => field.open) ?? fields.find((field) => field.open && field.required) ?? null;
  }
}
