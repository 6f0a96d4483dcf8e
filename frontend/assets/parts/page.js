/** A page: its heading takes the focus after a navigation, so that a screen reader announces it. */

import { html, useEffect, useRef } from "../vendor/htm-preact-3.1.1.js";

let shown;

/** @param {{title: string, lead?: string, actions?: unknown}} props */
export function Page({ title, lead, actions, children }) {
  const heading = useRef();
  useEffect(() => {
    document.title = `${title} · Strata`;
    if (shown && shown !== location.pathname) heading.current.focus();
    shown = location.pathname;
  }, [title]);
  return html`
    <header class="page-head">
      <div>
        <h1 tabindex="-1" ref=${heading}>${title}</h1>
        ${lead && html`<p class="lead">${lead}</p>`}
      </div>
      ${actions}
    </header>
    ${children}
  `;
}
