import { normal, randomHalf, uniform } from '../../core/random.ts';
import { Allocator } from '../allocator.ts';
import type { Address, Backend, BinaryOp, DType, RawRows, Reduction, RowScaling, Spread, UnaryOp } from '../backend.ts';
import { binary, unary } from './elementwise.ts';
import { scaleRows } from './scale-rows.ts';

type Heap = Float32Array | Float64Array;

/**
 * Every operation as a plain loop: the definition that other backends are held against. In f32 each sum and each
 * product is rounded to f32 as it is made; rows are summed in four partial sums, column j in sum j % 4, joined as
 * (s0 + s1) + (s2 + s3). The wasm backend does the same, so that the two agree bit for bit.
 */
export class JsBackend implements Backend {
  readonly name = 'js';
  readonly threads = 1;
  readonly integersPerElement: 1 | 2;
  #heap: Heap;
  #integers: Int32Array;
  readonly #allocator: Allocator;
  readonly #round: (x: number) => number;

  readonly dtype: DType;

  constructor(dtype: DType) {
    this.dtype = dtype;
    const bytes = dtype === 'f32' ? 4 : 8;
    this.integersPerElement = dtype === 'f32' ? 1 : 2;
    this.#round = dtype === 'f32' ? Math.fround : (x) => x;
    this.#heap = this.#view(new ArrayBuffer(2 ** 20 * bytes));
    this.#integers = new Int32Array(this.#heap.buffer);
    this.#allocator = new Allocator(0, this.#heap.length, bytes, (capacity) => this.#grow(capacity));
  }

