/** What a page shows while data loads, where there is none, and when a request failed. */

import { html, useState } from "../vendor/htm-preact-3.1.1.js";
import { Icon } from "./icon.js";

export const Loading = ({ what }) => html`
  <div class="loading" role="status"><span class="visually-hidden">Loading ${what}…</span><i></i><i></i><i></i></div>
`;

export const Empty = ({ title, children }) => html`
  <div class="empty"><${Icon} name="empty" /><h2>${title}</h2><p>${children}</p></div>
`;

/**
 * @param {{error: import("../core/transport.js").ApiError, retry?: () => void}} props
 */
export const Failure = ({ error, retry }) => html`
  <div class="failure" role="alert">
    <${Icon} name="alert" />
    <div>
      <p class="failure-title">${error.title}</p>
      <p>${error.detail}</p>
      ${error.correlationId && html`<${Reference} id=${error.correlationId} />`}
      ${retry && html`<button type="button" class="button" onClick=${retry}>Try again</button>`}
    </div>
  </div>
`;

/** The id by which support finds a request in the logs. */
function Reference({ id }) {
  const [copied, setCopied] = useState("");
  const copy = () =>
    navigator.clipboard.writeText(id).then(
      () => setCopied("Copied"),
      () => setCopied("Copying was refused: select the reference instead"),
    );
  return html`
    <p class="reference">
      <span>Reference for support: <code>${id}</code></span>
      <button type="button" class="button button-small" onClick=${copy}><${Icon} name="copy" />Copy reference</button>
      <span role="status">${copied}</span>
    </p>
  `;
}

/**
 * The state of data that a page loads: its failure, its loading state, or the content.
 *
 * @param {{loaded: import("../core/load.js").Loaded<any>, what: string, children: () => unknown}} props
 */
export function Content({ loaded, what, children }) {
  const { value, error, reload } = loaded;
  return html`
    ${error && html`<${Failure} error=${error} retry=${reload} />`}
    ${value ? children(value) : !error && html`<${Loading} what=${what} />`}
  `;
}
