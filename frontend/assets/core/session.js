/**
 * Who is signed in. The tabs of a browser share the session, and inform each other when it starts and ends.
 */

import { navigate } from "./router.js";
import { createStore } from "./store.js";
import { refresh, send, whenUnauthorized } from "./transport.js";

/**
 * @typedef {object} SessionInfo
 * @property {string} id
 * @property {boolean} current
 * @property {string} createdAt
 * @property {string} lastUsedAt
 * @property {string} userAgent
 *
 * @typedef {object} Session
 * @property {"loading" | "in" | "out" | "failed"} phase
 * @property {boolean} [ended] whether it ended while this tab was open
 * @property {import("./transport.js").ApiError} [error]
 * @property {string} [subject]
 * @property {string} [email]
 * @property {string} [name]
 * @property {string[]} [scopes]
 * @property {string} [expiresAt] when the access token expires
 * @property {SessionInfo[]} [sessions] every session of the person
 */

const REFRESH_EARLY = 60_000;
const SOONEST_REFRESH = 30_000;

/** @type {import("./store.js").Store<Session>} */
export const session = createStore({ phase: "loading" });

const tabs = new BroadcastChannel("strata:session");
let timer;

/** @param {string} scope */
export const may = (scope) => session.get().scopes?.includes(scope) ?? false;

/**
 * @param {{signUp?: boolean, path?: string}} [options] `path` is the page to return to
 * @returns {string} the address that starts a sign-in
 */
export function signInAddress({ signUp = false, path = "/" } = {}) {
  const query = new URLSearchParams({ return: path, ...(signUp ? { screen: "signup" } : {}) });
  return `/api/auth/login?${query}`;
}

/** Read the session again. Its outcome is the store's value. */
export async function loadSession() {
  const before = session.get();
  try {
    const { data, date } = await send("GET", "/auth/session");
    session.set({ phase: "in", ...data });
    schedule(Date.parse(data.expiresAt) - date);
    if (before.phase !== "in") tabs.postMessage({ type: "signed-in", subject: data.subject });
  } catch (error) {
    if (error.status !== 401 && before.phase !== "in") session.set({ phase: "failed", error });
  }
}

/** The lifetime is measured by the server's clock: the one of this device may be wrong. */
function schedule(lifetime) {
  clearTimeout(timer);
  timer = setTimeout(renew, Math.max(lifetime - REFRESH_EARLY || 0, SOONEST_REFRESH));
}

async function renew() {
  try {
    if (await refresh()) await loadSession();
    else end();
  } catch {
    schedule(0);
  }
}

/** Show that the session has ended. */
function end() {
  clearTimeout(timer);
  const ended = session.get().phase === "in";
  if (session.get().phase !== "out") session.set({ phase: "out", ended });
}

/**
 * Sign out here, or everywhere, and go to the address that ends Cognito's own login.
 *
 * @param {{everywhere: boolean}} options
 * @throws {import("./transport.js").ApiError}
 */
export async function signOut({ everywhere }) {
  try {
    const { data } = await send("POST", "/auth/logout", { body: { everywhere } });
    location.assign(data.url);
  } catch (error) {
    if (error.status !== 401) throw error;
    navigate("/signed-out");
  }
  tabs.postMessage({ type: "signed-out" });
  end();
}

/** Follow the session's end, and the other tabs, from now on. */
export function startSession() {
  whenUnauthorized(end);
  tabs.onmessage = ({ data }) => {
    const { phase, subject } = session.get();
    if (data.type === "signed-out") end();
    else if (phase === "out") loadSession();
    // Another person has signed in: nothing that this tab shows is theirs.
    else if (phase === "in" && subject !== data.subject) location.reload();
  };
  // The browser may show a page again as it was when the person left it.
  addEventListener("pageshow", ({ persisted }) => persisted && loadSession());
  return loadSession();
}
