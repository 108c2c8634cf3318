import { computed, type Signal, signal } from '@preact/signals';
import { type ExerciseId, exerciseOf, exercises, untouched } from '../../src/verify/exercises.ts';

export type Code = Readonly<Record<ExerciseId, string>>;
export const pieceIds: readonly ExerciseId[] = exercises.map(({ id }) => id);

/** One value a piece. */
export function byPiece<T>(make: (id: ExerciseId) => T): Readonly<Record<ExerciseId, T>> {
  return Object.fromEntries(pieceIds.map((id) => [id, make(id)])) as Record<ExerciseId, T>;
}

export const starters: Code = byPiece((id) => exerciseOf(id).starter);

/** What stands in the six editors. */
export const code: Readonly<Record<ExerciseId, Signal<string>>> = byPiece((id) => signal(starters[id]));

/** How many hints of a piece were opened. */
export const hints: Readonly<Record<ExerciseId, Signal<number>>> = byPiece(() => signal(0));

/** Whose code it is: the visitor's own, or that of a link, of which one function may be sabotaged. */
export const origin = signal<'own' | 'link' | 'hunt'>('own');

export const allCode = computed<Code>(() => byPiece((id) => code[id].value));

/** False while there is nothing but comments and the empty function: it is not graded. */
export function begun(id: ExerciseId, text: string): boolean {
  return !untouched(id, text);
}
