/**
 * Edits a resource that has a version. If someone else has saved it in the meantime, both versions are shown side by
 * side, and the person chooses.
 */

import { html, useState } from "../vendor/htm-preact-3.1.1.js";
import { Field, Form } from "./form.js";

/**
 * @typedef {object} EditorProps
 * @property {Record<string, any>} initial the resource, with its `version`
 * @property {{name: string, label: string, hint?: string, type?: string, options?: Record<string, string>}[]} fields
 * @property {Record<string, object>} rules the constraints of each field
 * @property {(given: {body: object, ifMatch: string}) => Promise<{data: any}>} save
 * @property {() => Promise<{data: any}>} read reads the current version
 * @property {(saved: any) => void} onSaved
 * @property {() => void} [onCancel]
 */

const text = (value) => value ?? "";

/** The fields that differ; an emptied one becomes null. */
function changes(base, values, fields) {
  const differing = fields.filter(({ name }) => text(values[name]) !== text(base[name]));
  return Object.fromEntries(differing.map(({ name }) => [name, values[name] || null]));
}

/** @param {EditorProps} props */
export function Editor({ initial, fields, rules, save, read, onSaved, onCancel }) {
  const [conflict, setConflict] = useState(null);
  // The version that the person started from, even if a newer one arrives while they type.
  const [started, setStarted] = useState(null);

  async function submit(values, base) {
    const body = changes(base, values, fields);
    if (!Object.keys(body).length) return finish(base);
    try {
      finish((await save({ body, ifMatch: `"${base.version}"` })).data);
    } catch (error) {
      if (error.status !== 412) throw error;
      setConflict({ base, mine: values, theirs: (await read()).data });
    }
  }

  function finish(saved) {
    setConflict(null);
    setStarted(null);
    onSaved(saved);
  }

  if (conflict) {
    const { theirs } = conflict;
    return html`<${Conflict}
      key=${theirs.version} ...${conflict} fields=${fields} onCancel=${() => finish(theirs)}
      onChoose=${(values) => submit(values, theirs)}
    />`;
  }
  return html`
    <div onInput=${() => setStarted(started ?? initial)}>
      <${Form} action="Save changes" saved="Saved" onCancel=${onCancel} onSubmit=${(values) => submit(values, started ?? initial)}>
        ${fields.map((field) => html`<${Field} key=${field.name} ...${field} value=${text(initial[field.name])} rules=${rules[field.name]} />`)}
      <//>
    </div>
  `;
}

function Conflict({ base, mine, theirs, fields, onChoose, onCancel }) {
  const values = (choices) =>
    Object.fromEntries(fields.map(({ name }) => [name, (choices[name] === "mine" ? mine : theirs)[name]]));
  return html`
    <div class="conflict">
      <p role="alert">Someone else saved changes while you were editing. Choose what to keep of each field that differs.</p>
      <${Form} action="Save the chosen values" cancel="Discard my changes" onCancel=${onCancel} onSubmit=${(choices) => onChoose(values(choices))}>
        <table>
          <thead>
            <tr><th scope="col">Field</th><th scope="col">Your version</th><th scope="col">Saved by someone else</th></tr>
          </thead>
          <tbody>
            ${fields.map((field) => html`<${Choice} key=${field.name} field=${field} base=${base} mine=${mine} theirs=${theirs} />`)}
          </tbody>
        </table>
      <//>
    </div>
  `;
}

/** A field that only the other person has changed is theirs, until chosen otherwise. */
function Choice({ field: { name, label, options }, base, mine, theirs }) {
  const shown = (version) => options?.[version[name]] ?? (text(version[name]) || "(empty)");
  if (text(mine[name]) === text(theirs[name])) {
    return html`<tr class="same"><th scope="row">${label}</th><td>${shown(mine)}</td><td>${shown(theirs)}</td></tr>`;
  }
  const keepsMine = text(mine[name]) !== text(base[name]);
  const option = (whose, version, checked) => html`
    <td><label><input type="radio" name=${name} value=${whose} defaultChecked=${checked} aria-label="${label}: ${shown(version)} (${whose === "mine" ? "your version" : "saved by someone else"})" />${shown(version)}</label></td>
  `;
  return html`
    <tr><th scope="row">${label}</th>${option("mine", mine, keepsMine)}${option("theirs", theirs, !keepsMine)}</tr>
  `;
}
