// Viewer request of pages: chooses the release that a host shows.
//
// Keys of the store: `default` and `host:<host>` have the id of a release, `redirect:<host>` another host.
// A file of the app is stored under its path; every other path is a page of the app, which reads it.
import cf from 'cloudfront';

const store = cf.kvs();

// The last segment has an extension, or the path has a part that an origin could read in another way.
const NO_PAGE = /\.[^/]*$|%2f|%5c|\\|\/\//i;

async function handler(event) {
  const request = event.request;
  const host = hostOf(request);
  const target = await valueOf(`redirect:${host}`);
  if (target) {
    return redirect(target, request);
  }
  if (NO_PAGE.test(request.uri)) {
    return request;
  }
  const release = await valueOf(`host:${host}`) || await valueOf('default');
  if (!release) {
    return unavailable();
  }
  request.uri = `/releases/${release}/index.html`;
  return request;
}

function hostOf(request) {
  const header = request.headers.host;
  return header ? header.value.toLowerCase().replace(/:\d+$/, '') : '';
}

// The store has no operation that returns nothing for a key that does not exist.
async function valueOf(key) {
  try {
    return await store.get(key);
  } catch (error) {
    return '';
  }
}

function redirect(host, request) {
  const query = queryOf(request.querystring);
  return {
    statusCode: 301,
    statusDescription: 'Moved Permanently',
    headers: {
      location: { value: `https://${host}${request.uri}${query}` },
      'cache-control': { value: 'max-age=3600' },
    },
  };
}

// CloudFront leaves names and values encoded as they arrived.
function queryOf(parameters) {
  const pairs = [];
  Object.keys(parameters).forEach((name) => {
    const parameter = parameters[name];
    (parameter.multiValue || [parameter]).forEach((each) => {
      pairs.push(each.value === '' ? name : `${name}=${each.value}`);
    });
  });
  return pairs.length ? `?${pairs.join('&')}` : '';
}

function unavailable() {
  return {
    statusCode: 503,
    statusDescription: 'Service Unavailable',
    headers: {
      'retry-after': { value: '5' },
      'cache-control': { value: 'no-store' },
      'content-type': { value: 'text/plain; charset=utf-8' },
    },
    body: 'No release of the app is live yet. Try again in a few seconds.',
  };
}
