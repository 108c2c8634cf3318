import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { type ExerciseId, exercises } from '../src/verify/exercises.ts';
import { chromiumExpected, unlessChromium } from './support/chromium.ts';
import { answers, linkOf } from './support/lab-link.ts';
import type { Visitor } from './support/lab-visitor.ts';
import { visitedLab } from './support/visited-lab.ts';

// What a visitor has made is not lost: two pages, slow or refused storage, a reload, somebody else's link.

const starters = Object.fromEntries(exercises.map(({ id, starter }) => [id, starter])) as Record<ExerciseId, string>;

/** The storage of this page answers `ms` later. */
const slowly = (ms: number): string => `{
  const { open } = IDBFactory.prototype;
  IDBFactory.prototype.open = function (...args) {
    const real = open.apply(this, args);
    const late = {};
    setTimeout(() => {
      const fire = () => { late.result = real.result; late.onsuccess?.({ target: real }); };
      if (real.readyState === 'done') fire();
      else real.onsuccess = fire;
    }, ${ms});
    return late;
  };
}`;

const refused = `
  const refuse = () => { throw new DOMException('denied', 'SecurityError'); };
  Object.defineProperty(globalThis, 'indexedDB', { get: () => ({ open: refuse }) });
  for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(globalThis, name, { get: refuse });
`;

