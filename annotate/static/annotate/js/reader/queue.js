// The queue: sends what is in the outbox, one entry after the other, in one window at a time, until nothing is left.

import { Refused, send } from "./net.js";
import { Outbox, keyOf } from "./outbox.js";
import { isSame, redraw } from "./repair.js";

const RETRY_MS = [1000, 3000, 8000, 20000];
const LOCK = "standpoint-outbox";
export const LAYER = "layer";

/** @typedef {import("./outbox.js").Entry} Entry */

export const isDisputed = ({ status }) => status === 412 || status === 428;

export class Queue {
  /** What the user still has to get confirmed, on any document. @type {Map<string, Entry>} */
  entries = new Map();
  outbox = new Outbox();
  channel = new BroadcastChannel("standpoint");
  /** Entries on the way into the outbox. */
  unwritten = new Set();
  /** @type {{kind: string, message: string, url?: string} | null} why nothing can be sent just now */
  trouble = null;
  isRead = false;
  running = null;
  failures = 0;
  notBefore = 0;

  /** @param {import("./store.js").Store} store @param {string} user whose work this is @param {string} where the page */
  constructor(store, user, where) {
    Object.assign(this, { store, user, where });
    this.channel.onmessage = ({ data }) => data.user === user && this.hear(data);
    this.ready = this.start();
  }

  /** Lay what was not confirmed when the page was left over what the server sent, and send it. */
  async start() {
    const { store, where } = this;
    const ids = [];
    for (const entry of await this.outbox.all(this.user)) {
      if (this.entries.has(keyOf(entry))) continue;
      this.entries.set(keyOf(entry), entry);
      if (entry.where !== where) continue;
      // What was refused gets one more try, and this page asks the person.
      const taken = { tab: store.tab, refusal: undefined };
      Object.assign(entry, taken);
      this.outbox.change(entry, (kept) => (kept.rev === entry.rev ? { ...kept, ...taken } : kept));
      store.overlay(entry);
      ids.push(entry.id);
    }
    this.isRead = true;
    if (ids.length) store.emit("restored", { ids });
    for (const what of ["online", "pageshow"]) window.addEventListener(what, () => this.flush());
    document.addEventListener("visibilitychange", () => this.flush());
    window.addEventListener("beforeunload", (event) => store.isAtRisk && event.preventDefault());
    this.flush();
  }

  /** Write an entry into the outbox and send it. @param {Entry} entry */
  keep(entry) {
    this.entries.set(keyOf(entry), entry);
    this.unwritten.add(entry.rev);
    this.outbox.put(entry).then(() => {
      this.unwritten.delete(entry.rev);
      this.post({});
    });
    this.store.say();
    this.flush();
  }

  /** Forget an entry, and show what the server has. @param {Entry} entry */
  async drop(entry) {
    this.entries.delete(keyOf(entry));
    await this.outbox.change(entry, (kept) => (kept.rev === entry.rev ? null : kept));
    this.post({});
    this.flush();
    const answer = entry.id !== LAYER && (await redraw(entry.where, entry.id).catch(() => null)); // else with the next load
    if (answer) this.store.emit("changed", { id: entry.id, answer });
  }

  // --- other windows

  post(message) {
    this.channel.postMessage({ user: this.user, ...message });
  }

  async hear({ where, id, tab, answer }) {
    await this.look();
    if (id && where === this.where) this.store.take(id, answer, tab !== this.store.tab);
  }

  /** Read the outbox: other windows write to it too. */
  async look() {
    const old = this.entries;
    const found = new Map((await this.outbox.all(this.user)).map((entry) => [keyOf(entry), entry]));
    for (const [key, entry] of this.entries) if (this.unwritten.has(entry.rev)) found.set(key, entry);
    this.entries = found;
    for (const [key, entry] of found) {
      if (entry.where !== this.where) continue;
      if (entry.tab === this.store.tab) this.store.tell(entry);
      else if (entry.rev !== old.get(key)?.rev) this.store.follow(entry);
    }
    this.store.say();
  }

  // --- sending

  /** Send what waits until nothing is left or no answer comes; a call while it runs joins it. @returns {Promise<void>} */
  flush() {
    this.isAsked = true;
    this.running ??= this.run().finally(() => {
      this.running = null;
      this.store.say();
    });
    return this.running;
  }

