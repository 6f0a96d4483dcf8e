/** The app: chooses the page for the path and the session. */

import { html, render, useErrorBoundary } from "./vendor/htm-preact-3.1.1.js";
import { startActivity } from "./core/activity.js";
import { startProfile } from "./core/profile.js";
import { navigate, route, startRouter } from "./core/router.js";
import { may, session, startSession } from "./core/session.js";
import { useStore } from "./core/store.js";
import { ActivityPage } from "./pages/activity.js";
import {
  NotFoundPage,
  Outside,
  SignedOutPage,
  SignInErrorPage,
  SignInPage,
  UnreachablePage,
} from "./pages/outside.js";
import { PreferencesPage } from "./pages/preferences.js";
import { ProfilePage } from "./pages/profile.js";
import { SessionsPage } from "./pages/sessions.js";
import { UsersPage } from "./pages/users.js";
import { Page } from "./parts/page.js";
import { Shell } from "./parts/shell.js";
import { Loading } from "./parts/states.js";
import { Toasts } from "./parts/toasts.js";

/** The pages of a person who is signed in; `scope` is what the person needs to see it. */
const PAGES = [
  { path: "/", title: "Activity", icon: "activity", page: ActivityPage },
  { path: "/profile", title: "Profile", icon: "person", page: ProfilePage },
  { path: "/preferences", title: "Preferences", icon: "preferences", page: PreferencesPage },
  { path: "/sessions", title: "Sessions", icon: "devices", page: SessionsPage },
  { path: "/users", title: "Users", icon: "people", page: UsersPage, scope: "users/read" },
];

const OPEN_PAGES = { "/sign-in": SignInErrorPage, "/signed-out": SignedOutPage };

function App() {
  const [error] = useErrorBoundary((cause) => console.error(cause));
  return html`${error ? html`<${Broken} />` : html`<${Current} />`}<${Toasts} />`;
}

function Current() {
  const { phase, error } = useStore(session);
  const whole = useStore(route);
  const [path] = whole.split("?");
  if (phase === "loading") return html`<${Outside}><${Loading} what="Strata" /><//>`;
  if (phase === "failed") return html`<${Outside}><${UnreachablePage} error=${error} /><//>`;
  if (phase === "in") return html`<${Inside} path=${path} />`;
  const Shown = OPEN_PAGES[path] ?? (PAGES.some((each) => each.path === path) ? SignInPage : NotFoundPage);
  return html`<${Outside}><${Shown} key=${path} path=${whole} /><//>`;
}

function Inside({ path }) {
  // A person who is signed in has no use for the pages of those who are not.
  if (path in OPEN_PAGES) navigate("/", { replace: true });
  const links = PAGES.filter(({ scope }) => !scope || may(scope));
  const Shown = links.find((link) => link.path === path)?.page ?? NotFoundPage;
  return html`<${Shell} path=${path} links=${links}><${Shown} key=${path} /><//>`;
}

const Broken = () => html`
  <${Outside}>
    <${Page} title="Something went wrong" lead="This page stopped working. Nothing that you saved is lost.">
      <button type="button" class="button button-primary" onClick=${() => location.reload()}>Load the page again</button>
    <//>
  <//>
`;

startRouter();
startActivity();
startProfile();
startSession();
const root = document.getElementById("app");
root.replaceChildren();
render(html`<${App} />`, root);
