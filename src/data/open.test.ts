import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { files } from '../platform/index.ts';
import { classCounts } from './dataset.ts';
import { dataDefaults } from './defaults.ts';
import { type DataInfo, describeData, inspectData } from './info.ts';
import { listData } from './list.ts';
import { openData } from './open.ts';
import { splitData } from './splits.ts';

const root = process.env.NEUROFORGE_DATA;
const noFetch: typeof fetch = () => Promise.reject(new Error('no network in tests'));
const open = (source: string, more = {}) => openData(source, { files, fetch: noFetch, ...more });
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error) => error as { code: string; where: string; message: string; hint: string },
  );
const idx = (shape: number[], value: (i: number) => number) => {
  const size = shape.reduce((a, b) => a * b, 1);
  const bytes = new Uint8Array(4 + 4 * shape.length + size);
  bytes.set([0, 0, 8, shape.length]);
  shape.forEach((d, i) => new DataView(bytes.buffer).setUint32(4 + 4 * i, d));
  for (let i = 0; i < size; i++) bytes[4 + 4 * shape.length + i] = value(i);
  return bytes;
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'neuroforge-open-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('opening by path', () => {
  test('a folder of IDX files, plain and gzip, in either spelling', async () => {
    const at = join(folder, 'idx');
    await mkdir(at);
    await writeFile(
      join(at, 'train-images.idx3-ubyte'),
      idx([6, 3, 5], (i) => i),
    );
    await writeFile(join(at, 'train-labels-idx1-ubyte.gz'), gzipSync(idx([6], (i) => i % 3)));
    const alone = await open(at);
    expect(alone).toMatchObject({ test: null, source: at });
    expect(alone.train).toMatchObject({ name: 'idx', count: 6, exampleShape: [3, 5], classNames: ['0', '1', '2'] });
    expect(Object.keys(alone.train.hashes)).toEqual(['train-images.idx3-ubyte', 'train-labels-idx1-ubyte']);

    await writeFile(join(at, 't10k-images-idx3-ubyte.gz'), gzipSync(idx([2, 3, 5], (i) => i)));
    await writeFile(
      join(at, 't10k-labels-idx1-ubyte'),
      idx([2], () => 4),
    );
    const both = await open(at);
    expect(both.test).toMatchObject({ count: 2, classNames: ['0', '1', '2', '3', '4'] });

    await writeFile(
      join(at, 't10k-labels-idx1-ubyte'),
      idx([3], () => 4),
    );
    expect(await failure(open(at))).toMatchObject({ code: 'NF2207', where: join(at, 't10k-labels-idx1-ubyte') });
    await writeFile(
      join(at, 't10k-labels-idx1-ubyte'),
      idx([2, 3, 5], () => 4),
    );
    expect((await failure(open(at)))?.message).toContain('swapped with --images?');
    await writeFile(
      join(at, 't10k-labels-idx1-ubyte'),
      idx([2], () => 4),
    );
    await writeFile(join(at, 't10k-images-idx3-ubyte.gz'), gzipSync(idx([2, 3, 6], (i) => i)));
    expect(await failure(open(at))).toMatchObject({ code: 'NF2209' });
    await rm(join(at, 'train-labels-idx1-ubyte.gz'));
    expect(await failure(open(at))).toMatchObject({ code: 'NF2001' });
  });

  test('a plain file that announces gigabytes is refused by its size, unread', async () => {
    const at = join(folder, 'huge');
    await mkdir(at);
    await writeFile(
      join(at, 'train-images-idx3-ubyte'),
      Uint8Array.of(0, 0, 8, 3, 0, 30, 0, 0, 0, 0, 0, 28, 0, 0, 0, 28),
    );
    await writeFile(
      join(at, 'train-labels-idx1-ubyte'),
      idx([6], () => 1),
    );
    const readFileSpy = vi.fn(files.readFile);
    const error = await failure(openData(at, { files: { ...files, host: files.host, readFile: readFileSpy } }));
    expect(error?.code).toBe('NF2205');
    expect(readFileSpy).not.toHaveBeenCalled();
  });

  test('CSV: a file, a packed file, a folder with train.csv and test.csv', async () => {
    const text = 'a,b,kind\n1,2,x\n3,4,y\n5,6,x\n';
    await writeFile(join(folder, 'my.data.csv'), text);
    await writeFile(join(folder, 'packed.csv.gz'), gzipSync(text));
    expect((await open(join(folder, 'my.data.csv'))).train).toMatchObject({ name: 'my.data', classNames: ['x', 'y'] });
    expect((await open(join(folder, 'packed.csv.gz'), { label: 'kind' })).train).toMatchObject({ name: 'packed' });
  });

  test("a file of a data set's name does not get its defaults", async () => {
    await writeFile(join(folder, 'mnist.csv'), '1,x\n3,y\n5,x\n');
    const { train } = await open(join(folder, 'mnist.csv'));
    expect(train.name).toBe('mnist.csv');
    expect(dataDefaults(train)).toEqual({ scale: 'standard', val: 0.2 });
  });

  test('CSV options reach the reader', async () => {
    await writeFile(join(folder, 'r.csv'), 'price,a\n1.5,2\n2.5,4\n');
    const { train } = await open(join(folder, 'r.csv'), { label: 'price', task: 'regression' });
    expect(train.y).toEqual(Float64Array.of(1.5, 2.5));
    await mkdir(join(folder, 'two'));
    await writeFile(join(folder, 'two', 'train.csv'), '1,x\n3,y\n5,x\n');
    await writeFile(join(folder, 'two', 'test.csv'), '1,y\n');
    expect((await open(join(folder, 'two'))).test?.y).toEqual(Int32Array.of(1));
    await writeFile(join(folder, 'two', 'test.csv'), '1,z\n');
    expect(await failure(open(join(folder, 'two')))).toMatchObject({ code: 'NF2106' });
  });

  test('nothing there, an empty folder, one IDX file', async () => {
    expect(await failure(open('mnits'))).toMatchObject({ code: 'NF2001', where: 'mnits' });
    await mkdir(join(folder, 'empty'));
    expect(await failure(open(join(folder, 'empty')))).toMatchObject({ code: 'NF2001' });
    await writeFile(
      join(folder, 'one'),
      idx([6], () => 1),
    );
    expect((await failure(open(join(folder, 'one'))))?.hint).toContain('folder');
    await writeFile(join(folder, 'lfs.csv'), 'version https://git-lfs.github.com/spec/v1\noid sha256:00\n');
    expect(await failure(open(join(folder, 'lfs.csv')))).toMatchObject({ code: 'NF2303' });
  });
});

