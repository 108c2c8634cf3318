import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { idxNames } from '../src/data/catalog.ts';
import { type Json, main, Workplace } from './cli.ts';
import { chromiumExpected, startChromium, unlessChromium } from './support/chromium.ts';
import { type Run, Visitor } from './support/lab-visitor.ts';

// The lab from end to end, as `neuroforge lab` serves it: what a learner does, and what comes of it.

const at = new Workplace();
const data = process.env.NEUROFORGE_DATA;

/** The same settings on the command line: its losses, epoch by epoch, and how it ended. */
async function onCommandLine(flags: Record<string, string | number>): Promise<{ epochs: Json[]; end: Json }> {
  const args = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, String(value)]);
  const env: Record<string, string> = data === undefined ? {} : { NEUROFORGE_DATA: data };
  const end = await at.json(['train', '--backend', 'wasm', '--quiet', ...args], 0, env);
  const lines: Json[] = at
    .read(`${end.run}/metrics.jsonl`)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const trained = new Map(lines.filter(({ split }) => split === 'train').map(({ epoch, loss }) => [epoch, loss]));
  const epochs = lines
    .filter(({ split }) => split === 'val')
    .map(({ epoch, step, loss, accuracy }) => ({ epoch, step, loss, accuracy, trainLoss: trained.get(epoch) }));
  return { epochs, end };
}

const numbersOf = ({ epochs }: Run): Json[] =>
  epochs.map(({ epoch, step, loss, accuracy, trainLoss }) => ({
    ...{ epoch, step, loss, accuracy },
    trainLoss: Number.isNaN(trainLoss) ? undefined : trainLoss,
  }));

describe.skipIf(!chromiumExpected)(`the lab, end to end${unlessChromium}`, { timeout: 300_000 }, () => {
  let browser: Browser;
  let lab: ChildProcess;
  let url: string;
  const visitors: Visitor[] = [];

  beforeAll(async () => {
    lab = spawn(process.execPath, [main, 'lab', '--port', '0', '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
    [browser, url] = await Promise.all([
      startChromium(),
      new Promise<string>((done) => {
        let text = '';
        lab.stdout!.setEncoding('utf8').on('data', (part) => {
          text += part;
          if (text.endsWith('}\n')) done(JSON.parse(text).url);
        });
      }),
    ]);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    lab?.kill('SIGINT');
  });
  afterEach(async () => {
    for (const visitor of visitors.splice(0)) {
      await visitor.leave();
      expect(visitor.complaints).toEqual([]);
      expect(visitor.elsewhere).toEqual([]);
    }
  });

  async function arrive(): Promise<Visitor> {
    const visitor = await Visitor.arrive(browser, url);
    visitors.push(visitor);
    return visitor;
  }

  test.skipIf(data === undefined && !process.env.CI)(
    'from empty editors to 97 % on MNIST, every number that of the command line',
    async () => {
      const folder = join(data ?? 'none', 'mnist');
      const files = idxNames.map((name) => join(folder, existsSync(join(folder, name)) ? name : `${name}.gz`));
      const visitor = await arrive();
      const { page } = visitor;
      await visitor.go('forge/linear-dW');
      await page.locator('.progress', { hasText: '0 of 6 correct' }).waitFor();
      await visitor.writeAnswers();
      expect(await page.locator('.progress').textContent()).toBe('6 of 6 correct');
      await visitor.go('train');
      await page.getByText('MNIST, 28 × 28').click();
      await page.locator('input[type=file]').setInputFiles(files);
      await page.locator('.mnist-here').waitFor();
      await page.getByLabel('epochs').fill('2');
      await page.getByLabel('seed').fill('3');
      page.setDefaultTimeout(200_000);
      const { learner, library, weights, accuracy } = await visitor.train();
      expect(Number.parseFloat(accuracy)).toBeGreaterThanOrEqual(97);
      expect(await page.locator('.standing.equal').textContent()).toContain('3,43'); // up to the last step told
      const { epochs, end } = await onCommandLine({ data: 'mnist', model: 'mlp:512,128', epochs: 2, seed: 3 });
      expect(numbersOf(learner)).toEqual(epochs);
      expect(numbersOf(library)).toEqual(epochs);
      expect(learner.losses).toEqual(library.losses);
      expect(learner.losses.length).toBe(Math.floor(end.steps / 10));
      expect(weights).toBe(`${end.weights.slice(0, 23)}…`);
    },
  );

  test('a link replays to the same numbers in another browser, and runs nothing before Start', async () => {
    const sender = await arrive();
    await sender.writeAnswers();
    // A function of the visitor's own, which is right and has other bits than ours.
    await sender.write('linear-db', 'function db(dY) {\n  return dY.mul(3).colSum().div(3);\n}');
    await sender.go('train');
    await sender.page.getByLabel('epochs').fill('3');
    await sender.page.getByLabel('first hidden').fill('40');
    await sender.page.getByLabel('learning rate').fill('0.07');
    await sender.page.getByLabel('seed').fill('4294967295');
    const sent = await trainParted(sender);
    const link = await sender.link();
    expect(link.startsWith(`${url}#`)).toBe(true);

    const receiver = await arrive();
    const { page } = receiver;
    await page.goto(link);
    await page.getByRole('heading', { name: 'Somebody’s network' }).waitFor();
    await page.waitForTimeout(1000);
    expect(page.frames().length).toBe(1);
    expect(page.workers().length).toBe(0);
    expect(await page.evaluate('globalThis.told.length')).toBe(0);
    await receiver.press('Start');
    const replayed = await trainParted(receiver);
    expect(replayed).toEqual(sent);
    expect(sent.learner.losses).not.toEqual(sent.library.losses);
    const { epochs } = await onCommandLine({ epochs: 3, model: 'mlp:40,64', lr: 0.07, seed: 4294967295 });
    expect(numbersOf(sent.library)).toEqual(epochs);
  });

  test('a bug-hunt link says what it is, and runs nothing before Start', async () => {
    const sender = await arrive();
    await sender.writeAnswers();
    await sender.write('relu', 'function dReLU(dY, z) {\n  return dY.mul(z.ge(-1));\n}', 'wrong');
    await sender.press('Make a bug hunt');
    await sender.page.locator('dialog[open] select').selectOption('relu');
    await sender.press('Make the link');
    const link = await sender.page.locator('dialog[open] .address').inputValue();

    const finder = await arrive();
    const { page } = finder;
    await page.goto(link);
    await page.getByRole('heading', { name: 'A bug hunt' }).waitFor();
    await page.getByText('One of these functions is wrong').waitFor();
    await page.waitForTimeout(1000);
    expect(page.frames().length).toBe(1);
    expect(page.workers().length).toBe(0);
    expect(await page.locator('.link-panel').textContent()).toContain('Nothing of it has run.');
    await finder.press('Start');
    await finder.go('forge/relu');
    expect(await page.locator('.piece.wrong, .piece.correct').count()).toBe(0);
    await finder.press('Check dReLU');
    await page.locator('.piece.wrong[href="#forge/relu"]').waitFor();
  });
});

/** As `train`, where the weights are not equal in the end. */
async function trainParted(visitor: Visitor): Promise<{ learner: Run; library: Run; accuracy: string }> {
  const { learner, library, accuracy } = await visitor.train({ equal: false });
  const timeless = ({ losses, epochs }: Run): Run => ({
    losses,
    epochs: epochs.map(({ epoch, step, loss, accuracy, trainLoss }) => ({ epoch, step, loss, accuracy, trainLoss })),
  });
  return { learner: timeless(learner), library: timeless(library), accuracy };
}
