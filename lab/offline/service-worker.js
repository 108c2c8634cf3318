// The lab without a network. Above this line the build writes `files`, the integrity of each file of the lab by its path
// ('' is the page), and `version`, their hash. A version is fetched whole or not at all and never mixed with another:
// a new one waits until no page of the old one is open.

const { scope } = registration;
const ours = `neuroforge-lab ${scope} `; // caches belong to the origin, which may hold other labs
const current = ours + version;

addEventListener('install', (event) => event.waitUntil(fill()));
addEventListener('activate', (event) => event.waitUntil(takeOver()));
addEventListener('fetch', (event) => {
  const { method, url } = event.request;
  const kept = url.startsWith(scope) && !url.startsWith(`${scope}run/`); // a run is asked of its server, and kept by nobody
  if (method === 'GET' && kept) event.respondWith(answer(event.request));
});

async function fill() {
  const cache = await caches.open(current);
  const put = async ([path, integrity]) => {
    const url = new URL(path, scope).href;
    const response = await fetch(url, { cache: 'no-cache', integrity });
    if (!response.ok) throw new Error(`${url}: ${response.status}`);
    await cache.put(url, response);
  };
  await Promise.all(Object.entries(files).map(put));
}

async function takeOver() {
  const names = await caches.keys();
  await Promise.all(
    names.filter((name) => name.startsWith(ours) && name !== current).map((name) => caches.delete(name)),
  );
  await clients.claim();
}

async function answer(request) {
  const bare = request.url.replace(/[?#].*$/, '');
  const cache = await caches.open(current);
  const kept = await cache.match(bare === `${scope}index.html` ? scope : bare, { ignoreVary: true });
  return kept ?? fetch(request);
}
