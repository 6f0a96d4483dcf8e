import { html, useEffect } from "../vendor/htm-preact-3.1.1.js";
import { activity, unseen } from "../core/activity.js";
import { may } from "../core/session.js";
import { useStore } from "../core/store.js";
import { ago, dateTime, minute, summary } from "../core/text.js";
import { Page } from "../parts/page.js";
import { Empty } from "../parts/states.js";

export function ActivityPage() {
  const events = useStore(activity);
  useStore(minute);
  useEffect(() => unseen.set(0), [events]);
  return html`
    <${Page} title="Activity" lead=${may("events/read") ? "Everything that happens, as it happens." : "Changes of your account, as they happen."}>
      ${!events.length && html`<${Empty} title="No activity yet">Leave this page open: changes show up here within a second. After a lost connection, what you missed is fetched.<//>`}
      <div class="card feed-card" role="log" aria-label="Latest events" hidden=${!events.length}>
        <ol class="feed">${events.map((event) => html`<${Entry} key=${event.id} event=${event} />`)}</ol>
      </div>
    <//>
  `;
}

const Entry = ({ event }) => html`
  <li class="entry entry-${event.type.split(".")[1]}">
    <i aria-hidden="true"></i>
    <div><p>${summary(event)}</p><p class="meta"><code>${event.type}</code></p></div>
    <time datetime=${event.occurredAt} title=${dateTime(event.occurredAt)}>${ago(event.occurredAt)}</time>
  </li>
`;
