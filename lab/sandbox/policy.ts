/**
 * The document of the sandboxed frame and its content security policy. It is a `srcdoc`, which needs no request: a
 * service worker cannot answer for an opaque origin, so a document of its own could not be had offline. A `srcdoc` and
 * the `blob:` workers that it starts obey the page's policy and the frame's own, both.
 */

/** Starts and ends workers for the page, and tells of their exceptions; nothing else is heard, nobody else is told. */
export const frameScript = `'use strict';
const workers = new Map();
onmessage = ({ source, data: { id, script, message, buffers }, ports }) => {
  if (source !== parent) return;
  if (workers.has(id)) {
    const { worker, url } = workers.get(id);
    workers.delete(id);
    worker.terminate();
    URL.revokeObjectURL(url);
    parent.postMessage({ id, ended: true }, '*');
  } else if (script) {
    const url = URL.createObjectURL(script);
    const worker = new Worker(url);
    workers.set(id, { worker, url });
    worker.onerror = (event) => {
      event.preventDefault();
      parent.postMessage({ id, error: { message: event.message, line: event.lineno } }, '*');
    };
    worker.postMessage(message, [...ports, ...buffers]);
  }
};
if (origin === 'null') parent.postMessage({ ready: true }, '*');
`;

/** sha256 of {@link frameScript} as a policy names it; a test holds it against the text. */
export const frameScriptHash = "'sha256-caVQIht5Gf2DlKurxZs6k/Hwi7db7QMWAxN+6syU1xQ='";

/** The frame's own policy: no connection of any kind, one script, workers from blobs, WebAssembly but no eval. */
export const framePolicy = `default-src 'none'; script-src ${frameScriptHash} 'wasm-unsafe-eval'; worker-src blob:`;

export const frameDocument = `<!doctype html><meta http-equiv="Content-Security-Policy" content="${framePolicy}"><title>sandbox</title><script>${frameScript}</script>`;

/**
 * What the policy of a page with a sandbox has to allow, by directive: the frame's script by its hash and `blob:`
 * workers. Neither lets the page itself run anything that it could not run before; `unsafe-inline` and `unsafe-eval`
 * are not needed.
 */
export const pagePolicy: Readonly<Record<'script-src' | 'worker-src', readonly string[]>> = {
  'script-src': ["'self'", "'wasm-unsafe-eval'", frameScriptHash],
  'worker-src': ["'self'", 'blob:'],
};
