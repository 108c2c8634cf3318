import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumExpected, startChromium, unlessChromium } from './support/chromium.ts';
import { Visitor } from './support/lab-visitor.ts';
import { type Site, serve } from './support/serve.ts';

// dist/lab on a plain static host, below a path, without a header of ours; and then without the host.

const folder = 'dist/lab';
const prefix = '/some/where';
const worker = readFileSync(join(folder, 'sw.js'), 'utf8');

/** Bytes of index.html and of what it names, each packed. */
function firstLoad(): { files: string[]; bytes: number } {
  const index = readFileSync(join(folder, 'index.html'), 'utf8');
  const files = [...index.matchAll(/<(?:script|link)[^>]+(?:src|href)="\.\/([^"]+)"/g)].map(([, file]) => file);
  const texts = [Buffer.from(index), ...files.map((file) => readFileSync(join(folder, file)))];
  return { files, bytes: texts.reduce((sum, text) => sum + gzipSync(text).length, 0) };
}

test('the first load is at most 150 kB, without editor and formulas; all that is built is kept for later', () => {
  const { files, bytes } = firstLoad();
  expect(files.filter((file) => file.endsWith('.js')).length).toBeGreaterThan(0);
  expect(bytes).toBeLessThanOrEqual(150_000);
  for (const file of files) expect(readFileSync(join(folder, file), 'utf8')).not.toMatch(/cm-content|katex-html/);
  const listed = Object.keys(JSON.parse(/^const files = (\{[\s\S]*?\});$/m.exec(worker)![1]));
  const built = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !['sw.js', 'NOTICES.txt'].includes(entry.name))
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .map((name) => (name === 'index.html' ? '' : name));
  expect(listed.toSorted()).toEqual(built.toSorted());
});

