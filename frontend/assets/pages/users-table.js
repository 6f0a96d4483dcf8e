import { html } from "../vendor/htm-preact-3.1.1.js";
import { may } from "../core/session.js";
import { useStore } from "../core/store.js";
import { ago, dateTime, minute } from "../core/text.js";
import { deleted, deleteLater } from "../parts/deletions.js";

/** @typedef {import("../core/client.js").User} User */

/** @param {{users: User[], busy: boolean, onEdit: (user: User) => void}} props */
export function UsersTable({ users, busy, onEdit }) {
  const hidden = useStore(deleted);
  useStore(minute);
  const shown = users.filter(({ id }) => !hidden.has(id));
  if (!shown.length) return null;
  return html`
    <div class="card table-card" aria-busy=${busy}>
      <table class="users">
        <caption class="visually-hidden">Users, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Person</th><th scope="col" class="wide">Phone</th><th scope="col">Status</th>
            <th scope="col" class="wide">Changed</th>
            ${may("users/write") && html`<th scope="col"><span class="visually-hidden">Actions</span></th>`}
          </tr>
        </thead>
        <tbody>${shown.map((user) => html`<${Row} key=${user.id} user=${user} onEdit=${onEdit} />`)}</tbody>
      </table>
    </div>
  `;
}

/** The focus stays in the table, at the row that takes the place of the deleted one. */
function remove(event, user) {
  const row = event.currentTarget.closest("tr");
  const neighbor = row.nextElementSibling ?? row.previousElementSibling;
  const target = neighbor?.querySelector("button") ?? document.querySelector("h1");
  deleteLater(user);
  target.focus();
}

const Row = ({ user, onEdit }) => html`
  <tr>
    <th scope="row"><span class="name">${user.name}</span><span class="meta">${user.email}</span></th>
    <td class="wide"><bdi>${user.phone ?? "–"}</bdi></td>
    <td><span class="tag ${user.status === "active" ? "tag-good" : "tag-off"}">${user.status === "active" ? "Active" : "Disabled"}</span></td>
    <td class="wide"><time datetime=${user.updatedAt} title=${dateTime(user.updatedAt)}>${ago(user.updatedAt)}</time></td>
    ${may("users/write") && html`
      <td class="row-actions">
        <button type="button" class="button button-small" aria-label="Edit ${user.name}" onClick=${() => onEdit(user)}>Edit</button>
        <button type="button" class="button button-small button-quiet-danger" aria-label="Delete ${user.name}" onClick=${(event) => remove(event, user)}>Delete</button>
      </td>
    `}
  </tr>
`;
