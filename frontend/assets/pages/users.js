import { html, useEffect, useState } from "../vendor/htm-preact-3.1.1.js";
import { CONSTRAINTS, usersList } from "../core/client.js";
import { subscribe } from "../core/live.js";
import { useLoaded } from "../core/load.js";
import { may } from "../core/session.js";
import { Icon } from "../parts/icon.js";
import { Page } from "../parts/page.js";
import { Content, Empty } from "../parts/states.js";
import { CreateUser, EditUser } from "./users-dialogs.js";
import { UsersTable } from "./users-table.js";

const ON_A_PAGE = 20;
const TOGETHER = 500;

export function UsersPage() {
  const [email, setEmail] = useState("");
  const [cursors, setCursors] = useState([undefined]);
  const [creating, setCreating] = useState(false);
  const [editing, setEditing] = useState(null);
  const cursor = cursors.at(-1);
  const loaded = useLoaded(
    async () => (await usersList({ email: email || undefined, cursor, limit: ON_A_PAGE })).data,
    [email, cursor],
  );
  useLive(loaded);

  const find = (text) => (setEmail(text), setCursors([undefined]));
  const replace = (saved) => loaded.update((page) => withUser(page, saved));
  const action = may("users/write") && html`
    <button type="button" class="button button-primary" onClick=${() => setCreating(true)}><${Icon} name="add" />New user</button>
  `;
  return html`
    <${Page} title="Users" lead="Everyone who has a profile, newest first." actions=${action}>
      <${Search} email=${email} onFind=${find} />
      <${Content} loaded=${loaded} what="users">
        ${(page) => html`
          <${UsersTable} users=${page.items} busy=${loaded.loading} onEdit=${setEditing} />
          ${!page.items.length && html`<${Nothing} email=${email} />`}
          <${Paging} number=${cursors.length} next=${page.next} onChange=${setCursors} />
        `}
      <//>
      ${creating && html`<${CreateUser} onClose=${() => setCreating(false)} onCreated=${loaded.reload} />`}
      ${editing && html`<${EditUser} user=${editing} onClose=${() => setEditing(null)} onSaved=${replace} />`}
    <//>
  `;
}

/** Replace a user on the page, unless the page shows a newer version. */
function withUser(page, user) {
  const items = page.items.map((each) => (each.id === user.id && each.version <= user.version ? user : each));
  return { ...page, items };
}

const withoutUser = (page, { id }) => ({ ...page, items: page.items.filter((each) => each.id !== id) });

/** Changes made elsewhere appear in the table; new users appear after one request for all that arrive together. */
function useLive({ update, reload }) {
  useEffect(() => {
    let waiting;
    const unsubscribe = subscribe(({ type, data }) => {
      if (type === "user.updated") update((page) => withUser(page, data.user));
      if (type === "user.deleted") update((page) => withoutUser(page, data.user));
      if (type === "user.created") waiting ??= setTimeout(() => ((waiting = undefined), reload()), TOGETHER);
    }, reload);
    return () => (clearTimeout(waiting), unsubscribe());
  }, [update, reload]);
}

function Search({ email, onFind }) {
  function submit(event) {
    event.preventDefault();
    onFind(new FormData(event.currentTarget).get("email").trim());
  }
  return html`
    <form class="search" role="search" onSubmit=${submit} onReset=${() => onFind("")}>
      <label for="search">Find by email address</label>
      <div>
        <input id="search" name="email" type="email" maxlength=${CONSTRAINTS.CreateUser.email.maxLength} placeholder="ada@example.org" autocomplete="off" />
        <button class="button"><${Icon} name="find" />Find</button>
        ${email && html`<button type="reset" class="button">Show everyone</button>`}
      </div>
    </form>
  `;
}

const Nothing = ({ email }) =>
  email
    ? html`<${Empty} title="No user has this address">The search finds whole addresses only. Check the spelling of “${email}”.<//>`
    : html`<${Empty} title="No users yet">Create the first one; the person's profile is linked at their first sign-in.<//>`;

function Paging({ number, next, onChange }) {
  if (number === 1 && !next) return null;
  return html`
    <nav class="paging" aria-label="Pages of users">
      <button type="button" class="button" disabled=${number === 1} onClick=${() => onChange((all) => all.slice(0, -1))}>Newer</button>
      <span role="status">Page ${number}</span>
      <button type="button" class="button" disabled=${!next} onClick=${() => onChange((all) => [...all, next])}>Older</button>
    </nav>
  `;
}
