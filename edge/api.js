// Viewer request of /api/*: the access token moves from its cookie into Authorization, and cookies go only where
// they are needed. A page of another site can cause a request with cookies, and can neither set a header that
// needs a preflight nor make the browser send Sec-Fetch-Site: same-origin. See docs/sign-in.md.

var SAFE = ["GET", "HEAD"];

// A name that was sent twice has no value: a browser sends these headers and cookies once.
function single(fields, name) {
  var field = fields[name];
  return field && !field.multiValue ? field : undefined;
}

function value(fields, name) {
  var field = single(fields, name);
  return field ? field.value : "";
}

function fromThisOrigin(request) {
  var headers = request.headers;
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
    var names = trusted ? ["__Host-login", "__Host-session"] : ["__Host-login"];
    names.forEach(function (name) {
      if (single(cookies, name)) kept[name] = cookies[name];
    });
  }
  var token = value(cookies, "__Host-access");
  if (trusted && token && !request.headers.authorization) {
    request.headers.authorization = { value: "Bearer " + token };
  }
  request.cookies = kept;
  return request;
}
