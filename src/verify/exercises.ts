/**
 * The six backward functions of the three-layer network of chapter 2, as exercises. Text only: what a page, a terminal
 * and a teacher show. How an answer is graded is in grade.ts.
 */
import { NeuroForgeError } from '../core/errors.ts';
import type { Exercise, ExerciseId } from './exercise.ts';
import { chain } from './exercises/chain.ts';
import { linearDb } from './exercises/linear-db.ts';
import { linearDW } from './exercises/linear-dw.ts';
import { linearDX } from './exercises/linear-dx.ts';
import { relu } from './exercises/relu.ts';
import { softmaxCrossEntropy } from './exercises/softmax-cross-entropy.ts';

import { withoutComments } from './grading/names.ts';

export type { Exercise, ExerciseId } from './exercise.ts';
export { methods } from './methods.ts';

/** In the order in which a backward pass meets them. */
export const exercises: readonly Exercise[] = [softmaxCrossEntropy, linearDW, linearDb, linearDX, relu, chain];

/** Throws NF4154 if there is none of that id. */
export function exerciseOf(id: ExerciseId): Exercise {
  const found = exercises.find((e) => e.id === id);
  if (found) return found;
  throw new NeuroForgeError('NF4154', `there is no exercise "${id}"`, {
    expected: exercises.map((e) => e.id).join(', '),
  });
}

/** True while nothing but comments and the empty function is there. */
export function untouched(id: ExerciseId, code: string): boolean {
  const bare = (text: string): string => withoutComments(text).replace(/\s+/g, '');
  return bare(code) === bare(exerciseOf(id).starter);
}
