// Viewer request of /ws: a page of another origin opens no WebSocket here, and no cookie goes to the gateway. The
// ticket in the query authorizes the connection (docs/decisions/0010-realtime-ticket.md).

var LOCAL = /^(localhost|127\.0\.0\.1)(:\d+)?$/;

function handler(event) {
  var request = event.request;
  var headers = request.headers;
  var host = headers.host ? headers.host.value : "";
  var origin = headers.origin && !headers.origin.multiValue ? headers.origin.value : "";
  var own = origin === "https://" + host || (LOCAL.test(host) && origin === "http://" + host);
  if (!host || !own) {
    return { statusCode: 403, statusDescription: "Forbidden" };
  }
  request.cookies = {};
  return request;
}
