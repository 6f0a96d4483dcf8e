/** How times, browsers and events read. */

import { createStore } from "./store.js";

/** The current minute: a component that follows it shows relative times that stay true. */
export const minute = createStore(0);
setInterval(() => minute.set(minute.get() + 1), 60_000);

const TIME = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const RELATIVE = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** @param {string} time RFC 3339 */
export const dateTime = (time) => TIME.format(new Date(time));

/**
 * @param {string} time RFC 3339
 * @returns {string} such as "5 minutes ago"; the date after a week
 */
export function ago(time) {
  const seconds = (Date.parse(time) - Date.now()) / 1_000;
  if (seconds < -7 * 86_400) return dateTime(time);
  const [unit, length] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? [];
  return unit ? RELATIVE.format(Math.round(seconds / length), unit) : "just now";
}

const BROWSERS = [
  ["Edge", /Edg\//],
  ["Opera", /OPR\//],
  ["Firefox", /Firefox\//],
  ["Chrome", /Chrome\//],
  ["Safari", /Safari\//],
];
const SYSTEMS = [
  ["Android", /Android/],
  ["iOS", /iPhone|iPad/],
  ["Windows", /Windows/],
  ["macOS", /Mac OS X/],
  ["Linux", /Linux/],
];

/**
 * @param {string} userAgent
 * @returns {string} such as "Firefox on Windows"
 */
export function deviceName(userAgent) {
  const named = (list) => list.find(([, pattern]) => pattern.test(userAgent))?.[0];
  return [named(BROWSERS) ?? "A browser", named(SYSTEMS)].filter(Boolean).join(" on ");
}

const FIELDS = { name: "name", email: "email address", phone: "phone number", status: "status" };

const SUMMARIES = {
  "activity.missed": () => "Some activity was missed, because this page was disconnected for too long",
  "user.created": ({ user }) => `${user.name} was added`,
  "user.updated": ({ user, changed = [] }) => `${user.name} changed${fields(changed)}`,
  "user.deleted": ({ user }) => `${user.name} was deleted`,
  "session.ended": () => "A session ended",
  "order.placed": (data) => `Order ${data.orderId} was placed for ${money(data)}`,
  "contact.changed": (data) => `Contact ${data.name ?? data.contactId} changed`,
  "payment.succeeded": (data) => `A payment of ${money(data)} succeeded`,
  "payment.failed": (data) => `A payment of ${money(data)} failed`,
};

/**
 * @param {import("./live.js").LiveEvent} event
 * @returns {string} one sentence; for a type that this release does not know, the type
 */
export const summary = (event) => SUMMARIES[event.type]?.(event.data) ?? event.type;

function fields(changed) {
  const names = changed.map((each) => FIELDS[each]).filter(Boolean);
  return names.length ? `: ${names.join(", ")}` : "";
}

function money({ amount, currency }) {
  const format = new Intl.NumberFormat(undefined, { style: "currency", currency });
  return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits);
}
