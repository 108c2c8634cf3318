import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumExpected, startChromium, unlessChromium, visit } from './support/chromium.ts';
import { root, trainInNode } from './support/node-run.ts';
import { isolation, serve } from './support/serve.ts';

// The built package on threads: processes that end by themselves, and pages.

const threaded = 'dist/backends/wasm/threaded-backend.js';
/** Small operations are split too, and no other program's load keeps them from it. */
const thresholds = '{ work: 64, product: 64, asleep: 1, balanced: false }';

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly output: string;
}

/** Runs a program that has a backend `b` on three threads, at work already; `onOutput` sees what it prints. */
function runProgram(body: string, onOutput: (text: string, pid: number) => void = () => {}): Promise<Ended> {
  const program = `
    import { createThreadedWasmBackend } from ${JSON.stringify(pathToFileURL(root + threaded).href)};
    const b = await createThreadedWasmBackend({ threads: 3, thresholds: ${thresholds} });
    const at = b.allocate(2 ** 16, 'x');
    const work = () => b.randomNormal(at, 2 ** 16, 1, 2, 3);
    work();
    ${body}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      onOutput(text, child.pid!);
    });
  }
  return new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, output })));
}

/** The last thread's part of a large enough operation reads outside of the memory. */
const fault = `
  const out = b.allocate(2 ** 18, 'out');
  b.integers().fill(0, at, at + 2 ** 16);
  b.integers()[at + 2 ** 16 - 1] = 2 ** 27;
  b.gatherRows(out, at, at, 2 ** 16, 4);`;

describe('a process with threads ends by itself', { timeout: 30_000 }, () => {
  test.each([
    ['at its end', '', 0, ''],
    ['at its end, while the threads sleep', 'await new Promise((done) => setTimeout(done, 50));', 0, ''],
    ['by an error', "throw new Error('mine');", 1, 'mine'],
    ['by an error in a callback', "setTimeout(() => { work(); throw new Error('mine'); }, 5);", 1, 'mine'],
    ['by a promise that nobody handled', "Promise.reject(new Error('mine'));", 1, 'mine'],
    ['by process.exit', 'work(); process.exit(3);', 3, ''],
    ['after dispose', 'b.dispose();', 0, ''],
    ['when a thread has failed', fault, 1, 'NF1305'],
  ])('%s', async (_, body, code, said) => {
    const ended = await runProgram(body);
    expect(ended).toMatchObject({ code, signal: null, output: expect.stringContaining(said) });
    if (said === '') expect(ended.output).toBe('');
  });

  test.each([
    ['at work', 'for (;;) work();'],
    ['idle', 'setInterval(work, 20);'],
  ])('by SIGINT, %s', async (_, body) => {
    const pids: number[] = [];
    const ended = await runProgram(`console.log('ready'); ${body}`, (_text, pid) => {
      pids.push(pid);
      process.kill(pid, 'SIGINT');
    });
    expect(ended).toMatchObject({ code: null, signal: 'SIGINT' });
    expect(() => process.kill(pids[0], 0)).toThrow('ESRCH');
  });

  test('threads that have nothing to do use no time', async () => {
    const { output } = await runProgram(`
      const before = process.cpuUsage();
      await new Promise((done) => setTimeout(done, 1000));
      const { user, system } = process.cpuUsage(before);
      console.log((user + system) / 1e6 < 0.3 ? 'idle' : 'busy');`);
    expect(output).toBe('idle\n');
  });
});

const html =
  '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>';
/** What the page reports: the refusal on its main thread, and what its worker says. */
const page = `
  import { createThreadedWasmBackend } from '/${threaded}';
  const refused = await createThreadedWasmBackend({ threads: 2 }).catch((error) => error.toJSON());
  const worker = new Worker('/worker.js', { type: 'module' });
  worker.onerror = (event) => { globalThis.report = event.message; };
  worker.onmessage = ({ data }) => { globalThis.report = { refused, inWorker: data }; };`;
const worker = (workerUrl?: string): string => `
  import { createThreadedWasmBackend } from '/${threaded}';
  import * as nf from '/dist/neuroforge.browser.js';
  import { trainDigits } from '/test/support/train-digits.js';
  try {
    const backend = await createThreadedWasmBackend({
      threads: 2, thresholds: ${thresholds}, workerUrl: ${JSON.stringify(workerUrl)},
    });
    const report = await trainDigits({ ...nf, backend: () => backend }, '');
    backend.dispose();
    postMessage({ threads: backend.threads, report });
  } catch (error) {
    postMessage(error.toJSON?.() ?? String(error));
  }`;

describe.skipIf(!chromiumExpected)(`in Chromium${unlessChromium}`, { timeout: 90_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startChromium();
  }, 60_000);
  afterAll(() => browser?.close());

  async function report(headers: Record<string, string>, workerUrl?: string): Promise<unknown> {
    const pages = { '/': html, '/page.js': page, '/worker.js': worker(workerUrl) };
    const site = await serve({ folder: root, pages, headers });
    const { report, complaints } = await visit(browser, `${site.origin}/`).finally(() => site.close());
    expect(complaints).toEqual([]);
    return report;
  }
  const onMainThread = { code: 'NF1304', hint: expect.stringContaining('in a worker') };

  test('a cross-origin isolated page trains on two threads in its worker to the bits of Node', async () => {
    const expected = { threads: 2, report: trainInNode(`${root}dist/index.js`, 'wasm') };
    expect(await report(isolation)).toEqual({ refused: expect.objectContaining(onMainThread), inWorker: expected });
    const strict = {
      ...isolation,
      'Content-Security-Policy': "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; img-src data:",
    };
    expect(await report(strict, '/dist/wasm-worker.js')).toMatchObject({ inWorker: expected });
  });

  test('a page that is not isolated is told which headers it needs', async () => {
    const hint = expect.stringMatching(
      /Cross-Origin-Opener-Policy: same-origin.*Cross-Origin-Embedder-Policy: require-corp/,
    );
    expect(await report({})).toMatchObject({ refused: onMainThread, inWorker: { code: 'NF1304', hint } });
  });
});
