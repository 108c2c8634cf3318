import { describe, expect, test } from 'vitest';
import { outliers, pairRatios, summary } from './statistics.ts';

describe('summary', () => {
  test('is the middle of an odd number, the mean of the middle two of an even one', () => {
    expect(summary([5, 1, 3])).toEqual({ median: 3, min: 1, max: 5 });
    expect(summary([10, 9, 2, 100])).toEqual({ median: 9.5, min: 2, max: 100 });
    expect(summary([7])).toEqual({ median: 7, min: 7, max: 7 });
    expect(summary([]).median).toBeNaN();
  });
});

describe('pairRatios', () => {
  test('compares within a round, so that a round that was slow for both does not count', () => {
    expect(pairRatios([1, 10, 2], [2, 20, 4])).toEqual([0.5, 0.5, 0.5]);
    // medians over all rounds would say 2 / 3
    expect(summary(pairRatios([1, 2, 30], [1, 3, 30])).median).toBe(1);
  });

  test('leaves out the rounds that one of them missed', () => {
    expect(pairRatios([1, null, 3], [2, 4, null])).toEqual([0.5]);
    expect(pairRatios([1, 2], [2])).toEqual([0.5]);
    expect(pairRatios([], [])).toEqual([]);
  });
});

describe('outliers', () => {
  const of = (...values: number[]) => values.map((value, i) => ({ who: 'abcdef'[i], value }));
  const names = (...values: number[]) => outliers(of(...values), 1e-4).map(({ who }) => who);

  test('are those who are off the median, or no number', () => {
    expect(names(2.5, 2.50001, 2.4999)).toEqual([]);
    expect(names(2.5, 2.51, 2.5)).toEqual(['b']);
    expect(names(2.5, Number.NaN, 2.5)).toEqual(['b']);
    expect(names(Number.NaN)).toEqual(['a']);
    expect(names()).toEqual([]);
  });
});
