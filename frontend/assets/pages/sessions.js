import { html, useState } from "../vendor/htm-preact-3.1.1.js";
import { useLoaded } from "../core/load.js";
import { loadSession, session } from "../core/session.js";
import { useStore } from "../core/store.js";
import { ago, dateTime, deviceName, minute } from "../core/text.js";
import { Dialog } from "../parts/dialog.js";
import { Icon } from "../parts/icon.js";
import { Page } from "../parts/page.js";
import { leave } from "../parts/shell.js";
import { Loading } from "../parts/states.js";

export function SessionsPage() {
  const { sessions = [] } = useStore(session);
  useStore(minute);
  const { loading } = useLoaded(loadSession, []);
  const [asking, setAsking] = useState(false);
  const action = html`<button type="button" class="button" onClick=${() => setAsking(true)}>Sign out everywhere</button>`;
  return html`
    <${Page} title="Sessions" lead="Where you are signed in. If you do not recognize one, sign out everywhere." actions=${action}>
      ${loading && html`<${Loading} what="your sessions" />`}
      <ul class="list card" hidden=${loading}>${sessions.map((each) => html`<${Row} key=${each.id} item=${each} />`)}</ul>
      ${asking && html`<${Confirmation} onClose=${() => setAsking(false)} />`}
    <//>
  `;
}

const Row = ({ item }) => html`
  <li>
    <${Icon} name="devices" />
    <div>
      <p><strong>${deviceName(item.userAgent)}</strong> ${item.current && html`<span class="tag tag-good">This browser</span>`}</p>
      <p class="meta">Signed in <time datetime=${item.createdAt}>${dateTime(item.createdAt)}</time> · last used ${ago(item.lastUsedAt)}</p>
    </div>
  </li>
`;

const Confirmation = ({ onClose }) => html`
  <${Dialog} title="Sign out everywhere?" onClose=${onClose}>
    <p>Every browser in which you are signed in, this one included, is signed out within a second.</p>
    <div class="actions">
      <button type="button" class="button button-danger" onClick=${() => leave({ everywhere: true })}>Sign out everywhere</button>
      <button type="button" class="button" onClick=${onClose}>Stay signed in</button>
    </div>
  <//>
`;
