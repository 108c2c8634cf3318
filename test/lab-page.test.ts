import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { exercises } from '../src/verify/exercises.ts';
import { violations } from './support/axe.ts';
import { chromiumExpected, startChromium, unlessChromium } from './support/chromium.ts';
import { root } from './support/node-run.ts';
import { type Site, serve } from './support/serve.ts';

/** A teacher's page that holds two parts. */
const embed =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>A lesson</title><link rel="icon" href="data:,">' +
  '<link rel="stylesheet" href="./elements.css"><script type="module" src="./elements.js"></script>' +
  '<main><h1>A lesson</h1><nf-derive></nf-derive><nf-forge></nf-forge></main>';

/**
 * Chromium's own editing of a selection over several lines writes a style attribute, which the policy blocks and
 * CodeMirror does not need.
 */
const editing = /Applying inline style violates/;

describe.skipIf(!chromiumExpected)(`the lab's page in Chromium${unlessChromium}`, { timeout: 120_000 }, () => {
  let folder: string;
  let site: Site;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];
  let elsewhere: string[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'neuroforge-lab-page-'));
    await build({ configFile: `${root}vite.lab.config.ts`, logLevel: 'warn', build: { outDir: folder } });
    site = await serve({ folder, pages: { '/embed.html': embed } });
    browser = await startChromium();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    page = await context.newPage();
    [complaints, elsewhere] = [[], []];
    page.on('console', (message) => {
      const bad = ['error', 'warning'].includes(message.type()) && !editing.test(message.text());
      if (bad) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(`uncaught: ${error.stack ?? error.message}`));
    page.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (!['data:', 'blob:', 'about:'].includes(protocol) && origin !== site.origin) elsewhere.push(request.url());
    });
    page.setDefaultTimeout(20_000);
  });
  afterEach(async () => {
    await context.close();
    expect(complaints).toEqual([]);
    expect(elsewhere).toEqual([]);
  });

  const open = (hash: string): Promise<unknown> => page.goto(`${site.origin}/#${hash}`);
  const button = (name: string | RegExp): ReturnType<Page['getByRole']> => page.getByRole('button', { name });

  /** Writes into the editor in sight as a person at the keyboard would, apart from the pace. */
  async function write(text: string, on: Page = page): Promise<void> {
    const editor = on.getByRole('textbox', { name: /Escape and then Tab/ }).and(on.locator('.cm-content'));
    await editor.focus();
    await on.keyboard.press('Control+a');
    await on.keyboard.insertText(text);
  }

  async function writeAnswers(on: Page = page): Promise<void> {
    for (const { id, answer } of exercises) {
      await on.goto(`${site.origin}/#forge/${id}`);
      await write(answer, on);
      await on.locator(`.piece.correct[href="#forge/${id}"]`).waitFor();
    }
  }

  test('the first load is small, and editor and formulas come later', async () => {
    const index = readFileSync(join(folder, 'index.html'), 'utf8');
    const first = [...index.matchAll(/(?:src|href)="\.\/([^"]+\.(?:js|css))"/g)].map(([, file]) => file);
    const texts = first.map((file) => readFileSync(join(folder, file)));
    for (const text of texts) expect(text.includes('cm-content') || text.includes('katex-html')).toBe(false);
    const packed = [Buffer.from(index), ...texts].reduce((sum, text) => sum + gzipSync(text).length, 0);
    expect(first.length).toBeGreaterThanOrEqual(2);
    expect(packed).toBeLessThan(150_000);
  });

  test('derive: steps by keyboard, a term lights up everywhere, a changed number is followed', async () => {
    await open('derive');
    const heading = page.locator('#derive-step');
    await page.locator('.step-button').first().focus();
    await page.keyboard.press('End');
    expect(await heading.textContent()).toBe('First biases');
    await page.keyboard.press('ArrowUp');
    expect(await heading.textContent()).toBe('First weights');
    await page.locator('.measured.agrees').waitFor();

    await page.locator('.chain .term[data-t="dz1"]').last().hover();
    await page.locator('.chain .katex [data-t="dz1"][data-lit]').first().waitFor();
    expect(await page.locator('.all-numbers .matrix[data-t="dz1"][data-lit]').count()).toBe(1);

    // From cell to cell by arrow keys; the sum below is that cell's.
    await page.locator('.expression [aria-label^="dW1, row 1, column 1:"]').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('.reading code').first().textContent()).toBe('dW1[1][1]');

    const before = await page.locator('.loss output').textContent();
    await page.getByRole('textbox', { name: 'X, row 1, column 1' }).fill('1.5');
    expect(await page.locator('.loss output').textContent()).not.toBe(before);
    await page.locator('.measured.agrees').waitFor();
    await page.getByRole('textbox', { name: 'X, row 1, column 1' }).fill('abc');
    expect(await page.getByRole('textbox', { name: 'X, row 1, column 1' }).getAttribute('aria-invalid')).toBe('true');
    // A number pressed below is explained above.
    await page.locator('.all-numbers [aria-label^="dz2, row 2, column 1:"]').click();
    expect(await heading.textContent()).toBe('Back through the ReLU');
    expect(await page.locator('.reading code').first().textContent()).toBe('dz2[1][0]');
    await button('The chapter’s numbers').click();
    expect(await page.locator('.loss output').textContent()).toBe(before);
    await page.getByRole('button', { name: 'T, row 2, column 2', exact: false }).last().click();
    expect(await page.locator('.loss output').textContent()).not.toBe(before);
  });

  test('forge: a wrong answer, hints, the right one, all by keyboard, and kept', async () => {
    await open('forge/linear-dW');
    await write('function dW(X, dY) {\n  return X.T.matmul(dY).mul(X.rows);\n}');
    await page.locator('.check.pass', { hasText: 'Shape' }).waitFor();
    await page.locator('.check.fail', { hasText: 'Exact' }).waitFor();
    await page.locator('.check.fail', { hasText: 'Within rounding' }).waitFor();
    expect(await page.locator('.fingerprints li').first().textContent()).toMatch(/batch/);
    expect(await page.locator('.heat td').count()).toBeGreaterThan(5);
    expect(await page.locator('.worst-cell').count()).toBe(1);
    expect(await page.locator('.verdicts [role=status]').textContent()).toMatch(/^Not yet/);

    // Tab indents, Escape and Tab leave.
    const inside = () => page.evaluate(() => document.activeElement?.classList.contains('editor-host') ?? false);
    expect(await inside()).toBe(true);
    await page.keyboard.press('Tab');
    expect(await inside()).toBe(true);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    expect(await inside()).toBe(false);

    for (let i = 0; i < 4; i++) {
      await page.locator('.hints .button').first().focus();
      await page.keyboard.press('Enter');
    }
    expect(await page.locator('.hints > ol > li').count()).toBe(4);
    expect(await page.locator('.diff .differs').count()).toBeGreaterThan(0);
    expect(await page.locator('.source-lines').textContent()).toContain('src/layers/linear.ts');

    await write('function dW(X, dY) {\n  return X.T.matmul(dY);\n}');
    await page.locator('.check.pass', { hasText: 'Within rounding' }).waitFor();
    expect(await page.locator('.checks .pass').count()).toBe(3);
    expect(await page.locator('.progress').textContent()).toBe('1 of 6 correct');

    await page.waitForTimeout(600);
    await page.reload();
    await page.locator('.piece.correct[href="#forge/linear-dW"]').waitFor();
  });

  test('forge: all three checks are in sight, at first and after an error, and no numbers where there are none', async () => {
    const seen = () =>
      page.locator('.check').evaluateAll((rows) => {
        const around = document.querySelector('.verdicts')!.getBoundingClientRect();
        return rows.map((row) => {
          const { top, bottom, left, right, height } = row.getBoundingClientRect();
          const within = top >= around.top && bottom <= around.bottom && left >= around.left && right <= around.right;
          return within && height > 20 ? 'in sight' : `${row.className} at ${left}, ${top}`;
        });
      });
    await open('forge/linear-dX');
    await page.locator('.first-words', { hasText: 'A tensor has' }).waitFor();
    expect(await page.locator('.first-words code').allTextContents()).toContain('matmul');
    expect(await seen()).toEqual(['in sight', 'in sight', 'in sight']);

    await write('function dX(dY, W) {\n  return dY.matmul(W);\n}');
    await page.locator('.learner-error', { hasText: 'Error in line 2: matmul: (5, 3) times (4, 3)' }).waitFor();
    expect(await seen()).toEqual(['in sight', 'in sight', 'in sight']);
    expect(await page.locator('.heat').count()).toBe(0);

    await write('function dX(dY, W) {\n  dY.matmul(W.T);\n}');
    await page.locator('.fingerprints li', { hasText: 'Nothing comes back: is there a return?' }).waitFor();
    expect(await page.locator('.fingerprints code').textContent()).toBe('return');
    expect(await page.locator('.heat').count()).toBe(0);
    expect(await seen()).toEqual(['in sight', 'in sight', 'in sight']);
    expect(await violations(page)).toEqual([]);
  });

  test('forge: another order of operations is correct, and a remark', async () => {
    await open('forge/softmax-cross-entropy');
    await write('function dz(P, T) {\n  return P.div(P.rows).sub(T.div(P.rows));\n}');
    await page.getByText('Correct', { exact: true }).waitFor();
    expect(await page.locator('.check.remark').textContent()).toMatch(
      /^ExactAnother order of operations: not the same/,
    );
    expect(await page.locator('.check.fail').count()).toBe(0);
    expect(await page.locator('.heat').count()).toBe(0);
    expect(await violations(page)).toEqual([]);
  });

  test('forge: plain JavaScript and tensors of numbers, as in the terminal', async () => {
    await open('forge/linear-db');
    await write('def db(dY):\n  return dY.sum(0)');
    await page.locator('.fingerprints li', { hasText: 'This is Python' }).waitFor();
    expect(await page.locator('.check').first().textContent()).toMatch(/There is no function yet/);
    await write('export function db(dY) {\n  return zeros(dY.cols).add(tensor(dY.colSum().toArray()));\n}');
    await page.getByText('Correct', { exact: true }).waitFor();
    await write('function dB(dY) {\n  return dY.colSum();\n}');
    await page.locator('.learner-error', { hasText: 'Error: there is no function called db; there is dB' }).waitFor();
  });

  test('forge: a piece that does not end keeps no other one waiting', async () => {
    await open('forge/linear-dW');
    await write('function dW(X, dY) {\n  for (;;);\n}');
    await page.waitForTimeout(600);
    await page.goto(`${site.origin}/#forge/linear-db`);
    await write('function db(dY) {\n  return dY.colSum();\n}');
    await page.locator('.piece.correct[href="#forge/linear-db"]').waitFor();
    expect(await page.locator('.piece.open[href="#forge/linear-dW"]').count()).toBe(1);
    await page.locator('.piece.wrong[href="#forge/linear-dW"]').waitFor();
  });

  test('forge: what cannot be parsed is marked in its line', async () => {
    await open('forge/linear-db');
    await write('function db(dY) {\n  return dY.colSum(;\n}');
    await page.locator('.learner-error').waitFor();
    await page.locator('.cm-lint-marker-error').waitFor();
    await write('function db(dY) {\n  return nothing.here;\n}');
    await page.locator('.learner-error', { hasText: 'ReferenceError' }).waitFor();
  });

  test('train: equal to the library step by step; a drawn digit; a link that replays it', async () => {
    await writeAnswers();
    await open('train');
    await page.locator('.ready').waitFor();
    await page.getByLabel('epochs').fill('900');
    await button('Start training').click();
    await page.locator('.standing.equal').waitFor();
    await button('Pause').click();
    const stepOf = async (side: string): Promise<number> => {
      const text = await page.locator(`.side.${side} .side-name dd`).textContent();
      return Number(text?.replaceAll(',', '').match(/step (\d+)/)?.[1]);
    };
    // The page counts what it is told, every tenth step; a single one is always told.
    const resting = async (): Promise<number> => {
      for (let last = -1; ; await page.waitForTimeout(400)) {
        const now = await stepOf('learner');
        if (now === last) return now;
        last = now;
      }
    };
    await button('Step').click();
    const paused = await resting();
    await button('Step').click();
    await expect.poll(() => stepOf('learner')).toBe(paused + 1);
    await button('Resume').click();
    await expect.poll(() => stepOf('learner')).toBeGreaterThan(paused + 100);
    await button('Reset').click();
    await page.getByLabel('epochs').fill('3');
    await button('Start training').click();
    await button('Train again').waitFor();
    await page.locator('.weights-hash').waitFor();
    const accuracy = await page.locator('[data-accuracy=learner]').textContent();
    const loss = await page.locator('.side.learner').textContent();
    expect(Number.parseFloat(accuracy ?? '')).toBeGreaterThan(80);
    expect(await page.locator('[data-accuracy=library]').textContent()).toBe(accuracy);
    const inked = (): Promise<number> =>
      page
        .locator('.weights canvas')
        .first()
        .evaluate((canvas: HTMLCanvasElement) => {
          const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
          return data.filter((v, i) => i % 4 === 3 && v > 0).length;
        });
    await expect.poll(inked).toBeGreaterThan(100);

    // A one, drawn by keys.
    await page.locator('.paper canvas').focus();
    for (let i = 0; i < 9; i++) await page.keyboard.press('ArrowUp');
    await page.keyboard.press(' ');
    for (let i = 0; i < 18; i++) await page.keyboard.press('ArrowDown');
    await page.keyboard.press(' ');
    await page.locator('.predictions li.best').waitFor();
    expect(await page.locator('.predictions .verdict').textContent()).toMatch(/^Both say \d\.$/);

    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: site.origin });
    await button('Copy link').last().click();
    await page.getByText('Copied: the link carries').last().waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    const other = await (await browser.newContext()).newPage();
    await other.goto(link);
    await other.getByRole('heading', { name: 'Somebody’s network' }).waitFor();
    expect(await other.locator('iframe').count()).toBe(0);
    await other.getByRole('button', { name: 'Start', exact: true }).click();
    await other.getByRole('button', { name: 'Start training' }).click();
    await other.getByRole('button', { name: 'Train again' }).waitFor();
    await other.locator('.weights-hash').waitFor();
    expect(await other.locator('[data-accuracy=learner]').textContent()).toBe(accuracy);
    expect((await other.locator('.side.learner').textContent())?.slice(0, 60)).toBe(loss?.slice(0, 60));
    await other.context().close();
  });

  test('train: a piece that fails is named, with the way to its editor; a wrong one parts from the library', async () => {
    await writeAnswers();
    await page.goto(`${site.origin}/#forge/linear-db`);
    await write('function db(dY) {\n  throw new Error("not today");\n}');
    await page.locator('.piece.wrong[href="#forge/linear-db"]').waitFor();
    await open('train');
    await page.getByLabel('epochs').fill('2');
    await button('Start training').click();
    await page.locator('.error-card a[href="#forge/linear-db"]').waitFor();
    expect(await page.locator('.train .error-card').textContent()).toContain('not today');
    await page.locator('.error-card a').click();
    await write('function db(dY) {\n  return dY.colSum().mul(2);\n}');
    await page.locator('.piece.wrong[href="#forge/linear-db"]').waitFor();
    await open('train');
    await button('Train again').click();
    await page.locator('.standing.parted').waitFor();
    const values = await page.locator('.standing dd').allTextContents();
    expect(values[0]).not.toBe(values[1]);
  });

  test('a bug hunt: made of one wrong function, opened without a word which', async () => {
    await writeAnswers();
    await button('Make a bug hunt').last().click();
    await page.locator('dialog[open] select').selectOption('relu');
    await page.getByRole('button', { name: 'Make the link' }).click();
    await page.locator('dialog[open] .refusal', { hasText: 'still right' }).waitFor();
    await page.keyboard.press('Escape');
    await page.goto(`${site.origin}/#forge/relu`);
    await write('function dReLU(dY, z) {\n  return dY.mul(z.ge(-1));\n}');
    await page.locator('.piece.wrong[href="#forge/relu"]').waitFor();
    await button('Make a bug hunt').last().click();
    await page.locator('dialog[open] select').selectOption('relu');
    await page.getByRole('button', { name: 'Make the link' }).click();
    const field = page.locator('dialog[open] .address');
    await field.waitFor();
    const link = await field.inputValue();
    const other = await (await browser.newContext()).newPage();
    await other.goto(link);
    await other.getByRole('heading', { name: 'A bug hunt' }).waitFor();
    await other.getByRole('button', { name: 'Start', exact: true }).click();
    await other.locator('.banner', { hasText: 'one of these six functions is wrong' }).waitFor();
    await other.goto(`${link.split('#')[0]}#forge/relu`);
    expect(await other.locator('.piece.wrong, .piece.correct').count()).toBe(0);
    await other.getByRole('button', { name: 'Check dReLU' }).click();
    await other.locator('.piece.wrong[href="#forge/relu"]').waitFor();
    await other.context().close();
  });

  test('a link that cannot be read says so', async () => {
    await open('this-is-no-link');
    await page.getByRole('heading', { name: 'This link cannot be read' }).waitFor();
    expect(await page.locator('.error-card').textContent()).toMatch(/NF\d{4}/);
    await button('To the lab').click();
    await page.getByRole('heading', { name: 'Derive', level: 1 }).waitFor();
  });

  test('MNIST that cannot be had: why, from where, and what to do', async () => {
    await open('train');
    await page.getByText('MNIST, 28 × 28').click();
    expect(await button('Start training').isDisabled()).toBe(true);
    const stranger = { name: 'holiday.png', mimeType: 'image/png', buffer: Buffer.from('x') };
    await page.locator('input[type=file]').setInputFiles(stranger);
    await page.locator('.mnist .error-card', { hasText: 'holiday.png' }).waitFor();
    await button('Download 11 MB').click();
    const card = page.locator('.mnist .error-card', { hasText: 'NF2601' });
    await card.waitFor();
    expect(await card.textContent()).toMatch(/drop them here/);
    const asked = new Set(elsewhere.map((url) => new URL(url).origin));
    expect(asked.size).toBe(2);
    [complaints, elsewhere] = [[], []]; // there is no network: Chromium says so too
  });

  test('parts in somebody else’s page: each works there, and a link of theirs leads to the lab', async () => {
    await page.goto(`${site.origin}/embed.html`);
    await button('Next →').click();
    expect(await page.locator('#derive-step').textContent()).toBe('First ReLU');
    const right = await page.locator('.derive').evaluate((part) => getComputedStyle(part).display);
    expect(right).toBe('grid');
    expect(await page.locator('.chain a.number').count()).toBe(0); // there is no course to go to
    await page.locator('a.piece[href="#forge/relu"]').click();
    await page.getByRole('heading', { name: 'ReLU', exact: true }).waitFor();
    await write('function dReLU(dY, z) {\n  return dY.mul(z.gt(0));\n}');
    await page.locator('.piece.correct[href="#forge/relu"]').waitFor();
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: site.origin });
    await button('Copy link').click();
    await page.getByText('Copied: the link carries').waitFor();
    await page.goto(await page.evaluate(() => navigator.clipboard.readText()));
    await page.getByRole('heading', { name: 'Somebody’s network' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/');
  });

  describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
    test.each(['derive', 'forge/linear-dW', 'train'])(
      '%s: no serious finding, nothing beyond 360 pixels',
      async (hash) => {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await open(hash);
        if (hash.startsWith('forge')) {
          await write('function dW(X, dY) {\n  return dY.T.matmul(X);\n}');
          await page.locator('.check.fail').first().waitFor();
          const skipped = page.locator('.checks .check.pending');
          expect(await skipped.count()).toBe(2);
          expect(await skipped.first().evaluate((row) => getComputedStyle(row).position)).toBe('static');
          for (let i = 0; i < 4; i++) await page.locator('.hints .button').first().click();
        }
        if (hash === 'train') {
          await page.getByLabel('epochs').fill('1');
          await button('Start training').click();
          await page.locator('.train .error-card').waitFor();
        }
        await page.waitForTimeout(300);
        expect(await violations(page)).toEqual([]);
        for (const width of [768, 360]) {
          await page.setViewportSize({ width, height: 800 });
          const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          expect(over, `${width} pixels`).toBeLessThanOrEqual(0);
        }
        expect(await violations(page)).toEqual([]);
      },
    );
  });
});
