// The claims of this page and the layer's own values. A change is painted, then written to the outbox, then sent; it
// counts as saved only when the server has said so.

import { Refused } from "./net.js";
import { keyOf } from "./outbox.js";
import { LAYER, Queue, isDisputed } from "./queue.js";

const MANY = 50;

/** @typedef {{id: string, version?: number, spans: object[], [key: string]: any}} Claim */
/** @typedef {{kind: "claim" | "layer", id: string, before: any, after: any, epoch?: number}} Change */

export class Store extends EventTarget {
  /** @param {any} state what the server wrote into the page */
  constructor(state) {
    super();
    this.user = state.user;
    this.path = state.path;
    this.query = state.round ? `?round=${state.round}` : "";
    /** The address under which this page's own changes are kept; "" where it only shows a reading. */
    this.where = state.writable ? this.path + this.query : "";
    /** @type {Map<string, Claim>} */
    this.claims = new Map(state.claims.map((claim) => [claim.id, claim]));
    /** @type {Map<string, number>} the version that the server confirmed */
    this.versions = new Map(state.claims.map((claim) => [claim.id, claim.version]));
    this.confirmed = new Map(state.claims.map((claim) => [claim.id, JSON.stringify(claim)]));
    this.layer = { ...state.layer };
    /** The names of the entries that answers hold by their ids. */
    this.names = Object.assign(state.names, state.layer.names);
    this.confirmedLayer = this.layer;
    /** How often a claim was changed elsewhere: what is undone must not silently undo that too. */
    this.epochs = new Map();
    /** What this page last wanted of a claim, until it knows the answer: another window may have sent it. */
    this.last = new Map();
    this.told = new Set();
    this.undoable = [];
    this.redoable = [];
    this.grouped = null;
    this.at = 0;
    this.tab = newId();
    this.plain = plain;
    this.queue = new Queue(this, state.user, this.where);
    /** Resolves when the outbox was read and laid over the claims. */
    this.ready = this.queue.ready;
  }

  emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** @returns {import("./outbox.js").Entry | undefined} */
  entry(id) {
    return this.queue.entries.get(keyOf({ where: this.where, id }));
  }

  // --- changing

  /** Put a claim into the page and send it. @param {Claim} claim */
  put(claim, { undoable = true } = {}) {
    this.group(() => {
      const before = this.claims.get(claim.id) ?? null;
      if (!before && this.layer.nothing_to_code) this.putLayer({ nothing_to_code: false }, { undoable });
      if (undoable) this.remember({ kind: "claim", id: claim.id, before, after: claim });
      this.claims.set(claim.id, claim);
      this.enqueue(claim.id);
    });
  }

  /** @param {string} id */
  remove(id, { undoable = true } = {}) {
    const before = this.claims.get(id);
    if (!before) return;
    if (undoable) this.remember({ kind: "claim", id, before, after: null });
    this.claims.delete(id);
    this.enqueue(id);
  }

  /** Change some of the layer's own values: nothing_to_code, no_claim, attributes. @param {Record<string, any>} values */
  putLayer(values, { undoable = true } = {}) {
    const before = Object.fromEntries(Object.keys(values).map((key) => [key, this.layer[key]]));
    if (undoable) this.remember({ kind: LAYER, id: LAYER, before, after: values });
    this.layer = { ...this.layer, ...values };
    this.enqueue(LAYER, { values });
    this.emit(LAYER, {});
  }

  /** Make all that `act` changes one step of undo. @param {() => void} act */
  group(act) {
    if (this.grouped) return act();
    this.grouped = [];
    try {
      act();
    } finally {
      if (this.grouped.length) this.undoable.push(this.grouped);
      this.grouped = null;
    }
  }

  /** @param {Change} change */
  remember(change) {
    this.redoable = [];
    this.group(() => this.grouped.push(structuredClone({ ...change, epoch: this.epochs.get(change.id) })));
  }

  /** Take back (or do again) the last step, through the same queue.
   * @returns {Change & {changes: Change[]} | null} what the page had and has now; of several changes the last */
  step(from, to) {
    const changes = from.pop()?.toReversed().map(({ kind, id, before, after, epoch }) => {
      if (kind === LAYER) this.putLayer(before, { undoable: false });
      else {
        after = this.claims.get(id) ?? null;
        this.overlay({ id, body: before });
        this.enqueue(id, { stale: epoch !== this.epochs.get(id) });
      }
      return { kind, id, before: after, after: before, epoch: this.epochs.get(id) };
    });
    if (!changes) return null;
    to.push(changes);
    return { ...changes.at(-1), changes };
  }

  undo() {
    return this.step(this.undoable, this.redoable);
  }

  redo() {
    return this.step(this.redoable, this.undoable);
  }

  /** Keep the present state and send it; with `stale` the server asks, whatever it has stored. @param {string} id */
  enqueue(id, { values, stale = false } = {}) {
    const old = this.entry(id) ?? this.last.get(id);
    const claim = this.claims.get(id);
    this.at = Math.max(Date.now(), this.at + 1);
    const entry = {
      user: this.user,
      where: this.where,
      id,
      body: id === LAYER ? { ...old?.body, ...values } : claim ? plain(claim) : null,
      base: stale ? 0 : old ? old.base : (this.versions.get(id) ?? null),
      mine: old && !stale ? [...old.mine, old.body].slice(-MANY) : [],
      rev: `${this.tab} ${this.at}`,
      tab: this.tab,
      at: this.at,
    };
    this.last.set(id, entry);
    this.queue.keep(entry);
  }

  // --- settling