describe.skipIf(!chromiumExpected)(`a visitor's work in the lab${unlessChromium}`, { timeout: 120_000 }, () => {
  const lab = visitedLab();
  let visitor: Visitor;
  let page: Page;
  beforeEach(() => {
    ({ visitor, page } = lab);
  });

  const editor = (on = page): ReturnType<Page['locator']> => on.locator('nf-forge .cm-content');
  /** What stands in the editor in sight. */
  const text = async (on = page): Promise<string> =>
    (await editor(on).locator('.cm-line').allTextContents()).join('\n');
  const shows = (piece: ExerciseId, wanted: string, on = page): Promise<void> =>
    expect
      .poll(async () => {
        await on.goto(`${lab.site.origin}/#forge/${piece}`);
        await editor(on).waitFor();
        return text(on);
      })
      .toBe(wanted);
  async function type(wanted: string, on = page): Promise<void> {
    await editor(on).focus();
    await on.keyboard.press('Control+a');
    await on.keyboard.insertText(wanted);
  }
  /** What of the pieces the database has. */
  const kept = (on = page): Promise<string> =>
    on.evaluate(async () => {
      const request = indexedDB.open('neuroforge-lab');
      const db = await new Promise<IDBDatabase>((resolve) => {
        request.onsuccess = () => resolve(request.result);
      });
      const got = db.transaction('work').objectStore('work').get('pieces');
      await new Promise((resolve) => {
        got.onsuccess = resolve;
      });
      db.close();
      return JSON.stringify(got.result);
    });

  test('two pages: each keeps its own piece, and neither undoes the other’s', async () => {
    await visitor.go('forge/linear-dW');
    await editor().waitFor();
    const other = await visitor.context.newPage();
    await other.goto(`${lab.site.origin}/#forge/linear-db`);
    await editor(other).waitFor();
    await type('// dW of A');
    await expect.poll(() => kept()).toContain('dW of A');
    await type('// db of B', other);
    await expect.poll(() => kept()).toContain('db of B');
    await page.reload();
    await shows('linear-dW', '// dW of A');
    await shows('linear-db', '// db of B');
  });

  test('what was typed just before a reload is there after it', async () => {
    await visitor.go('forge/relu');
    await editor().waitFor();
    await page.evaluate('IDBFactory.prototype.open = () => ({})'); // the database has no time to answer
    await type('// at the last moment');
    await page.reload();
    await shows('relu', '// at the last moment');
    await expect.poll(() => kept()).toContain('at the last moment');
    expect(await page.evaluate(() => localStorage.getItem('neuroforge-unsaved'))).toBeNull();
  });

  test('before slow storage has answered nothing is written over what it keeps', async () => {
    await visitor.go('forge/linear-dW');
    await editor().waitFor();
    await type('// kept');
    await expect.poll(() => kept()).toContain('// kept');
    await visitor.go('forge/linear-db');
    await type('// kept, too');
    await expect.poll(() => kept()).toContain('// kept, too');
    await page.addInitScript(slowly(1500));
    await page.goto(`${lab.site.origin}/?slow#forge/linear-dW`);
    const plain = page.getByRole('textbox', { name: /^dW, JavaScript/ });
    await plain.press('x');
    expect(await plain.inputValue()).toBe(starters['linear-dW']);
    await page.getByText('Looking for what you wrote here').waitFor();
    await editor().waitFor();
    expect(await text()).toBe('// kept');
    await type('// newly typed');
    await shows('linear-db', '// kept, too');
    await shows('linear-dW', '// newly typed');
  });

  test('storage that never answers: that is said, and work goes on', async () => {
    await page.addInitScript(slowly(1e6));
    await visitor.go('forge/relu');
    await page.getByText('This browser keeps nothing for this page (its storage does not answer)').waitFor();
    await visitor.write('relu', answers.relu);
  });

  test('with storage refused, one’s own code comes back from a link', async () => {
    await page.addInitScript(refused);
    await visitor.go('forge/linear-dW');
    await editor().waitFor();
    await type('// my own');
    await page.getByText('This browser keeps nothing').waitFor();
    await visitor.go(linkOf({}));
    await visitor.press('Start');
    await shows('linear-dW', answers['linear-dW']);
    await visitor.press('Back to my own code');
    await shows('linear-dW', '// my own');
    await shows('relu', starters.relu);
  });

  test('what was kept by a lab without times is read', async () => {
    await visitor.go('forge/relu');
    await editor().waitFor();
    await page.evaluate(async () => {
      const request = indexedDB.open('neuroforge-lab');
      const db = await new Promise<IDBDatabase>((resolve) => {
        request.onsuccess = () => resolve(request.result);
      });
      const put = db.transaction('work', 'readwrite').objectStore('work');
      const done = put.put({ code: { relu: '// of old', chain: 7 }, hints: { relu: 2, chain: -1 } }, 'pieces');
      await new Promise((resolve) => {
        done.onsuccess = resolve;
      });
    });
    await page.reload();
    await shows('relu', '// of old');
    await expect.poll(() => page.locator('.hints li').count()).toBe(2);
    await shows('chain', starters.chain);
  });

  test('undo goes back in each piece, from piece to piece, and never into somebody else’s code', async () => {
    await visitor.go('forge/linear-dX');
    await editor().waitFor();
    await type('// first');
    await visitor.go('forge/relu');
    await type('// of relu');
    await shows('linear-dX', '// first');
    await editor().focus();
    await page.keyboard.press('Control+z');
    await expect.poll(() => text()).toBe(starters['linear-dX']);
    await page.keyboard.press('Control+y');
    await expect.poll(() => text()).toBe('// first');

    await visitor.go(linkOf({ hunt: true }));
    await visitor.press('Start');
    await shows('linear-dX', answers['linear-dX']);
    await editor().focus();
    await page.keyboard.press('Control+z');
    await page.waitForTimeout(200);
    expect(await text()).toBe(answers['linear-dX']);
    await visitor.press('Back to my own code');
    await shows('linear-dX', '// first');
    await editor().focus();
    await page.keyboard.press('Control+z');
    await expect.poll(() => text()).toBe(starters['linear-dX']);
  });

  const summary = (): ReturnType<Page['locator']> => page.locator('.settings-panel summary');

  test('settings are kept, and a link’s leave with it', async () => {
    await visitor.go('train');
    await page.getByLabel('seed').fill('123');
    await page.getByLabel('epochs').fill('1000');
    await expect.poll(() => kept()).toContain('123');
    await page.reload();
    await summary().filter({ hasText: 'seed 123' }).waitFor();
    await visitor.writeAnswers();
    await visitor.go('train');
    await visitor.press('Start training');
    await page.locator('.standing.equal').waitFor();

    await visitor.go(linkOf({ lr: 3, seed: 7 }));
    await visitor.press('Start');
    await summary().filter({ hasText: 'rate 3, batch 32, 2 epochs, seed 7' }).waitFor();
    await page.getByRole('button', { name: 'Start training' }).waitFor(); // one's own run has ended
    await expect.poll(() => page.locator('.standing').textContent()).toMatch(/^Two networks/);
    await visitor.press('Back to my own code');
    await summary().filter({ hasText: 'rate 0.1, batch 32, 1000 epochs, seed 123' }).waitFor();
  });

  test('a change while it trains: the run says that it is of the older code', async () => {
    await visitor.go(linkOf({ epochs: 1000 }));
    await visitor.press('Start');
    await visitor.press('Start training');
    await page.locator('.standing.equal').waitFor();
    await expect.poll(() => page.getByText('code as it was').count()).toBe(0);
    await visitor.write('relu', 'function dReLU(dY, z) { return dY; }', 'wrong');
    await visitor.go('train');
    await page.getByText('code as it was').waitFor();
    await visitor.press('Reset');
    await expect.poll(() => page.getByText('code as it was').count()).toBe(0);
  });

  test('code that is too long for a link: which, and how long', async () => {
    await visitor.go('forge/linear-dW');
    await editor().waitFor();
    const lines = Array.from({ length: 400 }, (_, i) => `// ${i} ${'x'.repeat(30)}`).join('\n');
    await type(lines);
    const height = await page.locator('.editor-host').evaluate((host) => host.clientHeight);
    expect(height).toBeLessThan(700);
    await visitor.press('Copy link');
    const card = page.locator('.share .error-card').last();
    await card.waitFor();
    expect(await card.textContent()).toMatch(/dW is too long for a link.*10,000.*got15,089/);
  });

  test('a copied link of one’s own machine says so', async () => {
    await visitor.go('forge/linear-dW');
    await editor().waitFor();
    await visitor.link();
    await page.getByText('This address is your own machine’s').last().waitFor();
  });

  test('editor and plots come when they are first seen', async () => {
    const before = lab.site.requests.length;
    const came = (what: RegExp): number => lab.site.requests.slice(before).filter((path) => what.test(path)).length;
    await visitor.go('derive');
    await page.locator('.chain .katex').first().waitFor();
    await page.waitForTimeout(500);
    expect(came(/editor|plot/)).toBe(0);
    let letCome = (): void => {};
    const held = new Promise<void>((done) => {
      letCome = done;
    });
    await page.route(/\/editor-[^/]*\.js$/, async (route) => {
      await held;
      await route.continue();
    });
    await visitor.go('forge/relu');
    await page.locator('.editor-plain').focus();
    letCome();
    await editor().waitFor();
    const inEditor = () => page.locator('.editor-host').evaluate((host) => document.activeElement === host);
    await expect.poll(inEditor).toBe(true);
    expect(came(/plot/)).toBe(0);
    await visitor.go('train');
    await page.locator('.plot .uplot').first().waitFor();
  });
});
