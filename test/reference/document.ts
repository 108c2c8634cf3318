/** The reference files as data, and what a check against them is. */
import type { Backend } from '../../src/backends/backend.ts';
import type { Arena } from '../../src/tensor/arena.ts';
import { indices, tensor } from '../../src/tensor/create.ts';
import type { Indices } from '../../src/tensor/indices.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';

export interface Stored {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export interface ReferenceCase {
  readonly name: string;
  readonly options?: Readonly<Record<string, number | string | boolean | readonly number[]>>;
  readonly inputs: Readonly<Record<string, Stored>>;
  readonly outputs: Readonly<Record<string, Stored>>;
}

export type Read = (file: string) => { readonly cases: readonly ReferenceCase[] };

/** One tensor held against the reference: the largest difference, relative to the reference's largest element. */
export interface Comparison {
  readonly tensor: string;
  readonly error: number;
  readonly bound: number;
}

export interface ReferenceCheck {
  /** Basename of the source file that is checked. */
  readonly of: string;
  readonly name: string;
  /** Why the case means nothing in float32, where it does not. */
  readonly notInFloat32?: string;
  run(backend: Backend): Comparison[];
}

/** Places stored values in an arena. */
export function place(arena: Arena, s: Stored): Tensor {
  return tensor(s.data, s.shape, { arena });
}

export function placeLabels(arena: Arena, s: Stored): Indices {
  return indices(s.data, { arena });
}

/**
 * Collects comparisons. The bound is 1e-12 in float64. In float32 it is 16 roundings, times the largest number among
 * the inputs where that is above 1 (their own rounding is that large), times `conditioning` where a check names one.
 */
export class Held {
  readonly comparisons: Comparison[] = [];
  readonly #bound: number;

  constructor(backend: Backend, inputs: Readonly<Record<string, Stored>>, conditioning = 1) {
    const largest = Object.values(inputs).reduce((m, s) => s.data.reduce((n, v) => Math.max(n, Math.abs(v)), m), 1);
    this.#bound = backend.dtype === 'f64' ? 1e-12 : 16 * 2 ** -24 * largest * conditioning;
  }

  /** `scale`: what the difference is relative to, where that is more than the reference's largest element. */
  that(name: string, ours: Tensor | null | undefined, theirs: Stored, scale = 0): void {
    const shape = ours?.shape ?? ['none'];
    if (shape.length !== theirs.shape.length || shape.some((d, i) => d !== theirs.shape[i])) {
      this.comparisons.push({ tensor: `${name}: shape (${shape}) for (${theirs.shape})`, error: Infinity, bound: 0 });
    } else {
      this.numbers(name, ours!.dataSync(), theirs.data, scale);
    }
  }

  numbers(name: string, ours: ArrayLike<number>, theirs: ArrayLike<number>, scale = 0): void {
    let difference = ours.length === theirs.length ? 0 : Infinity;
    let largest = Math.max(1e-300, scale);
    for (let i = 0; i < theirs.length; i++) {
      const d = Math.abs(ours[i] - theirs[i]);
      difference = d >= 0 ? Math.max(difference, d) : Infinity; // NaN is not close to anything
      largest = Math.max(largest, Math.abs(theirs[i]));
    }
    this.comparisons.push({ tensor: name, error: difference / largest, bound: this.#bound });
  }
}

export function misses(comparisons: readonly Comparison[]): Comparison[] {
  return comparisons.filter((c) => !(c.error <= c.bound));
}
