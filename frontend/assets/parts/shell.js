/** The frame around the pages of a person who is signed in. */

import { html, useEffect, useState } from "../vendor/htm-preact-3.1.1.js";
import { unseen } from "../core/activity.js";
import { connection } from "../core/live.js";
import { loadProfile, profile } from "../core/profile.js";
import { session, signOut } from "../core/session.js";
import { useStore } from "../core/store.js";
import { commitDeletions } from "./deletions.js";
import { Icon, Mark } from "./icon.js";
import { Failure } from "./states.js";
import { show } from "./toasts.js";

/** Ends the session; a failure is shown, because the person is then still signed in. */
export async function leave({ everywhere }) {
  try {
    await commitDeletions();
    await signOut({ everywhere });
  } catch (error) {
    show({ error });
  }
}

/**
 * @param {{path: string, links: {path: string, title: string, icon: string}[]}} props
 */
export const Shell = ({ path, links, children }) => html`
  <a class="skip" href="#main">Skip to the content</a>
  <div class="shell">
    <header class="top">
      <a class="brand" href="/"><${Mark} />Strata</a>
      <${LiveState} />
    </header>
    <nav class="links" aria-label="Pages">
      <ul>${links.map((link) => html`<${PageLink} key=${link.path} link=${link} current=${link.path === path} />`)}</ul>
    </nav>
    <${Account} />
    <main id="main" tabindex="-1"><${Offline} /><${Refused} />${children}</main>
  </div>
`;

function PageLink({ link: { path, title, icon }, current }) {
  const count = useStore(unseen);
  const badge = path === "/" && !current && count > 0;
  return html`
    <li>
      <a href=${path} aria-current=${current ? "page" : undefined}>
        <${Icon} name=${icon} /><span>${title}</span>
        ${badge && html`<span class="badge">${count > 99 ? "99+" : count}<span class="visually-hidden"> new</span></span>`}
      </a>
    </li>
  `;
}

function Account() {
  const signedIn = useStore(session);
  const { name, email } = useStore(profile).value ?? signedIn;
  return html`
    <div class="account">
      <p><strong>${name}</strong><span>${email}</span></p>
      <button type="button" class="button" onClick=${() => leave({ everywhere: false })}><${Icon} name="leave" /><span>Sign out</span></button>
    </div>
  `;
}

/** A profile that was disabled or deleted, or that belongs to another sign-in, refuses every request. */
function Refused() {
  const { error } = useStore(profile);
  const refused = error?.status === 403 || error?.status === 409;
  return refused && html`<${Failure} error=${error} retry=${loadProfile} />`;
}

const LIVE = {
  off: "Not connected",
  connecting: "Connecting…",
  open: "Live",
  waiting: "Reconnecting…",
  refused: "No live updates",
};

function LiveState() {
  const state = useStore(connection);
  return html`<p class="live live-${state}" role="status"><i aria-hidden="true"></i>${LIVE[state]}</p>`;
}

function Offline() {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const update = () => setOnline(navigator.onLine);
    for (const type of ["online", "offline"]) addEventListener(type, update);
    return () => ["online", "offline"].forEach((type) => removeEventListener(type, update));
  }, []);
  return html`
    <div role="status">
      ${!online && html`<p class="offline"><${Icon} name="offline" />You are offline. What you see may be out of date, and changes cannot be saved until the connection is back.</p>`}
    </div>
  `;
}