describe('opening by name', () => {
  test('embedded tables', async () => {
    for (const [name, count] of [
      ['digits', 1797],
      ['breast-cancer', 569],
      ['iris', 150],
    ] as const) {
      const { train, test: own, source } = await open(name);
      expect([train.count, own, source]).toEqual([count, null, 'embedded']);
      expect(Object.values(train.hashes)[0]).toMatch(/^[0-9a-f]{64}$/);
    }
  });

  test('without data and network: what to do by hand', async () => {
    const env = (name: string) => (name === 'HTTPS_PROXY' ? 'http://proxy' : undefined);
    const lonely = { ...files, host: files.host, env, cacheFolder: () => join(folder, 'cache') };
    const error = await failure(openData('fashion-mnist', { files: lonely, fetch: noFetch }));
    expect(error?.code).toBe('NF2601');
    expect(error?.hint).toContain(join(folder, 'cache', 'fashion-mnist'));
    expect(error?.hint).toContain('HTTPS_PROXY is set');
    const listed = await listData(lonely);
    expect(listed.map((d) => d.name)).toEqual(['digits', 'breast-cancer', 'iris', 'mnist', 'fashion-mnist']);
    expect(listed.map((d) => d.where)).toEqual(['embedded', 'embedded', 'embedded', null, null]);
  });
});

