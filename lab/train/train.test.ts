import { describe, expect, test } from 'vitest';
import { idxNames } from '../../src/data/catalog.ts';
import type { TrainEvent } from '../sandbox/types.ts';
import { limits, settingOf } from '../work/settings.ts';
import { weightPixels } from './diverging.ts';
import { Duel, thinned } from './duel.ts';
import { missing, usualName } from './mnist.ts';
import { drawnSide, fedOf, isMarked } from './picture.ts';
import { scratchFiles } from './scratch-files.ts';

const step = (n: number, loss: number): TrainEvent => ({ type: 'step', step: n, epoch: 1, loss, msPerStep: 1 });

describe('a duel', () => {
  test('is equal as far as both have told the same losses', () => {
    const duel = new Duel();
    for (const n of [10, 20, 30]) duel.add('learner', step(n, 1 / n));
    expect(duel.equalSteps).toBe(0);
    for (const n of [10, 20]) duel.add('library', step(n, 1 / n));
    expect(duel).toMatchObject({ equalSteps: 20, parting: null });
  });

  test('parts at the first loss that differs in a single bit, and stays parted', () => {
    const duel = new Duel();
    const losses = [1, 0.5, 0.25];
    losses.forEach((loss, i) => duel.add('learner', step(i + 1, loss)));
    duel.add('library', step(1, 1));
    duel.add('library', step(2, 0.5 + 2 ** -53));
    duel.add('library', step(3, 0.25));
    expect(duel.equalSteps).toBe(1);
    expect(duel.parting).toEqual({ step: 2, learner: 0.5, library: 0.5 + 2 ** -53 });
  });

  test('compares what both told of, not what came at the same place', () => {
    const duel = new Duel();
    for (const n of [10, 20, 23, 30]) duel.add('learner', step(n, 1 / n));
    for (const n of [10, 20, 21, 30, 40]) duel.add('library', step(n, 1 / n));
    expect(duel).toMatchObject({ equalSteps: 30, parting: null });
    duel.add('learner', step(40, 7));
    expect(duel.parting).toEqual({ step: 40, learner: 7, library: 1 / 40 });
  });

  test('two losses that are no numbers are equal', () => {
    const duel = new Duel();
    duel.add('learner', step(1, Number.NaN));
    duel.add('library', step(1, Number.NaN));
    expect(duel).toMatchObject({ equalSteps: 1, parting: null });
  });
});

test('a thinned curve has few points, ends where it ended, and keeps its mean', () => {
  const x = Array.from({ length: 1000 }, (_, i) => i + 1);
  const y = x.map((v) => v % 10);
  const [xs, ys] = thinned(x, y, 10);
  expect(xs).toHaveLength(100);
  expect(xs.at(-1)).toBe(1000);
  expect(ys.every((v) => v === 4.5)).toBe(true);
  expect(thinned([1, 2], [3, 4], 1)).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(thinned([], [], 0)).toEqual([[], []]);
});

describe('settings', () => {
  test.each([
    ['32', limits.batch, 32],
    ['0,1', limits.lr, 0.1],
    [' 7 ', limits.seed, 7],
    ['1,000', limits.batch, 1000],
    ['1,000', limits.lr, null], // a thousand, or one
    ['0,125', limits.lr, 0.125],
    ['0x10', limits.batch, null],
    ['', limits.seed, null],
    ['1.5', limits.batch, null],
    ['0', limits.batch, null],
    ['1e9', limits.hidden, null],
    ['x', limits.lr, null],
    ['-1', limits.seed, null],
  ])('%j', (text, limit, v) => expect(settingOf(text, limit)).toBe(v));
});

