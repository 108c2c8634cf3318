import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ExerciseId } from '../src/verify/exercises.ts';
import { exercises } from '../src/verify/exercises.ts';
import type { Grade } from '../src/verify/grade.ts';
import { chromiumExpected, startChromium, unlessChromium } from './support/chromium.ts';
import { type BuiltLab, buildLab, type LabPage, openLab, strictPolicy } from './support/lab-page.ts';
import { isolation, type Site } from './support/serve.ts';

/** What a learner, or whoever sent a link, may write in place of dW; and what the visitor is told. */
const attacks: Readonly<Record<string, readonly [code: string, name: RegExp, message: RegExp]>> = {
  'an endless loop': ['function dW() { for (;;); }', /^Stopped$/, /after 3 seconds/],
  'an endless loop at the top': ['for (;;); function dW() {}', /^Stopped$/, /after 3 seconds/],
  'endless recursion': ['function dW(X) { return dW(X); }', /^RangeError$/, /call stack/],
  'an expression that backtracks for ever': [
    "function dW() { return /(a+)+$/.test('a'.repeat(60) + 'b'); }",
    /^Stopped$/,
    /3 s/,
  ],
  sleep: ['function dW() { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); }', /Error|Stopped/, /./],
  'an exception': ["function dW() {\n  throw new RangeError('out of it');\n}", /^RangeError$/, /out of it/],
  'no function': ['const nothing = 1;', /Error/, /./],
  'no syntax': ['function dW( {', /^SyntaxError$/, /Unexpected/],
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
    /^(RangeError|Stopped)$/,
    /allocation failed|more memory/,
  ],
};

/** The same below the signs: a worker in the frame without the library, stopped by policy and origin alone. */
const walls: Readonly<Record<string, string>> = {
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
  caches: "await caches.open('x').then(() => 'open', (e) => e.name)",
  'navigator.storage': "await navigator.storage.getDirectory().then(() => 'open', (e) => e.name)",
  eval: "eval('1 + 1')",
  Function: "new Function('return 1')()",
  'a timer of text': "(setTimeout('postMessage(1)', 0), await new Promise((r) => setTimeout(() => r('refused'), 50)))",
};

