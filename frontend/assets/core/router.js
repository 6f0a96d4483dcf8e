/** The path of the page, and navigation without loading the document again. */

import { createStore } from "./store.js";

const current = () => location.pathname + location.search;

/** The path with its query. */
export const route = createStore(current());

/**
 * @param {string} path
 * @param {{replace?: boolean}} [options]
 */
export function navigate(path, { replace = false } = {}) {
  history[replace ? "replaceState" : "pushState"](null, "", path);
  route.set(current());
}

/** Follow links and the browser's buttons from now on. */
export function startRouter() {
  addEventListener("popstate", () => route.set(current()));
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || !isOwn(link, event)) return;
    event.preventDefault();
    navigate(link.pathname + link.search);
    scrollTo(0, 0);
  });
}

/** Whether a click follows a link to a page of the app, in this tab. */
function isOwn(link, event) {
  const plain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  const here = link.origin === location.origin && !link.target && !link.hasAttribute("download");
  const inPage = link.hash && link.pathname === location.pathname;
  return plain && here && !inPage && !event.defaultPrevented && !link.pathname.startsWith("/api/");
}
