// What is tried against the lab's sandbox, in every browser.

/** What a learner, or whoever sent a link, may write in place of dW; and what the visitor is told. */
export const attacks: Readonly<Record<string, readonly [code: string, name: RegExp, message: RegExp]>> = {
  'an endless loop': ['function dW() { for (;;); }', /^Stopped$/, /after 3 seconds/],
  'an endless loop at the top': ['for (;;); function dW() {}', /^Stopped$/, /after 3 seconds/],
  // A proper tail call to WebKit, and so a loop.
  'endless recursion': [
    'function dW(X) { return dW(X); }',
    /^(RangeError|InternalError|Stopped)$/,
    /call stack|recursion|3 seconds/,
  ],
  'an expression that backtracks for ever': [
    // WebKit gives up before.
    "function dW() { /(a+)+$/.test('a'.repeat(60) + 'b'); throw new Error('it ended within 3 s'); }",
    /^(Stopped|Error)$/,
    /3 s/,
  ],
  sleep: ['function dW() { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); }', /Error|Stopped/, /./],
  'an exception': ["function dW() {\n  throw new RangeError('out of it');\n}", /^RangeError$/, /out of it/],
  'no function': ['const nothing = 1;', /Error/, /./],
  'no syntax': ['function dW( {', /^SyntaxError$/, /Unexpected|no JavaScript/],
  'an open comment': ['function dW() { /* ', /^SyntaxError$/, /./],
  'braces that do not match': [
    "}); globalThis.leaked = 1; (function () { function dW() { throw Error('x' + globalThis.leaked); }",
    /./,
    /./,
  ],
  fetch: [
    "function dW() { fetch('https://example.org/?' + 1); }",
    /^Forbidden$/,
    /fetch is closed: your code runs without network/,
  ],
  'fetch, from the prototype': [
    "function dW() { Object.getPrototypeOf(Object.getPrototypeOf(globalThis)).fetch.call(self, 'https://example.org/'); }",
    /^Forbidden$/,
    /fetch/,
  ],
  XMLHttpRequest: [
    "function dW() { new XMLHttpRequest().open('GET', 'https://example.org/'); }",
    /^Forbidden$/,
    /XMLHttpRequest is closed/,
  ],
  WebSocket: ["function dW() { new WebSocket('wss://example.org/'); }", /^Forbidden$/, /WebSocket is closed/],
  EventSource: ["function dW() { new EventSource('https://example.org/'); }", /^Forbidden$/, /EventSource is closed/],
  WebTransport: [
    "function dW() { new WebTransport('https://example.org/'); }",
    /^Forbidden$/,
    /WebTransport is closed/,
  ],
  importScripts: [
    "function dW() { importScripts('https://example.org/a.js'); }",
    /^Forbidden$/,
    /importScripts is closed/,
  ],
  sendBeacon: [
    "function dW() { navigator.sendBeacon('https://example.org/', '1'); }",
    /^Forbidden$/,
    /navigator is closed/,
  ],
  'a worker': [
    "function dW() { new Worker(URL.createObjectURL(new Blob(['for(;;);']))); }",
    /^Forbidden$/,
    /Worker is closed/,
  ],
  indexedDB: [
    "function dW() { indexedDB.open('x'); }",
    /^Forbidden$/,
    /indexedDB is closed: your code runs without storage/,
  ],
  caches: ["function dW() { caches.open('x'); }", /^Forbidden$/, /caches is closed/],
  localStorage: ["function dW() { localStorage.setItem('a', 'b'); }", /^Forbidden$/, /localStorage is closed/],
  sessionStorage: ['function dW() { sessionStorage.a = 1; }', /^Forbidden$/, /sessionStorage is closed/],
  cookieStore: ["function dW() { cookieStore.get('a'); }", /^Forbidden$/, /cookieStore is closed/],
  parent: [
    "function dW() { parent.postMessage('x', '*'); }",
    /^Forbidden$/,
    /parent is closed: your code cannot reach the page/,
  ],
  top: ["function dW() { top.location = 'https://example.org/'; }", /^Forbidden$/, /top is closed/],
  document: ['function dW() { document.body.remove(); }', /^Forbidden$/, /document is closed/],
  postMessage: ["function dW() { postMessage({ sign: 'grade' }); }", /^Forbidden$/, /postMessage is closed/],
  'self.close': ['function dW() { self.close(); }', /^Forbidden$/, /close is closed/],
  BroadcastChannel: [
    "function dW() { new BroadcastChannel('a').postMessage(1); }",
    /^Forbidden$/,
    /BroadcastChannel is closed/,
  ],
  eval: ["function dW() { eval('1'); }", /^Forbidden$/, /eval is closed/],
  Function: [
    "function dW() { return new Function('return fetch')(); }",
    /^(Forbidden|EvalError)$/,
    /closed|Content Security Policy/,
  ],
  'the constructor of functions': [
    "function dW() { return (() => {}).constructor('return fetch')(); }",
    /^Forbidden$/,
    /Function is closed/,
  ],
  'the constructor of async functions': [
    "function dW() { return (async () => {}).constructor('return fetch')(); }",
    /^Forbidden$/,
    /AsyncFunction is closed/,
  ],
  'the constructor of generators': [
    "function dW() { return (function* () {}).constructor('yield fetch')().next(); }",
    /^Forbidden$/,
    /GeneratorFunction is closed/,
  ],
  'to open the doors again': [
    "function dW() { delete globalThis.fetch; Object.defineProperty(globalThis, 'fetch', { value: 1 }); }",
    /^TypeError$/,
    /./,
  ],
  'an error that is none': [
    'function dW() { throw { get message() { throw 1; }, toString() { throw 2; } }; }',
    /./,
    /./,
  ],
  'an error of a megabyte': ["function dW() { throw new Error('x'.repeat(2 ** 20)); }", /^Error$/, /^x{1,2000}$/],
  'memory, in arrays of numbers': [
    'function dW() { const a = []; for (;;) a.push(new Float64Array(2 ** 27)); }',
    /^(RangeError|Stopped|Error)$/,
    /allocation failed|(more|of) memory/i,
  ],
};

