import { backend } from '../../backends/default.ts';
import type { Shape } from '../../core/shape.ts';
import { tensor } from '../../tensor/create.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { ExerciseId } from '../exercise.ts';
import { copied } from '../rig.ts';

/** Tensors by name. */
export type Values = Readonly<Record<string, Tensor>>;

/** A tensor's numbers in float64, by name. */
export interface Named {
  readonly name: string;
  readonly shape: Shape;
  readonly values: Float64Array;
}

/** What is wanted: the library's result, and the slopes of the forward function, which know nothing of any backward. */
export interface Wanted extends Named {
  /** The shape in letters, `(D, H)`. */
  readonly letters: string;
  /** Central differences of every element. */
  readonly slopes: Float64Array;
}

/** One draw: what a function is given, and what it is to give. */
export interface Question {
  readonly inputs: readonly Named[];
  readonly wanted: readonly Wanted[];
  /** The dimensions by their letters, the batch `B` among them; no two are equal. */
  readonly sizes: Readonly<Record<string, number>>;
}

/** A wrong answer that people write: what it computes, and what to tell them. */
export interface Suspect {
  readonly id: string;
  readonly text: string;
  /** Its results by name; those that it leaves out are the right ones. */
  give(inputs: Values): Values;
}

/** Wrong answers that differ by a number, such as the slope of a leaky ReLU. */
export interface Family {
  readonly id: string;
  /** What to tell of this result, if it is one of them; that of the first draw is told if there is one in each. */
  tell(inputs: Values, got: Named): string | null;
}

/** How one exercise is graded. */
export interface Piece {
  readonly id: ExerciseId;
  /** Several draws of different shapes. */
  questions(seed: number): readonly Question[];
  readonly suspects: readonly Suspect[];
  readonly families?: readonly Family[];
  /** What to add to a general fingerprint, by its id. */
  readonly asides: Readonly<Record<string, string>>;
}

/** Fresh tensors of these numbers, in float64. */
export function tensorsOf(named: readonly Named[]): Record<string, Tensor> {
  const place = { backend: backend('js64') };
  return Object.fromEntries(named.map(({ name, shape, values }) => [name, tensor(values, shape, place)]));
}

export function namedOf(name: string, t: Tensor): Named {
  return { name, shape: t.shape, values: copied(t) };
}

export function sameBits(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}
