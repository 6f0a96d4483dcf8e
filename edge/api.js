// Viewer request of /api/*: no cookie reaches the API, which accepts bearer tokens only.
async function handler(event) {
  const request = event.request;
  request.cookies = {};
  return request;
}
