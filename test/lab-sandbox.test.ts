import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ExerciseId } from '../src/verify/exercises.ts';
import { exercises } from '../src/verify/exercises.ts';
import type { Grade } from '../src/verify/grade.ts';
import { chromiumExpected, startChromium, unlessChromium } from './support/chromium.ts';
import { type BuiltLab, buildLab, type LabPage, openLab, openSandboxed, strictPolicy } from './support/lab-page.ts';
import { attacks, walls } from './support/sandbox-attacks.ts';
import { isolation, type Site } from './support/serve.ts';

describe.skipIf(!chromiumExpected)(`the sandbox in Chromium${unlessChromium}`, { timeout: 120_000 }, () => {
  let browser: Browser;
  let built: BuiltLab;
  let site: Site & { url: string };
  let lab: LabPage;
  beforeAll(async () => {
    [built, browser] = await Promise.all([buildLab(), startChromium()]);
    site = await built.serve();
    lab = await openSandboxed(browser, site.url);
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
    // The frame grades already; the debugger may hear of it later.
    const sandboxed = () => page.frames().find((f) => f.url() === 'about:srcdoc');
    await expect.poll(sandboxed).toBeDefined();
    const frame = sandboxed()!;
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
      } as const;
      const [own, ours] = await Promise.all([sandbox.train(spec, code).done, trainLibrary(spec).done]);
      return {
        verdict,
        fetching: fetching.verdict,
        same: own.weights !== null && own.weights === ours.weights,
      };
    }, `${other.url}leak`);
    await page.context().close();
    await other.close();
    expect(said).toEqual({ verdict: 'correct', fetching: 'wrong', same: true });
    expect(elsewhere).toEqual([]);
    expect(other.requests.filter((path) => path.includes('leak'))).toEqual([]);
    expect(complaints.filter((c) => !/Content Security Policy/.test(c))).toEqual([]);
  });

  test.each([
    ['no blob workers', strictPolicy.replace(' blob:', ''), /Stopped|Error/],
    ['no script of the frame', strictPolicy.replace(/ 'sha256-[^']*'/, ''), /NF4170: .*; 0 frames are left$/],
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
        const left = document.querySelectorAll('iframe').length;
        return `${(error as { code: string }).code}: ${(error as Error).message}; ${left} frames are left`;
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
