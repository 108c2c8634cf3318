import { describe, expect, test } from 'vitest';
import { digits } from '../../src/data/embedded/digits.ts';
import { prepareData } from '../../src/data/prepare.ts';
import { exerciseOf } from '../../src/verify/exercises.ts';
import { code, hints } from './code.ts';
import { desk, layOut } from './desk.ts';
import { latest, pick, readEntries } from './entries.ts';
import { defaults, digitsTrainRows, isSettings, settings, switched } from './settings.ts';

describe('what is kept', () => {
  test('is of each cell the last change, whichever store or page it is from', () => {
    const here = { 'code/relu': { value: 'a', at: 5 }, 'hints/relu': { value: 1, at: 1 } };
    const there = { 'code/relu': { value: 'b', at: 4 }, settings: { value: defaults.mnist, at: 2 } };
    expect(latest(here, there)).toEqual({ ...here, settings: there.settings });
    expect(latest(there, here)).toEqual({ ...here, settings: there.settings });
    expect(latest({ x: { value: 1, at: 3 } }, { x: { value: 2, at: 3 } })).toEqual({ x: { value: 1, at: 3 } });
    expect(pick(here, ['hints/relu', 'code/chain'])).toEqual({ 'hints/relu': here['hints/relu'] });
  });

  test('is read as far as it can be meant', () => {
    const good = { 'code/relu': { value: 'x', at: 5 }, settings: { value: defaults.mnist, at: 1 } };
    expect(readEntries(good)).toEqual(good);
    expect(
      readEntries({
        'code/relu': { value: 7, at: 5 },
        'code/chain': { value: 'x', at: '5' },
        'code/other': { value: 'x', at: 5 },
        'hints/relu': { value: 9, at: 5 },
        'hints/chain': { value: 1, at: Number.POSITIVE_INFINITY },
        settings: { value: { ...defaults.digits, lr: -1 }, at: 5 },
      }),
    ).toEqual({});
    for (const nothing of [null, undefined, 7, 'x', [], { code: 3 }, { code: null }]) {
      expect(readEntries(nothing)).toEqual({});
    }
  });

  test('of a lab without times is older than any change', () => {
    expect(readEntries({ code: { relu: 'x', chain: 3 }, hints: { relu: 2 } })).toEqual({
      'code/relu': { value: 'x', at: 0 },
      'hints/relu': { value: 2, at: 0 },
    });
  });
});

test('a desk is laid out whole: what is not named, or cannot be meant, is blank', () => {
  code.chain.value = 'mine';
  hints.relu.value = 3;
  layOut({ 'code/relu': 'theirs', 'hints/chain': 'many', settings: { ...defaults.digits, seed: 7 } });
  expect(code.relu.value).toBe('theirs');
  expect(code.chain.value).toBe(exerciseOf('chain').starter);
  expect([hints.relu.value, hints.chain.value]).toEqual([0, 0]);
  expect(settings.value.seed).toBe(7);
  const before = desk();
  layOut(before);
  expect(desk()).toEqual(before);
});

describe('settings', () => {
  test('for another data set: what was usual changes, what was typed stays', () => {
    expect(switched(defaults.digits, 'mnist')).toEqual(defaults.mnist);
    expect(switched(defaults.mnist, 'digits')).toEqual(defaults.digits);
    const typed = { ...defaults.digits, hidden: [77, 64] as const, lr: 0.3, seed: 5 };
    expect(switched(typed, 'mnist')).toEqual({ ...defaults.mnist, hidden: [77, 128], lr: 0.3, seed: 5 });
    expect(switched(typed, 'digits')).toEqual(typed);
  });

  test('the digits’ rows to train on are those of their split', () => {
    expect(prepareData({ train: digits(), test: null }, {}).split.train.count).toBe(digitsTrainRows);
  });

  test.each([
    [defaults.digits, true],
    [{ ...defaults.mnist, more: 1 }, true],
    [{ ...defaults.digits, data: 'iris' }, false],
    [{ ...defaults.digits, hidden: [1] }, false],
    [{ ...defaults.digits, hidden: [1, 0] }, false],
    [{ ...defaults.digits, lr: '0.1' }, false],
    [{ ...defaults.digits, batch: 1.5 }, false],
    [{ ...defaults.digits, epochs: undefined }, false],
    [{ ...defaults.digits, seed: 2 ** 32 }, false],
    [null, false],
  ])('%j can be settings: %s', (value, wanted) => expect(isSettings(value)).toBe(wanted));
});
