import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { pageId, pagePaths, readPage } from '../course/pages/list.ts';
import { violations } from './support/axe.ts';
import { chromiumExpected, unlessChromium } from './support/chromium.ts';
import type { Visitor } from './support/lab-visitor.ts';
import { root } from './support/node-run.ts';
import { visitedLab } from './support/visited-lab.ts';

/** A teacher's page with one section of a chapter, and nothing else of the lab. */
const lesson =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>A lesson</title><link rel="icon" href="data:,">' +
  '<link rel="stylesheet" href="./elements.css"><script type="module" src="./elements.js"></script>' +
  '<main><h1>A lesson</h1><nf-course page="02-mlp" section="through-the-relu"></nf-course></main>';

describe.skipIf(!chromiumExpected)(`the course in the lab${unlessChromium}`, { timeout: 120_000 }, () => {
  const lab = visitedLab({ '/lesson.html': lesson });
  let visitor: Visitor;
  let page: Page;
  beforeEach(() => {
    ({ visitor, page } = lab);
  });

  const title = (text: string): Promise<void> => page.locator('.document h2', { hasText: text }).waitFor();
  /** Where an element stands, in pixels below the top of the window. */
  const topOf = (selector: string): Promise<number> =>
    page.locator(selector).evaluate((element: HTMLElement) => element.getBoundingClientRect().top);
  const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.id ?? '');

  test('each document is shown from its own file: text, formulas, code, figures', async () => {
    for (const path of pagePaths(root)) {
      const { blocks, sources } = readPage(root, path);
      const count = (kind: string): number => blocks.filter((block) => block.kind === kind).length;
      await visitor.go(`course/${pageId(path)}`);
      const current = page.locator(`.page-list a[aria-current][href="#course/${pageId(path)}"]`);
      await current.waitFor({ state: 'attached' });
      await title((await current.textContent()) ?? '');
      expect(await page.locator('.document .text > h3').count()).toBeGreaterThan(0);
      expect(await page.locator('.document .text > .displayed .katex-mathml').count()).toBe(count('math'));
      expect(await page.locator('.katex-error').count()).toBe(0);
      expect(await page.locator('.document .text > :is(pre, .quoted)').count()).toBe(count('code'));
      expect(await page.locator('.document .sources figcaption').allTextContents()).toEqual(sources.map((s) => s.path));
      for (const figure of await page.locator('.document img').all()) {
        await figure.scrollIntoViewIfNeeded();
        await expect.poll(() => figure.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(100);
        expect(await figure.getAttribute('alt')).toMatch(/^\w.{20}/);
      }
    }
  });

  test('nothing of it comes before it is seen', async () => {
    const before = lab.site.requests.length;
    await visitor.go('derive');
    await page.locator('.chain .katex').first().waitFor();
    await page.waitForTimeout(500);
    expect(lab.site.requests.slice(before).filter((path) => /02-mlp|reader/.test(path))).toEqual([]);
    await visitor.go('course');
    await title('2. The multilayer perceptron');
    expect(lab.site.requests.slice(before).filter((path) => /02-mlp/.test(path)).length).toBe(1);
  });

  test('from a step of Derive to its equation, and from an equation to its numbers', async () => {
    await visitor.go('derive');
    await page.locator('.chain a[href="#course/02-mlp/equation-10"]').click();
    await title('2. The multilayer perceptron');
    await expect.poll(focused).toBe('course-equation-10');
    expect(await topOf('#course-equation-10')).toBeGreaterThan(0);
    expect(await topOf('#course-equation-10')).toBeLessThan(720);
    await page.locator('.document a[href="#derive/dW3"]').first().click();
    await expect.poll(() => page.locator('#derive-step').textContent()).toBe('Last weights');
    expect(page.url()).toMatch(/#derive\/dW3$/);
  });

  test('from a piece of Forge to its derivation in place, to the chapter, and back to another piece', async () => {
    await visitor.go('forge/linear-dX');
    await page.locator('.derivation summary').click();
    await page.locator('.derivation h4', { hasText: 'The hidden layer before it' }).waitFor();
    expect(await page.locator('.derivation .displayed .katex').count()).toBe(2);
    expect(await page.locator('.derivation h4').count()).toBe(1);
    await page.getByRole('link', { name: 'In the chapter' }).click();
    await expect.poll(focused).toBe('course-the-hidden-layer-before-it');
    expect(await topOf('#course-the-hidden-layer-before-it')).toBeLessThan(150);
    await page.locator('.your-turn a[href="#forge/relu"]').click();
    await page.getByRole('heading', { name: 'ReLU', level: 2, exact: true }).waitFor();
  });

  test('an equation, what is said of it and the line that computes it light up together', async () => {
    await visitor.go('course/linear');
    await title('Linear');
    await page.locator('.text .displayed[data-eq="3"]').hover();
    await page.locator('.sources [data-eq="3"][data-lit]').waitFor();
    expect(await topOf('.sources [data-eq="3"]')).toBeLessThan(720);
    expect(await page.locator('.sources [data-lit]').allTextContents()).toEqual([
      expect.stringContaining("ctx.grad('W').addProduct(x.T, dY)"),
    ]);
    await page.locator('.sources [data-eq="4"]').hover();
    await page.locator('.text .displayed[data-eq="4"][data-lit]').waitFor();
  });

  test('the menu leads back to where one read; the browser’s way back, too', async () => {
    await visitor.go('course/02-mlp/27-training');
    await title('2. The multilayer perceptron');
    await expect.poll(focused).toBe('course-27-training');
    await page.mouse.wheel(0, 900);
    await expect.poll(() => topOf('#course-27-training')).toBeLessThan(-200);
    let read = Number.NaN;
    for (let now = await topOf('#course-27-training'); now !== read; now = await topOf('#course-27-training')) {
      read = now; // until the wheel has come to rest
      await page.waitForTimeout(300);
    }
    await page.locator('.top nav a', { hasText: 'Train' }).click();
    await page.getByRole('button', { name: 'Start training' }).waitFor();
    await expect.poll(() => page.evaluate(() => scrollY)).toBe(0);
    await page.locator('.top nav a', { hasText: 'Course' }).click();
    await expect.poll(() => topOf('#course-27-training')).toBe(read);
    await page.locator('.page-list a[href="#course/notation"]').click();
    await title('Notation');
    await page.goBack();
    await title('2. The multilayer perceptron');
  });

  test('a link to a step of Derive leads there again after other steps, the menu to where it was left', async () => {
    const step = (name: string): Promise<void> => page.getByRole('heading', { name, exact: true, level: 2 }).waitFor();
    await visitor.go('derive/dz3');
    await step('Loss by the logits');
    await page.getByRole('button', { name: 'Next →' }).click();
    await step('Last weights');
    await visitor.go('course/02-mlp');
    await page.locator('nav[aria-label=Parts] a', { hasText: 'Derive' }).click();
    await step('Last weights');
    await visitor.go('course/02-mlp');
    await visitor.go('derive/dz3');
    await step('Loss by the logits');
  });

  test('no formula of any document wants what the policy forbids', async () => {
    await page.addInitScript(() => {
      const violated: string[] = [];
      addEventListener('securitypolicyviolation', (event) => void violated.push(event.violatedDirective));
      Object.assign(globalThis, { violated });
    });
    await visitor.go('course');
    await page.locator('.page-list a').first().waitFor();
    const ids = await page.locator('.page-list a').evaluateAll((links) => links.map((a) => a.getAttribute('href')!));
    expect(ids.length).toBe(16);
    for (const id of ids) {
      await visitor.go(id.slice(1));
      await page.locator(`.page-list a[href="${id}"][aria-current]`).waitFor();
      await page.locator('.document .katex').first().waitFor();
    }
    expect(await page.evaluate('globalThis.violated')).toEqual([]);
  });

  test('a page or section that is not there is said', async () => {
    await visitor.go('course/99-nothing');
    await page.locator('.course .error-card', { hasText: '99-nothing' }).waitFor();
    await page.locator('.page-list a', { hasText: 'Notation' }).click();
    await title('Notation');
  });

  test('a section in somebody else’s page, without ways to parts that are not there', async () => {
    await page.goto(`${lab.site.origin}/lesson.html`);
    await page.locator('.document h4', { hasText: 'Through the ReLU' }).waitFor();
    expect(await page.locator('.document .displayed .katex').count()).toBe(2);
    expect(await page.locator('.page-list, .your-turn, .to-derive').count()).toBe(0);
    expect(await violations(page)).toEqual([]);
  });

  describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
    test.each(['02-mlp', 'linear'])('%s: no serious finding, nothing beyond 360 pixels', async (id) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await visitor.go(`course/${id}`);
      await page.locator('.document .katex').first().waitFor();
      for (const details of await page.locator('.document details').all()) {
        await details.evaluate((element: HTMLDetailsElement) => {
          element.open = true;
        });
      }
      for (const width of [1280, 768, 360]) {
        await page.setViewportSize({ width, height: 800 });
        expect(await violations(page), `${width} pixels`).toEqual([]);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(over, `${width} pixels`).toBeLessThanOrEqual(0);
      }
    });
  });
});
