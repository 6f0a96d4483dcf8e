import { html, useRef } from "../vendor/htm-preact-3.1.1.js";
import { CONSTRAINTS, usersChangePatch, usersCreate, usersRead } from "../core/client.js";
import { Dialog } from "../parts/dialog.js";
import { Editor } from "../parts/editor.js";
import { Field, Form } from "../parts/form.js";
import { show } from "../parts/toasts.js";

const FIELDS = [
  { name: "name", label: "Name", autocomplete: "off" },
  { name: "email", label: "Email address", type: "email", autocomplete: "off" },
  { name: "phone", label: "Phone number", type: "tel", autocomplete: "off", hint: "With the country code, such as +442079460000." },
  { name: "status", label: "Status", options: { active: "Active", disabled: "Disabled: cannot sign in" } },
];

/** A change of a user may omit a field; one that is shown may not be emptied if a new user needs it. */
const RULES = CONSTRAINTS.CreateUser;

export function CreateUser({ onClose, onCreated }) {
  const attempt = useRef({});

  async function create(values) {
    const body = { ...values, phone: values.phone || null };
    const text = JSON.stringify(body);
    // A repetition of the same request creates nothing twice.
    if (attempt.current.text !== text) attempt.current = { text, key: crypto.randomUUID() };
    const { data } = await usersCreate({ idempotencyKey: attempt.current.key, body });
    onCreated();
    onClose();
    show({ text: `${data.name} was created.` });
  }

  return html`
    <${Dialog} title="New user" onClose=${onClose}>
      <${Form} action="Create user" onSubmit=${create} onCancel=${onClose}>
        ${FIELDS.map((field) => html`<${Field} key=${field.name} ...${field} rules=${RULES[field.name]} />`)}
      <//>
    <//>
  `;
}

export function EditUser({ user, onClose, onSaved }) {
  const { id: userId } = user;
  const finish = (saved) => (onSaved(saved), onClose());
  return html`
    <${Dialog} title="Edit ${user.name}" onClose=${onClose}>
      <${Editor}
        initial=${user} fields=${FIELDS} rules=${RULES} onCancel=${onClose} onSaved=${finish}
        save=${(given) => usersChangePatch({ userId, ...given })} read=${() => usersRead({ userId })}
      />
    <//>
  `;
}
