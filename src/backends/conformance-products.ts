import { blank, type Case, draw, eps, integers, tiny } from './conformance-case.ts';

type Shape = readonly [m: number, n: number, k: number];

/** Sides 0, 1, 3, 17, 65, the course network's, and some that cross the edges of blocks in every direction. */
const shapes: Shape[] = [
  ...[1, 3, 17, 65].flatMap((m) => [1, 3, 17, 65].flatMap((n) => [1, 3, 17, 65].map((k): Shape => [m, n, k]))),
  ...([
    [0, 3, 3],
    [3, 0, 3],
    [3, 3, 0],
    [0, 0, 0],
  ] as Shape[]),
  ...([
    [32, 10, 128],
    [16, 32, 64],
    [6, 8, 5],
    [2, 12, 4],
    [13, 11, 9],
    [31, 23, 130],
  ] as Shape[]),
  ...([
    [133, 7, 1030],
    [130, 520, 5],
    [7, 14, 2100],
    [131, 30, 1025],
  ] as Shape[]),
];

const scales = [
  [1, 0],
  [1, 1],
  [-0.1, 1],
  [0.5, -0.25],
] as const;

export function* productCases(): Generator<Case> {
  for (const [m, n, k] of shapes) {
    for (const [transA, transB] of [
      [false, false],
      [false, true],
      [true, false],
      [true, true],
    ] as const) {
      for (const [alpha, beta] of m * n * k > 20_000 ? scales.slice(1, 3) : scales) {
        yield product([m, n, k], transA, transB, alpha, beta, false);
      }
      yield product([m, n, k], transA, transB, 1, 0, m * n * k < 20_000);
    }
  }
  for (const [sizes, n, k] of [
    [[3, 0, 5, 1], 17, 9],
    [[0, 0], 3, 3],
    [[], 3, 3],
    [[130, 2], 12, 65],
    [[1, 1, 1], 1, 0],
  ] as const) {
    for (const transB of [false, true]) yield segmented(sizes, n, k, transB);
  }
}

/** `special`: with NaN, infinities and subnormals among the values. */
function product(
  [m, n, k]: Shape,
  transA: boolean,
  transB: boolean,
  alpha: number,
  beta: number,
  special: boolean,
): Case {
  const a = draw(m * k, special);
  const b = draw(k * n, special);
  const c = draw(m * n);
  // beta 0 must not read c: what is there must not matter
  const before = beta === 0 ? c.map((_, i) => (i % 2 ? Number.NaN : Infinity)) : c;
  const layout = `${transA ? 'T' : 'N'}${transB ? 'T' : 'N'}`;
  return {
    op: 'matmul',
    name: `${layout} (${m}, ${n}, ${k}) ${alpha} ${beta}${special ? ' special' : ''}`,
    buffers: [{ values: before, written: true }, { values: a }, { values: b }],
    call: (on, [z, x, y]) => on.matmul(z, x, y, m, n, k, transA, transB, alpha, beta),
    // |error| <= 4 K eps (|A||B|) for the sum; alpha and beta are rounded, and so are the two products and their sum.
    bound: (at) => {
      const [i, j] = [Math.floor(at / n), at % n];
      let size = 0;
      for (let p = 0; p < k; p++) {
        size += Math.abs(a[transA ? p * m + i : i * k + p] * b[transB ? j * k + p : p * n + j]);
      }
      const bound = Math.abs(alpha) * 4 * (k + 1) * eps * size + (beta === 0 ? 0 : 4 * eps * Math.abs(beta * c[at]));
      return size > 3.4e38 ? Infinity : bound + (k + 2) * tiny;
    },
  };
}

function segmented(sizes: readonly number[], n: number, k: number, transB: boolean): Case {
  const offsets = [0];
  for (const size of sizes) offsets.push(offsets[offsets.length - 1] + size);
  const rows = offsets[offsets.length - 1];
  const [a, b] = [draw(rows * k), draw(sizes.length * k * n)];
  return {
    op: 'segmentedMatmul',
    name: `${sizes.join(' ')} rows, (${n}, ${k})${transB ? ' T' : ''}`,
    buffers: [blank(rows * n), { values: a }, { values: b }, integers(offsets)],
    call: (on, [z, x, y, o]) => on.segmentedMatmul(z, x, y, o, sizes.length, n, k, transB),
    bound: () => 4 * k * eps * 4 * k, // each |a b| is at most 4
  };
}
