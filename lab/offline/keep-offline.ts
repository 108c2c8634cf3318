/** Names of the machine itself: no network is needed there, and the port may belong to another program tomorrow. */
const local = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Has the browser keep the whole lab, so that later visits need no network. Where it cannot (no HTTPS, storage refused,
 * files that are not as they were built) the lab works as before, with a network.
 */
export function keepOffline(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator) || local.includes(location.hostname)) return;
  const register = (): void => {
    navigator.serviceWorker.register('./sw.js', { updateViaCache: 'none' }).catch(() => {});
  };
  if (document.readyState === 'complete') register();
  else addEventListener('load', register, { once: true });
}
