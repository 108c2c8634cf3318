import { describe, expect, test } from 'vitest';
import { dataDefaults } from '../../src/data/defaults.ts';
import { digits } from '../../src/data/embedded/digits.ts';
import { defaults } from '../work/settings.ts';
import type { Track } from './duel.ts';
import { readsDigits } from './guesses.ts';
import { mnist } from './mnist.ts';
import { compare } from './run-compare.ts';
import { type RunDocument, readRunDocument } from './run-document.ts';
import { likenessOf } from './run-settings.ts';

/** What the server sends of a run on the digits, with some of it changed. */
function served(config: object = {}, change: object = {}): unknown {
  const val = (loss: number | string) => ({ loss, accuracy: 0.5, errors: 72 });
  return {
    ...{ schema: 'neuroforge/lab-run@1', name: '20261123-2010-mlp-7f3a', status: 'done', reason: 'epochs' },
    ...{ version: '0.1.0', labVersion: '0.1.0', backend: 'wasm', blas: null, inexact: false },
    data: { name: 'digits', embedded: true, hashes: [] },
    config: {
      ...{ schema: 'neuroforge/config@1', data: 'digits', task: 'classification', threshold: 0.5, scale: 'unit' },
      ...{ split: 'standard', splitSeed: 0, testSplit: 'fixed', val: 0.1, model: 'mlp:40,17', init: 'he', seed: 9 },
      ...{ optimizer: 'sgd', lr: 0.05, batch: 'full', epochs: 3, backend: 'wasm', threads: 2, definitions: true },
      ...config,
    },
    ...{ batch: 1294, parameters: 3000, test: null, weights: null },
    model: { input: [64], task: 'classification', classNames: [...'0123456789'] },
    epochs: [
      { epoch: 0, step: 0, trainLoss: 'NaN', val: val(2.5) },
      { epoch: 1, step: 41, trainLoss: 1.5, val: val(1 / 3) },
      { epoch: 2, step: 82, trainLoss: 1, val: val(0.25) },
      { epoch: 3, step: 123, trainLoss: 0.5, val: val('Infinity') },
    ],
    best: { epoch: 2, val: val(0.25) },
    ...change,
  };
}
const runOf = (config: object = {}, change: object = {}): RunDocument => readRunDocument(served(config, change));

describe('the document', () => {
  test('numbers that are not finite come back, and what is not there is no number', () => {
    const { epochs, best, testAccuracy } = runOf();
    expect(epochs[0].trainLoss).toBeNaN();
    expect(epochs[3].valLoss).toBe(Number.POSITIVE_INFINITY);
    expect(best).toEqual({ epoch: 2, valLoss: 0.25, valAccuracy: 0.5 });
    expect(testAccuracy).toBeNaN();
    expect(runOf({}, { test: { accuracy: 0.97 } }).testAccuracy).toBe(0.97);
  });

  test.each([
    null,
    'text',
    [],
    {},
    served({}, { schema: 'neuroforge/lab-run@2' }),
    served({}, { status: 'well' }),
    served({}, { epochs: 3 }),
  ])('%j is none', (value) =>
    expect(() => readRunDocument(value)).toThrow(expect.objectContaining({ code: 'NF4195' })),
  );
});