  /** Ask the person, once, and about one dispute after the other. @param {import("./outbox.js").Entry} entry */
  tell({ id, rev, refusal }) {
    if (!refusal || this.told.has(rev)) return;
    const type = isDisputed(refusal) ? "conflict" : "refused";
    if (type === "conflict") {
      if ([...this.queue.entries.values()].some((entry) => entry.refusal && entry.rev === this.asked)) return;
      this.asked = rev;
    }
    this.told.add(rev);
    this.emit(type, { id, error: new Refused(refusal.status, refusal.problem) });
  }

  /** Ask again about what is not settled. */
  ask() {
    this.told.clear();
    this.asked = null;
    return this.queue.look();
  }

  /** Forget a refused change: the page shows what the server has. @returns {Claim | null} */
  revert(id) {
    const entry = this.entry(id);
    this.last.delete(id);
    if (entry) this.queue.drop(entry);
    const stored = this.confirmed.get(id);
    if (id === LAYER) this.layer = this.confirmedLayer;
    else this.overlay({ id, body: stored ? JSON.parse(stored) : null });
    this.say();
    return this.claims.get(id) ?? null;
  }

  /** Adopt the version that is stored on the server. @param {Claim | null} current */
  adopt(id, current) {
    this.know(id, current);
    this.age(id);
    this.last.delete(id);
    const entry = this.entry(id);
    if (entry) Object.assign(entry, { base: current?.version ?? null, mine: [] });
  }

  // --- what the server or another window says

  know(id, claim) {
    if (claim) {
      this.versions.set(id, claim.version);
      this.confirmed.set(id, JSON.stringify(claim));
    } else {
      this.versions.delete(id);
      this.confirmed.delete(id);
    }
  }

  age(id) {
    this.epochs.set(id, (this.epochs.get(id) ?? 0) + 1);
  }

  overlay({ id, body }) {
    if (id === LAYER) this.layer = { ...this.layer, ...body };
    else if (body) this.claims.set(id, { ...this.claims.get(id), ...body, id });
    else this.claims.delete(id);
  }

  /** Show what another window changed and did not get confirmed yet. */
  follow(entry) {
    this.age(entry.id);
    this.overlay(entry);
    this.emit(entry.id === LAYER ? LAYER : "changed", { id: entry.id, answer: {} });
  }

  /** Take over what the server stored, unless it was changed again meanwhile. */
  take(id, answer, isForeign) {
    const newer = this.entry(id);
    Object.assign(this.names, answer.names);
    if (!newer) this.last.delete(id);
    if (isForeign) this.age(id);
    if (id === LAYER) {
      this.confirmedLayer = { ...this.confirmedLayer, ...answer };
      this.layer = { ...this.confirmedLayer, ...newer?.body };
      this.emit(LAYER, {});
      return;
    }
    this.know(id, answer.claim);
    if (!newer) this.overlay({ id, body: answer.claim });
    this.emit(isForeign ? "changed" : "saved", { id, answer });
  }

  // --- how it stands

  flush() {
    return this.queue.flush();
  }

  get running() {
    return this.queue.running;
  }

  here(isRefused) {
    const own = [...this.queue.entries.values()].filter((entry) => entry.where === this.where);
    return new Set(own.filter((entry) => !entry.refusal === !isRefused).map((entry) => entry.id));
  }

  /** Ids of this page that still have to be sent. */
  get waiting() {
    return this.here(false);
  }

  /** Ids of this page whose last change was refused or is disputed. */
  get unsettled() {
    return this.here(true);
  }

  /** Whether leaving the page now would lose something. */
  get isAtRisk() {
    return this.queue.unwritten.size + this.queue.outbox.spare.size > 0;
  }

  /** @returns {{kind: string, n: number, message: string, detail?: string, url?: string}} `n` counts what is not
   * confirmed, on any document; `message` is short; `url` is where to settle it: the sign-in, or another article */
  status() {
    const { entries, isBehind, isRead, outbox, trouble } = this.queue;
    const n = entries.size;
    if (!n && isRead) return { kind: "saved", n, message: "All changes saved" };
    if (n && trouble) {
      const detail = outbox.spare.size ? "Keep this page open: this browser keeps nothing." : "Your changes are kept on this computer.";
      return { ...trouble, n, message: `Not saved – ${trouble.message}`, detail };
    }
    const refused = [...entries.values()].filter((entry) => entry.refusal);
    const entry = refused.find((one) => one.where === this.where) ?? refused[0];
    if (!entry) return isBehind ? { kind: "other-tab", n, message: "Saving in another window…" } : { kind: "saving", n, message: "Saving…" };
    const url = entry.where === this.where ? undefined : entry.where;
    const message = `Not saved – ${url ? "another article" : "see the message"}`;
    return { kind: isDisputed(entry.refusal) ? "conflict" : "refused", n, message, url };
  }

  /** Tell the page to look at the status: once everything that is happening now has happened. */
  say() {
    queueMicrotask(() => this.emit("state"));
  }
}

/** What of a claim is sent: the server makes the rest. */
function plain(claim) {
  const { spans, cue, speakers, reported_by, mode, proposition, stances, no_stance, attributes, unsure, note, detected } = claim;
  return { spans, cue, speakers, reported_by, mode, proposition, stances, no_stance, attributes, unsure, note, ...(detected && { detected }) };
}

/** A UUID; crypto.randomUUID is missing where the site has no https. */
export const newId = () => URL.createObjectURL(new Blob()).slice(-36);

/** @returns {Claim} an empty claim on these spans; `detected` says by which rule which fields were filled */
export function newClaim(id, spans, detected) {
  return {
    id,
    spans,
    cue: [],
    speakers: [],
    reported_by: [],
    mode: null,
    proposition: null,
    stances: [],
    no_stance: false,
    attributes: {},
    unsure: false,
    note: "",
    ...(detected && { detected }),
  };
}
