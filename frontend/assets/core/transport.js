/**
 * Sends requests to the API, which has the origin of this page.
 *
 * The credentials are cookies that no script can read. After a 401 the access token is refreshed once, and the
 * request is sent again.
 */

const ROOT = "/api";
const READS = new Set(["GET", "HEAD"]);

/** A cross-site page cannot send this header without a preflight request, which the API refuses. */
const OWN_REQUEST = { "X-Strata-Request": "1" };

/**
 * @template T
 * @typedef {object} Reply
 * @property {T} data the parsed body; null if there is none
 * @property {string | null} etag the version of the resource, for `If-Match`
 * @property {string} correlationId the id of the request in the platform's logs
 * @property {number} date the server's time in milliseconds since 1970
 */

/** A request that failed: refused by the platform, or not delivered. */
export class ApiError extends Error {
  /**
   * @param {object} problem
   * @param {number} problem.status the HTTP status; 0 if no response arrived
   * @param {string} problem.title
   * @param {string} problem.detail
   * @param {string} problem.correlationId
   * @param {string} [problem.type] such as `/problems/email-taken`
   * @param {{field: string, detail: string}[]} [problem.errors]
   */
  constructor({ status, title, detail, correlationId, type = "", errors = [] }) {
    super(detail);
    Object.assign(this, { status, title, detail, correlationId, type });
    /** The fault of each field, by its name. */
    this.fields = Object.fromEntries(errors.map((each) => [each.field.replace(/^\//, ""), each.detail]));
  }
}

let onUnauthorized = () => {};
let refreshing = null;

/** @param {() => void} listener called when a request stays unauthorized after a refresh */
export function whenUnauthorized(listener) {
  onUnauthorized = listener;
}

/**
 * Send a request and return the parsed response.
 *
 * @param {string} method
 * @param {string} path relative to `/api`
 * @param {{query?: object, headers?: object, body?: unknown, keepalive?: boolean}} [options] undefined values of
 *   query and headers are not sent
 * @returns {Promise<Reply<any>>}
 * @throws {ApiError}
 */
export async function send(method, path, options = {}) {
  const correlationId = crypto.randomUUID();
  const attempt = () => reach(method, path, options, correlationId);
  let response = await attempt();
  if (response.status === 401 && (await refresh())) response = await attempt();
  if (response.status === 401) onUnauthorized();
  const id = response.headers.get("X-Correlation-Id") ?? response.headers.get("apigw-requestid") ?? correlationId;
  const data = await parsed(response);
  if (!response.ok) throw refusal(response.status, data, id);
  const date = Date.parse(response.headers.get("Date") ?? "") || Date.now();
  return { data, etag: response.headers.get("ETag"), correlationId: id, date };
}

/**
 * Replace the access token. Concurrent calls share one request.
 *
 * @returns {Promise<boolean>} false if the session has ended
 * @throws {ApiError} if the server cannot be reached or fails
 */
export function refresh() {
  refreshing ??= renew().finally(() => (refreshing = null));
  return refreshing;
}

async function renew() {
  const correlationId = crypto.randomUUID();
  const response = await reach("POST", "/auth/refresh", {}, correlationId);
  if (response.ok) return true;
  if (response.status === 401) return false;
  throw refusal(response.status, await parsed(response), response.headers.get("X-Correlation-Id") ?? correlationId);
}

async function reach(method, path, { query, headers, body, keepalive }, correlationId) {
  const url = ROOT + path + search(query);
  const all = { ...defined(headers), "X-Correlation-Id": correlationId, ...(READS.has(method) ? {} : OWN_REQUEST) };
  if (body !== undefined) all["Content-Type"] = "application/json";
  const content = body === undefined ? undefined : JSON.stringify(body);
  try {
    return await fetch(url, { method, headers: all, body: content, keepalive, cache: "no-store" });
  } catch {
    throw new ApiError({
      status: 0,
      title: "The server could not be reached",
      detail: "Check your internet connection, then try again.",
      correlationId,
    });
  }
}

const defined = (values = {}) => Object.fromEntries(Object.entries(values).filter(([, value]) => value != null));

function search(query) {
  const text = new URLSearchParams(defined(query)).toString();
  return text && `?${text}`;
}

async function parsed(response) {
  if (!response.headers.get("Content-Type")?.includes("json")) return null;
  return response.json().catch(() => null);
}

const ADVICE = {
  401: ["You are not signed in", "Sign in again to continue."],
  403: ["You are not allowed to do this", "Ask an administrator if you need access."],
  404: ["Not found", "It may have been deleted in the meantime."],
  429: ["Too many requests", "Wait a moment, then try again."],
};

const UNAVAILABLE = ["The service is not available right now", "Nothing was lost. Try again in a moment."];

/** API Gateway's own errors have a bare `message`, which helps no one: they get a title and advice of ours. */
function refusal(status, data, correlationId) {
  if (data?.title && data?.detail) return new ApiError({ ...data, status, correlationId });
  const [title, detail] = ADVICE[status] ?? UNAVAILABLE;
  return new ApiError({ status, title, detail, correlationId });
}