describe('what the lab can train of a run', () => {
  test('the same: its settings; neither threads nor definitions change a bit', () => {
    expect(likenessOf(runOf())).toEqual({
      settings: { data: 'digits', hidden: [40, 17], lr: 0.05, batch: 1294, epochs: 3, seed: 9 },
      differences: [],
      notes: [],
    });
  });

  test('on MNIST by the hashes of its published files alone', () => {
    const hashes = mnist.files.slice(0, 2).map(({ sha256 }) => sha256);
    const data = { name: 'mnist', embedded: false, hashes };
    const own = { val: 5000, model: 'mlp:512,128', batch: 32 };
    expect(likenessOf(runOf(own, { data, batch: 32 })).settings).toMatchObject({ data: 'mnist', hidden: [512, 128] });
    const others = likenessOf(runOf(own, { data: { ...data, hashes: ['0'.repeat(64), hashes[1]] } }));
    expect(others).toMatchObject({ settings: null, differences: [expect.stringMatching(/not the published ones/)] });
  });

  test('what it takes for usual is what the data sets have', () => {
    for (const data of [digits(), { ...digits(), name: 'mnist' }]) {
      const name = data.name as 'digits' | 'mnist';
      const { val, scale } = dataDefaults(data);
      const hashes = mnist.files.slice(0, 2).map(({ sha256 }) => sha256);
      const run = runOf({ val, scale }, { data: { name, embedded: name === 'digits', hashes } });
      expect(likenessOf(run).settings?.data, name).toBe(defaults[name].data);
    }
  });

  test.each<[object, object, RegExp]>([
    [{}, { data: { name: 'iris', embedded: true, hashes: [] } }, /learned from iris; the lab has the digits and MNIST/],
    [{}, { data: { name: 'digits', embedded: false, hashes: [] } }, /learned from digits/],
    [{ positive: '3' }, {}, /tells 3 from the rest/],
    [{ split: 'original' }, {}, /validated on the test set/],
    [{ splitSeed: 4 }, {}, /--split-seed 4/],
    [{ testSplit: 'redrawn' }, {}, /--split-seed 0/],
    [{ val: 0.25 }, {}, /kept 25\u00a0% of the training rows for validation; the lab keeps 10\u00a0%/],
    [{ scale: 'standard' }, {}, /scaled “standard”/],
    [{ model: 'mlp:40' }, {}, /mlp:40\) has one hidden layer; the lab’s network has two/],
    [{ model: 'mlp:4,5,6' }, {}, /has 3 hidden layers/],
    [{ model: 'logistic' }, {}, /logistic\) has no hidden layers/],
    [{ model: 'mlp:4096,5' }, {}, /a layer of 4,096 units; the lab’s have at most 2,048/],
    [{ init: 'xavier' }, {}, /--init xavier/],
    [{ optimizer: 'adam' }, {}, /descended by adam; the lab’s own descent is plain SGD/],
    [{ momentum: 0.9 }, {}, /used momentum 0\.9; the lab’s own descent is plain SGD/],
    [{ weightDecay: 1e-4 }, {}, /used weight decay 0\.0001/],
    [{ schedule: { name: 'cosine' } }, {}, /used schedule \{"name":"cosine"\}/],
    [{ lr: 1e7 }, {}, /learning rate was 10000000; the lab takes 1e-9 to 1,000,000/],
    [{ lr: undefined }, {}, /learning rate was undefined/],
    [{}, { batch: null }, /batch was NaN/],
    [{ epochs: 5000 }, { status: 'running' }, /number of epochs was 5000; the lab takes 1 to 1,000/],
  ])('not %j %j', (config, change, sentence) => {
    const { settings, differences } = likenessOf(runOf(config, change));
    expect(settings).toBeNull();
    expect(differences).toEqual([expect.stringMatching(sentence)]);
  });

  test('a setting of later versions that is off is none', () => {
    expect(likenessOf(runOf({ momentum: 0, clip: null, averaging: false })).settings).not.toBeNull();
  });

  test('how it ended is noted, and counts', () => {
    const early = likenessOf(runOf({ epochs: 40, until: 'val.accuracy=0.95' }, { reason: 'until' }));
    expect(early.settings?.epochs).toBe(3);
    expect(early.notes).toEqual(['It ended after 3 of 40 epochs (--until val.accuracy=0.95), and so will yours.']);
    const going = likenessOf(runOf({ epochs: 40 }, { status: 'running', reason: null }));
    expect(going.settings?.epochs).toBe(40);
    expect(going.notes).toEqual([expect.stringMatching(/not ended, or was killed/)]);
    expect(likenessOf(runOf({ steps: 100 }, { reason: 'steps' })).notes).toEqual([expect.stringMatching(/step 100/)]);
    expect(likenessOf(runOf({}, { status: 'interrupted' })).notes).toEqual([expect.stringMatching(/--resume 2026/)]);
  });
});

describe('losses against those of the run', () => {
  const track = (valLosses: number[], epochSteps = valLosses.map((_, i) => 41 * i)): Track => ({
    ...{ steps: [], losses: [], accuracies: [] },
    ...{ epochs: valLosses.map((_, i) => i), epochSteps, valLosses },
  });

  test('equal to the last bit, as far as both have them', () => {
    const all = compare(track([2.5, 1 / 3, 0.25, Number.POSITIVE_INFINITY]), runOf());
    expect(all).toMatchObject({ equalTo: 3, unequal: null, parted: false, largest: 0 });
    expect(compare(track([2.5, 1 / 3]), runOf())).toMatchObject({ equalTo: 1, unequal: null });
    expect(compare(track([]), runOf())).toMatchObject({ epochs: [], equalTo: -1, unequal: null });
  });

  test('a single bit is a difference, though it is no more than rounding', () => {
    const off = compare(track([2.5, 1 / 3 + 2 ** -54, 0.2501]), runOf());
    expect(off).toMatchObject({ equalTo: 0, unequal: { epoch: 1 }, parted: false });
    expect(off.largest).toBeCloseTo(1e-4, 8);
  });

  test('more than rounding, or no number: parted', () => {
    expect(compare(track([2.5, 0.35]), runOf())).toMatchObject({ equalTo: 0, unequal: { epoch: 1 }, parted: true });
    expect(compare(track([2.6]), runOf())).toMatchObject({ equalTo: -1, unequal: { epoch: 0 }, parted: true });
    expect(compare(track([2.5, Number.NaN]), runOf()).parted).toBe(true);
    expect(compare(track([2.5, 1 / 3, 0.25, 7]), runOf()).parted).toBe(true);
  });

  test('an epoch that the run cut short is another one', () => {
    expect(compare(track([2.5, 0.4], [0, 40]), runOf())).toMatchObject({ equalTo: 0, unequal: null });
  });
});

test('only a model that tells the ten digits apart reads a drawing', () => {
  const names = [...'0123456789'];
  const model = { input: [784], task: 'classification', classNames: names };
  expect(readsDigits(runOf())).toBe(true);
  expect(readsDigits(runOf({}, { model }))).toBe(true);
  for (const other of [
    { input: [4] },
    { input: [8, 8] },
    { task: 'regression' },
    { classNames: null },
    { classNames: names.toReversed() },
    { classNames: names.slice(1) },
  ]) {
    expect(readsDigits(runOf({}, { model: { ...model, ...other } })), JSON.stringify(other)).toBe(false);
  }
  expect(readsDigits(runOf({}, { model: null }))).toBe(false);
});
