import type { ExerciseId } from '../exercise.ts';
import { chain } from './chain.ts';
import { linearDb, linearDW, linearDX } from './linear.ts';
import type { Piece, Question } from './question.ts';
import { relu } from './relu.ts';
import { softmaxCrossEntropy } from './softmax-cross-entropy.ts';

export const pieces: readonly Piece[] = [softmaxCrossEntropy, linearDW, linearDb, linearDX, relu, chain];

export function pieceOf(id: ExerciseId): Piece {
  return pieces.find((p) => p.id === id)!;
}

const drawn = new Map<ExerciseId, { readonly seed: number; readonly questions: readonly Question[] }>();

/** The draws of an exercise; those of the last seed are kept, since a page grades at each pause in typing. */
export function questionsOf(piece: Piece, seed: number): readonly Question[] {
  let found = drawn.get(piece.id);
  if (found?.seed !== seed) {
    found = { seed, questions: piece.questions(seed) };
    drawn.set(piece.id, found);
  }
  return found.questions;
}
