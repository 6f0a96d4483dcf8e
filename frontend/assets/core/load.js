/** Loading data for a component. */

import { useCallback, useEffect, useRef, useState } from "../vendor/htm-preact-3.1.1.js";

/**
 * @template T
 * @typedef {object} Loaded
 * @property {T | null} value the last value that arrived
 * @property {import("./transport.js").ApiError | null} error why the last attempt failed
 * @property {boolean} loading
 * @property {() => void} reload
 * @property {(change: (value: T) => T) => void} update change the value without a request
 */

/**
 * Load a value, and load it again when an input changes. Only the outcome of the latest attempt counts.
 *
 * @template T
 * @param {() => Promise<T>} load
 * @param {unknown[]} inputs
 * @returns {Loaded<T>}
 */
export function useLoaded(load, inputs) {
  const [state, setState] = useState({ value: null, error: null, loading: true });
  const latest = useRef(0);
  const reload = useCallback(() => {
    const mine = ++latest.current;
    const finish = (outcome) => mine === latest.current && setState((old) => ({ ...old, ...outcome, loading: false }));
    setState((old) => ({ ...old, error: null, loading: true }));
    load().then(
      (value) => finish({ value, error: null }),
      (error) => finish({ error }),
    );
  }, inputs);
  useEffect(() => {
    reload();
    return () => (latest.current += 1);
  }, [reload]);
  const update = useCallback((change) => setState((old) => (old.value ? { ...old, value: change(old.value) } : old)), []);
  return { ...state, reload, update };
}
