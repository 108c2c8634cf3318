import type { Address, Backend, BinaryOp, DType, Reduction, UnaryOp } from '../backends/backend.ts';
import { NeuroForgeError } from '../core/errors.ts';
import { formatShape, type Shape, sameShape, sizeOf } from '../core/shape.ts';
import type { Arena } from './arena.ts';
import { youngest } from './arena.ts';
import { broadcast } from './broadcast.ts';
import { compute, computeIn, sameBackend, scratchOf, writeIn } from './compute.ts';
import { debug } from './debug.ts';
import { productShape } from './product-shape.ts';
import { Storage } from './storage.ts';

/**
 * Numbers with a shape. Operations are methods and read as the formula: `x.matmul(W).add(b)`. They check shapes,
 * compute at once and return a new tensor in the arena of the youngest operand. `T`, `reshape` and `rowRange` are
 * views that share memory; only `set`, `fill`, `axpy`, `setProduct` and optimizers write.
 * (D), (N, 1), (1, D) and numbers spread over (N, D); nothing else broadcasts.
 */
// biome-ignore format: one line an operation keeps the list of them on a page
export class Tensor {
  readonly shape: Shape;
  /** @internal */
  readonly storage: Storage;
  /** @internal */
  readonly offset: number;
  /** True for the view `T` of a matrix stored in rows. @internal */
  readonly transposed: boolean;
  /** For views: how often the base had been written when the view was taken; -1 for what is no view. */
  #seen: number;

  /** @internal */
  constructor(storage: Storage, shape: Shape, offset = 0, transposed = false, isView = false) {
    this.storage = storage;
    this.shape = shape;
    this.offset = offset;
    this.transposed = transposed;
    this.#seen = isView ? storage.version : -1;
  }

  get backend(): Backend {
    return this.storage.backend;
  }
  get dtype(): DType {
    return this.storage.backend.dtype;
  }
  get size(): number {
    return sizeOf(this.shape);
  }
  /** The first dimension: the number of rows, or of examples in a batch. */
  get rows(): number {
    return this.shape[0] ?? 1;
  }
  /** The product of the dimensions after the first. */
  get cols(): number {
    return sizeOf(this.shape.slice(1));
  }
  /** The step that this tensor belongs to; null for ordinary tensors and parameters. @internal */
  get arena(): Arena | null {
    return this.storage.arena;
  }

  // Products. (M, K)(K, N) -> (M, N); either may be a transposed view.
  matmul(b: Tensor): Tensor {
    const [m, n, k] = productShape(this, b);
    const storage = compute(this.backend, this, b, m * n, (arena, out) => {
      const [x, y] = [this.#stored(arena), b.#stored(arena)];
      this.backend.matmul(out, x, y, m, n, k, this.transposed, b.transposed, 1, 0);
    });
    return new Tensor(storage, [m, n]); // (M, N) <- (M, K)(K, N)
  }

  /** In place: this = alpha a b + beta this. Returns this. Throws NF1114 when this overlaps a or b in memory. */
  setProduct(a: Tensor, b: Tensor, alpha = 1, beta = 0): this {
    sameBackend('setProduct', this.backend, a);
    const [m, n, k] = productShape(a, b);
    this.#expectShape('setProduct', [m, n]);
    if (this.transposed) return this.#throughBase((base) => base.setProduct(b.T, a.T, alpha, beta));
    youngest(a.arena, b.arena);
    this.#write((arena, out) => {
      const [x, y] = [a.#stored(arena), b.#stored(arena)];
      if (overlap(out, m * n, x, m * k) || overlap(out, m * n, y, k * n)) throw overlapError('setProduct');
      this.backend.matmul(out, x, y, m, n, k, a.transposed, b.transposed, alpha, beta);
    });
    return this;
  }

