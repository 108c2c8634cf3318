import type { Locator, Page } from 'playwright-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { findings } from './support/axe.ts';
import { chromiumExpected, unlessChromium } from './support/chromium.ts';
import type { Visitor } from './support/lab-visitor.ts';
import { visitedLab } from './support/visited-lab.ts';

/** A teacher's page in its own colors, whose classes are those of the lab by chance. */
const lesson = (styles: boolean, attributes = ''): string => `<!doctype html><html lang="en" ${attributes}>
  <meta charset="utf-8"><title>A lesson</title><link rel="icon" href="data:,">
  <style>body { background: #fff; color: #123; font: 18px Georgia, serif }</style>
  ${styles ? '<link rel="stylesheet" href="./elements.css"><script type="module" src="./elements.js"></script>' : ''}
  <div class="lesson" id="lab">
    <h1>A lesson</h1><h2>Of two parts</h2><h3>And a third</h3>
    <p class="quiet lead">Text with a <a href="#there">link</a> and <code>code</code>.</p>
    <button class="button primary">Mine</button> <input value="mine"> <select><option>mine</option></select>
    <ul class="checks"><li class="check skip">One</li><li class="card">Two</li></ul>
    <fieldset class="settings"><legend>Mine</legend><label class="field"><span>A</span><input></label></fieldset>
    <div class="share prose stage step side layer matrix katex heat train forge derive">All at once</div>
    <table class="diff"><tr><td class="cell low">1</td></tr></table>
  </div>
  <div id="parts"></div></html>`;

const widths = [320, 360, 560, 640, 768, 1024, 1280, 1600, 1920]; // 640: 1280 at 200 %

