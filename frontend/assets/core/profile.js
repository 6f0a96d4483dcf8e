/** The profile of the person who is signed in, kept up to date by live events. */

import { meRead } from "./client.js";
import { connect, connection, position, subscribe } from "./live.js";
import { session } from "./session.js";
import { createStore } from "./store.js";

/**
 * @typedef {object} Profile
 * @property {import("./client.js").User | null} value
 * @property {import("./transport.js").ApiError | null} error
 * @property {boolean} elsewhere whether the value is a change that was made elsewhere
 */

const NOTHING = { value: null, error: null, elsewhere: false };

/** @type {import("./store.js").Store<Profile>} */
export const profile = createStore(NOTHING);

/** Read the profile. The platform creates it at a person's first request. */
export async function loadProfile() {
  profile.set({ ...profile.get(), error: null });
  try {
    setProfile((await meRead()).data);
    // An account that was enabled again may connect again.
    if (connection.get() === "refused") connect(position());
  } catch (error) {
    profile.set({ ...profile.get(), error });
  }
}

/** @param {import("./client.js").User} value what this tab has read or saved */
export const setProfile = (value) => profile.set({ value, error: null, elsewhere: false });

/** Load the profile while a person is signed in, and forget it afterwards. */
export function startProfile() {
  let subject;
  session.subscribe((now) => {
    if (now.subject === subject) return;
    subject = now.subject;
    profile.set(NOTHING);
    if (subject) loadProfile();
  });
  subscribe(follow, loadProfile);
}

function follow({ type, data }) {
  const { value } = profile.get();
  const newer = type === "user.updated" && data.user.id === value?.id && data.user.version > value.version;
  if (newer) profile.set({ value: data.user, error: null, elsewhere: true });
}