  // Elementwise, of one operand.
  neg(): Tensor { return this.#unary('neg'); }
  abs(): Tensor { return this.#unary('abs'); }
  sign(): Tensor { return this.#unary('sign'); }
  square(): Tensor { return this.#unary('square'); }
  sqrt(): Tensor { return this.#unary('sqrt'); }
  reciprocal(): Tensor { return this.#unary('reciprocal'); }
  exp(): Tensor { return this.#unary('exp'); }
  log(): Tensor { return this.#unary('log'); }
  tanh(): Tensor { return this.#unary('tanh'); }
  sigmoid(): Tensor { return this.#unary('sigmoid'); }
  /** log(1 + e^x), without overflow. */
  softplus(): Tensor { return this.#unary('softplus'); }
  relu(): Tensor { return this.#unary('relu'); }
  /** 1 / sqrt(x + eps). */
  rsqrt(eps = 0): Tensor { return (eps === 0 ? this : this.add(eps)).sqrt().reciprocal(); }

  #unary(op: UnaryOp): Tensor {
    const n = this.size;
    const storage = compute(this.backend, this, null, n, (arena, out) => {
      this.backend.unary(op, out, this.#stored(arena), n);
    });
    return this.#like(storage);
  }

  // Elementwise, of two operands.
  add(b: Tensor | number): Tensor { return this.#binary('add', b); }
  sub(b: Tensor | number): Tensor { return this.#binary('sub', b); }
  mul(b: Tensor | number): Tensor { return this.#binary('mul', b); }
  div(b: Tensor | number): Tensor { return this.#binary('div', b); }
  maximum(b: Tensor | number): Tensor { return this.#binary('max', b); }
  minimum(b: Tensor | number): Tensor { return this.#binary('min', b); }
  /** 1 where this > b, else 0; so do `ge`, `lt`, `le` and `eq`. */
  gt(b: Tensor | number): Tensor { return this.#binary('gt', b); }
  ge(b: Tensor | number): Tensor { return this.#binary('ge', b); }
  lt(b: Tensor | number): Tensor { return this.#binary('lt', b); }
  le(b: Tensor | number): Tensor { return this.#binary('le', b); }
  eq(b: Tensor | number): Tensor { return this.#binary('eq', b); }
  /** number - this. */
  rsub(a: number): Tensor { return this.#scalar('sub', a, true); }
  /** number / this. */
  rdiv(a: number): Tensor { return this.#scalar('div', a, true); }

  #binary(op: BinaryOp, b: Tensor | number): Tensor {
    if (typeof b === 'number') return this.#scalar(op, b, false);
    sameBackend(op, this.backend, b);
    const g = broadcast(op, this.shape, b.shape);
    const [x, y] = [this.contiguous(), b.contiguous()];
    const storage = compute(this.backend, x, y, g.rows * g.cols, (arena, out) => {
      this.backend.binary(op, out, x.#stored(arena), g.a, y.#stored(arena), g.b, g.rows, g.cols);
    });
    return new Tensor(storage, g.shape);
  }

  #scalar(op: BinaryOp, s: number, reversed: boolean): Tensor {
    const n = this.size;
    const storage = compute(this.backend, this, null, n, (arena, out) => {
      this.backend.binaryScalar(op, out, this.#stored(arena), s, reversed, n);
    });
    return this.#like(storage);
  }

  /** min(max(x, low), high). Throws NF1115 unless low <= high. */
  clip(low: number, high: number): Tensor {
    if (!(low <= high)) {
      throw new NeuroForgeError('NF1115', `clip(${low}, ${high})`, { expected: 'numbers, the lower one first' });
    }
    const n = this.size;
    const storage = compute(this.backend, this, null, n, (arena, out) => {
      this.backend.clip(out, this.#stored(arena), low, high, n);
    });
    return this.#like(storage);
  }

  /** Where this is not 0, `a`, else `b`; all of one shape. */
  where(a: Tensor, b: Tensor): Tensor {
    for (const t of [this, a, b]) {
      sameBackend('where', this.backend, t);
      t.#expectShape('where', this.shape);
      t.storage.check();
    }
    const [c, x, y] = [this.contiguous(), a.contiguous(), b.contiguous()];
    const n = this.size;
    const home = youngest(youngest(c.arena, x.arena), y.arena);
    const storage = computeIn(this.backend, home, n, (arena, out) => {
      this.backend.where(out, c.#stored(arena), x.#stored(arena), y.#stored(arena), n);
    });
    return new Tensor(storage, this.shape);
  }

  // Reductions. Over rows' columns: (N, D) -> (N, 1). Over columns' rows: (N, D) -> (D). Of everything: -> ().
  rowSum(): Tensor { return this.#reduceRows('sum'); }
  rowMax(): Tensor { return this.#reduceRows('max'); }
  rowMean(): Tensor { return this.rowSum().div(this.cols); }
  colSum(): Tensor { return this.#reduceCols('sum'); }
  colMax(): Tensor { return this.#reduceCols('max'); }
  colMean(): Tensor { return this.colSum().div(this.rows); }
  sum(): Tensor { return new Tensor(this.#reduced('sum', 1, this.size), []); }
  mean(): Tensor { return this.sum().div(this.size); }

  #reduceRows(op: Reduction): Tensor {
    this.#expectRank('row reduction', 2);
    const x = this.contiguous();
    return new Tensor(x.#reduced(op, this.rows, this.cols), [this.rows, 1]);
  }

  #reduced(op: Reduction, rows: number, cols: number): Storage {
    return compute(this.backend, this, null, rows, (arena, out) => {
      this.backend.reduceRows(op, out, this.#stored(arena), rows, cols);
    });
  }

  #reduceCols(op: Reduction): Tensor {
    this.#expectRank('column reduction', 2);
    const x = this.contiguous();
    const [rows, cols] = x.shape;
    const storage = compute(this.backend, x, null, cols, (arena, out) => {
      this.backend.reduceCols(op, out, x.#stored(arena), rows, cols);
    });
    return new Tensor(storage, [cols]);
  }

  /** Each row's softmax, its maximum taken off first: e^(x - max) / sum. */
  softmax(): Tensor {
    const e = this.sub(this.rowMax()).exp(); // (N, D)
    return e.div(e.rowSum());
  }

  /** log sum e^x of each row, (N, 1), finite wherever the row is. */
  logSumExp(): Tensor {
    const m = this.rowMax(); // (N, 1)
    return this.sub(m).exp().rowSum().log().add(m);
  }

  // Layout.
  /** The transposed view of a matrix. */
  get T(): Tensor {
    this.#expectRank('T', 2);
    return this.#view([this.shape[1], this.shape[0]], this.offset, !this.transposed);
  }

  /** A view with other dimensions (of the view `T`, a copy); one of them may be -1. */
  reshape(...dimensions: number[]): Tensor {
    const known = dimensions.reduce((n, d) => (d === -1 ? n : n * d), 1);
    const open = dimensions.filter((d) => d === -1).length;
    const shape = dimensions.map((d) => (d === -1 ? (known === 0 ? 0 : this.size / known) : d));
    if (open > 1 || sizeOf(shape) !== this.size || shape.some((d) => !Number.isInteger(d) || d < 0)) {
      throw new NeuroForgeError('NF1105', `reshape of ${formatShape(this.shape)} to ${formatShape(dimensions)}`, {
        expected: `dimensions whose product is ${this.size}; one may be -1 and is found`,
        got: open > 1 ? `${open} times -1` : open === 1 ? `${known} times -1` : `a product of ${known}`,
      });
    }
    const x = this.contiguous();
    return x.#view(shape, x.offset, false);
  }

  /** A view of rows from (included) to to (excluded); of the view `T`, a copy. */
  rowRange(from: number, to: number): Tensor {
    if (!(Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from <= to && to <= this.rows)) {
      throw new NeuroForgeError('NF1106', `rowRange(${from}, ${to}) of ${formatShape(this.shape)}`, {
        expected: `whole numbers, 0 <= from <= to <= ${this.rows}`,
      });
    }
    const x = this.contiguous();
    return x.#view([to - from, ...this.shape.slice(1)], x.offset + from * this.cols, false);
  }

  /** Itself, or a copy in row order if it is a transposed view. @internal */
  contiguous(): Tensor {
    if (!this.transposed) return this;
    const [rows, cols] = this.shape;
    const storage = compute(this.backend, this, null, rows * cols, (arena, out) => {
      this.backend.transpose(out, this.#stored(arena), cols, rows);
    });
    return new Tensor(storage, this.shape);
  }

  /** Zeros of this shape, where this tensor lives. */
  zerosLike(): Tensor {
    const n = this.size;
    const storage = compute(this.backend, this, null, n, (_, out) => this.backend.fill(out, 0, n));
    return new Tensor(storage, this.shape);
  }

  /**
   * The same numbers as a tensor whose results live in `arena`: for parameters and state in a step. Those of a model are
   * not copied and may be written; those of an ordinary tensor are copied.
   */
  within(arena: Arena): Tensor {
    sameBackend('within', this.backend, arena);
    return new Tensor(this.storage.within(arena), this.shape, this.offset, this.transposed);
  }

  /** An ordinary copy that outlives its step. */
  keep(): Tensor {
    return new Tensor(Storage.ofArray(this.backend, this.dataSync()), this.shape);
  }

  // Writes, in place.
  /** Copies the values of a tensor of the same shape, or of an array in row order. Returns this. */
  set(values: Tensor | ArrayLike<number>): this {
    if (values instanceof Tensor) values.#expectShape('set', this.shape);
    if (this.transposed) {
      const [cols, rows] = this.shape;
      return this.#throughBase((base) =>
        base.set(values instanceof Tensor ? values.T : transposedArray(values, rows, cols)),
      );
    }
    if (values instanceof Tensor) {
      sameBackend('set', this.backend, values);
      const v = values.contiguous();
      this.#write((arena, out) => this.backend.copy(out, v.#stored(arena), this.size));
    } else {
      if (values.length !== this.size) {
        throw new NeuroForgeError('NF1105', `set: ${values.length} values for shape ${formatShape(this.shape)}`, {
          expected: `${this.size} values in row order`,
          got: `${values.length}`,
        });
      }
      this.#write((_, out) => this.backend.write(out, values));
    }
    return this;
  }

  fill(value: number): this {
    this.#write((_, out) => this.backend.fill(out, value, this.size));
    return this;
  }

  /** this += alpha x. Returns this. Throws NF1114 when x is another view that overlaps this in memory. */
  axpy(alpha: number, x: Tensor): this {
    sameBackend('axpy', this.backend, x);
    x.#expectShape('axpy', this.shape);
    if (this.transposed) return this.#throughBase((base) => base.axpy(alpha, x.T));
    const y = x.contiguous();
    const n = this.size;
    this.#write((arena, out) => {
      const at = y.#stored(arena);
      if (at !== out && overlap(out, n, at, n)) throw overlapError('axpy');
      this.backend.axpy(out, alpha, at, n);
    });
    return this;
  }

  #throughBase(write: (base: Tensor) => void): this {
    const base = this.T;
    write(base);
    this.#seen = base.#seen;
    return this;
  }

  #write(run: (arena: Arena, at: Address) => void): void {
    const current = this.#seen === this.storage.version;
    writeIn(this.storage, this.offset, this.size, run);
    if (current) this.#seen = this.storage.version; // its own write does not make a view stale
  }

  // Readback.
  /** A copy of the values in row order, once they are there. */
  async data(): Promise<Float32Array | Float64Array> {
    const x = this.contiguous();
    if (x.storage.array) return x.dataSync();
    return this.backend.readAsync(x.#stored(scratchOf(x.backend)), x.size);
  }

  /** A copy of the values in row order, at once. */
  dataSync(): Float32Array | Float64Array {
    const x = this.contiguous();
    x.#checkView();
    const { array } = x.storage;
    if (array) return array.slice(x.offset, x.offset + x.size);
    return this.backend.read(x.#stored(scratchOf(x.backend)), x.size);
  }

  /** The value of a tensor of one element. */
  item(): number {
    if (this.size !== 1) {
      throw new NeuroForgeError('NF1108', `item() of a tensor of shape ${formatShape(this.shape)}`, {
        expected: 'one element',
      });
    }
    return this.dataSync()[0];
  }

  /** Nested arrays, for reading and tests. */
  toArray(): unknown {
    const values = Array.from(this.dataSync());
    const nest = (shape: Shape, from: number): unknown =>
      shape.length === 0
        ? values[from]
        : Array.from({ length: shape[0] }, (_, i) => nest(shape.slice(1), from + i * sizeOf(shape.slice(1))));
    return nest(this.shape, 0);
  }

  toString(): string {
    const values = this.size > 1000 ? `${this.size} values` : written(this.toArray());
    return `Tensor ${formatShape(this.shape)} ${this.dtype} ${values}`;
  }

  /** Its address, for backends; an ordinary tensor is copied into `arena`. @internal */
  address(arena: Arena): Address {
    return this.#stored(arena);
  }

  #stored(arena: Arena): Address {
    this.#checkView();
    return this.storage.address(arena, this.offset, this.size);
  }

  #checkView(): void {
    this.storage.check();
    if (debug.versions && this.#seen >= 0 && this.#seen !== this.storage.version) {
      throw new NeuroForgeError('NF1204', `a view of shape ${formatShape(this.shape)} is read after its base was written`, {
        hint: 'take the view again after the write, or keep() a copy before it',
      });
    }
  }

  #view(shape: Shape, offset: number, transposed: boolean): Tensor {
    this.#checkView();
    return new Tensor(this.storage, shape, offset, transposed, true);
  }

  #expectShape(op: string, shape: Shape): void {
    if (!sameShape(this.shape, shape)) {
      throw new NeuroForgeError('NF1102', `${op}: shape ${formatShape(this.shape)} does not fit`, {
        expected: formatShape(shape),
        got: formatShape(this.shape),
      });
    }
  }

  #expectRank(op: string, rank: number): void {
    if (this.shape.length !== rank) {
      throw new NeuroForgeError('NF1109', `${op} of a tensor of shape ${formatShape(this.shape)}`, {
        expected: rank === 2 ? 'a matrix (N, D)' : `${rank} dimensions`,
        got: formatShape(this.shape),
      });
    }
  }

  #like(storage: Storage): Tensor {
    const shape = this.transposed ? [this.shape[1], this.shape[0]] : this.shape;
    const result = new Tensor(storage, shape);
    return this.transposed ? result.T : result;
  }
}

/** True if n elements at a and m at b share any. */
function overlap(a: Address, n: number, b: Address, m: number): boolean {
  return n > 0 && m > 0 && a < b + m && b < a + n;
}

function overlapError(op: string): NeuroForgeError {
  return new NeuroForgeError('NF1114', `${op}: the result would overwrite an operand while it is read`, {
    hint: 'compute into a new tensor, then set()',
  });
}

function transposedArray(values: ArrayLike<number>, rows: number, cols: number): ArrayLike<number> {
  if (values.length !== rows * cols) return values;
  return Float64Array.from(values, (_, i) => values[(i % cols) * rows + (i - (i % cols)) / cols]);
}

/** Nested numbers as text; unlike JSON it has NaN and Infinity. */
function written(values: unknown): string {
  return Array.isArray(values) ? `[${values.map(written).join(', ')}]` : String(values);
}
