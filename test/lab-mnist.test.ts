import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { idxNames } from '../src/data/catalog.ts';
import { chromiumExpected, unlessChromium } from './support/chromium.ts';
import type { Visitor } from './support/lab-visitor.ts';
import { visitedLab } from './support/visited-lab.ts';

// Files of MNIST that are brought to the lab are believed once they were read; and a drawing that fills its field.

interface Brought {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

const brought = (name: string, buffer: Buffer): Brought => ({ name, mimeType: '', buffer });

function idx(count: number, shape: readonly number[], value: (i: number) => number): Buffer {
  const header = Buffer.alloc(8 + 4 * shape.length);
  [shape.length === 0 ? 0x801 : 0x803, count, ...shape].forEach((n, i) => header.writeUInt32BE(n, 4 * i));
  const size = shape.reduce((product, d) => product * d, count);
  return Buffer.concat([header, Buffer.from(Uint8Array.from({ length: size }, (_, i) => value(i)))]);
}

/** A set of one's own: `trains` and 40 images that are black but for one row of pixels, which tells the class. */
function ownSet(trains = 5200): Brought[] {
  const image = (i: number): number => (Math.floor((i % 784) / 28) === Math.floor(i / 784) % 10 ? 255 : 0);
  const parts = [trains, 40].flatMap((count) => [idx(count, [28, 28], image), idx(count, [], (i) => i % 10)]);
  return parts.map((bytes, i) => brought(`${idxNames[i]}.gz`, gzipSync(bytes)));
}

describe.skipIf(!chromiumExpected)(`files brought to the lab${unlessChromium}`, { timeout: 120_000 }, () => {
  const lab = visitedLab();
  let visitor: Visitor;
  let page: Page;
  beforeEach(async () => {
    ({ visitor, page } = lab);
    await visitor.go('train');
    await page.getByText('MNIST, 28 × 28').click();
    await page.locator('.mnist').waitFor();
  });

  const choose = (...files: Brought[]): Promise<void> => page.locator('nf-train input[type=file]').setInputFiles(files);
  const cards = (words: string | RegExp): ReturnType<Page['locator']> =>
    page.locator('nf-train .settings .error-card', { hasText: words });
  /** Said, and in the browser's store. */
  const here = (words: string): Promise<void> =>
    page.locator('.mnist-here', { hasText: words }).filter({ hasText: 'Kept in this browser.' }).waitFor();
  /** Another visit. */
  const again = async (): Promise<void> => {
    await page.reload();
    await page.getByText('MNIST, 28 × 28').click();
  };

  test('garbage with the right names is refused file by file, and not remembered', async () => {
    await choose(...idxNames.map((name) => brought(name, Buffer.from('garbage'))));
    await expect.poll(() => cards('0x67617262 is not an IDX file').count()).toBe(4);
    await expect.poll(() => page.locator('.mnist-files .absent').count()).toBe(4);
    await choose(...idxNames.map((name) => brought(`${name}.gz`, Buffer.from('garbage'))));
    await expect.poll(() => cards('not an IDX file').count()).toBe(4);
    await again();
    await page.locator('.mnist').waitFor();
    await expect.poll(() => page.locator('.mnist-files .absent').count()).toBe(4);
    expect(await page.getByRole('button', { name: 'Start training' }).isDisabled()).toBe(true);
  });

  test('files of one’s own are used, and said to be no MNIST; others may take their place', async () => {
    await choose(...ownSet());
    await here('These files are not MNIST’s, but your own: 5,200 images to train on, 40 for the test.');
    await page.getByLabel('batch').fill('201');
    await page.getByText('from 1 to 200, the rows to train on').waitFor();
    await again();
    await here('not MNIST’s, but your own');
    await page.getByRole('button', { name: 'Other files' }).click();
    await page.locator('.mnist').waitFor();
    await expect.poll(() => page.locator('.mnist-files .absent').count()).toBe(4);
    await again();
    await page.locator('.mnist').waitFor();
    await expect.poll(() => page.locator('.mnist-files .absent').count()).toBe(4);
  });

  test('what cannot be trained on is refused at once', async () => {
    await choose(...ownSet(5000));
    await cards('too few rows to train on').first().waitFor();
    await choose(
      brought(
        idxNames[0],
        idx(10, [8, 8], () => 0),
      ),
    );
    await cards('another size').waitFor();
    await choose(
      brought(
        idxNames[1],
        idx(6000, [], (i) => i % 12),
      ),
    );
    await cards('more classes').waitFor();
    await choose(
      brought(
        idxNames[1],
        idx(6000, [28, 28], () => 0),
      ),
    );
    await cards('is an image file').waitFor();
    expect(await cards('--').count()).toBe(0);
    const [images] = ownSet(5200);
    const [, labels] = ownSet(5300);
    await choose(images, labels);
    await cards('images and labels differ in number').waitFor();
    await choose(images, brought(idxNames[1], Buffer.from([0, 0, 8])));
    await cards('cut within its header').waitFor();
    expect(await page.locator('.mnist-files .here').allTextContents()).toEqual([
      expect.stringMatching(/^train-images.*your own$/),
      expect.stringMatching(/^t10k-images/), // of the first set
      expect.stringMatching(/^t10k-labels/),
    ]);
  });

  test('a broken store says so', async () => {
    await choose(...ownSet());
    await here('your own');
    await page.evaluate(async () => {
      const request = indexedDB.open('neuroforge-lab-data');
      const db = await new Promise<IDBDatabase>((resolve) => {
        request.onsuccess = () => resolve(request.result);
      });
      const put = db.transaction('files', 'readwrite').objectStore('files');
      const done = put.put({ 'train-images-idx3-ubyte': Uint8Array.of(1, 2, 3, 4) }, 'mnist');
      await new Promise((resolve) => {
        done.onsuccess = resolve;
      });
    });
    await again();
    await cards('what this browser has kept is damaged, and was removed').waitFor();
    await again();
    await page.locator('.mnist').waitFor();
    expect(await cards('').count()).toBe(0);
  });

  test('what cannot be read, or is too large, is said', async () => {
    const drop = (bad: string): Promise<void> =>
      page.evaluate((bad) => {
        const file = new File(['x'], 'train-images-idx3-ubyte');
        if (bad === 'large') Object.defineProperty(file, 'size', { value: 2 ** 31 });
        const failing = () => Promise.reject(new DOMException('it could not be found', 'NotFoundError'));
        Object.defineProperty(file, 'arrayBuffer', { value: failing });
        const event = new Event('drop', { bubbles: true, cancelable: true });
        Object.defineProperty(event, 'dataTransfer', { value: { files: [file] } });
        document.querySelector('.mnist')?.dispatchEvent(event);
      }, bad);
    await drop('folder');
    await cards('the file cannot be read').waitFor();
    await drop('large');
    await cards('the file is too large').waitFor();
  });

  test('another data set changes what was usual, and leaves what was typed', async () => {
    const value = (label: string): Promise<string> => page.getByLabel(label).inputValue();
    await page.getByText('Digits, 8 × 8').click();
    await page.getByLabel('first hidden').fill('77');
    await page.getByLabel('learning rate').fill('0.3');
    await page.getByText('MNIST, 28 × 28').click();
    expect([await value('first hidden'), await value('second hidden')]).toEqual(['77', '128']);
    expect([await value('learning rate'), await value('epochs')]).toEqual(['0.3', '5']);
    await page.getByText('Digits, 8 × 8').click();
    await page.getByLabel('batch').fill('1295');
    await page.getByText('from 1 to 1294, the rows to train on').waitFor();
    await page.getByLabel('batch').blur();
    expect(await value('batch')).toBe('32');
  });

  test('a field that is drawn full: said, and nothing breaks', async () => {
    const canvas = page.locator('.paper canvas');
    await canvas.scrollIntoViewIfNeeded();
    const box = (await canvas.boundingBox())!;
    await page.mouse.move(box.x + 5, box.y + 5);
    await page.mouse.down();
    for (let y = -4; y < box.height + 8; y += 5) {
      await page.mouse.move(box.x - 10, box.y + y);
      await page.mouse.move(box.x + box.width + 10, box.y + y + 2);
    }
    await page.mouse.up();
    await page.getByText('The field is full').waitFor();
    await page.getByText('Digits, 8 × 8').click();
    await page.getByText('The field is full').waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
    await expect.poll(() => page.getByText('The field is full').count()).toBe(0);
    await expect.poll(() => canvas.evaluate((element) => document.activeElement === element)).toBe(true);
  });

  const data = process.env.NEUROFORGE_DATA;
  describe.skipIf(!data && !process.env.CI)(
    `published sets${data ? '' : ' (skipped: NEUROFORGE_DATA is not set)'}`,
    () => {
      const found = (set: string, name: string): string =>
        [`${name}.gz`, name].map((file) => join(data ?? 'none', set, file)).find((path) => existsSync(path)) ?? name;
      const chooseFiles = (paths: string[]): Promise<void> =>
        page.locator('nf-train input[type=file]').setInputFiles(paths);

      test('Fashion-MNIST is used, and not called MNIST', async () => {
        await chooseFiles(idxNames.map((name) => found('fashion-mnist', name)));
        await here('This is Fashion-MNIST, not MNIST');
      });

      test('MNIST is verified, put in order where its names are swapped, and there again after a reload', async () => {
        const folder = mkdtempSync(join(tmpdir(), 'neuroforge-lab-mnist-'));
        try {
          const swapped = idxNames.map((name) => {
            const other = name.startsWith('train') ? name.replace('train', 't10k') : name.replace('t10k', 'train');
            const from = found('mnist', name);
            const to = join(folder, `${other}${from.endsWith('.gz') ? '.gz' : ''}`);
            copyFileSync(from, to);
            return to;
          });
          await chooseFiles(swapped);
          await here('✓ MNIST is here, verified: 60,000 images to train on, 10,000 for the test.');
        } finally {
          rmSync(folder, { recursive: true });
        }
        await again();
        await here('✓ MNIST is here, verified: 60,000');
        await page.getByLabel('batch').fill('60000');
        await page.getByText('from 1 to 55000, the rows to train on').waitFor();
      });
    },
  );
});
