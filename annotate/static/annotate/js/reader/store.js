// The claims of this page, and the queue that saves them one after the other. A claim counts as saved only when the
// server has said so; until then the page says that it is not.

import { Refused, send } from "./net.js";

const RETRY_MS = [1000, 3000, 8000, 20000];

/** @typedef {{id: string, version?: number, spans: object[], [key: string]: any}} Claim */

export class Store extends EventTarget {
  /** @param {any} state what the server wrote into the page */
  constructor(state) {
    super();
    this.path = state.path;
    this.query = state.round ? `?round=${state.round}` : "";
    /** @type {Map<string, Claim>} */
    this.claims = new Map(state.claims.map((claim) => [claim.id, claim]));
    /** @type {Map<string, number>} the version that the server confirmed */
    this.versions = new Map(state.claims.map((claim) => [claim.id, claim.version]));
    this.confirmed = new Map(state.claims.map((claim) => [claim.id, JSON.stringify(claim)]));
    /** @type {Set<string>} ids that still have to be sent */
    this.waiting = new Set();
    /** @type {Set<string>} ids whose last change was refused or is disputed: the person has to decide */
    this.unsettled = new Set();
    this.undoable = [];
    this.redoable = [];
    this.running = null;
    this.failures = 0;
  }

  url(id) {
    return `${this.path}claims/${id}/${this.query}`;
  }

  /** Put a claim into the page and send it. @param {Claim} claim */
  put(claim, { undoable = true } = {}) {
    const before = this.claims.get(claim.id) ?? null;
    if (undoable) this.remember(claim.id, before);
    this.claims.set(claim.id, claim);
    this.enqueue(claim.id);
  }

  /** @param {string} id */
  remove(id, { undoable = true } = {}) {
    const before = this.claims.get(id);
    if (!before) return;
    if (undoable) this.remember(id, before);
    this.claims.delete(id);
    this.enqueue(id);
  }

  remember(id, before) {
    this.undoable.push({ id, claim: before && structuredClone(before) });
    this.redoable = [];
  }

  /** Undo (or redo) the last change, through the same queue. @returns {string | null} the claim's id */
  step(from, to) {
    const last = from.pop();
    if (!last) return null;
    const now = this.claims.get(last.id) ?? null;
    to.push({ id: last.id, claim: now && structuredClone(now) });
    if (last.claim) this.put(last.claim, { undoable: false });
    else this.remove(last.id, { undoable: false });
    return last.id;
  }

  undo() {
    return this.step(this.undoable, this.redoable);
  }

  redo() {
    return this.step(this.redoable, this.undoable);
  }

  enqueue(id) {
    this.unsettled.delete(id);
    this.waiting.add(id);
    this.say();
    this.flush();
  }

  say(message = "") {
    this.dispatchEvent(new CustomEvent("state", { detail: { waiting: this.waiting.size, message } }));
  }

  /** Send what waits until nothing is left; a call while one runs joins it. @returns {Promise<void>} */
  flush() {
    this.running ??= this.loop().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  async loop() {
    while (this.waiting.size) {
      const [id] = this.waiting;
      this.waiting.delete(id);
      try {
        await this.sendOne(id);
        this.failures = 0;
      } catch (error) {
        if (!this.handle(id, error)) return;
      }
      this.say();
    }
  }

  async sendOne(id) {
    const claim = this.claims.get(id);
    const version = this.versions.get(id);
    if (!claim && version === undefined) return; // made and deleted before it was ever sent
    const headers = version === undefined ? { "If-None-Match": "*" } : { "If-Match": `"${version}"` };
    const answer = claim
      ? await send("PUT", this.url(id), { body: plain(claim), headers })
      : await send("DELETE", this.url(id), { headers });
    this.accept(id, answer);
  }

  /** Take over what the server stored, unless the claim was changed again meanwhile. */
  accept(id, answer) {
    if (answer.claim) {
      this.versions.set(id, answer.claim.version);
      this.confirmed.set(id, JSON.stringify(answer.claim));
      if (!this.waiting.has(id) && this.claims.has(id)) this.claims.set(id, answer.claim);
    } else {
      this.versions.delete(id);
      this.confirmed.delete(id);
    }
    this.dispatchEvent(new CustomEvent("saved", { detail: { id, answer } }));
  }

  /** @returns {boolean} whether the loop may go on */
  handle(id, error) {
    if (!(error instanceof Refused) || error.status >= 500 || error.status === 429) {
      this.waiting.add(id);
      const wait = RETRY_MS[Math.min(this.failures++, RETRY_MS.length - 1)];
      this.say("Not saved yet – no answer from the server. Trying again…");
      setTimeout(() => this.flush(), wait);
      return false;
    }
    if (error.status === 401 || error.status === 403) {
      this.waiting.add(id);
      this.say("Not saved – sign in again in another tab, then come back here.");
      return false;
    }
    this.unsettled.add(id);
    const type = error.status === 412 || error.status === 428 ? "conflict" : "refused";
    this.dispatchEvent(new CustomEvent(type, { detail: { id, error } }));
    return true;
  }

  /** Forget a refused change: the page shows what the server has. @returns {Claim | null} */
  revert(id) {
    this.unsettled.delete(id);
    const stored = this.confirmed.get(id);
    if (stored) this.claims.set(id, JSON.parse(stored));
    else this.claims.delete(id);
    return this.claims.get(id) ?? null;
  }

  /** Adopt the version that is stored on the server. @param {Claim | null} current */
  adopt(id, current) {
    if (current) {
      this.versions.set(id, current.version);
      this.confirmed.set(id, JSON.stringify(current));
    } else {
      this.versions.delete(id);
      this.confirmed.delete(id);
    }
  }
}

/** What of a claim is sent: the server makes the rest. */
function plain(claim) {
  const { spans, cue, speakers, reported_by, mode, proposition, stances, no_stance, attributes, unsure, note } = claim;
  return { spans, cue, speakers, reported_by, mode, proposition, stances, no_stance, attributes, unsure, note };
}

/** @returns {Claim} an empty claim on these spans */
export function newClaim(id, spans) {
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
  };
}
