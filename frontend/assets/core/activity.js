/** The events of this tab, newest first. A reload keeps them and fetches what happened meanwhile. */

import { connect, disconnect, position, subscribe } from "./live.js";
import { session } from "./session.js";
import { createStore } from "./store.js";

const KEPT = 50;

/** @typedef {import("./live.js").LiveEvent} LiveEvent */

/** @type {import("./store.js").Store<LiveEvent[]>} */
export const activity = createStore([]);

/** The number of events since the list was last shown. */
export const unseen = createStore(0);

/** Connect while a person is signed in, and forget their events afterwards. */
export function startActivity() {
  let subject;
  session.subscribe((now) => {
    if (now.subject === subject) return;
    subject = now.subject;
    if (subject) begin(subject);
    else finish();
  });
  subscribe(add, addGap);
  addEventListener("pagehide", () => subject && keep(subject));
}

const key = (subject) => `strata:activity:${subject}`;

function begin(subject) {
  const { events = [], since } = JSON.parse(sessionStorage.getItem(key(subject)) ?? "{}");
  activity.set(events);
  connect(since);
}

function finish() {
  disconnect();
  activity.set([]);
  unseen.set(0);
  sessionStorage.clear();
}

function keep(subject) {
  sessionStorage.setItem(key(subject), JSON.stringify({ events: activity.get(), since: position() }));
}

/** What happened in between is not known any more. */
function addGap() {
  const occurredAt = new Date().toISOString();
  add({ id: `gap:${occurredAt}`, type: "activity.missed", source: "app", correlationId: "", occurredAt, data: {} });
}

function add(event) {
  const known = activity.get();
  // Resuming after a reload repeats some of the events that are kept.
  if (known.some(({ id }) => id === event.id)) return;
  activity.set([event, ...known].slice(0, KEPT));
  unseen.set(unseen.get() + 1);
}