/** The same below the signs: a worker in the frame without the library, stopped by policy and origin alone. */
export const walls: Readonly<Record<string, string>> = {
  fetch: "await fetch('SITE/x').then(() => 'open', (e) => e.name)",
  'fetch of data': "await fetch('data:,x').then(() => 'open', (e) => e.name)",
  'fetch of a blob': "await fetch(URL.createObjectURL(new Blob(['x']))).then(() => 'open', (e) => e.name)",
  XMLHttpRequest:
    "await new Promise((r) => { const x = new XMLHttpRequest(); x.onload = () => r('open'); x.onerror = () => r('refused'); x.open('GET', 'SITE/x'); x.send(); })",
  WebSocket:
    "await new Promise((r) => { const w = new WebSocket('SITE/x'.replace('http', 'ws')); w.onopen = () => r('open'); w.onerror = () => r('refused'); })",
  EventSource:
    "await new Promise((r) => { const w = new EventSource('SITE/x'); w.onopen = () => r('open'); w.onerror = () => r('refused'); })",
  importScripts: "importScripts('SITE/x')",
  'importScripts of a blob': "importScripts(URL.createObjectURL(new Blob(['1'])))",
  import: "await import('SITE/x').then(() => 'open', (e) => e.name)",
  'import of data': "await import('data:text/javascript,1').then(() => 'open', (e) => e.name)",
  'a worker from elsewhere':
    "await new Promise((r) => { const w = new Worker('SITE/x'); w.onerror = () => r('refused'); w.onmessage = () => r('open'); })",
  'the network from a worker of a worker':
    "await new Promise((r) => { const w = new Worker(URL.createObjectURL(new Blob([\"fetch('SITE/x').then(() => postMessage('open'), (e) => postMessage(e.name))\"]))); w.onerror = () => r('refused'); w.onmessage = ({ data }) => r(data); })",
  WebTransport: "await new WebTransport('https://127.0.0.1:1/').ready.then(() => 'open', (e) => e.name)",
  indexedDB:
    "await new Promise((r) => { const d = indexedDB.open('x'); d.onsuccess = () => r('open'); d.onerror = () => r('refused'); })",
  // WebKit gives an opaque origin caches of its own, which are empty and end with it.
  caches:
    "await caches.keys().then((page) => (page.length > 0 ? 'open' : caches.open('x'))).then((x) => (x === 'open' ? x : 'refused'), (e) => e.name)",
  'navigator.storage': "await navigator.storage.getDirectory().then(() => 'open', (e) => e.name)",
  eval: "eval('1 + 1')",
  Function: "new Function('return 1')()",
  'a timer of text': "(setTimeout('postMessage(1)', 0), await new Promise((r) => setTimeout(() => r('refused'), 50)))",
};
