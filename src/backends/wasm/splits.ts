import type { Kernels } from './module.ts';

/**
 * How each kernel is cut into parts for threads: by elements, rows or columns of its result, never within a sum, so
 * that the result has the same bits for any number of parts. Products are cut in {@link ./splitter.ts}.
 */
export interface Split {
  /** Which argument counts the units: elements, rows or columns. */
  readonly count: number;
  /** Parts are multiples of so many units: a cache line, a block of random numbers, the kernel's own stride. */
  readonly grain: number;
  /** Work of one unit, in additions of one element. */
  readonly work: (args: Args) => number;
  /** Arguments that grow from part to part: [which, by how much a unit], for addresses in bytes. */
  readonly advance: readonly (readonly [number, (args: Args) => number])[];
}

export type Args = readonly number[];

type Step = (args: Args) => number;

const float: Step = () => 4;
/** As many bytes as a row of so many floats as argument i says. */
const row =
  (i: number): Step =>
  (args) =>
    4 * args[i];
const given =
  (i: number): Step =>
  (args) =>
    args[i];

function elements(count: number, addresses: readonly number[], work: Step = () => 1): Split {
  return { count, grain: 16, work, advance: addresses.map((i) => [i, float]) };
}

/** n values drawn, of which a block of the generator makes `perBlock`. */
function draws(block: number, perBlock: number, work: number): Split {
  const advance: Split['advance'] = [
    [0, float],
    [block, () => 1 / perBlock],
  ];
  return { count: 1, grain: 16, work: () => work, advance };
}

// neg abs sign square sqrt reciprocal exp log tanh sigmoid softplus relu step
const unaryWork = [1, 1, 2, 1, 4, 4, 16, 16, 24, 20, 24, 1, 1];

const binaryRows: Split = {
  count: 7,
  grain: 1,
  work: given(8),
  advance: [
    [1, row(8)],
    [2, given(3)],
    [4, given(5)],
  ],
};
const binaryAlong: Split = {
  count: 8,
  grain: 16,
  work: () => 1,
  advance: [
    [1, float],
    [2, (args) => (args[6] & 1 ? 0 : 4)],
    [4, (args) => (args[6] & 2 ? 0 : 4)],
  ],
};

/** In the arguments' order of {@link Kernels}. */
export const splits = {
  fill: elements(2, [0]),
  copy: elements(2, [0, 1]),
  unary: elements(3, [1, 2], (args) => unaryWork[args[0]]),
  binary: (args) => (args[7] === 1 ? binaryAlong : binaryRows),
  binaryScalar: elements(5, [1, 2]),
  where: elements(4, [0, 1, 2, 3]),
  clip: elements(4, [0, 1]),
  axpy: elements(3, [0, 2]),
  // Rows of a, which are columns of out.
  transpose: {
    count: 4,
    grain: 16,
    work: given(5),
    advance: [
      [0, float],
      [2, given(3)],
    ],
  },
  gatherRows: {
    count: 3,
    grain: 1,
    work: given(4),
    advance: [
      [0, row(4)],
      [2, float],
    ],
  },
  // Columns: every sum keeps the order of rows.
  scatterAddRows: {
    count: 4,
    grain: 16,
    work: given(3),
    advance: [
      [0, float],
      [1, float],
    ],
  },
  oneHot: {
    count: 2,
    grain: 1,
    work: given(3),
    advance: [
      [0, row(3)],
      [1, float],
    ],
  },
  reduceRows: {
    count: 3,
    grain: 4,
    work: given(4),
    advance: [
      [1, float],
      [2, row(4)],
    ],
  },
  reduceCols: {
    count: 4,
    grain: 16,
    work: given(3),
    advance: [
      [1, float],
      [2, float],
    ],
  },
  argmaxRows: {
    count: 2,
    grain: 1,
    work: (args) => 2 * args[3],
    advance: [
      [0, float],
      [1, row(3)],
    ],
  },
  topK: {
    count: 3,
    grain: 1,
    work: (args) => 2 * args[4] * (1 + args[5]),
    advance: [
      [0, row(5)],
      [1, row(5)],
      [2, row(4)],
    ],
  },
  randomUniform: draws(5, 2, 4),
  randomNormal: draws(5, 2, 32),
  randomMask: draws(7, 4, 2),
} satisfies Partial<Record<keyof Kernels, Split | ((args: Args) => Split)>>;

/** Where a product's arguments say which part is meant, and where its scratch is. */
export interface ProductSplit {
  /** Arguments `range` .. `range` + 3: rowFrom, rowTo, colFrom, colTo. Then comes scratch. */
  readonly range: number;
  /** Which argument is k. */
  readonly depth: number;
  /** Rows are the better cut where op(a) must be turned: each part turns its own. Else columns: each packs its own of b. */
  readonly prefersRows: (args: Args) => boolean;
}

export const productSplits = {
  matmul: { range: 11, depth: 5, prefersRows: (args) => args[6] !== 0 },
  segmentedMatmul: { range: 8, depth: 6, prefersRows: () => false },
} satisfies Partial<Record<keyof Kernels, ProductSplit>>;
