import { html, useState } from "../vendor/htm-preact-3.1.1.js";
import { CONSTRAINTS, meChange, mePhoneCode, mePhoneVerify, meRead } from "../core/client.js";
import { loadProfile, profile, setProfile } from "../core/profile.js";
import { useStore } from "../core/store.js";
import { dateTime } from "../core/text.js";
import { Editor } from "../parts/editor.js";
import { Field, Form } from "../parts/form.js";
import { Page } from "../parts/page.js";
import { Content, Failure } from "../parts/states.js";

const FIELDS = [
  { name: "name", label: "Name", autocomplete: "name" },
  { name: "phone", label: "Phone number", type: "tel", autocomplete: "tel", hint: "With the country code, such as +442079460000." },
];

export function ProfilePage() {
  const { value, error, elsewhere } = useStore(profile);
  return html`
    <${Page} title="Profile" lead="How you appear to administrators, and where messages reach you.">
      <div role="status">
        ${elsewhere && html`<p class="notice">Your profile was changed elsewhere. This page shows the current values.</p>`}
      </div>
      <${Content} loaded=${{ value, error, reload: loadProfile }} what="your profile">
        ${(user) => html`<${Profile} user=${user} onSaved=${setProfile} />`}
      <//>
    <//>
  `;
}

const Profile = ({ user, onSaved }) => html`
  <section class="card">
    <dl class="facts">
      <div><dt>Email address</dt><dd>${user.email}</dd></div>
      <div><dt>Member since</dt><dd>${dateTime(user.createdAt)}</dd></div>
    </dl>
    <${Editor}
      initial=${user} fields=${FIELDS} rules=${CONSTRAINTS.CreateUser}
      save=${meChange} read=${meRead} onSaved=${onSaved}
    />
  </section>
  ${user.phone && html`<${Phone} key=${user.phone} user=${user} onVerified=${onSaved} />`}
`;

function Phone({ user, onVerified }) {
  if (user.phoneVerified) {
    return html`<section class="card"><h2>Phone number</h2><p><span class="tag tag-good">Verified</span> ${user.phone} is yours.</p></section>`;
  }
  return html`<${Verification} phone=${user.phone} onVerified=${onVerified} />`;
}

function Verification({ phone, onVerified }) {
  const [{ sent, error }, setState] = useState({});
  const request = () => mePhoneCode().then(({ data }) => setState({ sent: data }), (cause) => setState({ error: cause }));
  const verify = async ({ code }) => onVerified((await mePhoneVerify({ body: { code } })).data);
  return html`
    <section class="card">
      <h2>Verify your phone number</h2>
      <p>Text messages are sent only to a verified number. We send a code to ${phone}; enter it here.</p>
      ${error && html`<${Failure} error=${error} />`}
      ${sent && html`
        <${Form} action="Verify" onSubmit=${verify}>
          <${Field} name="code" label="Code" inputmode="numeric" autocomplete="one-time-code" rules=${{ required: true, maxLength: 6 }}
            hint="Valid until ${dateTime(sent.expiresAt)}, for ${sent.attempts} attempts." />
        <//>
      `}
      <button type="button" class="button" onClick=${request}>${sent ? "Send another code" : "Send a code"}</button>
    </section>
  `;
}
