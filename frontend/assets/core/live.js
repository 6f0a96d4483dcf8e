/** The live connection: events arrive within about a second, and those missed while it was closed (docs/realtime.md). */

import { realtimeTicket } from "./client.js";
import { loadSession } from "./session.js";
import { createStore } from "./store.js";

const PING_EVERY = 4 * 60_000;
const RESPONSE_WITHIN = 10_000;
const FIRST_WAIT = 300;
const LONGEST_WAIT = 30_000;
const REMEMBERED = 2_000;

/**
 * @typedef {object} LiveEvent
 * @property {string} id
 * @property {string} type
 * @property {string} source
 * @property {string} correlationId
 * @property {string} occurredAt
 * @property {any} data
 */

/** `refused`: the account may not connect. @type {import("./store.js").Store<"off" | "connecting" | "open" | "waiting" | "refused">} */
export const connection = createStore("off");

const onEvent = new Set();
const onReset = new Set();
const seen = new Set();
let socket;
let since;
let run = 0;
let failures = 0;
let retry;
let check = () => {};

/**
 * @param {(event: LiveEvent) => void} listener called once for each event
 * @param {() => void} [reset] called when events were missed for good: load all data again
 * @returns {() => void} the function that unsubscribes
 */
export function subscribe(listener, reset = () => {}) {
  onEvent.add(listener);
  onReset.add(reset);
  return () => (onEvent.delete(listener), onReset.delete(reset));
}

/** @param {string | undefined} position the position to resume from */
export function connect(position) {
  disconnect();
  since = position;
  failures = 0;
  open();
}

/** The position of the last event, to resume from. */
export const position = () => since;

/** Close the connection and stay closed. */
export function disconnect() {
  run += 1;
  clearTimeout(retry);
  close(socket);
  socket = undefined;
  connection.set("off");
}

/** Browsers report an error if a connection is closed before it is open. */
function close(old) {
  if (old?.readyState === WebSocket.CONNECTING) old.onopen = () => old.close();
  else old?.close();
}

async function open() {
  const mine = run;
  connection.set("connecting");
  let ticket;
  try {
    ticket = (await realtimeTicket()).data.ticket;
  } catch (error) {
    if (mine !== run) return;
    // After a 401 the session's end has closed the connection already.
    if (error.status === 403) return connection.set("refused");
    return again();
  }
  if (mine === run) listen(new WebSocket(`${location.origin.replace("http", "ws")}/ws?ticket=${ticket}`), mine);
}

/** Try again later; the more failures, the later, and not all browsers at once. */
function again() {
  connection.set("waiting");
  const wait = Math.min(FIRST_WAIT * 2 ** failures, LONGEST_WAIT);
  failures += 1;
  clearTimeout(retry);
  retry = setTimeout(open, wait * (0.5 + Math.random() / 2));
}

function listen(next, mine) {
  socket = next;
  let latest = "";
  let caughtUp = false;
  let awaited;
  const request = (message) => {
    if (next.readyState === WebSocket.OPEN) next.send(JSON.stringify(message));
    clearTimeout(awaited);
    awaited = setTimeout(() => next.close(), RESPONSE_WITHIN);
  };
  check = () => request({ action: "ping" });
  const pings = setInterval(check, PING_EVERY);

  next.onopen = () => request({ action: "resume", token: since });
  next.onmessage = ({ data }) => {
    if (mine !== run) return;
    const message = JSON.parse(data);
    clearTimeout(awaited);
    if (message.type === "event") deliver(message.event);
    if (message.type === "reset") {
      request({ action: "resume" });
      onReset.forEach((listener) => listener());
    }
    if (message.type === "resumed") {
      caughtUp = true;
      failures = 0;
      connection.set("open");
    }
    if (message.token > latest) latest = message.token;
    if (caughtUp && latest) since = latest;
  };
  next.onclose = () => {
    clearInterval(pings);
    clearTimeout(awaited);
    if (mine === run) closed();
  };
}

/** The platform closes connections when a session ends: read it before the next attempt. */
async function closed() {
  const mine = run;
  connection.set("waiting");
  if (failures === 0) await loadSession();
  if (mine === run) again();
}

function deliver(event) {
  if (seen.has(event.id)) return;
  seen.add(event.id);
  if (seen.size > REMEMBERED) seen.delete(seen.values().next().value);
  onEvent.forEach((listener) => listener(event));
}

/** When the network is back: try at once, or find out whether the connection has survived. */
addEventListener("online", () => {
  if (connection.get() === "open") check();
  if (connection.get() !== "waiting") return;
  clearTimeout(retry);
  open();
});
