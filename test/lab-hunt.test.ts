import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, test } from 'vitest';
import type { LinkState } from '../lab/link.ts';
import { type ExerciseId, exercises } from '../src/verify/exercises.ts';
import { chromiumExpected, unlessChromium } from './support/chromium.ts';
import { answers, linkOf } from './support/lab-link.ts';
import type { Visitor } from './support/lab-visitor.ts';
import { visitedLab } from './support/visited-lab.ts';

// Links that are opened: held, left and found again, started, hunted through; where the keyboard is meanwhile.

const sabotaged = { ...answers, relu: 'function dReLU(dY, z) {\n  return dY;\n}' };

describe.skipIf(!chromiumExpected)(`links in the lab${unlessChromium}`, { timeout: 120_000 }, () => {
  const lab = visitedLab();
  let visitor: Visitor;
  let page: Page;
  beforeEach(() => {
    ({ visitor, page } = lab);
  });

  const heading = (name: string): Promise<void> => page.getByRole('heading', { name, exact: true, level: 1 }).waitFor();
  const banner = (words: string | RegExp): Promise<void> => page.locator('.banner', { hasText: words }).waitFor();
  const hint = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++) await page.locator('.hints .button').first().click();
  };
  async function hunt(code: LinkState['code']): Promise<void> {
    await visitor.go(linkOf({ hunt: true, code }));
    await visitor.press('Start');
    await banner('one of these six functions is wrong');
  }
  async function check(id: ExerciseId): Promise<void> {
    await visitor.go(`forge/${id}`);
    await page.getByRole('button', { name: /^Check / }).click();
    await page.locator(`.piece:is(.correct, .wrong)[href="#forge/${id}"]`).waitFor();
  }

  test('a held link is left by the menu and by the way back, and found again', async () => {
    await visitor.go('derive');
    const link = linkOf({});
    await visitor.go(link);
    await heading('Somebody’s network');
    expect(await page.title()).toBe('Somebody’s network · NeuroForge lab');
    await page.locator('nav[aria-label=Parts] a', { hasText: 'Forge' }).click();
    await heading('Forge');
    expect(await page.title()).toBe('Forge · NeuroForge lab');
    await page.goBack();
    await heading('Somebody’s network');
    await page.goBack();
    await heading('Derive');
    await page.goForward();
    await visitor.press('Start');
    await heading('Train');
    await page.goBack();
    await heading('Somebody’s network');
    await page.getByRole('button', { name: 'Go on where you left it' }).click();
    await heading('Train');
    await visitor.go('this-is-no-link');
    await heading('This link cannot be read');
    expect(await page.title()).toBe('This link cannot be read · NeuroForge lab');
    await page.locator('nav[aria-label=Parts] a', { hasText: 'Train' }).click();
    await heading('Train');
  });

  test('the six functions of a link are graded at once, and all are right', async () => {
    await visitor.go(linkOf({}));
    await visitor.press('Start');
    await visitor.go('forge');
    await page.locator('.progress', { hasText: '6 of 6' }).waitFor();
  });

  test('the skip link leaves the address as it is', async () => {
    await visitor.go('forge/relu');
    await heading('Forge');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('content');
    await page.reload();
    await heading('Forge');
  });

  test('a hunt tells nothing unasked, then says found, and mended', async () => {
    await hunt(sabotaged);
    await visitor.go('forge/relu');
    await page.locator('.piece[href="#forge/relu"][aria-current]').waitFor();
    expect(await page.locator('.pieces li').allTextContents()).toEqual(
      exercises.map(() => expect.stringContaining(', not checked yet')),
    );
    await hint(3);
    await expect.poll(() => page.locator('.hints li').count()).toBe(3);
    await expect.poll(() => page.getByRole('button', { name: 'Show the answer' }).count()).toBe(0);
    await page.getByText('here once you have had this piece checked').waitFor();
    await check('linear-db');
    await banner('one of these six functions is wrong');
    await check('relu');
    await banner('Found: dReLU is wrong');
    await page.getByRole('button', { name: 'Show the answer' }).click();
    await page.locator('.comparison').waitFor();
    await visitor.write('relu', answers.relu);
    await banner('Mended: dReLU was wrong');
    await visitor.press('Back to my own code');
    await visitor.go('forge/relu');
    await expect.poll(() => page.locator('.hints li').count()).toBe(0);
  });

  test('mended before it was asked about; one’s own hints stay at home', async () => {
    await visitor.go('forge/relu');
    await hint(4);
    await hunt(sabotaged);
    await visitor.go('forge/relu');
    await expect.poll(() => page.locator('.hints li').count()).toBe(0);
    await page.locator('.cm-content').focus();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(answers.relu);
    await check('relu');
    await banner('Mended: dReLU was wrong');
    await visitor.press('Back to my own code');
    await page.locator('.comparison').waitFor();
    await expect.poll(() => page.locator('.hints li').count()).toBe(4);
  });

  test('a hunt in which nothing is wrong says so when all are checked', async () => {
    await hunt(answers);
    for (const { id } of exercises) await check(id);
    await banner('none of them is wrong');
  });

  test('a hunt that is gone on with is told of its own functions, not of one’s own', async () => {
    await visitor.writeAnswers();
    await hunt(sabotaged);
    expect(await page.getByRole('button', { name: 'Make a bug hunt' }).count()).toBe(0);
    for (const { id } of exercises) await check(id);
    await banner('Found: dReLU is wrong');
    await visitor.press('Back to my own code');
    await page.locator('.progress', { hasText: '6 of 6' }).waitFor();
    await page.goBack();
    await visitor.go(linkOf({ hunt: true, code: sabotaged }));
    await visitor.press('Go on where you left it');
    await banner(/Found: dReLU|none of them|Mended/);
    expect(await page.locator('.banner').textContent()).toContain('Found: dReLU is wrong');
    await page.locator('.progress', { hasText: '5 of 6' }).waitFor();
    await banner('Found: dReLU is wrong');
  });

  test('a dialog that was closed while it checked copies nothing, and asks anew', async () => {
    await visitor.writeAnswers();
    await visitor.write('relu', sabotaged.relu, 'wrong');
    await visitor.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: lab.site.origin });
    await page.evaluate(() => navigator.clipboard.writeText('before'));
    const read = (): Promise<string> => page.evaluate(() => navigator.clipboard.readText());
    await visitor.press('Make a bug hunt');
    await page.getByRole('button', { name: 'Make the link' }).click();
    await page.keyboard.press('Escape');
    await new Promise((resume) => setTimeout(resume, 3000));
    expect(await read()).toBe('before');
    await visitor.press('Make a bug hunt');
    expect(await page.locator('dialog[open] .address').count()).toBe(0);
    await page.getByRole('button', { name: 'Make the link' }).click();
    await page.locator('dialog[open]', { hasText: 'The link is on your clipboard' }).waitFor();
    expect(await read()).toBe(await page.locator('dialog[open] .address').inputValue());
  });

  test('a hunt without code is refused, when it is opened and when it is made', async () => {
    await visitor.go(linkOf({ hunt: true, code: {} }));
    await page.locator('.error-card', { hasText: 'a bug hunt needs the code of all six functions' }).waitFor();
    await visitor.go('forge');
    await visitor.press('Make a bug hunt');
    await page.getByRole('button', { name: 'Make the link' }).click();
    await page.locator('dialog[open] .refusal', { hasText: 'dz is not written yet' }).waitFor();
  });

  test('the dialog means the piece that is known to be wrong, or the one that is open', async () => {
    await visitor.writeAnswers();
    await visitor.go('forge/linear-dX');
    await visitor.press('Make a bug hunt');
    expect(await page.locator('dialog[open] select').inputValue()).toBe('linear-dX');
    await page.keyboard.press('Escape');
    await visitor.write('relu', sabotaged.relu, 'wrong');
    await visitor.go('forge/linear-dX');
    await visitor.press('Make a bug hunt');
    expect(await page.locator('dialog[open] select').inputValue()).toBe('relu');
  });

  test('a reload in a hunt loses nothing of it', async () => {
    await hunt(sabotaged);
    await check('linear-db');
    await visitor.go('forge/linear-dX');
    await page.locator('.cm-content').focus();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText('// of the hunter');
    await page.reload();
    await banner('one of these six functions is wrong');
    await expect.poll(() => page.locator('.cm-content').textContent()).toBe('// of the hunter');
    await page.locator('.piece.correct[href="#forge/linear-db"]').waitFor();
    await visitor.press('Back to my own code');
    await expect.poll(() => page.locator('.cm-content').textContent()).toContain('// your code');
    await page.reload();
    await page.locator('.cm-content').waitFor();
    await expect.poll(() => page.locator('.banner').count()).toBe(0);
    await visitor.go(linkOf({ hunt: true, code: sabotaged }));
    await page.getByRole('button', { name: 'Go on where you left it' }).click();
    await visitor.go('forge/linear-dX');
    await expect.poll(() => page.locator('.cm-content').textContent()).toBe('// of the hunter');
  });

  test('whatever is pressed, the keyboard is not at the page’s start again', async () => {
    const focused = (): Promise<string> =>
      page.evaluate(() => {
        const { activeElement: at } = document;
        return at === document.body ? 'nowhere' : `${at?.tagName} ${at?.id || at?.className || ''} ${at?.textContent}`;
      });
    const press = async (name: string | RegExp): Promise<void> => {
      const button = page.getByRole('button', { name, exact: typeof name === 'string' }).last();
      await button.focus();
      await page.keyboard.press('Enter');
    };
    const lands = (where: RegExp): Promise<void> => expect.poll(focused).toMatch(where);
    await visitor.go(linkOf({ hunt: true, code: sabotaged }));
    await press('Start');
    await lands(/^H1 forge-title/);
    await press(/^Check dz/);
    await lands(/^ASIDE judgement-column/);
    await press('Back to my own code');
    await lands(/^H1 forge-title/);
    for (let i = 0; i < 4; i++) await press(/^(A|Another) hint|Show the answer/);
    await lands(/^DIV diff-scroll/);
    await press('Hide hints');
    await lands(/^BUTTON .*A hint/);
    await press('Start over');
    await lands(/^BUTTON .*Keep everything/);
    await press('All six');
    await lands(/^BUTTON .*Start over/);
    await visitor.go(linkOf({}));
    await press('Start');
    await lands(/^H1 train-title/);
    await press('Start training');
    await lands(/^BUTTON .*(Starting|Pause|Train again)/);
    await page.getByRole('button', { name: 'Train again' }).waitFor();
    await lands(/^BUTTON .*Train again/);
    await press('Reset');
    await lands(/^BUTTON .*Start training/);
  });
});
