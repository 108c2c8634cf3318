import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumExpected, startChromium, unlessChromium, visit } from './support/chromium.ts';
import { root } from './support/node-run.ts';
import { isolation, serve } from './support/serve.ts';
import { trainInWorker, type WorkerReport } from './support/train-in-worker.js';

// `neuroforge/worker` as it is published: dist/, in threads of Node, in a plain page, and in what Vite builds.

if (!existsSync(`${root}dist/worker/index.js`)) throw new Error('dist/worker is not there: npm run build');
const built = (file: string) => import(/* @vite-ignore */ pathToFileURL(`${root}dist/${file}`).href);
type Library = typeof import('../src/index.ts') & typeof import('../src/worker/index.ts');
const nf: Library = { ...(await built('index.js')), ...(await built('worker/index.js')) };

const folder = mkdtempSync(join(tmpdir(), 'neuroforge-worker-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A worker of Node with a script of its own. */
function nodeWorker(script: string): Worker {
  const file = join(folder, `${script.length}.mjs`);
  writeFileSync(
    file,
    `import { parentPort } from 'node:worker_threads'; import { serveFit } from '${root}dist/worker/index.js'; ${script}`,
  );
  return new Worker(file);
}

let expected: WorkerReport;
beforeAll(async () => {
  const worker = nodeWorker('serveFit(parentPort);');
  expected = await trainInWorker(nf, worker);
  await worker.terminate();
});

test('a thread of Node trains as fit does', async () => {
  const { losses, types, resumed, refused, stopped, predicted } = expected;
  expect(types).toEqual(['start', 'epoch', 'checkpoint', 'epoch', 'checkpoint', 'epoch', 'checkpoint', 'done']);
  expect(losses.length).toBe(82);
  expect({ resumed, refused, stopped }).toEqual({ resumed: true, refused: 'true NF4104 -1', stopped: 'stopped' });
  expect(predicted.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
  const { train, val } = nf.splitData(nf.digits(), null, { val: 0.1 });
  const backend = nf.backend('wasm');
  const on = (part: typeof train) => new nf.Loader(part, { backend, scaling: nf.fitScaling('unit', train) });
  const layer = nf.mlp({ hidden: [16], outputs: 10 });
  const model = nf.build(layer, { input: [64], loss: nf.crossEntropy(), backend, seed: 3 });
  const own: number[] = [];
  const run = nf.fit(model, { train: on(train), val: on(val) }, { optimizer: nf.sgd(0.1), epochs: 2, stepEvents: 1 });
  for await (const event of run) if (event.type === 'step') own.push(event.loss);
  expect(losses).toEqual(own);
});

test('a thread that ends, or never serves, is told', async () => {
  const spec = {
    data: { name: 'digits' as const },
    layer: nf.describeLayer(nf.mlp({ hidden: [16], outputs: 10 })),
    optimizer: { name: 'sgd' as const, learningRate: 0.1 },
    epochs: 1e6,
  };
  const worker = nodeWorker('serveFit(parentPort); ');
  const run = nf.fitInWorker(worker, spec);
  for await (const event of run) {
    if (event.type !== 'epoch') continue;
    await worker.terminate();
    break;
  }
  await expect(run).rejects.toMatchObject({ code: 'NF4181', got: /ended with code 1/ });
  const throwing = nodeWorker("throw new Error('no such luck');");
  await expect(nf.fitInWorker(throwing, spec)).rejects.toMatchObject({ code: 'NF4181', got: /no such luck/ });
});

describe.skipIf(!chromiumExpected)(`in Chromium${unlessChromium}`, { timeout: 90_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(() => browser?.close());

  const html = (script: string): string =>
    '<!doctype html><meta charset="utf-8"><title>worker</title><link rel="icon" href="data:,">' +
    `<script type="module" src="${script}"></script>`;

  async function expectReport(url: string): Promise<void> {
    const { report, complaints, elsewhere } = await visit(browser, url);
    expect(complaints).toEqual([]);
    expect(elsewhere).toEqual([]);
    expect(report).toEqual(expected);
  }

  test.each([
    ['a plain page', {}],
    ['an isolated page', isolation],
    [
      'a page whose policy forbids eval and blobs',
      {
        'Content-Security-Policy':
          "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; img-src data:",
      },
    ],
  ])('%s, file by file, with dist/worker/start.js as its worker', async (_, headers) => {
    const script = `
      import { mlp, NeuroForgeError } from '/dist/neuroforge.browser.js';
      import { describeLayer, fitInWorker } from '/dist/worker/index.js';
      import { NeuroForgeError as OwnError } from '/dist/core/errors.js';
      import { trainInWorker } from '/test/support/train-in-worker.js';
      const worker = new Worker('/dist/worker/start.js', { type: 'module' });
      globalThis.report = await trainInWorker({ mlp, describeLayer, fitInWorker, NeuroForgeError: OwnError }, worker);`;
    const site = await serve({ folder: root, pages: { '/': html('/page.js'), '/page.js': script }, headers });
    await expectReport(`${site.origin}/`).finally(() => site.close());
    expect(site.requests.filter((path) => !path.startsWith('/dist/') && !path.startsWith('/test/'))).toEqual([
      '/',
      '/page.js',
    ]);
  });

  test('the plain page of the docs', async () => {
    const [, fragment] = /```html\n([\s\S]+?)```/.exec(readFileSync(`${root}docs/worker.md`, 'utf8'))!;
    const page = fragment.replace(
      '</script>',
      'const { epochs, val } = await run; globalThis.report = [epochs, val.accuracy > 0.9];</script>',
    );
    const head = '<!doctype html><meta charset="utf-8"><title>docs</title><link rel="icon" href="data:,">';
    const site = await serve({ folder: root, pages: { '/': head + page } });
    const { report, complaints } = await visit(browser, `${site.origin}/`).finally(() => site.close());
    expect(complaints).toEqual([]);
    expect(report).toEqual([10, true]);
  });

  test('a script that is not there is told', async () => {
    const script = `
      import { fitInWorker } from '/dist/worker/index.js';
      const worker = new Worker('/dist/worker/nowhere.js', { type: 'module' });
      globalThis.report = await fitInWorker(worker, {}).then(() => null, ({ code, got }) => ({ code, got }));`;
    const site = await serve({ folder: root, pages: { '/': html('/page.js'), '/page.js': script } });
    const { report } = await visit(browser, `${site.origin}/`).finally(() => site.close());
    expect(report).toEqual({ code: 'NF4181', got: 'its script could not be loaded' });
  });

  test('by Vite, with a layer of one’s own in the worker', async () => {
    const { build } = await import('vite');
    const project = join(folder, 'vite');
    mkdirSync(join(project, 'node_modules'), { recursive: true });
    symlinkSync(root, join(project, 'node_modules/neuroforge'), 'dir');
    const write = (name: string, text: string) => writeFileSync(join(project, name), text);
    write('package.json', JSON.stringify({ name: 'page', private: true, type: 'module' }));
    write('index.html', html('/main.js'));
    write(
      'main.js',
      `import { mlp, NeuroForgeError } from 'neuroforge';
       import { describeLayer, fitInWorker } from 'neuroforge/worker';
       import { trainInWorker } from '${root}test/support/train-in-worker.js';
       const worker = new Worker(new URL('./fit.worker.js', import.meta.url), { type: 'module' });
       const { children } = describeLayer(mlp({ hidden: [16], outputs: 10 }));
       const own = { layer: 'sequential', config: {}, children: { ...children, 1: { layer: 'own-relu', config: {} } } };
       globalThis.report = await trainInWorker({ mlp, NeuroForgeError, describeLayer, fitInWorker }, worker, own);`,
    );
    write(
      'fit.worker.js',
      `import { defineLayer } from 'neuroforge';
       import { serveFit } from 'neuroforge/worker';
       const ownRelu = defineLayer('own-relu', {
         forward: (_, x) => ({ y: x.relu(), cache: x }),
         backward: (_, dY, x) => dY.mul(x.gt(0)),
       });
       serveFit(globalThis, { layers: { 'own-relu': ownRelu } });`,
    );
    await build({ root: project, configFile: false, logLevel: 'error', worker: { format: 'es' } });
    const site = await serve({ folder: join(project, 'dist') });
    await expectReport(`${site.origin}/`).finally(() => site.close());
  });
});
