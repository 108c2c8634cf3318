import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Json, Workplace } from './cli.ts';
import { violations } from './support/axe.ts';
import { chromiumExpected, startChromium, unlessChromium } from './support/chromium.ts';
import { type Running, start } from './support/lab-process.ts';
import { Visitor } from './support/lab-visitor.ts';

// `neuroforge lab RUN`, end to end: a run of the command line in the page, and the page against what it recorded.

const at = new Workplace();
const absent = 'Failed to load resource: the server responded with a status of 404 (Not Found)';

describe.skipIf(!chromiumExpected)(`a run in the lab${unlessChromium}`, { timeout: 120_000 }, () => {
  let browser: Browser;
  let same: Json;
  let other: Json;
  const labs: Running[] = [];
  const visitors: Visitor[] = [];

  beforeAll(async () => {
    const train = (...flags: string[]): Promise<Json> => at.json(['train', '--quiet', '--backend', 'wasm', ...flags]);
    browser = await startChromium();
    same = await train('--epochs', '4', '--model', 'mlp:40,17', '--lr', '0.07', '--batch', '50', '--seed', '11');
    other = await train('--epochs', '3', '--model', 'mlp:32', '--init', 'xavier');
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await Promise.all(labs.map((lab) => lab.end()));
  });
  afterEach(async () => {
    for (const visitor of visitors.splice(0)) {
      await visitor.leave();
      expect(visitor.complaints).toEqual([]);
      expect(visitor.elsewhere).toEqual([]);
    }
  });

  /** Somebody who opens the address that `neuroforge lab` prints. */
  async function open(...run: string[]): Promise<Visitor> {
    const lab = await start(at.folder, ...run, '--port', '0');
    labs.push(lab);
    const { url, port } = lab.document;
    const visitor = await Visitor.arrive(browser, `http://127.0.0.1:${port}/`);
    visitors.push(visitor);
    await visitor.page.goto(run.length > 0 ? url : `${url}#train/run`);
    await visitor.page.locator('.run-card h2:not(:text("Reading"))').waitFor();
    return visitor;
  }

  const settings = async ({ page }: Visitor): Promise<Record<string, string>> => {
    const labels = ['first hidden', 'second hidden', 'learning rate', 'batch', 'epochs', 'seed'];
    return Object.fromEntries(
      await Promise.all(
        labels.map(async (label) => [label, await page.getByLabel(label, { exact: true }).inputValue()]),
      ),
    );
  };

  const facts = async ({ page }: Visitor): Promise<Record<string, string>> => {
    const rows = page.locator('.run-facts > div');
    const [names, values] = await Promise.all([
      rows.locator('dt').allTextContents(),
      rows.locator('dd').allTextContents(),
    ]);
    return Object.fromEntries(names.map((name, i) => [name, values[i]]));
  };

  /** Pixels of the run's color on the canvas of a plot. */
  const drawn = ({ page }: Visitor, title: string): Promise<number> =>
    page
      .locator('.curves', { hasText: title })
      .locator('canvas')
      .evaluate((canvas: HTMLCanvasElement) => {
        const { width, height } = canvas;
        const copy = new OffscreenCanvas(width, height).getContext('2d')!; // a canvas that is read is made a slow one
        copy.drawImage(canvas, 0, 0);
        const { data } = copy.getImageData(0, 0, width, height);
        let count = 0;
        for (let i = 0; i < data.length; i += 4) {
          if (data[i + 3] > 200 && Math.hypot(data[i] - 31, data[i + 1] - 111, data[i + 2] - 186) < 30) count++;
        }
        return count;
      });

  /** Draws a little more. */
  const stroke = async ({ page }: Visitor): Promise<void> => {
    await page.locator('.paper canvas').focus();
    for (const key of [' ', 'ArrowDown', ' ']) await page.keyboard.press(key);
  };

  const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

  test('its settings, its figures, its curves; and the same losses, bit for bit', async () => {
    const visitor = await open(same.run);
    const { page } = visitor;
    const name = same.run.split(/[\\/]/).at(-1);
    expect(await page.locator('.run-card h2').textContent()).toBe(name);
    expect(same.val.best.epoch).toBe(4); // so that its last figures are its best
    expect(await facts(visitor)).toEqual({
      model: expect.stringMatching(/^mlp:40,17, 3,/),
      data: 'digits',
      epochs: '4, best 4',
      validation: percent(same.val.accuracy),
      test: percent(same.test.accuracy),
      'computed on': 'wasm',
      status: 'done',
    });
    expect(await settings(visitor)).toEqual({
      ...{ 'first hidden': '40', 'second hidden': '17', 'learning rate': '0.07', batch: '50', epochs: '4', seed: '11' },
    });
    for (const title of ['Loss', 'Validation accuracy']) {
      await expect.poll(() => drawn(visitor, title), { message: title }).toBeGreaterThan(40);
      expect(await page.locator('.curves', { hasText: title }).locator('.legend li').allTextContents()).toEqual([
        'yours',
        'the library’s',
        'the run’s',
      ]);
    }

    await visitor.writeAnswers();
    await visitor.go('train');
    const { weights } = await visitor.train();
    expect(weights).toBe(`${same.weights.slice(0, 23)}…`);
    for (const side of ['learner', 'library']) {
      expect(await page.locator(`[data-run=${side}]`).textContent()).toMatch(/equal to the run in all 4 epochs$/);
    }
    expect(await page.locator('.run-weights').textContent()).toContain(same.weights.slice(0, 23));
    expect(await page.locator('.run-standing').textContent()).toContain('the same number to the last bit');
    await page.locator('.run-standing summary').click();
    const cells = await page.locator('.epochs tbody tr').allTextContents();
    expect(cells.length).toBe(5);
    for (const cell of cells) expect(cell).toMatch(/= equal= equal$/);
    expect(await violations(visitor.page)).toEqual([]);

    // Other settings are none of the run's; its own are one press away.
    await page.getByLabel('seed').fill('12');
    await visitor.press('Train again');
    await page.locator('.standing.equal').waitFor();
    await page.getByRole('button', { name: 'Train again' }).waitFor();
    expect(await page.locator('.run-standing').count()).toBe(0);
    await visitor.press('Take its settings');
    expect((await settings(visitor)).seed).toBe('11');
  });

  test('a piece that is wrong parts from the run, the library’s network does not', async () => {
    const visitor = await open(same.run);
    await visitor.writeAnswers();
    await visitor.write('linear-db', 'function db(dY) {\n  return dY.colSum().mul(2);\n}', 'wrong');
    await visitor.go('train');
    await visitor.train({ equal: false });
    expect(await visitor.page.locator('[data-run=learner]').textContent()).toMatch(
      /parted from the run in epoch 1, equal up to epoch 0: \d\.\d+, not \d\.\d+$/,
    );
    expect(await visitor.page.locator('[data-run=library]').textContent()).toMatch(/equal to the run in all 4 epochs$/);
    expect(await visitor.page.locator('.run-standing').textContent()).toContain('the difference is in your functions');
  });

  test('what the lab does not train is said, and its curves are there; put away, it is gone', async () => {
    const visitor = await open('latest');
    const { page } = visitor;
    expect(await page.locator('.run-card h2').textContent()).toBe(other.run.split(/[\\/]/).at(-1));
    expect(await page.locator('.run-card .lines li').allTextContents()).toEqual([
      'Its model (mlp:32) has one hidden layer; the lab’s network has two.',
      'Its weights began by --init xavier; the lab’s begin by He’s rule (“he”).',
    ]);
    expect(await settings(visitor)).toMatchObject({ 'first hidden': '128', 'second hidden': '64', epochs: '30' });
    await expect.poll(() => drawn(visitor, 'Validation accuracy')).toBeGreaterThan(40);
    await visitor.press('Put it away');
    await expect.poll(() => drawn(visitor, 'Validation accuracy')).toBe(0);
    expect(await page.locator('.run-card, .legend').count()).toBe(0);
    expect(await page.evaluate('location.hash')).toBe('#train');
    await visitor.go('train/run');
    await page.locator('.run-card .lines').waitFor();
  });

  test('its model reads what is drawn as neuroforge predict does, before anything is trained', async () => {
    const visitor = await open(same.run);
    const { page } = visitor;
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.locator('.paper canvas').focus();
    for (let i = 0; i < 9; i++) await page.keyboard.press('ArrowUp');
    await page.keyboard.press(' ');
    for (let i = 0; i < 17; i++) await page.keyboard.press('ArrowDown');
    for (let i = 0; i < 6; i++) await page.keyboard.press('ArrowRight');
    await page.keyboard.press(' ');
    await page.locator('.predictions li.best').waitFor();
    await page.waitForTimeout(500); // the last stroke, too
    expect(asked.filter((path) => path.startsWith('/run/'))).toEqual(['/run/model.safetensors']);
    const picture = await page.locator('.paper canvas').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    at.write('drawn.png', Buffer.from(picture.split(',')[1], 'base64'));
    const [{ prediction, probabilities }] = (await at.json(['predict', same.run, 'drawn.png'])).predictions;
    expect(await page.locator('.predictions .verdict').textContent()).toBe(`The run says ${prediction}. `);
    const widths = await page
      .locator('.predictions .bars .run')
      .evaluateAll((bars) => bars.map((bar) => Number.parseFloat((bar as HTMLElement).style.inlineSize) / 100));
    expect(widths.length).toBe(10);
    for (let digit = 0; digit < 10; digit++) expect(widths[digit]).toBeCloseTo(probabilities[digit], 5);
    expect(await violations(visitor.page)).toEqual([]);
    await visitor.press('Put it away');
    await page.locator('.predictions .bars .run').first().waitFor({ state: 'detached' });
  });

  test('pieces that are right with other bits: within rounding, and why', async () => {
    const visitor = await open(same.run);
    await visitor.writeAnswers();
    await visitor.write('linear-db', 'function db(dY) {\n  return dY.mul(3).colSum().div(3);\n}');
    await visitor.go('train');
    await visitor.train({ equal: false });
    const text = await visitor.page.locator('.run-standing').textContent();
    expect(text).toMatch(/Yours within rounding of the run, equal up to epoch \d: largest difference \d(\.\d)?e-\d/);
    expect(text).toMatch(/your functions are right, and do their sums in another order/);
  });

  const data = process.env.NEUROFORGE_DATA;
  test.skipIf(data === undefined && !process.env.CI)('a run on MNIST is one that the lab can train', async () => {
    const flags = ['--data', 'mnist', '--epochs', '1', '--steps', '60'];
    const run = await at.json(['train', '--quiet', '--backend', 'wasm', ...flags], 0, { NEUROFORGE_DATA: data! });
    const visitor = await open(run.run);
    expect(await visitor.page.getByRole('radio', { name: 'MNIST' }).isChecked()).toBe(true);
    expect(await settings(visitor)).toMatchObject({ 'first hidden': '512', 'second hidden': '128', epochs: '1' });
    expect(await visitor.page.locator('.run-card .lines').textContent()).toMatch(/^It stopped at step 60/);
    await visitor.press('Use this machine’s');
    await visitor.page.locator('.mnist-here', { hasText: '✓ MNIST is here, verified: 60,000 images' }).waitFor();
    await visitor.press('Other files');
    await visitor.page.getByRole('button', { name: 'Use this machine’s' }).waitFor();
  });

  test('a run on native: within rounding, and why', async () => {
    const before = at.read(`${same.run}/run.json`);
    at.write(`${same.run}/run.json`, before.replaceAll('"backend": "wasm"', '"backend": "native"'));
    const metrics = at.read(`${same.run}/metrics.jsonl`);
    at.write(
      `${same.run}/metrics.jsonl`,
      metrics.replace(/("epoch":2,"split":"val","loss":)([\d.]+)/, (_, key, loss) => `${key}${Number(loss) + 3e-7}`),
    );
    const visitor = await open(same.run);
    await visitor.writeAnswers();
    await visitor.go('train');
    await visitor.train();
    const text = await visitor.page.locator('.run-standing').textContent();
    at.write(`${same.run}/run.json`, before);
    at.write(`${same.run}/metrics.jsonl`, metrics);
    expect(text).toMatch(/Yours within rounding of the run, equal up to epoch 1: largest difference 3e-7/);
    expect(text).toMatch(/on native \(a system BLAS\), which rounds in another order/);
  });

  test.each(['light', 'dark'] as const)('nothing beyond 360 pixels, no serious finding in %s', async (colorScheme) => {
    const visitor = await open(other.run);
    await visitor.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const width of [1280, 360]) {
      await visitor.page.setViewportSize({ width, height: 800 });
      await visitor.page.waitForTimeout(300);
      const over = await visitor.page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect(over, `${width} pixels`).toBeLessThanOrEqual(0);
      expect(await violations(visitor.page)).toEqual([]);
    }
  });

  test('a lab without a run says what to do', async () => {
    const visitor = await open();
    const card = visitor.page.locator('.run-card');
    expect(await card.textContent()).toMatch(/There is no run here.*neuroforge lab RUN/);
    expect(visitor.complaints).toEqual([absent]); // Chromium's own word on it
    visitor.complaints.length = 0;
    expect(await violations(visitor.page)).toEqual([]);
    await visitor.press('Close');
    expect(await card.count()).toBe(0);
    expect(await settings(visitor)).toMatchObject({ 'first hidden': '128', seed: '0' });
  });

  test('a server that has ended: the run stays, it is said, and with the next server all goes on', async () => {
    const about = at.read(`${other.run}/run.json`);
    at.write(`${other.run}/run.json`, about.replace('"status": "done"', '"status": "running"'));
    const visitor = await open(other.run);
    const { page } = visitor;
    const lab = labs.at(-1)!;
    await lab.end();
    await visitor.press('Read it again');
    await page.locator('.run-card .error-card', { hasText: 'the server of the run does not answer' }).waitFor();
    expect((await facts(visitor)).status).toBe('not ended');
    await stroke(visitor);
    await page.locator('.drawing .error-card', { hasText: 'The run’s model cannot be asked' }).waitFor();

    at.write(`${other.run}/run.json`, about);
    labs.push(await start(at.folder, other.run, '--port', String(lab.document.port)));
    await visitor.press('Read it again');
    await expect.poll(async () => (await facts(visitor)).status).toBe('done');
    expect(await page.locator('.run-card .error-card').count()).toBe(0);
    expect(await page.locator('.run-card').getByRole('button', { name: 'Read it again' }).count()).toBe(0);
    await stroke(visitor);
    await page.locator('.predictions li.best').waitFor();
    for (const said of visitor.complaints) expect(said).toMatch(/ERR_CONNECTION_REFUSED/);
    visitor.complaints.length = 0;
  });

  test('a model that could not be had is asked for again', async () => {
    const visitor = await open(other.run);
    const { page } = visitor;
    await page.route('**/model.safetensors', (route) => route.abort());
    await stroke(visitor);
    await page.locator('.drawing .error-card', { hasText: 'The run’s model cannot be asked' }).waitFor();
    await page.unroute('**/model.safetensors');
    await page.waitForTimeout(2500); // it is not asked for at each point
    await stroke(visitor);
    await page.locator('.predictions li.best').waitFor();
    expect(await page.locator('.drawing .error-card').count()).toBe(0);
    for (const said of visitor.complaints) expect(said).toMatch(/ERR_FAILED/);
    visitor.complaints.length = 0;
  });

  test('a run that cannot be read any more: why; and once it can, it is there', async () => {
    const visitor = await open(other.run);
    const config = at.read(`${other.run}/config.json`);
    await visitor.press('Put it away');
    at.write(`${other.run}/config.json`, '{');
    await visitor.go('train/run');
    await visitor.page.locator('.run-card .error-card', { hasText: 'NF4112' }).waitFor();
    at.write(`${other.run}/config.json`, config);
    await visitor.press('Read it again');
    await visitor.page.locator('.run-facts').waitFor();
    expect(visitor.complaints).toEqual([expect.stringMatching(/status of 503/)]);
    visitor.complaints.length = 0;
  });
});