  #view(buffer: ArrayBuffer): Heap {
    return this.dtype === 'f32' ? new Float32Array(buffer) : new Float64Array(buffer);
  }

  #grow(capacity: number): number {
    const length = Math.max(capacity, Math.min(2 * this.#heap.length, this.#heap.length + 2 ** 26));
    if (length * this.#heap.BYTES_PER_ELEMENT > 2 ** 32) return this.#heap.length;
    const grown = this.#view(new ArrayBuffer(length * this.#heap.BYTES_PER_ELEMENT));
    grown.set(this.#heap);
    this.#heap = grown;
    this.#integers = new Int32Array(grown.buffer);
    return length;
  }

  heap(): Heap {
    return this.#heap;
  }
  integers(): Int32Array {
    return this.#integers;
  }
  allocate(n: number, holder: string): Address {
    return this.#allocator.allocate(n, holder);
  }
  free(address: Address): void {
    this.#allocator.free(address);
  }
  usage(): { allocated: number; capacity: number } {
    return this.#allocator.usage();
  }
  dispose(): void {
    this.#heap = this.#view(new ArrayBuffer(0));
    this.#integers = new Int32Array(0);
  }

  fill(out: Address, value: number, n: number): void {
    this.#heap.fill(value, out, out + n);
  }

  copy(out: Address, a: Address, n: number): void {
    this.#heap.copyWithin(out, a, a + n);
  }

  unary(op: UnaryOp, out: Address, a: Address, n: number): void {
    const h = this.#heap;
    const f = unary[op];
    for (let i = 0; i < n; i++) h[out + i] = f(h[a + i]);
  }

  binary(
    op: BinaryOp,
    out: Address,
    a: Address,
    aSpread: Spread,
    b: Address,
    bSpread: Spread,
    rows: number,
    cols: number,
  ): void {
    const h = this.#heap;
    const f = binary[op];
    const aRow = aSpread === 'full' ? cols : aSpread === 'col' ? 1 : 0;
    const aCol = aSpread === 'full' || aSpread === 'row' ? 1 : 0;
    const bRow = bSpread === 'full' ? cols : bSpread === 'col' ? 1 : 0;
    const bCol = bSpread === 'full' || bSpread === 'row' ? 1 : 0;
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < cols; j++) {
        h[out + i * cols + j] = f(h[a + i * aRow + j * aCol], h[b + i * bRow + j * bCol]);
      }
    }
  }

  binaryScalar(op: BinaryOp, out: Address, a: Address, s: number, reversed: boolean, n: number): void {
    const h = this.#heap;
    const f = binary[op];
    const c = this.#round(s);
    for (let i = 0; i < n; i++) h[out + i] = reversed ? f(c, h[a + i]) : f(h[a + i], c);
  }

  where(out: Address, condition: Address, a: Address, b: Address, n: number): void {
    const h = this.#heap;
    for (let i = 0; i < n; i++) h[out + i] = h[condition + i] !== 0 ? h[a + i] : h[b + i];
  }

  clip(out: Address, a: Address, low: number, high: number, n: number): void {
    const h = this.#heap;
    for (let i = 0; i < n; i++) {
      const x = h[a + i];
      h[out + i] = x < low ? low : x > high ? high : x;
    }
  }

  axpy(y: Address, alpha: number, x: Address, n: number): void {
    const h = this.#heap;
    const r = this.#round;
    const scale = r(alpha);
    for (let i = 0; i < n; i++) h[y + i] += r(scale * h[x + i]);
  }

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
  ): void {
    const h = this.#heap;
    const r = this.#round;
    const [aRow, aInner] = transA ? [1, m] : [k, 1];
    const [bInner, bCol] = transB ? [1, k] : [n, 1];
    const [scale, keep] = [r(alpha), r(beta)];
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let p = 0; p < k; p++) sum = r(sum + r(h[a + i * aRow + p * aInner] * h[b + p * bInner + j * bCol]));
        const at = c + i * n + j;
        h[at] = beta === 0 ? scale * sum : r(scale * sum) + r(keep * h[at]);
      }
    }
  }

  segmentedMatmul(
    c: Address,
    a: Address,
    b: Address,
    offsets: Address,
    groups: number,
    n: number,
    k: number,
    transB: boolean,
  ): void {
    const at = offsets * this.integersPerElement;
    for (let g = 0; g < groups; g++) {
      const from = this.#integers[at + g];
      const rows = this.#integers[at + g + 1] - from;
      this.matmul(c + from * n, a + from * k, b + g * k * n, rows, n, k, false, transB, 1, 0);
    }
  }

  transpose(out: Address, a: Address, rows: number, cols: number): void {
    const h = this.#heap;
    for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) h[out + j * rows + i] = h[a + i * cols + j];
  }

  gatherRows(out: Address, a: Address, indices: Address, n: number, cols: number): void {
    const at = indices * this.integersPerElement;
    for (let i = 0; i < n; i++) this.copy(out + i * cols, a + this.#integers[at + i] * cols, cols);
  }

  scatterAddRows(out: Address, a: Address, indices: Address, n: number, cols: number): void {
    const h = this.#heap;
    const at = indices * this.integersPerElement;
    for (let i = 0; i < n; i++) {
      const row = out + this.#integers[at + i] * cols;
      for (let j = 0; j < cols; j++) h[row + j] += h[a + i * cols + j];
    }
  }

  oneHot(out: Address, labels: Address, n: number, classes: number): void {
    this.fill(out, 0, n * classes);
    const at = labels * this.integersPerElement;
    for (let i = 0; i < n; i++) this.#heap[out + i * classes + this.#integers[at + i]] = 1;
  }

  reduceRows(op: Reduction, out: Address, a: Address, rows: number, cols: number): void {
    const h = this.#heap;
    for (let i = 0; i < rows; i++) {
      const row = a + i * cols;
      h[out + i] = op === 'sum' ? this.#rowSum(row, cols) : this.#rowMax(row, cols);
    }
  }

  #rowSum(row: Address, cols: number): number {
    const h = this.#heap;
    const r = this.#round;
    const s = [0, 0, 0, 0];
    for (let j = 0; j < cols; j++) s[j & 3] = r(s[j & 3] + h[row + j]);
    return r(s[0] + s[1]) + r(s[2] + s[3]);
  }

  #rowMax(row: Address, cols: number): number {
    let best = -Infinity;
    for (let j = 0; j < cols; j++) best = binary.max(best, this.#heap[row + j]);
    return best;
  }

  reduceCols(op: Reduction, out: Address, a: Address, rows: number, cols: number): void {
    const h = this.#heap;
    this.fill(out, op === 'sum' ? 0 : -Infinity, cols);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < cols; j++) {
        const x = h[a + i * cols + j];
        h[out + j] = op === 'sum' ? h[out + j] + x : binary.max(h[out + j], x);
      }
    }
  }

  argmaxRows(out: Address, a: Address, rows: number, cols: number): void {
    const at = out * this.integersPerElement;
    for (let i = 0; i < rows; i++) {
      let best = 0;
      for (let j = 1; j < cols; j++) {
        const [x, y] = [this.#heap[a + i * cols + best], this.#heap[a + i * cols + j]];
        if (x === x && (y !== y || y > x)) best = j;
      }
      this.#integers[at + i] = best;
    }
  }

  topK(values: Address, indices: Address, a: Address, rows: number, cols: number, k: number): void {
    const h = this.#heap;
    const at = indices * this.integersPerElement;
    for (let i = 0; i < rows; i++) {
      const row = a + i * cols;
      const order = Array.from({ length: cols }, (_, j) => j).sort((p, q) => h[row + q] - h[row + p] || p - q);
      for (let j = 0; j < k; j++) {
        this.#integers[at + i * k + j] = order[j];
        h[values + i * k + j] = h[row + order[j]];
      }
    }
  }

  randomUniform(out: Address, n: number, key0: number, key1: number, step: number): void {
    const s = { key0, key1 };
    for (let i = 0; i < n; i++) this.#heap[out + i] = uniform(s, step, i);
  }

  randomNormal(out: Address, n: number, key0: number, key1: number, step: number): void {
    const s = { key0, key1 };
    for (let i = 0; i < n; i++) this.#heap[out + i] = normal(s, step, i);
  }

  randomMask(out: Address, n: number, keep: number, key0: number, key1: number, step: number): void {
    const s = { key0, key1 };
    const threshold = Math.floor(keep * 65536 + 0.5);
    for (let i = 0; i < n; i++) this.#heap[out + i] = randomHalf(s, step, i) < threshold ? 65536 / threshold : 0;
  }

  scaleRows(out: Address, x: RawRows, rows: Int32Array, cols: number, scaling: RowScaling): void {
    scaleRows(this.#heap, out, x, rows, cols, scaling);
  }
  read(a: Address, n: number): Heap {
    return this.#heap.slice(a, a + n);
  }
  readAsync(a: Address, n: number): Promise<Heap> {
    return Promise.resolve(this.read(a, n));
  }
  write(out: Address, values: ArrayLike<number>): void {
    this.#heap.set(values, out);
  }
}
