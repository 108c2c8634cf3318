import type { Backend } from '../backends/backend.ts';
import { backend as namedBackend } from '../backends/default.ts';
import { NeuroForgeError } from '../core/errors.ts';
import { ceil } from '../core/math.ts';
import { Sampler, stream } from '../core/random.ts';
import { Arena } from '../tensor/arena.ts';
import { Indices } from '../tensor/indices.ts';
import { Storage } from '../tensor/storage.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { Batch } from './batch.ts';
import { type Dataset, featuresOf, firstRows } from './dataset.ts';
import { fillRows, fitScaling, type Scaling } from './scaling.ts';

export interface LoaderOptions {
  /** Default: the process's `auto` backend. */
  readonly backend?: Backend;
  /** Fitted on the training part; default `none` of it. */
  readonly scaling?: Scaling;
}

export interface BatchOptions {
  /** Default 0. */
  readonly seed?: number;
  /** Which mix: every epoch has another one of the same seed. Default 0. */
  readonly epoch?: number;
  /** False for the order of the data set. Default true. */
  readonly shuffle?: boolean;
  /** Leave out so many batches at the beginning, those that an interrupted epoch has had. Default 0. */
  readonly from?: number;
}

/** What the examples of a data set are to be told: labels, or values. */
export type TargetsOf<D extends Dataset> = D['y'] extends Int32Array
  ? Indices
  : D['y'] extends Float64Array
    ? Tensor
    : Indices | Tensor;

/** A data set with its scaling, as a source of batches on a backend. Rows stay bytes until they are in a batch. */
export class Loader<D extends Dataset = Dataset> {
  readonly dataset: D;
  readonly scaling: Scaling;
  readonly backend: Backend;

  constructor(dataset: D, options: LoaderOptions = {}) {
    if (dataset.x.length < dataset.count * featuresOf(dataset)) {
      throw new NeuroForgeError('NF2505', 'the data set holds fewer values than its rows have', {
        where: dataset.name,
        expected: `${dataset.count} rows of ${featuresOf(dataset)} values`,
        got: `${dataset.x.length} values`,
      });
    }
    this.dataset = dataset;
    this.scaling = options.scaling ?? fitScaling('none', dataset);
    this.backend = options.backend ?? namedBackend();
  }

  get count(): number {
    return this.dataset.count;
  }

  /** How many batches an epoch has; the last one may be smaller. */
  steps(size: number | 'full'): number {
    return ceil(this.count / this.#checked(size));
  }

  /**
   * One epoch in batches of `size` rows, mixed anew by (seed, epoch); the last partial batch is kept. The iterator is
   * the step: a batch and all that is computed from it live until the next one is asked for, or the loop ends.
   */
  batches(size: number | 'full', options: BatchOptions = {}): BatchIterator<D> {
    const order = firstRows(this.count);
    if (options.shuffle !== false) new Sampler(stream(options.seed ?? 0, 'shuffle'), options.epoch ?? 0).shuffle(order);
    const rows = this.#checked(size);
    return new BatchIterator(this, order.subarray((options.from ?? 0) * rows), rows);
  }

  /** The given rows as one batch in `arena`. */
  batch(rows: Int32Array, arena: Arena): Batch<TargetsOf<D>> {
    const { dataset, backend } = this;
    const size = rows.length;
    const features = featuresOf(dataset);
    const storage = Storage.inArena(arena, size * features);
    fillRows(backend, storage.address(arena), dataset, rows, this.scaling);
    const x = new Tensor(storage, [size, features]);
    const rowIds = picked(dataset.rowIds, rows);
    return { x, y: this.#targets(rows, arena) as TargetsOf<D>, rows: rowIds, size, augmentation: null };
  }

  #targets(rows: Int32Array, arena: Arena): Indices | Tensor {
    const { y } = this.dataset;
    if (y instanceof Int32Array) return new Indices(this.backend, picked(y, rows), arena);
    const storage = Storage.inArena(arena, rows.length);
    const heap = this.backend.heap();
    const at = storage.address(arena);
    for (let i = 0; i < rows.length; i++) heap[at + i] = y[rows[i]];
    return new Tensor(storage, [rows.length, 1]);
  }

  #checked(size: number | 'full'): number {
    const n = size === 'full' ? this.count : size;
    if (!(Number.isInteger(n) && n >= 1 && n <= this.count)) {
      throw new NeuroForgeError('NF4104', 'the batch size cannot be used', {
        where: `batches of ${this.dataset.name}`,
        expected: `a whole number from 1 to ${this.count}, the number of rows`,
        got: String(size),
        hint: n > this.count ? 'use --batch full' : undefined,
      });
    }
    return n;
  }
}

function picked(values: Int32Array, rows: Int32Array): Int32Array {
  const out = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) out[i] = values[rows[i]];
  return out;
}

/**
 * The batches of one epoch. Owns the arena in which a step lives, and resets it at `next`, `return` and `throw`. One
 * that is dropped unfinished gives its memory back once none of its last step's tensors is in use.
 */
export class BatchIterator<D extends Dataset = Dataset> implements IterableIterator<Batch<TargetsOf<D>>> {
  readonly arena: Arena;
  readonly #loader: Loader<D>;
  readonly #order: Int32Array;
  readonly #size: number;
  #next: number;
  #finished = false;

  constructor(loader: Loader<D>, order: Int32Array, size: number) {
    this.#loader = loader;
    this.#order = order;
    this.#size = size;
    this.#next = 0;
    this.arena = new Arena(loader.backend, `batches of ${loader.dataset.name}`);
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<Batch<TargetsOf<D>>, undefined> {
    if (this.#finished) return { done: true, value: undefined };
    if (this.#next >= this.#order.length) return this.return();
    this.arena.reset();
    const rows = this.#order.subarray(this.#next, this.#next + this.#size);
    this.#next += this.#size;
    return { done: false, value: this.#loader.batch(rows, this.arena) };
  }

  /** Ends the epoch: the last step is over and its memory free. */
  return(): IteratorResult<Batch<TargetsOf<D>>, undefined> {
    if (!this.#finished) {
      this.#finished = true;
      this.arena.dispose();
    }
    return { done: true, value: undefined };
  }

  throw(error: unknown): IteratorResult<Batch<TargetsOf<D>>, undefined> {
    this.return();
    throw error;
  }
}
