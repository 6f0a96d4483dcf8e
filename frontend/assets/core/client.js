/**
 * The client of the API. Generated from recorded/openapi.json by `make record`: do not edit.
 */

import { send } from "./transport.js";

/** @template T @typedef {import("./transport.js").Reply<T>} Reply */

/**
 * Changes of the caller's profile; omitted fields keep their values, a phone of null removes it.
 *
 * @typedef {object} ChangeMe
 * @property {string} [name] a non-blank line of text without control or invisible characters
 * @property {string | null} [phone]
 */

/**
 * Changes of notification preferences; omitted fields keep their values.
 *
 * @typedef {object} ChangePreferences
 * @property {boolean} [email]
 * @property {boolean} [sms]
 */

/**
 * Changes of a user; omitted fields keep their values, a phone of null removes it.
 *
 * @typedef {object} ChangeUser
 * @property {string} [email] an email address in ASCII, such as ada@example.org; compared case-insensitively
 * @property {string} [name] a non-blank line of text without control or invisible characters
 * @property {string | null} [phone]
 * @property {"active" | "disabled"} [status]
 */

/**
 * A new user.
 *
 * @typedef {object} CreateUser
 * @property {string} email an email address in ASCII, such as ada@example.org; compared case-insensitively
 * @property {string} name a non-blank line of text without control or invisible characters
 * @property {string | null} [phone]
 * @property {"active" | "disabled"} [status]
 */

/**
 * One fault in the request; `field` is a JSON pointer into the body or a parameter's name.
 *
 * @typedef {object} FieldError
 * @property {string} field
 * @property {string} detail
 */

/**
 * The channels by which a user receives notifications; SMS requires consent.
 *
 * @typedef {object} Preferences
 * @property {boolean} email
 * @property {boolean} sms
 */

/**
 * The reason why a request failed; `type` identifies the kind of problem.
 *
 * @typedef {object} Problem
 * @property {string} type
 * @property {string} title
 * @property {number} status
 * @property {string} detail
 * @property {(FieldError)[]} errors
 */

/**
 * A code was sent: it can be tried `attempts` times until `expiresAt`.
 *
 * @typedef {object} SentCode
 * @property {string} expiresAt RFC 3339, UTC
 * @property {number} attempts
 */

/**
 * A permission to open one connection.
 *
 * @typedef {object} Ticket
 * @property {string} ticket the value of the query parameter `ticket` of the WebSocket's URL
 * @property {string} expiresAt RFC 3339, with its offset from UTC
 */

/**
 * A user.
 *
 * @typedef {object} User
 * @property {string} id a UUID of version 7 in lower case; newer ids are greater
 * @property {string} email an email address in ASCII, such as ada@example.org; compared case-insensitively
 * @property {string} name a non-blank line of text without control or invisible characters
 * @property {string | null} phone
 * @property {boolean} phoneVerified whether a code proved the owner of the number
 * @property {"active" | "disabled"} status
 * @property {string} createdAt RFC 3339, UTC
 * @property {string} updatedAt RFC 3339, UTC
 * @property {number} version the number of changes plus one; also the ETag
 */

/**
 * A page of users, newest first; `next` is the cursor of the next page, null on the last page.
 *
 * @typedef {object} UserPage
 * @property {(User)[]} items
 * @property {string | null} next
 */

/**
 * The code that was sent to the caller's phone number.
 *
 * @typedef {object} VerifyPhone
 * @property {string} code the six digits of the code
 */

/**
 * The rules of each field of a request's body, for forms.
 */
export const CONSTRAINTS = {
  "ChangeMe": {
    "name": {
      "required": false,
      "maxLength": 100
    },
    "phone": {
      "required": false
    }
  },
  "ChangePreferences": {
    "email": {
      "required": false
    },
    "sms": {
      "required": false
    }
  },
  "ChangeUser": {
    "email": {
      "required": false,
      "maxLength": 254
    },
    "name": {
      "required": false,
      "maxLength": 100
    },
    "phone": {
      "required": false
    },
    "status": {
      "required": false
    }
  },
  "CreateUser": {
    "email": {
      "required": true,
      "maxLength": 254
    },
    "name": {
      "required": true,
      "maxLength": 100
    },
    "phone": {
      "required": false
    },
    "status": {
      "required": false
    }
  },
  "VerifyPhone": {
    "code": {
      "required": true
    }
  }
};

/**
 * Read the caller's profile.
 *
 * @param {object} [_] this operation has no parameters
 * @param {object} [options] more options of `send`
 * @returns {Promise<Reply<User>>}
 * @throws {import("./transport.js").ApiError} with status 401, 403, 409, 429, 500, 503
 */
export const meRead = (_ = {}, options = {}) =>
  send("GET", "/me", options);

/**
 * Change the caller's profile.
 *
 * @param {object} given
 * @param {string} [given.ifMatch] `*` or a list of entity tags, such as `"3"`
 * @param {ChangeMe} given.body
 * @param {object} [options] more options of `send`
 * @returns {Promise<Reply<User>>}
 * @throws {import("./transport.js").ApiError} with status 400, 401, 403, 409, 412, 413, 415, 429, 500, 503
 */
export const meChange = ({ ifMatch, body }, options = {}) =>
  send("PATCH", "/me", { headers: { "If-Match": ifMatch }, body, ...options });

/**
 * Read the caller's notification preferences.
 *
 * @param {object} [_] this operation has no parameters
 * @param {object} [options] more options of `send`
 * @returns {Promise<Reply<Preferences>>}
 * @throws {import("./transport.js").ApiError} with status 401, 403, 409, 429, 500, 503
 */
export const mePreferencesRead = (_ = {}, options = {}) =>
  send("GET", "/me/preferences", options);

