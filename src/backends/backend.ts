import type { BinaryOp, Reduction, Spread, UnaryOp } from './operations.ts';
import type { Compiled, Program } from './program.ts';

export { type BinaryOp, binaryOps, type Reduction, type Spread, type UnaryOp, unaryOps } from './operations.ts';

/**
 * A backend is a heap of numbers and the operations on it. It is not a graph, not a scheduler and not a memory
 * manager: it knows nothing of tensors, shapes beyond two dimensions, arenas or gradients.
 *
 * An {@link Address} is an index of elements (not bytes) into the backend's one heap; `heap()` is the typed array over
 * it, to be asked for anew after every `allocate`, since growth may replace it. Integers (labels, indices) are i32
 * values that live in the same heap, read through `integers()` at the same address.
 *
 * Matrices are row-major and dense. The result of an operation may be one of its own elementwise operands (`out === a`);
 * products, transposes and reductions need an `out` that overlaps nothing. No operation allocates.
 * The `js` backend is the definition: every other backend must agree with it within the bounds that
 * `conformance.ts` states beside each case, at every shape including empty ones, and write nothing outside `out`.
 *
 * Enqueue and readback are separate: operations return nothing, and `read` copies values out. A backend that runs
 * elsewhere (WebGPU) enqueues and answers `readAsync`.
 */
export type Address = number;

export type DType = 'f32' | 'f64';

/** Rows of a data set as they are kept: outside the backend's heap. */
export type RawRows = Uint8Array | Float32Array | Float64Array;

/** value' = (value - offset) * factor: one pair for all columns if `alike`, else one a column. Not to be changed. */
export interface RowScaling {
  readonly offset: Float64Array;
  readonly factor: Float64Array;
  readonly alike: boolean;
}

export interface Backend {
  readonly name: string;
  readonly dtype: DType;
  readonly threads: number;
  /** Elements are f32 or f64; replaced by growth. */
  heap(): Float32Array | Float64Array;
  /** i32 view for labels and indices: the integer block at address `p` starts at `integers()[p * integersPerElement]`. */
  integers(): Int32Array;
  readonly integersPerElement: 1 | 2;

  /** Takes `n` elements, 64-byte aligned, not cleared. Throws NF1301 when memory is out, naming sum and largest holders. */
  allocate(n: number, holder: string): Address;
  free(address: Address): void;
  /** Elements allocated now, and the size of the heap in elements. */
  usage(): { allocated: number; capacity: number };

  // Elementwise over n elements.
  fill(out: Address, value: number, n: number): void;
  copy(out: Address, a: Address, n: number): void;
  unary(op: UnaryOp, out: Address, a: Address, n: number): void;
  /** out (rows, cols) = a op b, each spread over (rows, cols). */
  binary(
    op: BinaryOp,
    out: Address,
    a: Address,
    aSpread: Spread,
    b: Address,
    bSpread: Spread,
    rows: number,
    cols: number,
  ): void;
  /** out = a op s, or s op a when `reversed`. */
  binaryScalar(op: BinaryOp, out: Address, a: Address, s: number, reversed: boolean, n: number): void;
  /** out = condition != 0 ? a : b. */
  where(out: Address, condition: Address, a: Address, b: Address, n: number): void;
  /** out = min(max(a, low), high); NaN stays NaN. */
  clip(out: Address, a: Address, low: number, high: number, n: number): void;
  /** y += alpha * x. */
  axpy(y: Address, alpha: number, x: Address, n: number): void;

  // Products: c (m, n) = alpha * op(a) (m, k) * op(b) (k, n) + beta * c. With beta 0, c is written, never read.
  // a is stored (m, k), or (k, m) when transA; b is stored (k, n), or (n, k) when transB. Each product and each sum is
  // rounded to the dtype as it is made, in the order of k; then alpha * sum, beta * c, and their sum.
  matmul(
    c: Address,
    a: Address,
    b: Address,
    m: number,
    n: number,
    k: number,
    transA: boolean,
    transB: boolean,
    alpha: number,
    beta: number,
  ): void;
  /**
   * Products of groups of rows, each with its own matrix: rows offsets[g] .. offsets[g+1] of a (R, k) times b[g] (k, n)
   * (stored (n, k) when transB) give the same rows of c (R, n). `offsets` holds groups + 1 integers.
   */
  segmentedMatmul(
    c: Address,
    a: Address,
    b: Address,
    offsets: Address,
    groups: number,
    n: number,
    k: number,
    transB: boolean,
  ): void;

  // Layout.
  /** out (cols, rows) = a (rows, cols) transposed. */
  transpose(out: Address, a: Address, rows: number, cols: number): void;
  /** out (n, cols): row i is row indices[i] of a. */
  gatherRows(out: Address, a: Address, indices: Address, n: number, cols: number): void;
  /** Row indices[i] of out += row i of a (n, cols), in the order of i. */
  scatterAddRows(out: Address, a: Address, indices: Address, n: number, cols: number): void;
  /** out (n, classes): 1 at labels[i], else 0. */
  oneHot(out: Address, labels: Address, n: number, classes: number): void;

  // Reductions. Empty sums are 0, empty maxima -Infinity. A column is summed in the order of rows; a row in four partial
  // sums, column j in sum j % 4, joined as (s0 + s1) + (s2 + s3).
  reduceRows(op: Reduction, out: Address, a: Address, rows: number, cols: number): void;
  reduceCols(op: Reduction, out: Address, a: Address, rows: number, cols: number): void;
  /** out (rows) integers: the first column that holds the row's maximum (the first NaN, if there is one). */
  argmaxRows(out: Address, a: Address, rows: number, cols: number): void;
  /** The k largest of each row, descending, ties by lower column: values (rows, k), indices (rows, k) integers. */
  topK(values: Address, indices: Address, a: Address, rows: number, cols: number, k: number): void;

  // Random fills, element i of the stream (key0, key1, counter1): see core/random.ts for what a stream is.
  /** Uniform on [0, 1): 24 random bits an element. */
  randomUniform(out: Address, n: number, key0: number, key1: number, step: number): void;
  randomNormal(out: Address, n: number, key0: number, key1: number, step: number): void;
  /** 1/keep' with probability keep', else 0, where keep' = round(keep * 65536) / 65536; 16 random bits an element. */
  randomMask(out: Address, n: number, keep: number, key0: number, key1: number, step: number): void;

  /**
   * out (rows.length, cols): row i is row rows[i] of x, scaled in float64 and then rounded. Rows are in range, and
   * `scaling` has cols entries or is alike.
   */
  scaleRows(out: Address, x: RawRows, rows: Int32Array, cols: number, scaling: RowScaling): void;
  /** A copy of n values. */
  read(a: Address, n: number): Float32Array | Float64Array;
  readAsync(a: Address, n: number): Promise<Float32Array | Float64Array>;
  write(out: Address, values: ArrayLike<number>): void;
  /**
   * One kernel for a whole program, with the bits of its operations run one by one; null if there is none for it, and
   * then for good. Backends without it run every operation by itself.
   */
  compile?(program: Program): Compiled | null;

  /** Gives the memory back; the backend is of no use afterwards. */
  dispose(): void;
}
