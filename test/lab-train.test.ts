import type { Locator, Page } from 'playwright-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { chromiumExpected, unlessChromium } from './support/chromium.ts';
import type { Visitor } from './support/lab-visitor.ts';
import { visitedLab } from './support/visited-lab.ts';

// The part of the lab that trains, as a visitor has it in front of them.

/** The first frame of the page fails. */
const noFrameAtFirst = `{
  const { set, ...rest } = Object.getOwnPropertyDescriptor(HTMLIFrameElement.prototype, 'srcdoc');
  let tries = 0;
  Object.defineProperty(HTMLIFrameElement.prototype, 'srcdoc', {
    ...rest,
    set(value) {
      if (++tries === 1) throw new Error('no frame yet');
      set.call(this, value);
    },
  });
}`;

/** A lesson that has the part twice. */
const twice = `<!doctype html><html lang="en"><meta charset="utf-8"><title>A lesson</title><link rel="icon" href="data:,">
  <link rel="stylesheet" href="./elements.css"><script type="module" src="./elements.js"></script>
  <main><h1>A lesson</h1><nf-train></nf-train><nf-train></nf-train></main>`;

/** How many points of a canvas are not empty. */
const inked = (canvas: Locator): Promise<number> =>
  canvas.evaluate((element: HTMLCanvasElement) => {
    const { width, height } = element;
    const copy = new OffscreenCanvas(width, height).getContext('2d')!; // a canvas that is read is made a slow one
    copy.drawImage(element, 0, 0);
    const { data } = copy.getImageData(0, 0, width, height);
    return data.filter((v, i) => i % 4 === 3 && v > 0).length;
  });

describe.skipIf(!chromiumExpected)(`training in front of a visitor${unlessChromium}`, { timeout: 120_000 }, () => {
  const lab = visitedLab({ '/twice.html': twice });
  let visitor: Visitor;
  let page: Page;
  beforeEach(() => {
    ({ visitor, page } = lab);
  });

  test('a sandbox that cannot be made leaves nothing behind, and is made at the next press', async () => {
    await page.addInitScript(noFrameAtFirst);
    await visitor.go('train');
    const held = (): Promise<number> => page.evaluate(() => document.body.children.length);
    await page.getByRole('button', { name: 'Start training' }).waitFor();
    const before = await held();
    await visitor.press('Start training');
    await page.locator('.error-card', { hasText: 'no frame yet' }).waitFor();
    expect(await held()).toBe(before);
    await visitor.press('Start training');
    await page.locator('.error-card', { hasText: 'Your dz stopped the training' }).waitFor();
    expect(await page.locator('iframe').count()).toBe(1);
  });

  test('after a reset, no picture of the network that was', async () => {
    await visitor.go('train');
    await page.getByLabel('epochs').fill('1');
    await visitor.press('Start training');
    await page.getByRole('button', { name: 'Train again' }).waitFor();
    const pictures = page.locator('.weights canvas').last(); // the library’s: nothing is written here
    await expect.poll(() => inked(pictures)).toBeGreaterThan(100);
    await visitor.press('Reset');
    await expect.poll(() => inked(pictures)).toBe(0);
  });

  test('a setting that cannot be is told of when it is left, too, and training that diverges in the right words', async () => {
    await visitor.writeAnswers();
    await visitor.go('train');
    await page.getByLabel('learning rate').fill('1e6');
    await page.getByLabel('epochs').fill('1');
    await page.getByLabel('epochs').fill('10000');
    await visitor.press('Start training');
    const told = page.getByText('“10000” was not taken, 1 stays: a whole number from 1 to 1000');
    await told.waitFor({ state: 'attached' });
    const yours = page.locator('.side.learner');
    await yours.getByText('diverged after epoch 1, step').waitFor();
    await page.locator('.weights-hash', { hasText: /^All weights are equal/ }).waitFor();
    expect(await page.locator('.curves figcaption').first().textContent()).toContain('yours –');
    await visitor.press('Reset');
    await page.getByLabel('epochs').fill('2');
    expect(await told.count()).toBe(0);
  });

  describe('the pen', () => {
    let paper: Locator;
    beforeEach(async () => {
      await visitor.go('train');
      paper = page.locator('.paper canvas');
      await paper.scrollIntoViewIfNeeded();
    });

    /** Points that an arrow key draws. */
    const drawnByArrow = async (): Promise<number> => {
      const before = await inked(paper);
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      return (await inked(paper)) - before;
    };

    test('is up after a touch that was cancelled', async () => {
      const { x, y } = (await paper.boundingBox())!;
      const touch = await page.context().newCDPSession(page);
      const send = (type: 'touchStart' | 'touchMove' | 'touchCancel', points: { x: number; y: number }[]) =>
        touch.send('Input.dispatchTouchEvent', { type, touchPoints: points });
      await send('touchStart', [{ x: x + 30, y: y + 30 }]);
      await send('touchMove', [{ x: x + 30, y: y + 60 }]);
      await expect.poll(() => inked(paper)).toBeGreaterThan(100);
      await send('touchCancel', []);
      await paper.focus();
      expect(await drawnByArrow()).toBe(0);
    });

    test('is up when the keyboard comes back', async () => {
      await paper.focus();
      await page.keyboard.press(' ');
      expect(await drawnByArrow()).toBeGreaterThan(0);
      await page.keyboard.press('Shift+Tab');
      await paper.focus();
      expect(await drawnByArrow()).toBe(0);
    });
  });

  test('twice in a page: no id twice, and each has its own choice of data', async () => {
    await page.goto(`${lab.site.origin}/twice.html`);
    const parts = page.locator('nf-train');
    await parts.last().getByText('MNIST, 28 × 28').click();
    for (const part of await parts.all()) {
      await expect.poll(() => part.getByRole('radio', { name: 'MNIST' }).isChecked()).toBe(true);
    }
    const ids = await page.evaluate(() => [...document.querySelectorAll('.nf-part [id]')].map(({ id }) => id));
    expect(ids.length).toBeGreaterThan(2);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
