import { deflateRawSync } from 'node:zlib';
import type { LinkState } from '../../lab/link.ts';
import { type ExerciseId, exercises } from '../../src/verify/exercises.ts';

/** The six right functions. */
export const answers = Object.fromEntries(exercises.map(({ id, answer }) => [id, answer])) as Record<
  ExerciseId,
  string
>;

/** The text of a link after `#`, packed by other means than the lab's own, and unchecked: the answers, but for `changes`. */
export function linkOf(changes: Partial<LinkState>): string {
  const state: LinkState = {
    ...{ code: answers, data: 'digits', hidden: [16, 8], lr: 0.1, batch: 32, epochs: 2, seed: 0, hunt: false },
    ...changes,
  };
  return `nf1.${deflateRawSync(JSON.stringify(state)).toString('base64url')}`;
}