describe.skipIf(!chromiumExpected)(`the sandbox in Chromium${unlessChromium}`, { timeout: 120_000 }, () => {
  let browser: Browser;
  let built: BuiltLab;
  let site: Site & { url: string };
  let lab: LabPage;
  beforeAll(async () => {
    [built, browser] = await Promise.all([buildLab(), startChromium()]);
    site = await built.serve();
    lab = await openLab(browser, site.url);
    await lab.page.evaluate(async () => {
      const { openSandbox, exercises } = globalThis.lab;
      globalThis.answers = Object.fromEntries(exercises.map((e) => [e.id, e.answer])) as Record<ExerciseId, string>;
      globalThis.sandbox = await openSandbox(document.body);
    });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    built?.remove();
  });

  const grade = (id: ExerciseId, code: Partial<Record<ExerciseId, string>>): Promise<Grade> =>
    lab.page.evaluate(([id, code]) => globalThis.sandbox.grade(id, { ...globalThis.answers, ...code }), [
      id,
      code,
    ] as const);

  test.each(exercises.map(({ id }) => id))('the answer of %s is correct', async (id) => {
    expect(await grade(id, {})).toMatchObject({ exercise: id, verdict: 'correct', error: null });
  });

  test.each(Object.entries(attacks))('%s', async (_, [code, name, message]) => {
    const before = site.requests.length;
    const { verdict, error } = await grade('linear-dW', { 'linear-dW': code });
    expect({ verdict, error }).toMatchObject({ verdict: 'error' });
    expect(error!.name).toMatch(name);
    expect(error!.message).toMatch(message);
    expect(await grade('linear-dW', {})).toMatchObject({ verdict: 'correct' }); // the next one has a worker as new
    expect(site.requests.slice(before)).toEqual([]);
  });

  test('nothing has left the page, and nothing was said on its console', () => {
    expect(lab.elsewhere).toEqual([]);
    expect(lab.complaints.filter((c) => !/Content Security Policy/.test(c))).toEqual([]);
  });

  describe('in a page that allows everything', () => {
    let open: Site & { url: string };
    let bare: LabPage;
    beforeAll(async () => {
      open = await built.serve({ policy: null });
      bare = await openLab(browser, open.url);
    });
    afterAll(() => open?.close());

    test.each(Object.entries(walls))('behind the signs: %s', async (_, code) => {
      const before = open.requests.length;
      const said = await bare.page.evaluate(
        async (body) => {
          const { Frame } = globalThis.lab;
          globalThis.bare ??= new Frame(document.body);
          const frame = globalThis.bare;
          if (!globalThis.bareOpen) await (globalThis.bareOpen = frame.open());
          const { port1, port2 } = new MessageChannel();
          const script = new Blob([
            `onmessage = async ({ data: { port } }) => { try { port.postMessage(String(await (async () => ${body})())) } catch (e) { port.postMessage(e.name) } }`,
          ]);
          const answer = new Promise<string>((resolve) => {
            port1.onmessage = ({ data }) => resolve(data);
          });
          const worker = await frame.birth(
            { script, message: { port: port2 }, ports: [port2] },
            { failed: () => {}, lost: () => {} },
          );
          const said = await answer;
          worker.end();
          return said;
        },
        code.replaceAll('SITE', open.origin),
      );
      expect(said).toMatch(/refused|Error|undefined/);
      expect(said).not.toBe('open');
      expect(open.requests.slice(before)).toEqual([]);
    });
  });

  test('each grading has a worker of its own: what one leaves, the next does not find', async () => {
    const leaving = 'globalThis.left = 1; Array.prototype.map = () => 7; function dW(X, dY) { return X.T.matmul(dY); }';
    await grade('linear-dW', { 'linear-dW': leaving });
    const looking =
      'function dW(X, dY) { if (globalThis.left || [1].map((x) => x) === 7) throw Error(); return X.T.matmul(dY); }';
    expect(await grade('linear-dW', { 'linear-dW': looking })).toMatchObject({ verdict: 'correct' });
  });

  test('the page stays free while code loops', async () => {
    const turns = await lab.page.evaluate(async (code) => {
      let turns = 0;
      const timer = setInterval(() => turns++, 10);
      await globalThis.sandbox.grade('linear-dW', { ...globalThis.answers, 'linear-dW': code });
      clearInterval(timer);
      return turns;
    }, 'function dW() { for (;;); }');
    expect(turns).toBeGreaterThan(20);
  });

  test('messages of other windows are not the frame’s', async () => {
    const said = await lab.page.evaluate(async () => {
      const graded = globalThis.sandbox.grade('linear-dW', {
        ...globalThis.answers,
        'linear-dW': 'function dW() { for (;;); }',
      });
      const stranger = document.createElement('iframe');
      stranger.srcdoc = '<p>';
      document.body.append(stranger);
      for (let id = 0; id < 200; id++) {
        postMessage({ id, error: { message: 'SyntaxError: forged', line: 1 } }, '*');
        postMessage({ id, ended: true }, '*');
      }
      const { error } = await graded;
      stranger.remove();
      return error!.name;
    });
    expect(said).toBe('Stopped');
  });

  test('a frame whose process died is replaced, and the page lives on', async () => {
    const { page } = await openLab(browser, site.url);
    await page.evaluate(async () => {
      const { openSandbox, exercises } = globalThis.lab;
      const code = Object.fromEntries(exercises.map((e) => [e.id, e.answer])) as Record<ExerciseId, string>;
      const sandbox = await openSandbox(document.body);
      globalThis.afterCrash = async () => {
        const said: string[] = [];
        for (let i = 0; i < 3; i++) {
          const { verdict, error } = await sandbox.grade('relu', code);
          said.push(error?.name ?? verdict);
        }
        await fetch(`./said/${said}`); // the debugger takes the page for crashed and asks it nothing more
      };
    });
    const frame = page.frames().find((f) => f.url() === 'about:srcdoc')!;
    const session = await page.context().newCDPSession(frame);
    const top = await page.context().newCDPSession(page);
    const crashed = new Promise((resolve) => page.once('crash', resolve));
    session.send('Page.crash').catch(() => {}); // who has crashed does not answer
    await crashed;
    await top.send('Runtime.evaluate', { expression: 'afterCrash(); 0' });
    await expect
      .poll(() => site.requests.filter((path) => path.includes('/said/')), { timeout: 60_000 })
      .toEqual(['/a/b/said/Stopped,correct,correct']);
    await page.context().close();
  });

  const headers = { 'Content-Security-Policy': strictPolicy };
  test.each<[string, Parameters<BuiltLab['serve']>[0]]>([
    ['a page without a policy', { policy: null }],
    ['a page with the policy in a header', { policy: null, headers }],
    ['a page with both, isolated', { headers: { ...headers, ...isolation } }],
    ['a page at the root', { prefix: '' }],
  ])('%s grades and trains', async (_, options) => {
    const other = await built.serve(options);
    const { page, complaints, elsewhere } = await openLab(browser, other.url);
    const said = await page.evaluate(async (leak) => {
      const { openSandbox, exercises, trainLibrary } = globalThis.lab;
      const code = Object.fromEntries(exercises.map((e) => [e.id, e.answer])) as Record<ExerciseId, string>;
      const sandbox = await openSandbox(document.body);
      const { verdict } = await sandbox.grade('chain', code);
      const fetching = await sandbox.grade('relu', {
        ...code,
        relu: `function dReLU() { import('${leak}'); }`,
      });
      const spec = {
        data: { name: 'digits' },
        hidden: [8, 8],
        lr: 0.1,
        batch: 32,
        epochs: 1,
        seed: 0,
        who: 'learner',
      } as const;
      const [own, ours] = await Promise.all([sandbox.train(spec, code).done, trainLibrary(spec).done]);
      sandbox.close();
      return {
        verdict,
        fetching: fetching.verdict,
        same: own.weights !== null && own.weights === ours.weights,
        frames: document.querySelectorAll('iframe').length,
      };
    }, `${other.url}leak`);
    await page.context().close();
    await other.close();
    expect(said).toEqual({ verdict: 'correct', fetching: 'wrong', same: true, frames: 0 });
    expect(elsewhere).toEqual([]);
    expect(other.requests.filter((path) => path.includes('leak'))).toEqual([]);
    expect(complaints.filter((c) => !/Content Security Policy/.test(c))).toEqual([]);
  });

  test.each([
    ['no blob workers', strictPolicy.replace(' blob:', ''), /Stopped|Error/],
    ['no script of the frame', strictPolicy.replace(/ 'sha256-[^']*'/, ''), /NF4170/],
  ])('a page whose policy allows %s is told', async (_, policy, expected) => {
    const other = await built.serve({ policy });
    const { page } = await openLab(browser, other.url);
    const said = await page.evaluate(async () => {
      const { openSandbox, exercises } = globalThis.lab;
      const code = Object.fromEntries(exercises.map((e) => [e.id, e.answer])) as Record<ExerciseId, string>;
      try {
        const sandbox = await openSandbox(document.body);
        const { error } = await sandbox.grade('relu', code);
        return `${error?.name}: ${error?.message}`;
      } catch (error) {
        return `${(error as { code: string }).code}: ${(error as Error).message}`;
      }
    });
    await page.context().close();
    await other.close();
    expect(said).toMatch(expected);
  });

  test('a page without a network, from what a service worker kept', async () => {
    const other = await built.serve({
      pages: {
        '/a/b/sw.js': `
          addEventListener('install', (e) => e.waitUntil(skipWaiting()));
          addEventListener('activate', (e) => e.waitUntil(clients.claim()));
          addEventListener('fetch', (e) => e.respondWith((async () => {
            const cache = await caches.open('lab');
            try {
              const response = await fetch(e.request);
              await cache.put(e.request, response.clone());
              return response;
            } catch {
              return (await cache.match(e.request)) ?? Response.error();
            }
          })()));`,
      },
    });
    const use = async () => {
      const { openSandbox, exercises, trainLibrary } = globalThis.lab;
      const code = Object.fromEntries(exercises.map((e) => [e.id, e.answer])) as Record<ExerciseId, string>;
      const sandbox = await openSandbox(document.body);
      const { verdict } = await sandbox.grade('chain', code);
      const spec = {
        data: { name: 'digits' },
        hidden: [8, 8],
        lr: 0.1,
        batch: 32,
        epochs: 1,
        seed: 0,
        who: 'learner',
      } as const;
      const [own, ours] = await Promise.all([sandbox.train(spec, code).done, trainLibrary(spec).done]);
      return { verdict, same: own.weights !== null && own.weights === ours.weights };
    };
    const opened = await openLab(browser, other.url);
    const { page } = opened;
    await page.evaluate(async () => {
      await navigator.serviceWorker.register('./sw.js');
      await navigator.serviceWorker.ready;
    });
    const again = async (): Promise<void> => {
      await page.reload();
      await expect.poll(() => page.evaluate('globalThis.lab !== undefined'), { timeout: 10_000 }).toBe(true);
    };
    await again();
    expect(await page.evaluate(use)).toEqual({ verdict: 'correct', same: true });
    await other.close();
    await again();
    const asked = other.requests.length;
    expect(await page.evaluate(use)).toEqual({ verdict: 'correct', same: true });
    expect(other.requests.length).toBe(asked);
    await page.context().close();
  });
});
