import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderReport } from '../src/charts/report.tsx';
import type { ReportData } from '../src/charts/report-data.ts';
import { safeText } from '../src/charts/text.ts';
import { chromiumExpected, startChromium, unlessChromium } from './support/chromium.ts';
import { hostileNames } from './support/hostile.ts';

// The report as a person opens it: from a file, in a real browser, its names as hostile as names can be.

const image = { height: 8, width: 8, values: Float64Array.from({ length: 64 }, (_, i) => (i % 9) / 8) };
const count = hostileNames.length;

const data: ReportData = {
  title: `mlp:32 on ${hostileNames[0]}`,
  run: hostileNames[1],
  status: 'done',
  task: 'classification',
  started: '2026-11-23T20:10:05.123Z',
  notes: hostileNames,
  summary: { data: hostileNames[2], model: hostileNames[28], backend: 'wasm', threads: 1, optimizer: hostileNames[3] },
  history: Array.from({ length: 8 }, (_, epoch) => ({ epoch, trainLoss: 2 / (epoch + 1), valLoss: 2.2 / (epoch + 1) })),
  best: { epoch: 7, loss: 0.275 },
  test: { count: 300, errors: 60, loss: 0.4 },
  baselines: [{ name: hostileNames[4], value: 0.7 }],
  confusion: {
    classes: hostileNames,
    counts: hostileNames.map((_, i) => hostileNames.map((_, j) => (i === j ? 9 : (i + j) % 7 === 0 ? 1 : 0))),
  },
  firstLayer: {
    ...{ rows: count, cols: 1, values: Float64Array.from({ length: count }, (_, i) => i - count / 2) },
    featureNames: hostileNames,
  },
  mistakes: hostileNames.map((label, row) => ({
    ...{ row, label, prediction: hostileNames[(row + 1) % count], probability: 0.9, image },
  })),
  config: Object.fromEntries(hostileNames.map((name) => [name, name])),
  environment: { deep: Object.fromEntries(hostileNames.map((name) => [name, [name]])) },
};

interface Opened {
  readonly title: string;
  readonly notes: readonly string[];
  readonly scripts: number;
  readonly handlers: number;
  /** Parts that reach beyond the window's right edge, outside what scrolls by itself. */
  readonly wide: string[];
  readonly ran: unknown;
}

describe.skipIf(!chromiumExpected)(`report.html in Chromium${unlessChromium}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'neuroforge-report-'));
  let browser: Browser;
  beforeAll(async () => {
    browser = await startChromium();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens a page from its file; what it asked for and complained of beside what it holds. */
  async function open(html: string, width = 1280): Promise<Opened & { requests: string[]; complaints: string[] }> {
    const file = join(folder, 'report #1 %41 &amp;.html');
    writeFileSync(file, html);
    const url = pathToFileURL(file).href;
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    const [requests, complaints]: [string[], string[]] = [[], []];
    page.on('requestfinished', (request) => requests.push(request.url()));
    page.on('requestfailed', (request) => {
      if (request.failure()?.errorText !== 'csp') requests.push(request.url());
    });
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('dialog', (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    try {
      await page.goto(url);
      // Whatever waits for a hand or a pointer is given one.
      for (const part of await page.locator('svg, .nf-pair, td, summary').all()) {
        await part.dispatchEvent('mouseover');
        await part.dispatchEvent('click');
      }
      const opened = await page.evaluate<Opened>(`({
        title: document.title,
        notes: [...document.querySelectorAll('.notes li')].map((li) => li.textContent),
        scripts: document.querySelectorAll('script, iframe, object, embed, link, base, form').length,
        handlers: [...document.querySelectorAll('*')].flatMap((e) => [...e.attributes]).filter((a) => /^on/i.test(a.name)).length,
        wide: document.documentElement.scrollWidth === document.documentElement.clientWidth ? [] :
          [...document.querySelectorAll('body *')]
            .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && e.children.length === 0)
            .map((e) => e.closest('[class]')?.className + ' ' + e.localName + ' ' + e.textContent.slice(0, 30)),
        ran: globalThis.ran ?? null,
      })`);
      return { ...opened, requests: requests.filter((r) => !r.startsWith('data:') && r !== url), complaints };
    } finally {
      await page.close();
    }
  }

  const html = renderReport(data);

  test('opens from a file, runs nothing, asks for nothing, says nothing, and shows the names', async () => {
    const { notes, title, ...rest } = await open(html);
    expect(rest).toEqual({ scripts: 0, handlers: 0, wide: [], ran: null, requests: [], complaints: [] });
    expect(title).toBe(`mlp:32 on ${hostileNames[0]} – NeuroForge`);
    expect(notes).toEqual(hostileNames.map((name) => safeText(name, 400)));
    const harmless = hostileNames.filter((name) => safeText(name, 400) === name);
    expect(harmless.length).toBeGreaterThan(12);
    expect(notes).toEqual(expect.arrayContaining(harmless));
  }, 60_000);

  test('the policy is not what keeps it quiet', async () => {
    const bare = html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '');
    expect(bare).not.toContain('Content-Security-Policy');
    const { scripts, handlers, ran, requests, complaints } = await open(bare);
    expect({ scripts, handlers, ran, requests, complaints }).toEqual({
      ...{ scripts: 0, handlers: 0, ran: null, requests: [], complaints: [] },
    });
  }, 60_000);

  test('the policy would hold what slipped through', async () => {
    const slipped =
      '<img src=x onerror="globalThis.ran=1"><script>globalThis.ran=1</script><script src="https://x.invalid/"></script>';
    const { ran, requests } = await open(html.replace('<main>', `<main>${slipped}`));
    expect({ ran, requests }).toEqual({ ran: null, requests: [] });
  }, 60_000);

  test.each([360, 768, 1280])(
    'is no wider than a window of %i',
    async (width) => {
      expect((await open(html, width)).wide).toEqual([]);
    },
    60_000,
  );
});
