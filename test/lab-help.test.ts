import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { violations } from './support/axe.ts';
import { chromiumExpected, unlessChromium } from './support/chromium.ts';
import type { Visitor } from './support/lab-visitor.ts';
import { visitedLab } from './support/visited-lab.ts';

// How training fails when a piece is wrong, and how the page helps to find it.

describe.skipIf(!chromiumExpected)(`finding what is wrong${unlessChromium}`, { timeout: 120_000 }, () => {
  const lab = visitedLab();
  let visitor: Visitor;
  let page: Page;
  beforeEach(async () => {
    ({ visitor, page } = lab);
    await visitor.writeAnswers();
  });

  const step = async (): Promise<void> => page.getByRole('button', { name: 'Step', exact: true }).click();
  const at = async (side: string): Promise<string> =>
    (await page.locator(`.side.${side} .side-name dd`).textContent()) ?? '';
  const suspicion = (): ReturnType<Page['locator']> => page.locator('.suspicion');

  test('step by step from the first one, and after a pause: nothing parts that is equal', async () => {
    await visitor.go('train');
    await page.getByLabel('epochs').fill('900');
    for (const n of [1, 2, 3]) {
      await step();
      for (const side of ['learner', 'library']) await expect.poll(() => at(side)).toMatch(new RegExp(`step ${n}$`));
    }
    await page.locator('.standing.equal', { hasText: '3 steps' }).waitFor();
    await visitor.press('Resume');
    await expect.poll(async () => Number((await at('learner')).replace(/^.*step |,/g, ''))).toBeGreaterThan(200);
    for (let i = 0; i < 3; i++) {
      await visitor.press('Pause');
      await page.waitForTimeout(200);
      for (let k = 0; k < 3; k++) await step();
      await page.waitForTimeout(200);
      await visitor.press('Resume');
      await page.waitForTimeout(200);
    }
    await visitor.press('Pause');
    expect(await page.locator('.standing.parted').count()).toBe(0);
    expect(await suspicion().count()).toBe(0);
  });

  test('a wrong piece: the losses part, and the page names it and what it looks like', async () => {
    await visitor.write('relu', 'function dReLU(dY, z) {\n  return dY;\n}', 'wrong');
    await visitor.go('train');
    await page.getByLabel('epochs').fill('2');
    await visitor.press('Start training');
    await page.locator('.standing.parted').waitFor();
    expect(await suspicion().textContent()).toMatch(/a piece that is not right:dReLU .{10}/);
    expect(await violations(page)).toEqual([]);
    await suspicion().getByRole('link', { name: 'dReLU' }).click();
    await page.getByRole('heading', { name: 'ReLU', level: 2, exact: true }).waitFor();
  });

  test('a piece that makes NaN is blamed, and no setting is', async () => {
    await visitor.write('linear-db', 'function db(dY) {\n  return dY.colSum().mul(NaN);\n}', 'wrong');
    await visitor.go('train');
    await visitor.press('Start training');
    await page.getByText('diverged after epoch').waitFor();
    expect(await suspicion().textContent()).toMatch(/a piece that is not right:db /);
    const words = (await page.locator('.train-main').textContent()) ?? '';
    expect(words).not.toMatch(/learning rate .* too high|forged|gradcheck/);
    expect(words).toMatch(/became NaN at step \d+\.|non-finite by step \d+\./);
  });

  test('six right pieces: the settings are blamed, or rounding', async () => {
    await visitor.go('train');
    await page.getByLabel('learning rate').fill('1000000');
    await visitor.press('Start training');
    await page.locator('.side.learner').getByText('diverged after epoch').waitFor();
    expect(await suspicion().textContent()).toBe('All six pieces are correct, so it is the settings.');
    const warning = (await page.locator('.train .warning').textContent()) ?? '';
    expect(warning).toMatch(/the learning rate 1000000 is too high/);
    expect(warning).not.toMatch(/forged/);
    expect(await at('learner')).toMatch(/step [1-9]/);

    await visitor.write('linear-db', 'function db(dY) {\n  return dY.mul(3).colSum().div(3);\n}');
    await visitor.go('train');
    await page.getByLabel('learning rate').fill('0.1');
    await page.getByLabel('epochs').fill('3');
    await visitor.press('Train again');
    await page.locator('.standing.parted').waitFor();
    expect(await suspicion().textContent()).toMatch(
      /All six pieces are correct: they add up in another order .* \de-\d+ /,
    );
  });
});
