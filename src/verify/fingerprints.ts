import type { Answer } from './grading/ask.ts';
import type { Piece } from './grading/question.ts';
import type { Fingerprint } from './verdict.ts';

/** What the mistake looks like, most likely first. */
export function fingerprintsOf(_piece: Piece, answers: readonly Answer[]): Fingerprint[] {
  return answers.flatMap((a) => a.fingerprints);
}
