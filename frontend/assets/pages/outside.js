/** The pages of a person who is not signed in, and the page for an unknown path. */

import { html } from "../vendor/htm-preact-3.1.1.js";
import { loadSession, session, signInAddress } from "../core/session.js";
import { Mark } from "../parts/icon.js";
import { Page } from "../parts/page.js";
import { Failure } from "../parts/states.js";

export const Outside = ({ children }) => html`
  <main id="main" class="outside"><div class="card"><div class="brand"><${Mark} />Strata</div>${children}</div></main>
`;

const Entrances = ({ path }) => html`
  <div class="actions actions-stacked">
    <a class="button button-primary" href=${signInAddress({ path })}>Sign in</a>
    <a class="button" href=${signInAddress({ path, signUp: true })}>Create an account</a>
  </div>
`;

const ERRORS = {
  denied: "The sign-in was cancelled, or this account may not use Strata. Try again, or ask an administrator.",
  expired: "The sign-in took longer than ten minutes, or was finished in another tab. Start again.",
  failed: "The sign-in could not be completed, and nothing was changed. Try again in a moment.",
};

/** Shown at each path that needs a session; signing in returns to that path. */
export function SignInPage({ path }) {
  const { ended } = session.get();
  return html`
    <${Page} title=${ended ? "You have been signed out" : "Welcome"} lead=${ended ? "Your session has ended. Sign in to go on where you were." : "Sign in to see your account."}>
      <${Entrances} path=${path} />
    <//>
  `;
}

export function SignInErrorPage() {
  const error = new URLSearchParams(location.search).get("error");
  if (!Object.hasOwn(ERRORS, error ?? "")) return html`<${SignInPage} path="/" />`;
  return html`
    <${Page} title="You are not signed in">
      <p role="alert">${ERRORS[error]}</p>
      <${Entrances} path="/" />
    <//>
  `;
}

export const SignedOutPage = () => html`
  <${Page} title="You are signed out" lead="Your session has ended on this device. You can close this page.">
    <${Entrances} path="/" />
  <//>
`;

export const UnreachablePage = ({ error }) => html`
  <${Page} title="Strata cannot be loaded"><${Failure} error=${error} retry=${loadSession} /><//>
`;

export const NotFoundPage = () => html`
  <${Page} title="Page not found" lead="The address may be mistyped, or the page may have moved.">
    <p><a class="button" href="/">Go to the start page</a></p>
  <//>
`;
