import { describe, expect, test } from 'vitest';
import { code } from '../../test/support/one-layer.ts';
import { backend } from '../backends/default.ts';
import { zeros } from '../tensor/create.ts';
import { constant, type InitName, initScheme, initSchemes, values } from './initializers.ts';
import type { Initializer } from './parameters.ts';

const [inputs, outputs] = [200, 150];

function drawn(initializer: Initializer, n: number, seed = 0, stream = 'init/0.W'): number[] {
  const target = zeros([n], { backend: backend('js64') });
  initializer.fill(target, { seed, stream });
  return [...target.dataSync()];
}

function statistics(v: readonly number[]) {
  const mean = v.reduce((s, x) => s + x, 0) / v.length;
  const sd = Math.sqrt(v.reduce((s, x) => s + (x - mean) ** 2, 0) / v.length);
  return { mean, sd, low: Math.min(...v), high: Math.max(...v) };
}

/** Bounds are 5 standard errors: of a mean sd / sqrt n, of a deviation sd / sqrt(2n) (Gaussian) or less (uniform). */
describe('statistics of W (200, 150), by the papers’ formulas', () => {
  const n = inputs * outputs;

  test.each([
    ['he', Math.sqrt(2 / 200)],
    ['lecun', Math.sqrt(1 / 200)],
    ['original', Math.sqrt(2 / 200)],
  ] as const)('%s: Gaussian, sd %d', (name, sd) => {
    const s = statistics(drawn(initScheme(name)(inputs, outputs).W, n));
    expect(Math.abs(s.mean)).toBeLessThan((5 * sd) / Math.sqrt(n));
    expect(Math.abs(s.sd / sd - 1)).toBeLessThan(5 / Math.sqrt(2 * n));
    expect(Math.max(-s.low, s.high)).toBeGreaterThan(3.5 * sd); // no uniform reaches that far
  });

  test.each([
    ['xavier', Math.sqrt(6 / 350)],
    ['torch', 1 / Math.sqrt(200)],
  ] as const)('%s: uniform, limit %d', (name, limit) => {
    const s = statistics(drawn(initScheme(name)(inputs, outputs).W, n));
    expect(Math.abs(s.mean)).toBeLessThan((5 * limit) / Math.sqrt(3 * n));
    expect(Math.abs((s.sd * Math.sqrt(3)) / limit - 1)).toBeLessThan(5 / Math.sqrt(2 * n));
    expect(s.low).toBeGreaterThanOrEqual(-limit);
    expect(s.low).toBeLessThan(-0.999 * limit);
    expect(s.high).toBeLessThan(limit);
    expect(s.high).toBeGreaterThan(0.999 * limit);
  });

  test('the original’s bias is N(0, 0.01^2), PyTorch’s uniform by the inputs, all others zero', () => {
    const b = statistics(drawn(initScheme('original')(inputs, outputs).b, n));
    expect(Math.abs(b.sd / 0.01 - 1)).toBeLessThan(5 / Math.sqrt(2 * n));
    expect(statistics(drawn(initScheme('torch')(inputs, outputs).b, n)).high).toBeCloseTo(1 / Math.sqrt(200), 4);
    for (const name of ['he', 'xavier', 'lecun', 'zero'] as const) {
      expect(new Set(drawn(initScheme(name)(inputs, outputs).b, 17))).toEqual(new Set([0]));
    }
  });

  test('zero is zero', () => {
    expect(new Set(drawn(initScheme('zero')(inputs, outputs).W, 65))).toEqual(new Set([0]));
  });
});

test.each(['he', 'torch'] as InitName[])('%s: the same for one seed and stream, else another', (name) => {
  const W = initScheme(name)(3, 4).W;
  expect(drawn(W, 12, 1)).toEqual(drawn(W, 12, 1));
  expect(drawn(W, 12, 1)).not.toEqual(drawn(W, 12, 2));
  expect(drawn(W, 12, 1)).not.toEqual(drawn(W, 12, 1, 'init/2.W'));
});

test('given numbers', () => {
  expect(drawn(constant(0.5), 3)).toEqual([0.5, 0.5, 0.5]);
  expect(drawn(values([3, 1, 2]), 3)).toEqual([3, 1, 2]);
  expect(() => drawn(values([3, 1]), 3)).toThrow(code('NF1105'));
});

test.each(['He', '', 'toString', '__proto__'])('refuses the name "%s" and says which there are', (name) => {
  expect(() => initScheme(name)).toThrow(code('NF4101'));
  expect(() => initScheme(name)).toThrow(expect.objectContaining({ expected: Object.keys(initSchemes).join(', ') }));
});