describe.skipIf(!chromiumExpected)(`the looks of the lab${unlessChromium}`, { timeout: 120_000 }, () => {
  const pages = {
    '/plain.html': lesson(false),
    '/lesson.html': lesson(true),
    '/light.html': lesson(true, 'data-theme="light"'),
  };
  const lab = visitedLab(pages);
  let visitor: Visitor;
  let page: Page;
  beforeEach(async () => {
    ({ visitor, page } = lab);
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  const styleOf = (element: Locator, property: string): Promise<string> =>
    element.evaluate((e, name) => getComputedStyle(e).getPropertyValue(name), property);
  const boxOf = async (element: Locator) => (await element.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };

  /** Puts parts into a lesson. */
  const hold = async (parts: string): Promise<void> => {
    await page.evaluate((html) => (document.getElementById('parts')!.innerHTML = html), parts);
  };

  describe('room', () => {
    test.each(['derive', 'forge/chain', 'train', 'course/linear'])('%s is no wider than its place', async (hash) => {
      await visitor.go(hash);
      await page.locator('#nf-lab main section:not([hidden]) .nf-part > *').first().waitFor();
      if (hash.startsWith('forge')) for (let i = 0; i < 4; i++) await page.locator('.hints .button').first().click();
      await page.waitForTimeout(500); // formulas
      for (const width of widths) {
        await page.setViewportSize({ width, height: 900 });
        await page.waitForTimeout(100);
        expect(await page.evaluate(() => document.documentElement.scrollWidth), `${width}`).toBeLessThanOrEqual(width);
      }
    });

    test.each(['derive', 'forge/chain', 'train', 'course/linear'])('%s with letters twice as large', async (hash) => {
      await visitor.go(hash);
      await page.locator('#nf-lab main section:not([hidden]) .nf-part > *').first().waitFor();
      await page.evaluate(() => (document.documentElement.style.fontSize = '200%'));
      await page.waitForTimeout(500);
      expect(await styleOf(page.locator('main section:not([hidden]) .nf-part'), 'font-size')).toBe('32px');
      for (const width of [1280, 1024]) {
        await page.setViewportSize({ width, height: 900 });
        expect(await page.evaluate(() => document.documentElement.scrollWidth), `${width}`).toBeLessThanOrEqual(width);
      }
    });

    test('the signature of the chain keeps its lines long and clear of the verdicts', async () => {
      await visitor.go('forge/chain');
      await page.locator('.signature').waitFor();
      for (const width of widths) {
        await page.setViewportSize({ width, height: 900 });
        await page.waitForTimeout(100);
        const signature = await boxOf(page.locator('.signature'));
        expect(signature.height, `${width}`).toBeLessThan(400);
        for (const about of await page.locator('.signature .quiet').all()) {
          expect((await boxOf(about)).width, `${width}`).toBeGreaterThan(140);
        }
        const verdicts = await boxOf(page.locator('.judgement-column'));
        const beside = signature.x + signature.width <= verdicts.x;
        expect(beside || signature.y + signature.height <= verdicts.y, `${width}`).toBe(true);
      }
    });

    test('the three buttons of training stand in one row', async () => {
      await visitor.go('train');
      const tops = await page
        .locator('.controls .button')
        .evaluateAll((all) => all.map((b) => (b as HTMLElement).offsetTop));
      expect(new Set(tops).size).toBe(1);
    });

    test('losses of any size keep clear of their neighbors', async () => {
      await page.setViewportSize({ width: 360, height: 900 });
      await visitor.go('train');
      const row = page.locator('.side.learner > div:not(.side-name)');
      await row
        .first()
        .locator('dd')
        .evaluate((dd) => (dd.textContent = '93023351.3516'));
      const boxes = await Promise.all((await row.locator('dd').all()).map(boxOf));
      const rights = await row.locator('dd').evaluateAll((all) =>
        all.map((dd) => {
          const text = document.createRange();
          text.selectNodeContents(dd);
          return text.getBoundingClientRect().right;
        }),
      );
      for (const i of [1, 2]) {
        const below = boxes[i].y >= boxes[i - 1].y + boxes[i - 1].height;
        expect(below || boxes[i].x >= rights[i - 1]).toBe(true);
      }
    });

    test('a verdict that is still out stands in its place in the list', async () => {
      await visitor.go('forge/linear-dW');
      await visitor.write('linear-dW', 'function dW(X, dY) {\n  return nothing.here;\n}', 'wrong');
      const rows = await Promise.all((await page.locator('.check').all()).map(boxOf));
      expect(rows.length).toBe(3);
      for (const i of [1, 2]) expect(rows[i].y).toBeGreaterThanOrEqual(rows[i - 1].y + rows[i - 1].height);
    });
  });

  describe('derive', () => {
    const inList = (): Promise<boolean> =>
      page.evaluate(() => {
        const [list, item] = ['.chain ol', '.chain .current'].map((s) =>
          document.querySelector(s)!.getBoundingClientRect(),
        );
        return item.top >= list.top - 1 && item.bottom <= list.bottom + 1;
      });
    const button = (name: string): Locator => page.getByRole('button', { name });
    const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.textContent ?? '');

    test('the current step is in sight in the list, whatever led to it, and the page stays', async () => {
      await page.setViewportSize({ width: 1280, height: 500 });
      await visitor.go('derive');
      await page.locator('.chain .katex').last().waitFor();
      await button('Next →').focus();
      const before = await page.evaluate(() => scrollY);
      for (let i = 0; i < 17; i++) {
        await page.keyboard.press('Enter');
        await expect.poll(inList).toBe(true);
      }
      await expect.poll(() => page.locator('#derive-step').textContent()).toBe('First biases');
      await expect.poll(focused).toBe('Next →'); // at the end too
      expect(await page.evaluate(() => scrollY)).toBe(before);
      for (let i = 0; i < 18; i++) await button('← Back').press('Enter');
      await expect.poll(inList).toBe(true);
      await expect.poll(focused).toBe('← Back');
      await page.locator('.all-numbers [aria-label^="dh1, row 2, column 1:"]').click();
      await expect.poll(inList).toBe(true);
      await visitor.go('derive/dW3');
      await expect.poll(() => page.locator('#derive-step').textContent()).toBe('Last weights');
      await expect.poll(inList).toBe(true);
      await page.reload();
      await page.locator('.chain .katex').last().waitFor();
      await expect.poll(inList).toBe(true);
    });

    test('what is refused is said, with what is taken and what stays', async () => {
      await visitor.go('derive');
      const cell = page.getByRole('textbox', { name: 'X, row 1, column 2' });
      const said = page.locator('.refused', { hasText: /./ });
      for (const text of ['1e308', 'NaN', '1 000', '']) {
        await cell.fill(text);
        expect(await said.textContent()).toMatch(/is not taken: a number from −1000000 to 1000000/);
        expect(await cell.getAttribute('aria-describedby')).toBe(await said.getAttribute('id'));
        await cell.press('Tab');
        expect(await said.textContent()).toMatch(/was not taken: 2 stays/);
      }
      await cell.fill('3');
      expect(await said.count()).toBe(0);
    });

    test('a large number accuses nobody', async () => {
      await visitor.go('derive/dW3');
      await page.getByRole('textbox', { name: 'W1, row 1, column 1' }).fill('1e6');
      for (const name of ['dW3', 'dW2', 'dW1', 'dz3', 'dh1']) {
        for (const cell of await page.locator(`.all-numbers [aria-label^="${name}, row"]`).all()) {
          await cell.click();
          await page.locator('.measured').waitFor();
          expect(await page.locator('.measured').textContent(), name).not.toContain('they differ');
        }
      }
    });
  });

  test('headings go down step by step, and no two landmarks have one name', async () => {
    for (const hash of ['derive', 'forge', 'train', 'course/linear']) {
      await visitor.go(hash);
      await page.waitForTimeout(500);
      expect(await findings(page, ['heading-order', 'landmark-unique']), hash).toEqual([]);
    }
  });

  describe('in somebody else’s page', () => {
    /** Every computed style of everything that is the teacher's. */
    const teachers = (): Promise<string[]> =>
      page.evaluate(() =>
        ['html', 'body', '.lesson', '.lesson *'].flatMap((selector) =>
          [...document.querySelectorAll(selector)].map((element) => {
            const style = getComputedStyle(element);
            // how high the page is says what is on it
            const own = [...style].filter(
              (name) => !/^(height|block-size|perspective-origin|transform-origin)$/.test(name),
            );
            return `${element.tagName}: ${own.map((name) => `${name}=${style.getPropertyValue(name)}`).join('; ')}`;
          }),
        ),
      );

    test.each(['light', 'dark'] as const)('nothing of the teacher’s changes, in %s', async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      await page.goto(`${lab.site.origin}/plain.html`);
      const plain = await teachers();
      await page.goto(`${lab.site.origin}/lesson.html`);
      await hold('<nf-derive></nf-derive><nf-forge></nf-forge><nf-train></nf-train>');
      await page.locator('.chain .katex').first().waitFor(); // KaTeX's styles are here too
      const plot = page.locator('.curves .plot').first();
      await plot.scrollIntoViewIfNeeded(); // uPlot's styles too: it comes when it is seen
      await page.locator('.uplot').first().waitFor();
      expect(await teachers()).toEqual(plain);
      expect(plain.length).toBeGreaterThan(20);
    });

    test('a part has its own ground and scheme; data-theme on the root chooses, and is left as it is', async () => {
      await page.emulateMedia({ colorScheme: 'dark' });
      const ground = async (path: string): Promise<string[]> => {
        await page.goto(`${lab.site.origin}/${path}`);
        await hold('<nf-train></nf-train>');
        const part = page.locator('nf-train');
        await part.locator('.button').first().waitFor();
        return Promise.all(['background-color', 'color', 'color-scheme'].map((name) => styleOf(part, name)));
      };
      expect(await ground('lesson.html')).toEqual(['rgb(21, 20, 18)', 'rgb(238, 235, 230)', 'dark']);
      expect(await ground('light.html')).toEqual(['rgb(251, 250, 248)', 'rgb(29, 27, 25)', 'light']);
      expect(await page.locator('html').getAttribute('data-theme')).toBe('light');
      await page.getByRole('button', { name: 'Make a bug hunt' }).click();
      expect(await styleOf(page.locator('dialog[open]'), 'background-color')).toBe('rgb(255, 255, 255)');
    });

    test('a choice made in the lab does not reach it', async () => {
      await visitor.go('derive');
      await page.getByRole('button', { name: /^Colors/ }).click();
      await page.getByRole('button', { name: /^Colors/ }).click();
      expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
      await page.reload();
      await page.locator('.derive').waitFor();
      expect(await styleOf(page.locator('body'), 'background-color')).toBe('rgb(21, 20, 18)');
      await page.goto(`${lab.site.origin}/lesson.html`);
      await hold('<nf-derive></nf-derive>');
      await page.locator('nf-derive .stage').waitFor();
      expect(await page.locator('html').getAttribute('data-theme')).toBe(null);
    });

    test('the same part twice: no id twice', async () => {
      await page.goto(`${lab.site.origin}/lesson.html`);
      await hold('<nf-derive></nf-derive><nf-derive></nf-derive>');
      await page.locator('.derive').nth(1).waitFor();
      const ids = await page.evaluate(() => [...document.querySelectorAll('[id]')].map(({ id }) => id));
      expect(ids.length).toBeGreaterThan(6);
      expect(new Set(ids).size).toBe(ids.length);
      await page.locator('.derive').nth(1).getByRole('button', { name: 'Next →' }).click();
      await expect.poll(() => page.getByRole('heading', { name: 'First ReLU' }).count()).toBe(1);
    });
  });

  describe('links between parts in somebody else’s page', () => {
    const top = (tag: string): Promise<number> =>
      page.locator(tag).evaluate((element) => element.getBoundingClientRect().top);

    test('bring the part that is meant into sight, and leave the others where they are', async () => {
      await page.goto(`${lab.site.origin}/lesson.html`);
      await hold('<nf-course page="02-mlp"></nf-course><nf-derive></nf-derive><nf-forge></nf-forge>');
      await page.locator('.document .displayed .katex').first().waitFor();
      expect(await page.evaluate(() => scrollY)).toBe(0);
      await page.evaluate(() => void (location.hash = '#course/02-mlp/through-the-relu'));
      await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(1000);
      await page.locator('.document a.to-derive').first().press('Enter');
      await expect.poll(() => top('nf-derive')).toBeCloseTo(0, 0);
      await page.waitForTimeout(200);
      expect(await top('nf-derive')).toBeCloseTo(0, 0);
      await page.locator('a.piece[href="#forge/relu"]').press('Enter');
      await page.getByRole('heading', { name: 'ReLU', exact: true }).waitFor();
      const before = await top('nf-forge');
      await page.waitForTimeout(200);
      expect(Math.abs((await top('nf-forge')) - before)).toBeLessThan(60); // formulas come
    });

    test('are there as long as the part is, and no section counts as the course', async () => {
      await page.goto(`${lab.site.origin}/lesson.html`);
      await hold('<nf-derive></nf-derive><nf-course page="02-mlp" section="through-the-relu"></nf-course>');
      await page.locator('.chain .katex').first().waitFor();
      expect(await page.locator('.chain a.number').count()).toBe(0);
      await page.evaluate(() => document.getElementById('parts')!.append(document.createElement('nf-course')));
      await expect.poll(() => page.locator('.chain a.number').count()).toBe(18);
      await page.evaluate(() => document.querySelector('nf-course:not([section])')?.remove());
      await expect.poll(() => page.locator('.chain a.number').count()).toBe(0);
    });
  });

  describe('for whom colors or motion are not', () => {
    const differ = async (a: Locator, b: Locator, property: string): Promise<void> =>
      expect(await styleOf(a, property)).not.toBe(await styleOf(b, property));

    test('forced colors: what is current, chosen, low or high can be told', async () => {
      await page.emulateMedia({ forcedColors: 'active' });
      await visitor.go('forge/linear-dW');
      await visitor.write('linear-dW', 'function dW(X, dY) {\n  return X.T.matmul(dY).mul(5);\n}', 'wrong');
      await differ(
        page.locator('nav a[aria-current="page"]'),
        page.locator('#nf-lab nav a').first(),
        'background-color',
      );
      await differ(page.locator('.piece[aria-current]'), page.locator('.piece').last(), 'background-color');
      const sides = page.locator('.segments button:visible');
      await differ(sides.first(), sides.last(), 'background-color');
      const mark = (kind: string): Promise<string> =>
        page
          .locator(`.heat td.${kind}`)
          .first()
          .evaluate((e) => getComputedStyle(e, '::before').content);
      expect([await mark('low'), await mark('high')]).toEqual(['"↓ "', '"↑ "']);
    });

    test('forced colors: the drawing and the bars are seen', async () => {
      await page.emulateMedia({ forcedColors: 'active' });
      await visitor.go('train');
      const radios = page.locator('.segments.wide label span');
      await differ(radios.first(), radios.last(), 'background-color');
      expect(await styleOf(page.locator('.paper'), 'background-color')).toBe('rgb(0, 0, 0)'); // the ink is white
      const [bars, bar] = [page.locator('.predictions .bars').first(), page.locator('.predictions .bars i').first()];
      await differ(bars, bar, 'background-color');
      await visitor.go('derive');
      const cells = page.locator('.expression .cell');
      await differ(page.locator('.expression .cell.focused'), cells.last(), 'background-color');
      expect(await styleOf(page.locator('.chain .current .step'), 'outline-style')).toBe('solid');
    });

    test('more contrast: quiet text and lines are as dark as the rest', async () => {
      await page.emulateMedia({ contrast: 'more' });
      await visitor.go('derive');
      const [quiet, part] = [page.locator('.derive .quiet').first(), page.locator('nf-derive')];
      expect(await styleOf(quiet, 'color')).toBe(await styleOf(part, 'color'));
    });

    test('reduced motion: nothing moves by itself', async () => {
      await page.emulateMedia({ reducedMotion: 'reduce' });
      for (const hash of ['derive', 'forge/relu', 'train', 'course/linear']) {
        await visitor.go(hash);
        await page.waitForTimeout(400);
        const moving = await page.evaluate(() =>
          [...document.querySelectorAll('*')]
            .filter((e) => {
              const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(e);
              return transitionDuration !== '0s' || animationName !== 'none' || scrollBehavior !== 'auto';
            })
            .map((e) => `${e.tagName}.${e.className}`),
        );
        expect(moving, hash).toEqual([]);
      }
    });
  });
});
