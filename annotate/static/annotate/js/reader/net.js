// Requests to the reader's own routes.

/** The cookie, because signing in again in another tab makes a new token; the page's own is the fallback. */
const csrf = () =>
  document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? document.querySelector('meta[name="csrf"]').content;
const user = JSON.parse(document.getElementById("state").textContent).user;

/** A write that the server refused, with its problem details. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail || `The server answered ${status}.`);
    this.status = status;
    this.problem = problem;
  }
}

/**
 * @param {string} method @param {string} url @param {{body?: object, headers?: Record<string, string>}} [options]
 * @returns {Promise<any>} the decoded answer; throws Refused, or TypeError when there is no connection
 */
export async function send(method, url, { body, headers = {} } = {}) {
  const response = await fetch(url, {
    method,
    headers: { "X-CSRFToken": csrf(), "X-Page-User": user, Accept: "application/json", "Content-Type": "application/json", ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
    credentials: "same-origin",
  });
  const text = await response.text();
  let data = {};
  try {
    data = text ? JSON.parse(text) : {};
  } catch {
    data = { detail: response.ok ? "" : "The server gave an answer that cannot be read." };
  }
  if (!response.ok) throw new Refused(response.status, data);
  return data;
}
