/** Short messages at the edge of the page, some with a way back. */

import { html, useEffect } from "../vendor/htm-preact-3.1.1.js";
import { createStore, useStore } from "../core/store.js";
import { Icon } from "./icon.js";
import { Failure } from "./states.js";

/**
 * @typedef {object} Toast
 * @property {number} id
 * @property {string} [text]
 * @property {import("../core/transport.js").ApiError} [error]
 * @property {() => void} [undo]
 * @property {boolean} [held] whether the pointer or the focus is on it
 */

/** @type {import("../core/store.js").Store<Toast[]>} */
export const toasts = createStore([]);

const SHOWN_FOR = 6_000;
const LOOK_AGAIN = 1_000;
let count = 0;

/**
 * Show a message. One that needs no action is dismissed after a while.
 *
 * @param {Omit<Toast, "id">} toast
 * @returns {number} its id
 */
export function show(toast) {
  count += 1;
  const id = count;
  toasts.set([...toasts.get(), { ...toast, id }]);
  if (!toast.undo && !toast.error) expire(id, SHOWN_FOR, () => dismiss(id));
  return id;
}

/** @param {number} id */
export const dismiss = (id) => toasts.set(toasts.get().filter((toast) => toast.id !== id));

/**
 * Act when the time of a message has passed. While the pointer or the focus is on it, it gets more time.
 *
 * @param {number} id
 * @param {number} time in milliseconds
 * @param {() => void} action
 * @returns {() => void} the function that prevents it
 */
export function expire(id, time, action) {
  let timer;
  const isHeld = () => toasts.get().some((toast) => toast.id === id && toast.held);
  const wait = (rest) => (timer = setTimeout(() => (isHeld() ? wait(LOOK_AGAIN) : action()), rest));
  wait(time);
  return () => clearTimeout(timer);
}

function hold(id, held) {
  toasts.set(toasts.get().map((toast) => (toast.id === id ? { ...toast, held } : toast)));
}

const TYPED_IN = "input, textarea, select";

/** Ctrl+Z, or ⌘Z, outside a field undoes the latest toast that has a way back. */
function undoByKey(event) {
  if (event.key !== "z" || !(event.ctrlKey || event.metaKey) || event.target.closest(TYPED_IN)) return;
  const latest = toasts.get().findLast((toast) => toast.undo);
  if (!latest) return;
  event.preventDefault();
  latest.undo();
}

export function Toasts() {
  useEffect(() => {
    addEventListener("keydown", undoByKey);
    return () => removeEventListener("keydown", undoByKey);
  }, []);
  return html`
    <section class="toasts" aria-label="Messages" aria-live="polite">
      ${useStore(toasts).map((toast) => html`<${Message} key=${toast.id} toast=${toast} />`)}
    </section>
  `;
}

function Message({ toast: { id, text, error, undo } }) {
  const held = () => hold(id, true);
  const free = () => hold(id, false);
  return html`
    <div class="toast" onMouseEnter=${held} onMouseLeave=${free} onfocusin=${held} onfocusout=${free}>
      ${error ? html`<${Failure} error=${error} />` : html`<p>${text}</p>`}
      ${undo && html`<button type="button" class="button button-small" aria-keyshortcuts="Control+Z Meta+Z" onClick=${undo}>Undo</button>`}
      ${!undo && html`<button type="button" class="button button-icon" aria-label="Dismiss" onClick=${() => dismiss(id)}><${Icon} name="close" /></button>`}
    </div>
  `;
}
