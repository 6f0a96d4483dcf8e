/** Deletions of users. The request is sent when the time for undoing has passed, so that undoing needs none. */

import { usersDelete } from "../core/client.js";
import { createStore } from "../core/store.js";
import { dismiss, expire, show } from "./toasts.js";

const UNDO_WITHIN = 8_000;

/** @typedef {import("../core/client.js").User} User */

/** The users that are shown as deleted, by id. @type {import("../core/store.js").Store<ReadonlySet<string>>} */
export const deleted = createStore(new Set());

const waiting = new Map();

/** @param {User} user */
export function deleteLater(user) {
  const undo = () => (take(user.id), restore(user.id));
  const toast = show({ text: `${user.name} is being deleted. Undo within ${UNDO_WITHIN / 1_000} seconds.`, undo });
  deleted.set(new Set([...deleted.get(), user.id]));
  waiting.set(user.id, { user, toast, stop: expire(toast, UNDO_WITHIN, () => commit(user.id)) });
}

/** Stop waiting, and return the user. */
function take(id) {
  const { user, toast, stop } = waiting.get(id);
  stop();
  dismiss(toast);
  waiting.delete(id);
  return user;
}

function restore(id) {
  deleted.set(new Set([...deleted.get()].filter((each) => each !== id)));
}

async function commit(id, options) {
  const user = take(id);
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
