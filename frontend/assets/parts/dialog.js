/** A modal dialog. The browser keeps the focus inside, closes it with Escape, and restores the focus afterwards. */

import { html, useLayoutEffect, useRef } from "../vendor/htm-preact-3.1.1.js";
import { Icon } from "./icon.js";

/** @param {{title: string, onClose: () => void}} props */
export function Dialog({ title, onClose, children }) {
  const dialog = useRef();
  useLayoutEffect(() => {
    const before = document.activeElement;
    const element = dialog.current;
    element.showModal();
    element.querySelector("form input")?.focus();
    return () => {
      element.close();
      if (before?.isConnected) before.focus();
    };
  }, []);
  const cancel = (event) => (event.preventDefault(), onClose());
  return html`
    <dialog class="dialog" ref=${dialog} aria-labelledby="dialog-title" onCancel=${cancel}>
      <header>
        <h2 id="dialog-title">${title}</h2>
        <button type="button" class="button button-icon" aria-label="Close" onClick=${onClose}><${Icon} name="close" /></button>
      </header>
      ${children}
    </dialog>
  `;
}
