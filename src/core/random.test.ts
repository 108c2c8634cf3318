import { describe, expect, test } from 'vitest';
import { normal, randomBits, randomHalf, Sampler, stream, threefry2x32, uniform } from './random.ts';

describe('Threefry 2x32, 20 rounds', () => {
  // Known answers published with Random123 (kat_vectors).
  test.each([
    [
      [0, 0],
      [0, 0],
      [0x6b200159, 0x99ba4efe],
    ],
    [
      [0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x1cb996fc, 0xbb002be7],
    ],
    [
      [0x243f6a88, 0x85a308d3],
      [0x13198a2e, 0x03707344],
      [0xc4923a9c, 0x483df7a0],
    ],
  ])('counter %j, key %j', (counter, key, expected) => {
    const out = new Uint32Array(2);
    threefry2x32(key[0], key[1], counter[0], counter[1], out);
    expect([...out]).toEqual(expected);
  });
});

describe('streams', () => {
  const s = stream(42, 'init/0.W');

  test('a value depends on seed, name, step and index alone', () => {
    expect(randomBits(s, 3, 7)).toBe(randomBits(stream(42, 'init/0.W'), 3, 7));
    const others = [
      randomBits(stream(43, 'init/0.W'), 3, 7),
      randomBits(stream(42, 'init/0.b'), 3, 7),
      randomBits(s, 4, 7),
      randomBits(s, 3, 8),
    ];
    expect(others).not.toContain(randomBits(s, 3, 7));
    expect(new Set(others).size).toBe(4);
  });

  test('halves are the words, low half first', () => {
    for (let i = 0; i < 9; i++) {
      const word = randomBits(s, 1, i);
      expect([randomHalf(s, 1, 2 * i), randomHalf(s, 1, 2 * i + 1)]).toEqual([word & 0xffff, word >>> 16]);
    }
  });

  test('moments of uniform and normal', () => {
    const n = 100_000;
    const moments = (draw: (i: number) => number): number[] => {
      const sums = [0, 0, 0, 0];
      for (let i = 0; i < n; i++) for (let p = 0; p < 4; p++) sums[p] += draw(i) ** (p + 1) / n;
      return sums;
    };
    const u = moments((i) => uniform(s, 0, i));
    [1 / 2, 1 / 3, 1 / 4, 1 / 5].forEach((m, p) => expect(Math.abs(u[p] - m)).toBeLessThan(0.005));
    const z = moments((i) => normal(s, 0, i));
    [0, 1, 0, 3].forEach((m, p) => expect(Math.abs(z[p] - m)).toBeLessThan([0.015, 0.02, 0.06, 0.15][p]));
  });

  test('shuffle is a permutation, and every place is as likely', () => {
    const counts = Array.from({ length: 5 }, () => [0, 0, 0, 0, 0]);
    for (let trial = 0; trial < 5000; trial++) {
      const p = new Sampler(stream(trial, 'shuffle')).shuffle([0, 1, 2, 3, 4]);
      expect([...p].sort()).toEqual([0, 1, 2, 3, 4]);
      p.forEach((item, place) => {
        counts[place][item]++;
      });
    }
    for (const row of counts) for (const c of row) expect(Math.abs(c - 1000)).toBeLessThan(150);
  });
});
