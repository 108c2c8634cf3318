import { describe, expect, test } from 'vitest';
import * as math from './math.ts';

const view = new DataView(new ArrayBuffer(8));
function ulp(x: number): number {
  const a = Math.abs(x);
  view.setFloat64(0, a);
  view.setBigUint64(0, view.getBigUint64(0) + 1n);
  return view.getFloat64(0) - a;
}

/** Worst distance from the engine's function, itself within 1 ulp, in ulps of the result. */
function worst(ours: (x: number) => number, theirs: (x: number) => number, xs: number[]): number {
  let w = 0;
  for (const x of xs) w = Math.max(w, Math.abs(ours(x) - theirs(x)) / ulp(theirs(x)));
  return w;
}

const spread = (low: number, high: number, n = 40_000): number[] =>
  Array.from({ length: n }, (_, i) => low + ((high - low) * (i + ((i * 0.618034) % 1))) / n);
const tiny = [1e-300, 1e-20, 1e-10, 1e-8, 1e-5, 1e-3].flatMap((x) => [x, -x]);

describe('accuracy against the engine', () => {
  test.each([
    ['exp', math.exp, Math.exp, spread(-700, 700), 3],
    ['exp', math.exp, Math.exp, spread(-2, 2), 3],
    ['expm1', math.expm1, Math.expm1, [...spread(-3, 3), ...tiny], 6],
    ['log', math.log, Math.log, [...spread(1e-6, 4), ...spread(1, 1e9), 5e-324, 1e-310, 1.7e308], 3],
    ['log1p', math.log1p, Math.log1p, [...spread(-0.9, 3), ...tiny], 4],
    ['tanh', math.tanh, Math.tanh, [...spread(-25, 25), ...spread(-1, 1), ...tiny], 6],
  ] as const)('%s', (_, ours, theirs, xs, bound) => {
    expect(worst(ours, theirs, [...xs])).toBeLessThanOrEqual(bound);
  });

  test('sin and cos to 3e-16', () => {
    for (const x of spread(-8, 8)) {
      expect(Math.abs(math.sin(x) - Math.sin(x))).toBeLessThan(3e-16);
      expect(Math.abs(math.cos(x) - Math.cos(x))).toBeLessThan(3e-16);
    }
  });

  test('sigmoid and softplus in their two halves', () => {
    for (const x of spread(-30, 30, 5000)) {
      expect(math.sigmoid(x)).toBeCloseTo(1 / (1 + Math.exp(-x)), 15);
      expect(Math.abs(math.softplus(x) - Math.log1p(Math.exp(x))) / math.softplus(x)).toBeLessThan(1e-14);
    }
  });
});

test('edges', () => {
  expect([math.exp(NaN), math.exp(Infinity), math.exp(-Infinity), math.exp(0), math.exp(710), math.exp(-746)]).toEqual([
    NaN,
    Infinity,
    0,
    1,
    Infinity,
    0,
  ]);
  expect(math.exp(-745)).toBe(5e-324);
  expect([math.log(0), math.log(-1), math.log(1), math.log(Infinity), math.log(NaN)]).toEqual([
    -Infinity,
    NaN,
    0,
    Infinity,
    NaN,
  ]);
  expect([math.tanh(Infinity), math.tanh(-Infinity), math.tanh(-0), math.tanh(NaN)]).toEqual([1, -1, -0, NaN]);
  expect([math.sigmoid(1000), math.sigmoid(-1000), math.sigmoid(0), math.sigmoid(NaN)]).toEqual([1, 0, 0.5, NaN]);
  expect([math.softplus(1000), math.softplus(-1000), math.softplus(Infinity)]).toEqual([1000, 0, Infinity]);
  expect([math.round(2.5), math.round(-2.5), math.ceil(2.1), math.ceil(-2.1)]).toEqual([3, -2, 3, -2]);
});