describe.skipIf(!chromiumExpected)(`the lab on a static host${unlessChromium}`, { timeout: 180_000 }, () => {
  let browser: Browser;
  let site: Site;
  let origin: string;
  /** What the host has instead of the file that was built. */
  const changed: Record<string, string> = {};
  beforeAll(async () => {
    [browser, site] = await Promise.all([startChromium(), serve({ folder, prefix, pages: changed })]);
    origin = site.origin.replace('127.0.0.1', 'lab.localhost');
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  const inPage = (visitor: Visitor, code: string): Promise<unknown> => visitor.page.evaluate(`(async () => ${code})()`);
  /** The caches of the origin, when the worker that is in charge has settled. */
  const caches = async (visitor: Visitor): Promise<string[]> => {
    await inPage(visitor, 'navigator.serviceWorker.ready');
    await expect.poll(() => inPage(visitor, 'navigator.serviceWorker.controller !== null')).toBe(true);
    return (await inPage(visitor, 'caches.keys()')) as string[];
  };

  test('works below a path, and offline after the first visit', async () => {
    const visitor = await Visitor.arrive(browser, `${origin}${prefix}/`);
    const { page, context } = visitor;
    await visitor.go('derive');
    await page.locator('.chain .katex').first().waitFor();
    expect(await caches(visitor)).toEqual([expect.stringContaining(`neuroforge-lab ${origin}${prefix}/ `)]);
    const outside = site.requests.filter((path) => !path.startsWith(`${prefix}/`));
    expect(outside).toEqual([]);

    await context.setOffline(true);
    const before = site.requests.length;
    await page.goto('about:blank');
    await page.goto(`${origin}${prefix}/?from=somewhere#derive`);
    await page.locator('.chain .katex').first().waitFor();
    await page.goto(`${origin}${prefix}/index.html#derive`);
    await page.locator('.chain .katex').first().waitFor();
    // Editor, sandbox and workers were never asked for while there was a network.
    await visitor.writeAnswers();
    await visitor.go('train');
    await page.getByLabel('epochs').fill('2');
    const { learner, library } = await visitor.train();
    expect(learner.losses).toEqual(library.losses);
    expect(learner.losses.length).toBeGreaterThan(5);
    // A browser looks for a newer worker whatever the tests say of the network.
    expect(site.requests.slice(before).filter((path) => !path.endsWith('/sw.js'))).toEqual([]);
    expect(visitor.complaints).toEqual([]);
    expect(visitor.elsewhere).toEqual([]);
    await visitor.leave();
  });

  test('a run is never kept, and never answered from what is kept; without one a card says what to do', async () => {
    const visitor = await Visitor.arrive(browser, `${origin}${prefix}/`);
    const { page, context } = visitor;
    await visitor.go('train/run');
    await page.locator('.run-card', { hasText: 'neuroforge lab RUN' }).waitFor();
    await caches(visitor);
    const fetched = async (path: string): Promise<unknown> =>
      inPage(visitor, `(await fetch('${path}')).text().catch((error) => error.name)`);
    const keep = (path: string) => `(await caches.open((await caches.keys())[0])).put('${path}', new Response('old'))`;
    for (const path of ['./run/run.json', './run/model.safetensors']) {
      changed[`${prefix}/${path.slice(2)}`] = 'new';
      await inPage(visitor, keep(path)); // whoever may have put it there
      expect(await fetched(path)).toBe('new');
      expect(await inPage(visitor, `(await (await caches.match('${path}')).text())`)).toBe('old');
      await inPage(visitor, `(await caches.open((await caches.keys())[0])).delete('${path}')`);
      expect(await fetched(path)).toBe('new');
      expect(await inPage(visitor, `(await caches.match('${path}')) === undefined`)).toBe(true);
      delete changed[`${prefix}/${path.slice(2)}`];
    }
    expect(visitor.complaints).toEqual([expect.stringMatching(/status of 404/)]);
    // Some hosts answer every path with their first page.
    changed[`${prefix}/run/run.json`] = '<!doctype html>';
    await visitor.press('Close');
    await visitor.go('train/run');
    await page.locator('.run-card', { hasText: 'There is no run here' }).waitFor();
    delete changed[`${prefix}/run/run.json`];
    await visitor.press('Close');
    await context.setOffline(true);
    await visitor.go('train/run');
    await page.locator('.run-card', { hasText: /does not answer.*neuroforge lab RUN/ }).waitFor();
    await visitor.leave();
  });

  test('a new version is taken whole, when no page of the old one is open; other labs are left alone', async () => {
    const visitor = await Visitor.arrive(browser, `${origin}${prefix}/`);
    const { page } = visitor;
    await page.goto(visitor.url);
    const [first] = await caches(visitor);
    const other = `neuroforge-lab ${origin}${prefix}/other/ 1`;
    await inPage(visitor, `void (await caches.open(${JSON.stringify(other)}))`);
    const update = `(await (await navigator.serviceWorker.ready).update().catch(() => null), null)`;
    const waiting = `(async () => (await navigator.serviceWorker.ready).waiting !== null)()`;
    const state = async () => [await inPage(visitor, waiting), await inPage(visitor, 'caches.keys()')];

    // A host in the middle of an upload: a file is not the one that the list names.
    const torn = worker.replace(/"elements.js": "sha256-..../, '"elements.js": "sha256-AAAA');
    expect(torn).not.toBe(worker);
    changed[`${prefix}/sw.js`] = torn.replace(/const version = '\w+'/, "const version = 'torn'");
    await inPage(visitor, update);
    await page.waitForTimeout(1500);
    expect((await state())[0]).toBe(false);
    await page.reload();
    await page.locator('.chain .katex').first().waitFor();

    changed[`${prefix}/sw.js`] = worker.replace(/const version = '\w+'/, "const version = 'next'");
    await inPage(visitor, update);
    await expect.poll(async () => (await state())[0]).toBe(true);
    expect((await state())[1]).toEqual(expect.arrayContaining([first, other]));
    await page.goto('about:blank');
    await page.waitForTimeout(500);
    await page.goto(visitor.url);
    await expect
      .poll(() => inPage(visitor, 'caches.keys().then((names) => names.sort())'))
      .toEqual([other, `neuroforge-lab ${origin}${prefix}/ next`].sort());
    delete changed[`${prefix}/sw.js`];
    await visitor.leave();
  });

  test('on the machine itself nothing is kept: its port may be another program’s tomorrow', async () => {
    const visitor = await Visitor.arrive(browser, `${site.origin}${prefix}/`);
    await visitor.go('derive');
    await visitor.page.locator('.chain .katex').first().waitFor();
    await visitor.page.waitForTimeout(500);
    expect(await inPage(visitor, 'navigator.serviceWorker.getRegistrations().then((all) => all.length)')).toBe(0);
    expect(site.requests.filter((path) => path.endsWith('sw.js')).length).toBeGreaterThan(0); // of the visits above
    await visitor.leave();
    expect(visitor.complaints).toEqual([]);
  });

  test('a part in a page of others', async () => {
    const html =
      '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><link rel="stylesheet" href="./elements.css">' +
      '<script type="module" src="./elements.js"></script><nf-derive></nf-derive>';
    changed[`${prefix}/theirs.html`] = html;
    const visitor = await Visitor.arrive(browser, `${origin}${prefix}/theirs.html`);
    await visitor.page.goto(visitor.url);
    await visitor.page.locator('nf-derive .katex').first().waitFor();
    await visitor.page.waitForTimeout(300);
    expect(await inPage(visitor, 'navigator.serviceWorker.getRegistrations().then((all) => all.length)')).toBe(0);
    expect(visitor.complaints).toEqual([]);
    await visitor.leave();
  });
});