describe('data info', () => {
  test('duplicates and moments, against a plain count', async () => {
    const text = [
      'a,b,k',
      '1,2,x',
      '3,4,y',
      '1,2,y',
      '1,2,x',
      '0,-0,x',
      '-0,0,y',
      '7,7,x',
      '8,8,y',
      '9,9,x',
      '1,1,y',
    ].join('\n');
    await writeFile(join(folder, 'dup.csv'), text);
    const opened = await open(join(folder, 'dup.csv'));
    const info = describeData({ ...opened, test: opened.train });
    expect(info.train).toMatchObject({ count: 10, duplicates: 3, min: 0, max: 9 });
    expect(info.duplicatesAcross).toBe(10);
    expect(info.train.classes).toEqual([
      { name: 'x', count: 5 },
      { name: 'y', count: 5 },
    ]);
    expect(info.train.mean).toBeCloseTo(66 / 20, 12);
    const fixed = (await inspectData('iris', { files })) as DataInfo;
    expect([fixed.train.count, fixed.test.count, fixed.ownTest]).toEqual([120, 30, false]);
  });
});

describe.skipIf(root === undefined && process.env.CI === undefined)('the real files', () => {
  test('MNIST: class counts, mean, deviation, no duplicates', async () => {
    const opened = await open('mnist');
    expect(opened.train).toMatchObject({ name: 'mnist', count: 60000, exampleShape: [28, 28] });
    const info = describeData(opened);
    expect(info.train.classes.map((c) => c.count)).toEqual([
      5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949,
    ]);
    expect(info.train.mean / 255).toBeCloseTo(0.13066, 5);
    expect(info.train.sd / 255).toBeCloseTo(0.30811, 5);
    expect([info.train.duplicates, info.test.duplicates, info.duplicatesAcross]).toEqual([0, 0, 0]);
    const split = splitData(opened.train, opened.test, { val: 5000 });
    expect([split.train.count, split.val.count, split.test?.count]).toEqual([55000, 5000, 10000]);
    classCounts(split.val).forEach((n, k) => {
      expect(Math.abs(n - info.train.classes[k].count / 12)).toBeLessThan(1);
    });
  });

  test('Fashion-MNIST, and a folder of it recognized by its hashes', async () => {
    const { train, test: own, source } = await open(join(root ?? '', 'fashion-mnist'));
    expect(train).toMatchObject({ name: 'fashion-mnist', count: 60000 });
    expect(source).toContain('fashion-mnist');
    expect(classCounts(train)).toEqual(new Array(10).fill(6000));
    expect(own?.classNames?.[9]).toBe('Ankle boot');
  });

  test('one file; what is in it, or why it is refused', async () => {
    const labels = join(root ?? '', 'mnist', 't10k-labels-idx1-ubyte.gz');
    expect(await inspectData(labels, { files })).toMatchObject({ kind: 'labels', shape: [10000], min: 0, max: 9 });
    const swapped = join(folder, 't10k-images-idx3-ubyte.gz');
    await copyFile(labels, swapped);
    expect((await failure(inspectData(swapped, { files })))?.message).toContain('swapped with --labels?');
    const plain = join(folder, 't10k-labels-idx1-ubyte');
    await writeFile(plain, gunzipSync(await readFile(labels)).subarray(0, 9000));
    expect(await failure(inspectData(plain, { files }))).toMatchObject({ code: 'NF2205' });
  });

  test("the published breast cancer file is ragged as a user's CSV", async () => {
    const error = await failure(open(join(root ?? '', 'uci', 'breast_cancer.csv')));
    expect(error).toMatchObject({ code: 'NF2103', message: 'expected 4 columns, got 31' });
  });
});
