/** Deletions of users. The request is sent when the time for undoing has passed, so that undoing needs none. */

import { usersDelete } from "../core/client.js";
import { createStore } from "../core/store.js";
import { dismiss, isHeld, show } from "./toasts.js";

const UNDO_WITHIN = 8_000;
const LOOK_AGAIN = 1_000;

/** @typedef {import("../core/client.js").User} User */

/** The users that are shown as deleted, by id. @type {import("../core/store.js").Store<ReadonlySet<string>>} */
export const deleted = createStore(new Set());

const waiting = new Map();

/** @param {User} user */
export function deleteLater(user) {
  const undo = () => forget(user.id);
  const toast = show({ text: `${user.name} is being deleted. Undo within ${UNDO_WITHIN / 1_000} seconds.`, undo });
  deleted.set(new Set([...deleted.get(), user.id]));
  waiting.set(user.id, { user, toast });
  wait(user.id, UNDO_WITHIN);
}

/** A person who is on the message with the pointer or the keyboard gets more time. */
function wait(id, time) {
  const entry = waiting.get(id);
  entry.timer = setTimeout(() => (isHeld(entry.toast) ? wait(id, LOOK_AGAIN) : commit(id)), time);
}

function forget(id) {
  const { timer, toast } = waiting.get(id);
  clearTimeout(timer);
  dismiss(toast);
  waiting.delete(id);
  restore(id);
}

function restore(id) {
  deleted.set(new Set([...deleted.get()].filter((each) => each !== id)));
}

async function commit(id, options) {
  const { user, timer, toast } = waiting.get(id);
  clearTimeout(timer);
  waiting.delete(id);
  dismiss(toast);
  try {
    await usersDelete({ userId: id, ifMatch: `"${user.version}"` }, options);
  } catch (error) {
    if (error.status === 404) return;
    restore(id);
    if (error.status === 412) error.detail = `${user.name} was changed in the meantime, and was not deleted.`;
    show({ error });
  }
}

/** Send the deletions that wait, because the page closes or the person signs out. */
export async function commitDeletions() {
  await Promise.all([...waiting.keys()].map((id) => commit(id, { keepalive: true })));
}

addEventListener("pagehide", commitDeletions);
