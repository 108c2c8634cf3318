import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wilsonInterval } from './wilson.ts';

describe('wilsonInterval', () => {
  // Newcombe 1998, Statistics in Medicine 17:857-872, table I, method 3 (score, no continuity correction).
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('%i of %i as published', (successes, trials, low, high) => {
    const interval = wilsonInterval(successes, trials);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  it('solves the score equation |p̂ − p| = z √(p(1−p)/n) at both ends', () => {
    for (const [k, n] of [
      [3, 17],
      [1, 3],
      [350, 360],
    ]) {
      const { low, high } = wilsonInterval(k, n);
      for (const p of [low, high])
        expect(Math.abs(k / n - p)).toBeCloseTo(1.959963984540054 * Math.sqrt((p * (1 - p)) / n), 10);
    }
  });

  it('stays within [0, 1], holds the proportion and mirrors', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, share) => {
        const k = Math.floor(share * n);
        const { low, high } = wilsonInterval(k, n);
        const mirror = wilsonInterval(n - k, n);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(k / n);
        expect(high).toBeGreaterThanOrEqual(k / n);
        expect(mirror.low).toBeCloseTo(1 - high, 9);
      }),
    );
  });

  it('knows nothing without trials and refuses impossible counts', () => {
    expect(wilsonInterval(0, 0)).toEqual({ low: 0, high: 1 });
    for (const [k, n] of [
      [-1, 3],
      [4, 3],
      [NaN, 3],
      [0, Infinity],
    ])
      expect(() => wilsonInterval(k, n)).toThrow(RangeError);
  });
});
