import type { ExerciseId } from './exercise.ts';

/** `text` is one sentence for people. */
export interface Check {
  readonly status: 'pass' | 'fail' | 'skip';
  readonly text: string;
}

/** One result beside what it should be, for a heat map. `got` is null when there is nothing of this shape. */
export interface GradedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly got: Float64Array | null;
  readonly expected: Float64Array;
  /** got - expected */
  readonly error: Float64Array | null;
}

/** What the mistake looks like, e.g. `times-batch`: "5 x too large everywhere: the batch is 5". */
export interface Fingerprint {
  readonly id: string;
  readonly text: string;
}

/** Plain data: it can be cloned to another thread, and but for the typed arrays it is JSON. */
export interface Grade {
  readonly exercise: ExerciseId;
  /** `correct`: shape and rounding pass. `error`: there is no function, or it threw. */
  readonly verdict: 'correct' | 'wrong' | 'error';
  /** Each result is a tensor of the right shape, and the arguments are as they were. */
  readonly shape: Check;
  /** Equals the library's result bit for bit; a right answer that computes in another order may not. */
  readonly exact: Check;
  /** Agrees with central differences to a relative error of 1e-7. */
  readonly rounding: Check;
  /** The element that is farthest from the library's, of the draw that is shown. */
  readonly worst: {
    readonly tensor: string;
    readonly index: readonly number[];
    readonly expected: number;
    readonly got: number;
  } | null;
  /** Of the first draw, or of the first one that fails. */
  readonly tensors: readonly GradedTensor[];
  /** Most likely first; empty when the answer is correct. */
  readonly fingerprints: readonly Fingerprint[];
  /** What was thrown. `line` is where the stack names a file `…<exercise id>.js`, so evaluate the code under that name. */
  readonly error: { readonly name: string; readonly message: string; readonly line: number | null } | null;
}
