// Viewer request of /api/*: the access token moves from its cookie into Authorization, and cookies go only where
// they are needed. A page of another site can cause a request with cookies, and can neither set a header that
// needs a preflight nor make the browser send Sec-Fetch-Site: same-origin. See docs/sign-in.md.

var SAFE = ["GET", "HEAD"];

function value(headers, name) {
  return headers[name] ? headers[name].value : "";
}

function fromThisOrigin(request) {
  var headers = request.headers;
  // A repeated header is not what a browser sends.
  if (headers["sec-fetch-site"] && headers["sec-fetch-site"].multiValue) return false;
  return (
    value(headers, "sec-fetch-site") === "same-origin" &&
    (SAFE.includes(request.method) || value(headers, "x-strata-request") === "1")
  );
}

function handler(event) {
  var request = event.request;
  var cookies = request.cookies;
  var trusted = fromThisOrigin(request);
  var kept = {};
  if (request.uri.startsWith("/api/auth/")) {
    if (cookies["__Host-login"]) kept["__Host-login"] = cookies["__Host-login"];
    if (trusted && cookies["__Host-session"]) kept["__Host-session"] = cookies["__Host-session"];
  }
  var access = cookies["__Host-access"];
  if (trusted && access && access.value && !request.headers.authorization) {
    request.headers.authorization = { value: "Bearer " + access.value };
  }
  request.cookies = kept;
  return request;
}