describe('the files of MNIST', () => {
  test.each([
    ['train-images-idx3-ubyte', 'train-images-idx3-ubyte'],
    ['train-images.idx3-ubyte', 'train-images-idx3-ubyte'],
    ['t10k-labels-idx1-ubyte.gz', 't10k-labels-idx1-ubyte.gz'],
    ['T10K-labels-idx1-ubyte (1).gz', 't10k-labels-idx1-ubyte.gz'],
    ['holiday.png', null],
    ['train-images-idx3-ubyte.zip', null],
  ])('%s', (name, usual) => expect(usualName(name)).toBe(usual));

  test('are missing until each is here, packed or not', () => {
    expect(missing({})).toEqual([...idxNames]);
    const three = { [idxNames[0]]: new Uint8Array(), [`${idxNames[1]}.gz`]: new Uint8Array() };
    expect(missing(three)).toEqual([idxNames[2], idxNames[3]]);
  });
});

test('scratch files are resumed, replaced and removed as a download does', async () => {
  const { files, contents } = scratchFiles();
  await files.appendFile('a/b.part', 'he');
  await files.appendFile('a/b.part', new TextEncoder().encode('llo'));
  expect((await files.stat('a/b.part')).size).toBe(5);
  await files.replace('a/b.part', 'a/b');
  expect(await files.exists('a/b.part')).toBe(false);
  expect(new TextDecoder().decode(await files.readFile('a/b'))).toBe('hello');
  await files.remove('a/b');
  expect(contents.size).toBe(0);
});

test('the first layer as pictures: column by column, each at its own scale', () => {
  const W1 = Float32Array.of(1, -2, 0, 4, -0.5, 0, 0.5, 2); // (4, 2)
  const palette = { low: [0, 0, 255], high: [255, 128, 0] } as const;
  const { width, height, data } = weightPixels(W1, { inputs: 4, units: 2, shownUnits: 2, across: 2 }, palette);
  expect([width, height]).toEqual([5, 2]);
  const at = (x: number, y: number): number[] => [...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 4)];
  expect(at(0, 0)).toEqual([255, 128, 0, 255]);
  expect(at(0, 1)).toEqual([0, 0, 255, 128]);
  expect(at(3, 0)).toEqual([0, 0, 255, 128]);
  expect(at(4, 0)).toEqual([255, 128, 0, 255]);
  expect(at(2, 0)).toEqual([0, 0, 0, 0]);
});

describe('a drawing', () => {
  const luma = new Float32Array(drawnSide * drawnSide);
  for (let y = 20; y < 120; y++) for (let x = 20; x < 34; x++) luma[y * drawnSide + x] = 1;

  test('is centered as the data set’s digits were, from 0 to 1', () => {
    for (const [data, side] of [['mnist', 28] as const, ['digits', 8] as const]) {
      const fed = fedOf(luma, data)!;
      expect(fed.side).toBe(side);
      expect(fed.x).toHaveLength(side * side);
      expect(Math.max(...fed.x)).toBeLessThanOrEqual(1);
      let [mass, center] = [0, 0];
      fed.x.forEach((v, i) => {
        mass += v;
        center += v * ((i % side) + 0.5);
      });
      expect(Math.abs(center / mass - side / 2)).toBeLessThan(1);
    }
  });

  test('that fills its field is no digit; with a hole in it, it is seen', () => {
    const full = new Float32Array(drawnSide * drawnSide).fill(1);
    const inside = full.map((_, i) => (i < 80 || i % drawnSide === 0 ? 0 : 1)); // the border not wholly
    const holed = full.map((v, i) => (Math.hypot((i % drawnSide) - 70, Math.floor(i / drawnSide) - 70) < 20 ? 0 : v));
    for (const data of ['mnist', 'digits'] as const) {
      expect(fedOf(full, data)).toBeNull();
      expect(fedOf(inside, data)).toBeNull();
      expect(fedOf(holed, data)?.side).toBe(data === 'mnist' ? 28 : 8);
    }
    expect([isMarked(full), isMarked(new Float32Array(9))]).toEqual([true, false]);
  });

  test('of nothing is nothing', () => expect(fedOf(new Float32Array(drawnSide * drawnSide), 'mnist')).toBeNull());
});