/**
 * Change the caller's notification preferences.
 *
 * @param {object} given
 * @param {string} [given.ifMatch] `*` or a list of entity tags, such as `"3"`
 * @param {ChangePreferences} given.body
 * @param {object} [options] more options of `send`
 * @returns {Promise<Reply<Preferences>>}
 * @throws {import("./transport.js").ApiError} with status 400, 401, 403, 409, 412, 413, 415, 429, 500, 503
 */
export const mePreferencesChange = ({ ifMatch, body }, options = {}) =>
  send("PATCH", "/me/preferences", { headers: { "If-Match": ifMatch }, body, ...options });

/**
 * Send a code to the caller's phone number.
 *
 * @param {object} [_] this operation has no parameters
 * @param {object} [options] more options of `send`
 * @returns {Promise<Reply<SentCode>>}
 * @throws {import("./transport.js").ApiError} with status 401, 403, 409, 422, 429, 500, 503
 */
export const mePhoneCode = (_ = {}, options = {}) =>
  send("POST", "/me/phone-codes", options);

/**
 * Verify the caller's phone number with the code that was sent to it.
 *
 * @param {object} given
 * @param {VerifyPhone} given.body
 * @param {object} [options] more options of `send`
 * @returns {Promise<Reply<User>>}
 * @throws {import("./transport.js").ApiError} with status 400, 401, 403, 409, 413, 415, 422, 429, 500, 503
 */
export const mePhoneVerify = ({ body }, options = {}) =>
  send("POST", "/me/phone", { body, ...options });

/**
 * Create a ticket for the WebSocket.
 *
 * @param {object} [_] this operation has no parameters
 * @param {object} [options] more options of `send`
 * @returns {Promise<Reply<Ticket>>}
 * @throws {import("./transport.js").ApiError} with status 401, 403, 429, 500, 503
 */
export const realtimeTicket = (_ = {}, options = {}) =>
  send("POST", "/realtime/ticket", options);

/**
 * List users.
 *
 * @param {object} [given]
 * @param {number} [given.limit] the maximum number of users on the page
 * @param {string} [given.cursor] the `next` value of an earlier page, unchanged
 * @param {string} [given.email] an email address in ASCII, such as ada@example.org; compared case-insensitively
 * @param {object} [options] more options of `send`
 * @returns {Promise<Reply<UserPage>>}
 * @throws {import("./transport.js").ApiError} with status 400, 401, 403, 429, 500, 503
 */
export const usersList = ({ limit, cursor, email } = {}, options = {}) =>
  send("GET", "/users", { query: { limit, cursor, email }, ...options });

/**
 * Create a user.
 *
 * @param {object} given
 * @param {string} [given.idempotencyKey] 1 to 128 printable ASCII characters without spaces, unique per request
 * @param {CreateUser} given.body
 * @param {object} [options] more options of `send`
 * @returns {Promise<Reply<User>>}
 * @throws {import("./transport.js").ApiError} with status 400, 401, 403, 409, 413, 415, 422, 429, 500, 503
 */
export const usersCreate = ({ idempotencyKey, body }, options = {}) =>
  send("POST", "/users", { headers: { "Idempotency-Key": idempotencyKey }, body, ...options });

/**
 * Read a user.
 *
 * @param {object} given
 * @param {string} given.userId a UUID of version 7 in lower case; newer ids are greater
 * @param {object} [options] more options of `send`
 * @returns {Promise<Reply<User>>}
 * @throws {import("./transport.js").ApiError} with status 400, 401, 403, 404, 429, 500, 503
 */
export const usersRead = ({ userId }, options = {}) =>
  send("GET", `/users/${encodeURIComponent(userId)}`, options);

/**
 * Change a user.
 *
 * @param {object} given
 * @param {string} given.userId a UUID of version 7 in lower case; newer ids are greater
 * @param {string} [given.ifMatch] `*` or a list of entity tags, such as `"3"`
 * @param {ChangeUser} given.body
 * @param {object} [options] more options of `send`
 * @returns {Promise<Reply<User>>}
 * @throws {import("./transport.js").ApiError} with status 400, 401, 403, 404, 409, 412, 413, 415, 429, 500, 503
 */
export const usersChangePost = ({ userId, ifMatch, body }, options = {}) =>
  send("POST", `/users/${encodeURIComponent(userId)}`, { headers: { "If-Match": ifMatch }, body, ...options });

/**
 * Change a user.
 *
 * @param {object} given
 * @param {string} given.userId a UUID of version 7 in lower case; newer ids are greater
 * @param {string} [given.ifMatch] `*` or a list of entity tags, such as `"3"`
 * @param {ChangeUser} given.body
 * @param {object} [options] more options of `send`
 * @returns {Promise<Reply<User>>}
 * @throws {import("./transport.js").ApiError} with status 400, 401, 403, 404, 409, 412, 413, 415, 429, 500, 503
 */
export const usersChangePatch = ({ userId, ifMatch, body }, options = {}) =>
  send("PATCH", `/users/${encodeURIComponent(userId)}`, { headers: { "If-Match": ifMatch }, body, ...options });

/**
 * Delete a user.
 *
 * @param {object} given
 * @param {string} given.userId a UUID of version 7 in lower case; newer ids are greater
 * @param {string} [given.ifMatch] `*` or a list of entity tags, such as `"3"`
 * @param {object} [options] more options of `send`
 * @returns {Promise<Reply<null>>}
 * @throws {import("./transport.js").ApiError} with status 400, 401, 403, 404, 412, 429, 500, 503
 */
export const usersDelete = ({ userId, ifMatch }, options = {}) =>
  send("DELETE", `/users/${encodeURIComponent(userId)}`, { headers: { "If-Match": ifMatch }, ...options });
