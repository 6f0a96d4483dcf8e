import { html } from "../vendor/htm-preact-3.1.1.js";
import { mePreferencesChange, mePreferencesRead } from "../core/client.js";
import { useLoaded } from "../core/load.js";
import { Form, Switch } from "../parts/form.js";
import { Page } from "../parts/page.js";
import { Content } from "../parts/states.js";

const CHANNELS = {
  email: ["Email", "News about your account, to your email address."],
  sms: ["Text messages", "Only if you agree here, and only to a verified phone number: see your profile."],
};

export function PreferencesPage() {
  const loaded = useLoaded(async () => (await mePreferencesRead()).data, []);
  async function save(values) {
    const body = Object.fromEntries(Object.keys(CHANNELS).map((name) => [name, name in values]));
    const { data } = await mePreferencesChange({ body });
    loaded.update(() => data);
  }
  return html`
    <${Page} title="Preferences" lead="Which messages you receive, and how.">
      <${Content} loaded=${loaded} what="your preferences">
        ${(preferences) => html`
          <section class="card">
            <${Form} action="Save preferences" saved="Saved" onSubmit=${save}>
              ${Object.entries(CHANNELS).map(([name, [label, hint]]) => html`
                <${Switch} key=${name} name=${name} label=${label} hint=${hint} checked=${preferences[name]} />
              `)}
            <//>
          </section>
        `}
      <//>
    <//>
  `;
}
