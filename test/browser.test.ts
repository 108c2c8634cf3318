import { existsSync, readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumExpected, startChromium, unlessChromium, visit } from './support/chromium.ts';
import { root, trainInNode } from './support/node-run.ts';
import { isolation, type Site, serve } from './support/serve.ts';
import type { DigitsReport } from './support/train-digits.js';

const file = 'dist/neuroforge.browser.js';
const backends = ['wasm', 'js'] as const;

const html =
  '<!doctype html><meta charset="utf-8"><title>NeuroForge</title><link rel="icon" href="data:,">' +
  '<script type="module" src="/page.js"></script>';
const script = `
  import * as nf from '/${file}';
  import { trainDigits } from '/test/support/train-digits.js';
  const reports = {};
  for (const name of ${JSON.stringify(backends)}) reports[name] = await trainDigits(nf, name);
  globalThis.report = reports;`;

const kinds = {
  'a plain page': {},
  'a cross-origin isolated page': isolation,
  'a page that forbids eval and everything from elsewhere': {
    'Content-Security-Policy': "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; img-src data:",
  },
};

test('the browser file imports nothing and carries its licences', () => {
  expect(existsSync(`${root}${file}`), 'run npm run build first').toBe(true);
  const text = readFileSync(`${root}${file}`, 'utf8');
  const code = text.split('\n').filter((line) => line.length < 500 && !/^\s*(\/\/|\*)/.test(line));
  expect(code.filter((line) => /^\s*import\b|\bimport\s*\(|\bfrom ['"]|['"]node:/.test(line))).toEqual([]);
  expect(text.slice(0, 200)).toContain('MIT license');
  for (const holder of ['NeuroForge', 'Adaltas', 'Feross', 'Fair Oaks']) expect(text.slice(-12_000)).toContain(holder);
});

describe.skipIf(!chromiumExpected)(`training in Chromium${unlessChromium}`, { timeout: 90_000 }, () => {
  let browser: Browser;
  const node = {} as Record<string, DigitsReport>;
  beforeAll(async () => {
    browser = await startChromium();
    for (const name of backends) node[name] = trainInNode(`${root}dist/index.js`, name);
  }, 60_000);
  afterAll(() => browser?.close());

  test('Node trains as expected: what the pages are compared with', () => {
    for (const name of backends) {
      const { status, steps, epochs, accuracy, firstLoss, lastLoss, weights, loaded } = node[name];
      expect({ status, backend: node[name].backend }).toEqual({ status: 'done', backend: name });
      expect(steps.length).toBe(3 * Math.ceil(1294 / 32));
      expect(epochs.length).toBe(4);
      expect(new Set(steps).size).toBe(steps.length);
      expect(accuracy).toBeGreaterThan(0.8);
      expect(lastLoss).toBeLessThan(firstLoss / 2);
      expect(weights).toMatch(/^sha256:[0-9a-f]{64}$/);
      expect(loaded).toBe(epochs[3].loss);
    }
  });

  test('fused or as written, the bits are the same', () => {
    expect(node.js.kernels).toBe(0);
    expect(node.wasm.kernels).toBeGreaterThan(1); // the loss and the ReLU's way back
    expect(trainInNode(`${root}dist/index.js`, 'wasm', true)).toEqual({ ...node.wasm, kernels: 0 });
  });

  describe.each(Object.entries(kinds))('%s', (kind, headers) => {
    let site: Site;
    beforeAll(async () => {
      site = await serve({ folder: root, pages: { '/': html, '/page.js': script }, headers });
    });
    afterAll(() => site?.close());

    test('trains to the same bits as Node, on wasm and on js, with no word on the console', async () => {
      const { report, complaints, elsewhere, crossOriginIsolated } = await visit(browser, `${site.origin}/`);
      expect(complaints).toEqual([]);
      expect(elsewhere).toEqual([]);
      expect(site.requests.toSorted()).toEqual(['/', `/${file}`, '/page.js', '/test/support/train-digits.js']);
      expect(crossOriginIsolated).toBe(kind.includes('isolated'));
      expect(report).toEqual(node);
    });
  });
});
