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
  /** Arguments that grow from part to part: `by` so much a unit, for addresses in bytes. */
  readonly advance: readonly { readonly argument: number; readonly by: (args: Args) => number }[];
}

export type Args = readonly number[];

type Step = (args: Args) => number;

const constant =
  (x: number): Step =>
  () =>
    x;
const float = constant(4);
/** What argument i says. */
const given =
  (i: number): Step =>
  (args) =>
    args[i];
/** As many bytes as a row of so many floats as argument i says. */
const row =
  (i: number): Step =>
  (args) =>
    4 * args[i];

/** A {@link Split}; `advance` by argument. */
export function cut(count: number, grain: number, work: Step, advance: Readonly<Record<number, Step>>): Split {
  return { count, grain, work, advance: Object.entries(advance).map(([i, by]) => ({ argument: Number(i), by })) };
}

function elements(count: number, addresses: readonly number[], work: Step = constant(1)): Split {
  return cut(count, 16, work, Object.fromEntries(addresses.map((i) => [i, float])));
}

/** Values drawn, of which a block of the generator makes `perBlock`; `block` is the argument that counts blocks. */
function draws(block: number, perBlock: number, work: number): Split {
  return cut(1, 16, constant(work), { 0: float, [block]: constant(1 / perBlock) });
}

/** By place in `unaryOps`: neg abs sign square sqrt reciprocal exp log tanh sigmoid softplus relu step. */
export const unaryWork: readonly number[] = [1, 1, 2, 1, 2, 2, 8, 8, 12, 10, 12, 1, 1];

const binaryRows = cut(7, 1, given(8), { 1: row(8), 2: given(3), 4: given(5) });
const binaryAlong = cut(8, 16, constant(1), {
  1: float,
  2: (args) => (args[6] & 1 ? 0 : 4),
  4: (args) => (args[6] & 2 ? 0 : 4),
});

/** Of raw values: bytes, floats, doubles. */
const rawBytes = [1, 4, 8];

/** By kernel; arguments are in the order of {@link Kernels}. */
export const splits = {
  fill: elements(2, [0], constant(0.5)),
  copy: elements(2, [0, 1], constant(0.5)),
  unary: elements(3, [1, 2], (args) => unaryWork[args[0]]),
  binary: (args) => (args[7] === 1 ? binaryAlong : binaryRows),
  binaryScalar: elements(5, [1, 2]),
  where: elements(4, [0, 1, 2, 3]),
  clip: elements(4, [0, 1]),
  axpy: elements(3, [0, 2]),
  // Rows of a, which are columns of out.
  transpose: cut(4, 16, given(5), { 0: float, 2: given(3) }),
  gatherRows: cut(3, 1, given(4), { 0: row(4), 2: float }),
  // Columns of both, so that every sum keeps the order of rows.
  scatterAddRows: cut(4, 16, given(3), { 0: float, 1: float }),
  oneHot: cut(2, 1, (args) => args[3] / 2, { 0: row(3), 1: float }),
  reduceRows: cut(3, 4, given(4), { 1: float, 2: row(4) }),
  // Columns again; the threads that made a's rows are others, hence little gain from splitting small ones.
  reduceCols: cut(4, 16, (args) => args[3] / 4, { 1: float, 2: float }),
  argmaxRows: cut(2, 1, (args) => 2 * args[3], { 0: float, 1: row(3) }),
  topK: cut(3, 1, (args) => 2 * args[4] * (1 + args[5]), { 0: row(5), 1: row(5), 2: row(4) }),
  scaleRows: cut(3, 1, given(4), { 1: row(4), 2: (args) => rawBytes[args[0]] * args[4] }),
  randomUniform: draws(5, 2, 2),
  randomNormal: draws(5, 2, 16),
  randomMask: draws(7, 4, 1),
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
