// Preloaded into a command line under test: its fetch finds no host but the loopback, as on a machine without a network.
const real = globalThis.fetch;
globalThis.fetch = (url, options) => {
  const { hostname } = new URL(url);
  if (hostname === '127.0.0.1') return real(url, options);
  const cause = Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND' });
  return Promise.reject(new TypeError('fetch failed', { cause }));
};