  async run() {
    await this.ready;
    while (this.isAsked && Date.now() >= this.notBefore) {
      this.isAsked = false;
      await this.alone(() => this.pass()).catch((error) => this.retry(error));
    }
  }

  async alone(work) {
    const { locks } = navigator;
    if (!locks) return work();
    if (await locks.request(LOCK, { ifAvailable: true }, (lock) => lock && work().then(() => true))) return;
    this.isBehind = true;
    this.store.say();
    await locks.request(LOCK, () => {
      this.isBehind = false;
      return work();
    });
  }

  async pass() {
    const failed = new Set();
    for (;;) {
      await this.look();
      const open = [...this.entries.values()].filter((entry) => !entry.refusal && !failed.has(entry.rev));
      const next = open.sort((one, two) => one.at - two.at)[0];
      if (!failed.size && !next) this.trouble = null;
      if (!next) return;
      let answer;
      try {
        answer = await this.send(next);
      } catch (error) {
        if (await this.handle(next, error)) continue;
        failed.add(next.rev);
        if (error.status === 500) continue; // perhaps only this one
        return;
      }
      if (!failed.size) this.trouble = null;
      this.failures = 0;
      await this.accept(next, answer);
    }
  }

  /** @param {Entry} entry */
  async send({ where, id, body, base }) {
    const url = where.replace(/\?|$/, (mark) => (id === LAYER ? `layer/${mark}` : `claims/${id}/${mark}`));
    const headers = {};
    if (id !== LAYER && base !== null) headers["If-Match"] = `"${base}"`;
    else if (id !== LAYER && body) headers["If-None-Match"] = "*";
    let answer;
    try {
      answer = await send(body ? "PUT" : "DELETE", url, { body, headers });
    } catch (error) {
      if (body || error.status !== 404 || !error.problem.status) throw error;
      const drawn = where === this.where ? await redraw(where, id) : {};
      answer = { ...drawn, claim: null, item: null }; // deleted before, its answer was lost
    }
    const isOurs = id === LAYER ? answer && "nothing_to_code" in answer : body ? answer?.claim?.id === id : answer?.claim === null;
    if (!isOurs) throw new Refused(0, {});
    return answer;
  }

  /** The server confirmed an entry; what was changed meanwhile rests on it. @param {Entry} entry */
  async accept(entry, answer) {
    const { where, id, tab, rev } = entry;
    const rebased = { base: answer.claim?.version ?? null, mine: [] };
    const now = this.entries.get(keyOf(entry));
    if (now?.rev === rev) this.entries.delete(keyOf(entry));
    else if (now) Object.assign(now, rebased);
    if (where === this.where) this.store.take(id, answer, false); // before any wait: the next change rests on it
    await this.outbox.change(entry, (kept) => (kept.rev === rev ? null : { ...kept, ...rebased }));
    this.post({ where, id, tab, answer });
  }

  /** @param {Entry} entry @returns {Promise<boolean>} whether the next may be sent */
  async handle(entry, error) {
    const { status = 0, problem } = error instanceof Refused ? error : {};
    if (status === 401) {
      const here = encodeURIComponent(window.location.pathname + window.location.search);
      this.trouble = { kind: "signed-out", message: "sign in again", url: `/login/?next=${here}` };
      return false;
    }
    if (!status || status >= 500 || [408, 425, 429].includes(status)) {
      this.retry(error);
      return false;
    }
    const current = problem.current ?? null;
    const isMine = isDisputed(error) && entry.mine.some((body) => isSame(body, current && this.store.plain(current)));
    const change = isMine ? { base: current?.version ?? null, mine: [] } : { refusal: { status, problem } };
    await this.outbox.change(entry, (kept) => (isMine || kept.rev === entry.rev ? { ...kept, ...change } : kept));
    this.post({});
    return true;
  }

  retry(error) {
    this.trouble = { kind: "offline", message: "kept here, trying again…" };
    const wait = RETRY_MS[Math.min(this.failures++, RETRY_MS.length - 1)];
    if (error.wait) this.notBefore = Date.now() + error.wait * 1000;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), Math.max(wait, this.notBefore - Date.now()));
  }
}
