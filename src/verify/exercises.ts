/**
 * The six backward functions of the three-layer network of chapter 2, as exercises. Text only: what a page, a terminal
 * and a teacher show. How an answer is graded is in grade.ts.
 */
import type { Exercise, ExerciseId } from './exercise.ts';
import { chain } from './exercises/chain.ts';
import { linearDb } from './exercises/linear-db.ts';
import { linearDW } from './exercises/linear-dw.ts';
import { linearDX } from './exercises/linear-dx.ts';
import { relu } from './exercises/relu.ts';
import { softmaxCrossEntropy } from './exercises/softmax-cross-entropy.ts';

export type { Exercise, ExerciseId } from './exercise.ts';

/** In the order in which a backward pass meets them. */
export const exercises: readonly Exercise[] = [softmaxCrossEntropy, linearDW, linearDb, linearDX, relu, chain];

export function exerciseOf(id: ExerciseId): Exercise {
  return exercises.find((e) => e.id === id)!;
}
