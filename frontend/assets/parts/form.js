/** A form that shows what the API refuses beside the field that causes it. */

import { createContext, html, useContext, useEffect, useRef, useState } from "../vendor/htm-preact-3.1.1.js";
import { ApiError } from "../core/transport.js";
import { Failure } from "./states.js";

const Faults = createContext({});

/**
 * @param {object} props
 * @param {(values: Record<string, string>) => Promise<void>} props.onSubmit may throw an `ApiError`
 * @param {string} props.action the text of the button
 * @param {() => void} [props.onCancel]
 * @param {string} [props.cancel] the text of the button that cancels
 * @param {string} [props.saved] what is shown after success
 */
export function Form({ onSubmit, action, onCancel, cancel = "Cancel", saved, children }) {
  const form = useRef();
  const [{ error, pending, done }, setState] = useState({});
  const fields = error?.fields ?? {};
  // What was saved is now the initial state: later changes from elsewhere may replace it.
  useEffect(() => done && form.current.reset(), [done]);
  useEffect(() => error && form.current.querySelector("[aria-invalid=true]")?.focus(), [error]);

  async function submit(event) {
    event.preventDefault();
    if (pending) return;
    setState({ pending: true });
    try {
      await onSubmit(Object.fromEntries(new FormData(form.current)));
      setState({ done: true });
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause;
      setState({ error: cause });
    }
  }

  return html`
    <form class="form" ref=${form} onSubmit=${submit} onInput=${() => done && setState({})} aria-busy=${Boolean(pending)}>
      <${Faults.Provider} value=${fields}>${children}<//>
      ${error && html`<${Failure} error=${error} />`}
      <div class="actions">
        <button class="button button-primary" aria-disabled=${Boolean(pending)}>${pending ? "Saving…" : action}</button>
        ${onCancel && html`<button type="button" class="button" onClick=${onCancel}>${cancel}</button>`}
        <span class="saved" role="status">${done && saved}</span>
      </div>
    </form>
  `;
}

/**
 * @param {object} props
 * @param {string} props.name the field's name in the API
 * @param {string} props.label
 * @param {string} [props.hint]
 * @param {string} [props.value]
 * @param {Record<string, string>} [props.options] the text of each value, if only these are allowed
 * @param {{required?: boolean, maxLength?: number}} [props.rules] the constraints in the API's document
 */
export function Field({ name, label, hint, value = "", options, rules = {}, ...rest }) {
  const fault = useContext(Faults)[name];
  const described = [hint && `${name}-hint`, fault && `${name}-fault`].filter(Boolean).join(" ");
  const shared = {
    id: name,
    name,
    "aria-invalid": fault ? "true" : undefined,
    "aria-describedby": described || undefined,
    ...rest,
  };
  return html`
    <div class="field">
      <label for=${name}>${label}${!rules.required && !options && html` <span class="optional">optional</span>`}</label>
      ${options
        ? html`<select ...${shared}>${Object.entries(options).map(
            ([key, text]) => html`<option value=${key} defaultSelected=${key === value}>${text}</option>`,
          )}</select>`
        : html`<input ...${shared} defaultValue=${value} required=${rules.required} maxlength=${rules.maxLength} />`}
      ${hint && html`<p class="hint" id="${name}-hint">${hint}</p>`}
      ${fault && html`<p class="fault" id="${name}-fault">${fault}</p>`}
    </div>
  `;
}

/** A setting that is on or off. */
export const Switch = ({ name, label, hint, checked }) => html`
  <div class="switch">
    <input type="checkbox" role="switch" id=${name} name=${name} defaultChecked=${checked} aria-describedby="${name}-hint" />
    <div>
      <label for=${name}>${label}</label>
      <p class="hint" id="${name}-hint">${hint}</p>
    </div>
  </div>
`;
