import { type ExerciseId, exerciseOf } from '../../../src/verify/exercises.ts';

/** What the learner wrote, as the program around it hands it over: nothing has run yet. */
const makers = new Map<ExerciseId, () => unknown>();

/** Where the last exception came from. */
export interface Failure {
  readonly piece: ExerciseId;
  /** Lines of the script where it went through, the innermost first, as the engine tells them: from 1. */
  readonly lines: readonly number[];
}

let failure: Failure | null = null;

/** Where the last exception of the learner's code came from, and forgets it. */
export function lastFailure(): Failure | null {
  const last = failure;
  failure = null;
  return last;
}

/** The program calls this for each piece, in the learner's worker. */
export function definePiece(id: ExerciseId, make: () => unknown): void {
  makers.set(id, make);
}

/** Hears of each piece that begins to run, the top level of its text included, and of its end. */
export interface Passage {
  enter(id: ExerciseId): void;
  leave(id: ExerciseId): void;
}

/** The learner's functions by name. Throws what the top level of a piece throws. */
export function functionsOf(ids: readonly ExerciseId[], passage: Passage): Record<string, unknown> {
  const functions: Record<string, unknown> = {};
  for (const id of ids) {
    const { functionName } = exerciseOf(id);
    const made = passing(id, noting(id, makers.get(id) ?? (() => undefined)), passage)();
    functions[functionName] = typeof made === 'function' ? passing(id, noting(id, made as AnyFunction), passage) : made;
  }
  return functions;
}

type AnyFunction = (...args: unknown[]) => unknown;

function passing(id: ExerciseId, run: AnyFunction, passage: Passage): AnyFunction {
  return (...args) => {
    passage.enter(id);
    try {
      return run(...args);
    } finally {
      passage.leave(id);
    }
  };
}

/** Notes the innermost piece whose code throws: the chain passes on what its parts throw. */
function noting(piece: ExerciseId, run: AnyFunction): AnyFunction {
  return (...args) => {
    try {
      return run(...args);
    } catch (error) {
      failure ??= { piece, lines: linesOf(error) };
      throw error;
    }
  };
}

function linesOf(error: unknown): number[] {
  const stack = error instanceof Error ? String(error.stack).slice(0, 10_000) : '';
  return Array.from(stack.matchAll(/blob:[^\s)]*?:(\d+):\d+/g), ([, line]) => Number(line));
}
