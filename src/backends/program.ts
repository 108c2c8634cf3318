import type { BinaryOp, Spread, UnaryOp } from './operations.ts';

/** What a step of a program computes; reductions are those of `Backend.reduceRows` and `reduceCols`. */
export type StepOp = UnaryOp | BinaryOp | 'where' | 'clip' | 'constant' | 'rowSum' | 'rowMax' | 'colSum' | 'colMax';

/** A value, and how it is stored against the step's (rows, cols). */
export interface Operand {
  readonly value: number;
  readonly spread: Spread;
}

/**
 * One operation over (rows, cols); its result has `size` elements. `where` takes condition, a, b; `clip` takes x, low,
 * high. A `constant` is one number however many elements it stands for.
 */
export interface Step {
  readonly op: StepOp;
  readonly operands: readonly Operand[];
  readonly rows: number;
  readonly cols: number;
  readonly size: number;
  readonly constant?: number;
}

/** An argument: a tensor of so many elements (`column`: as (N, 1)), or a number (size 1) that is passed by value. */
export interface Input {
  readonly size: number;
  readonly column: boolean;
  readonly byValue: boolean;
}

/**
 * Operations in order, each on values made before. Values are numbered: first the inputs, then the results of the
 * steps. Equal steps occur once.
 */
export interface Program {
  readonly name: string;
  readonly inputs: readonly Input[];
  readonly steps: readonly Step[];
  /** Values to be written to memory of their own, in the order of their addresses in {@link Compiled.run}. */
  readonly outputs: readonly number[];
  /** Inputs that end up holding another value. */
  readonly writes: readonly { readonly input: number; readonly value: number }[];
}

/** A program as one kernel. */
export interface Compiled {
  /**
   * The WebAssembly module, for a pool whose workers instantiate it over the same memory. Its export `run` takes a
   * number an input (a byte address, or the value), a byte address an output, a byte address of `scratch` elements for
   * the caller's own use, and a range `from`, `to`.
   */
  readonly bytes: Uint8Array;
  /** What a range counts, if calls of disjoint ranges together give the whole; null: only the whole range. */
  readonly split: 'rows' | 'elements' | null;
  /** The end of the whole range. Bounds between are multiples of 4. */
  readonly extent: number;
  readonly scratch: number;
  /** Runs the whole. `list`: an address (in elements) or value an input, then an address an output. Allocates nothing. */
  run(list: readonly number[]): void;
}
