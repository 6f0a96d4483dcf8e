/** Icons, drawn in the color of the text. They are decoration: the text beside them names the thing. */

import { html } from "../vendor/htm-preact-3.1.1.js";

const PATHS = {
  activity: "M3 12h4l3 8 4-16 3 8h4",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7 8a7 7 0 0 1 14 0",
  preferences: "M4 7h9m5 0h2M4 17h2m5 0h9M15 4.5v5M8.5 14.5v5",
  devices: "M3 5h14v10H3zM7 19h6m-3-4v4m9-9h2v9h-4v-2",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm-6 9a6 6 0 0 1 12 0m1-16a3.5 3.5 0 0 1 0 7m2 9a6 6 0 0 0-3-5.2",
  leave: "M14 4h5v16h-5M10 8l-4 4 4 4m-4-4h9",
  add: "M12 5v14M5 12h14",
  find: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm5-2 5 5",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  close: "M6 6l12 12M18 6 6 18",
  alert: "M12 8v5m0 3.5v.01M12 3 2.5 20h19z",
  offline: "M3 3l18 18M8.5 15.5a5 5 0 0 1 5-1.2M5 12a10 10 0 0 1 4-2.4m4-.5a10 10 0 0 1 6 2.9M12 19v.01",
  empty: "M4 13l3-8h10l3 8v6H4zm0 0h5l1 3h4l1-3h5",
};

/** @param {{name: keyof typeof PATHS}} props */
export const Icon = ({ name }) => html`
  <svg class="icon icon-${name}" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d=${PATHS[name]} /></svg>
`;

export const Mark = () => html`
  <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <path class="mark-deep" d="M4 21.5 16 28l12-6.5-4-2.2-8 4.4-8-4.4z" />
    <path class="mark-mid" d="M4 15.8 16 22.3l12-6.5-4-2.2-8 4.4-8-4.4z" />
    <path class="mark-top" d="M16 4 4 10.2l12 6.4 12-6.4z" />
  </svg>
`;
