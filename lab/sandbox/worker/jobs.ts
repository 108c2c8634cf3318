import type { ExerciseId } from '../../../src/verify/exercises.ts';
import type { Grade } from '../../../src/verify/grade.ts';
import type { Opening } from '../../../src/worker/messages.ts';
import type { Failure } from './pieces.ts';

/** What the page has a worker do; a worker does one. */
export type Job =
  | { readonly job: 'grade'; readonly exercise: ExerciseId; readonly code: string }
  | { readonly job: 'train'; readonly opening: Opening; readonly pieces: readonly ExerciseId[] };

/** What a worker says of itself, beside the events of training. */
export type Sign =
  /** Code of the learner's begins to run, or runs on. */
  | { readonly sign: 'beat' }
  /** The worker waits for the page. */
  | { readonly sign: 'calm' }
  /** A ping was heard. */
  | { readonly sign: 'pong' }
  /** A piece begins to run, or has come to its end: told of its first runs in training. */
  | { readonly sign: 'enter' | 'leave'; readonly piece: ExerciseId }
  | { readonly sign: 'grade'; readonly grade: Grade; readonly failure: Failure | null }
  | { readonly sign: 'failure'; readonly failure: Failure | null };
