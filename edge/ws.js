// Viewer request of /ws: only a page of this host may open a WebSocket, and no cookie reaches the API.
async function handler(event) {
  const request = event.request;
  const origin = valueOf(request.headers.origin);
  const host = valueOf(request.headers.host).toLowerCase();
  if (origin.replace(/^https?:\/\//, '').toLowerCase() !== host) {
    return { statusCode: 403, statusDescription: 'Forbidden' };
  }
  request.cookies = {};
  return request;
}

function valueOf(header) {
  return header ? header.value : '';
}
