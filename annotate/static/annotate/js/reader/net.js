// Requests to the reader's own routes.

const TIMEOUT_MS = 60_000;
/** What the server wrote into the page; read once, it may be long. */
export const state = JSON.parse(document.getElementById("state").textContent);

/** The cookie, because signing in again in another tab makes a new token. */
const cookie = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];

/** A write that the server refused, with its problem details. Status 0: an answer that is none. */
export class Refused extends Error {
  /** @param {number} status @param {any} problem @param {number} [wait] seconds that the server asks for */
  constructor(status, problem, wait = 0) {
    super(problem.detail || `The server answered ${status}.`);
    Object.assign(this, { status, problem, wait });
  }
}

/**
 * @param {string} method @param {string} url
 * @param {{body?: object, headers?: Record<string, string>, keepalive?: boolean}} [options]
 * @returns {Promise<any>} the decoded answer, null for 204; throws Refused, or another error when there is no connection
 */
export async function send(method, url, { body, headers = {}, keepalive = false } = {}) {
  const token = cookie() ?? document.querySelector('meta[name="csrf"]').content;
  const response = await fetch(url, {
    method,
    headers: { "X-CSRFToken": token, "X-Page-User": state.user, Accept: "application/json", "Content-Type": "application/json", ...headers },
    body: body && JSON.stringify(body),
    redirect: "error",
    keepalive,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await response.text();
  const data = /^\s*[{[]/.test(text) ? JSON.parse(text) : null;
  if (!response.ok) {
    // Without its cookie the server refuses any write before it looks who is there.
    const status = response.status === 403 && !cookie() ? 401 : response.status;
    throw new Refused(status, data ?? {}, Number(response.headers.get("Retry-After")) || 0);
  }
  if (!data && response.status !== 204) throw new Refused(0, { detail: "The server gave an answer that cannot be read." });
  return data;
}
