// The library's file for browsers, `neuroforge/worker` and threads on pages of their own, as test/browser.test.ts,
// test/worker.test.ts and test/threads.test.ts have them in Chromium: every bit is to be Node's.
import { Worker } from 'node:worker_threads';
import { expect, root } from '../user-checks.mjs';
import { same } from './tab.mjs';

const html =
  '<!doctype html><meta charset="utf-8"><title>NeuroForge</title><link rel="icon" href="data:,">' +
  '<script type="module" src="/page.js"></script>';
const strict = { 'Content-Security-Policy': "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; img-src data:" };

/** A page whose script is `script`: what it puts into `globalThis.report`. */
async function report(visitor, { serve }, script, headers, more = {}) {
  const site = await serve({ folder: root, pages: { '/': html, '/page.js': script, ...more }, headers });
  try {
    await visitor.tab.goto(`${site.origin}/`);
    const said = await visitor.until('the page reports', () => globalThis.report && { is: globalThis.report });
    return { report: said.is, isolated: await visitor.run(() => crossOriginIsolated) };
  } finally {
    await site.close();
  }
}

const onPage = `
  import * as nf from '/dist/neuroforge.browser.js';
  import { trainDigits } from '/test/support/train-digits.js';
  const reports = {};
  for (const name of ['wasm', 'js']) reports[name] = await trainDigits(nf, name);
  globalThis.report = reports;`;

const inWorker = `
  import { mlp } from '/dist/neuroforge.browser.js';
  import { describeLayer, fitInWorker } from '/dist/worker/index.js';
  import { NeuroForgeError } from '/dist/core/errors.js';
  import { trainInWorker } from '/test/support/train-in-worker.js';
  const worker = new Worker('/dist/worker/start.js', { type: 'module' });
  globalThis.report = await trainInWorker({ mlp, describeLayer, fitInWorker, NeuroForgeError }, worker);`;

const missing = `
  import { fitInWorker } from '/dist/worker/index.js';
  const worker = new Worker('/dist/worker/nowhere.js', { type: 'module' });
  globalThis.report = await fitInWorker(worker, {}).then(() => null, ({ code, got }) => ({ code, got }));`;

const threads = `
  const worker = new Worker('/worker.js', { type: 'module' });
  worker.onerror = (event) => { globalThis.report = event.message; };
  worker.onmessage = ({ data }) => { globalThis.report = data; };`;
const threaded = (workerUrl) => `
  import { createThreadedWasmBackend } from '/dist/backends/wasm/threaded-backend.js';
  import * as nf from '/dist/neuroforge.browser.js';
  import { trainDigits } from '/test/support/train-digits.js';
  try {
    const thresholds = { work: 64, product: 64, asleep: 1, balanced: false };
    const backend = await createThreadedWasmBackend({ threads: 2, thresholds, workerUrl: ${JSON.stringify(workerUrl)} });
    const report = await trainDigits({ ...nf, backend: () => backend }, '');
    postMessage({ threads: backend.threads, report });
    backend.dispose();
  } catch (error) {
    postMessage(error.toJSON?.() ?? String(error));
  }`;

/** The same in a thread of Node. */
async function workerInNode({ trainInWorker }) {
  const nf = { ...(await import('../../dist/index.js')), ...(await import('../../dist/worker/index.js')) };
  const serving = `import { parentPort } from 'node:worker_threads'; import { serveFit } from '${root}dist/worker/index.js'; serveFit(parentPort);`;
  const worker = new Worker(
    new URL(`data:text/javascript,${encodeURIComponent(serving.replace(root, `file://${root}`))}`),
  );
  const expected = await trainInWorker(nf, worker);
  await worker.terminate();
  return expected;
}

export const libraryChecks = {
  async 'the file for browsers: weights of Node, wasm and js'(visitor, given) {
    const { isolation, trainInNode } = given;
    const expected = {};
    for (const name of ['wasm', 'js']) expected[name] = trainInNode(`${root}dist/index.js`, name);
    for (const headers of [{}, isolation, strict]) {
      const { report: said, isolated } = await report(visitor, given, onPage, headers);
      expect(isolated === (headers === isolation), `crossOriginIsolated is ${isolated}`);
      same(said, expected, 'numbers');
    }
    return `${expected.wasm.kernels} fused kernels, ${expected.wasm.weights.slice(0, 15)}…, on 3 kinds of pages`;
  },

  async 'neuroforge/worker: numbers of Node'(visitor, given) {
    const expected = await workerInNode(given);
    const noBlobs = { 'Content-Security-Policy': `${Object.values(strict)[0]}; worker-src 'self'` };
    for (const headers of [{}, given.isolation, noBlobs]) {
      same((await report(visitor, given, inWorker, headers)).report, expected, 'numbers');
    }
    return `${expected.losses.length} losses, on 3 kinds of pages`;
  },

  async 'a worker whose script is not there is told'(visitor, given) {
    const { report: said } = await report(visitor, given, missing, {});
    same(said, { code: 'NF4181', got: 'its script could not be loaded' }, 'the error');
  },

  async 'two threads in an isolated page: numbers of Node'(visitor, given) {
    const expected = { threads: 2, report: given.trainInNode(`${root}dist/index.js`, 'wasm') };
    for (const [headers, url] of [[given.isolation], [{ ...given.isolation, ...strict }, '/dist/wasm-worker.js']]) {
      same(
        (await report(visitor, given, threads, headers, { '/worker.js': threaded(url) })).report,
        expected,
        'numbers',
      );
    }
    const { report: refused } = await report(visitor, given, threads, {}, { '/worker.js': threaded() });
    expect(refused.code === 'NF1304', JSON.stringify(refused));
  },
};
