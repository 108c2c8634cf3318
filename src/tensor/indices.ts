import type { Address, Backend } from '../backends/backend.ts';
import { NeuroForgeError } from '../core/errors.ts';
import { checkShape, formatShape } from '../core/shape.ts';
import { type Arena, youngest } from './arena.ts';
import { computeIn, sameBackend } from './compute.ts';
import { Tensor } from './tensor.ts';

/** Whole numbers: labels and row numbers. They take no part in arithmetic. */
export class Indices {
  readonly backend: Backend;
  readonly values: Int32Array;
  /** The step that they belong to, where results made from them live; null for ordinary ones. */
  readonly arena: Arena | null;
  readonly #generation: number;

  constructor(backend: Backend, values: Int32Array, arena: Arena | null = null) {
    this.backend = backend;
    this.values = values;
    this.arena = arena;
    this.#generation = arena ? arena.generation : 0;
  }

  get length(): number {
    return this.values.length;
  }

  /** (N, classes): 1 at each label, else 0. Throws NF1104 for a label outside [0, classes). */
  oneHot(classes: number): Tensor {
    checkShape([classes], 'oneHot');
    this.check();
    const n = this.length;
    const storage = computeIn(this.backend, this.arena, n * classes, (arena, out) => {
      this.backend.oneHot(out, this.address(arena, classes, 'oneHot'), n, classes);
    });
    return new Tensor(storage, [n, classes]);
  }

  /** (N, 1): the labels as numbers, for targets of 0 and 1. */
  toColumn(): Tensor {
    this.check();
    const storage = computeIn(this.backend, this.arena, this.length, (_, out) => {
      this.backend.write(out, this.values);
    });
    return new Tensor(storage, [this.length, 1]);
  }

  /** A copy in `arena`; every index is checked against [0, limit), else NF1104. @internal */
  address(arena: Arena, limit: number, what: string): Address {
    this.check();
    const bad = this.values.findIndex((v) => v < 0 || v >= limit);
    if (bad >= 0) {
      throw new NeuroForgeError('NF1104', `${what}: index out of range`, {
        where: `element ${bad}`,
        expected: limit > 0 ? `0 to ${limit - 1}` : 'none, there are no rows',
        got: `${this.values[bad]}`,
      });
    }
    const per = this.backend.integersPerElement;
    const address = arena.allocate(this.length);
    this.backend.integers().set(this.values, address * per);
    return address;
  }

  /** A copy that outlives its step. */
  keep(): Indices {
    this.check();
    return new Indices(this.backend, this.values.slice());
  }

  /** Throws NF1201 if the step that they belong to has ended. @internal */
  check(): void {
    if (this.arena && this.arena.generation !== this.#generation) {
      throw new NeuroForgeError('NF1201', 'these indices belong to a step that has ended', {
        where: `arena "${this.arena.name}", step ${this.#generation}, now ${this.arena.generation}`,
        hint: 'call .keep() on them within the step to take a copy along',
      });
    }
  }
}

/** Of each row of x (N, D), the first column that holds its maximum. Throws NF1109 unless x is a matrix with columns. */
export function argmax(x: Tensor): Indices {
  if (x.shape.length !== 2 || (x.rows > 0 && x.cols === 0)) {
    throw new NeuroForgeError('NF1109', `argmax of a tensor of shape ${formatShape(x.shape)}`, {
      expected: 'a matrix (N, D) with D >= 1',
      got: formatShape(x.shape),
    });
  }
  const { backend } = x;
  const values = new Int32Array(x.rows);
  const stored = x.contiguous();
  computeIn(backend, x.arena, x.rows, (arena, out) => {
    backend.argmaxRows(out, stored.address(arena), x.rows, x.cols);
    const at = out * backend.integersPerElement;
    values.set(backend.integers().subarray(at, at + values.length));
  });
  return new Indices(backend, values, x.arena);
}

/** Row i of the result is row indices[i] of x (N, ...). */
export function gatherRows(x: Tensor, rows: Indices): Tensor {
  sameBackend('gatherRows', x.backend, rows);
  if (x.shape.length === 0) {
    throw new NeuroForgeError('NF1109', 'gatherRows of a number', { expected: 'a tensor (N, ...)', got: '()' });
  }
  x.storage.check();
  rows.check();
  const stored = x.contiguous();
  const n = rows.length * x.cols;
  const storage = computeIn(x.backend, youngest(x.arena, rows.arena), n, (arena, out) => {
    const at = rows.address(arena, x.rows, 'gatherRows');
    x.backend.gatherRows(out, stored.address(arena), at, rows.length, x.cols);
  });
  return new Tensor(storage, [rows.length, ...x.shape.slice(1)]);
}
