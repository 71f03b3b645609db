// The outbox: what a person did and the server has not confirmed. It outlives the page, in IndexedDB; where the browser
// gives none (a private window, a full disk) it is kept in memory, and the page must ask before it is left.

/**
 * @typedef {object} Entry the latest wanted state of one claim, or of the layer's own values
 * @property {string} user @property {string} where address of the page, with its round @property {string} id
 * @property {object | null} body null deletes
 * @property {number | null} base the version it rests on; null where there is none
 * @property {(object | null)[]} mine earlier bodies since `base`: one may be stored although its answer was lost
 * @property {string} rev names this state @property {string} tab who tells the person @property {number} at
 * @property {{status: number, problem: object}} [refusal] what the server said; a person has to decide
 */

export const keyOf = ({ where, id }) => `${where}#${id}`;
const path = ({ user, where, id }) => [user, where, id];

export class Outbox {
  constructor() {
    /** Entries that could not be written. @type {Map<string, Entry>} */
    this.spare = new Map();
    this.db = new Promise((resolve, reject) => {
      const request = indexedDB.open("standpoint", 1);
      request.onupgradeneeded = () => request.result.createObjectStore("outbox", { keyPath: ["user", "where", "id"] });
      request.onsuccess = () => resolve(request.result);
      request.onerror = request.onblocked = () => reject(request.error);
    });
    this.db.catch(() => {}); // told by each use
  }

  /** Run `work` on the object store; the answer is its request's result, once the transaction is complete. */
  async act(mode, work) {
    const db = await this.db;
    return new Promise((resolve, reject) => {
      const transaction = db.transaction("outbox", mode);
      const request = work(transaction.objectStore("outbox"));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  }

  /** @returns {Promise<Entry[]>} the entries of one user; those of others are never read */
  async all(user) {
    const found = await this.act("readonly", (store) => store.getAll(IDBKeyRange.bound([user], [user, []]))).catch(() => []);
    return [...found.filter((entry) => !this.spare.has(keyOf(entry))), ...this.spare.values()];
  }

  /** Write without a look before: the page may be closed in the next moment. @param {Entry} entry */
  async put(entry) {
    this.spare.delete(keyOf(entry));
    const write = (store) => {
      const request = store.put(entry);
      store.transaction.commit(); // else it waits for a turn that a page on its way out may not get
      return request;
    };
    await this.act("readwrite", write).catch(() => this.spare.set(keyOf(entry), entry));
  }

  /** Change what is kept for an entry; `next` gets the entry and returns its successor, or null for none.
   * @param {Entry} entry @param {(kept: Entry) => Entry | null} next */
  async change(entry, next) {
    const key = keyOf(entry);
    const spare = this.spare.get(key);
    if (spare) {
      const after = next(spare);
      this.spare.delete(key);
      if (after) this.spare.set(key, after);
      next = () => null; // what is written is older
    }
    await this.act("readwrite", (store) => {
      const request = store.get(path(entry));
      request.onsuccess = () => {
        const after = request.result && next(request.result);
        if (after) store.put(after);
        else if (after === null) store.delete(path(entry));
      };
      return request;
    }).catch(() => {});
  }
}
