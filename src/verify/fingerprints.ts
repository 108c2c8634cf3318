/** From what a function gave to what its author probably did. */
import type { Answer } from './grading/ask.ts';
import { Look } from './grading/look.ts';
import type { Piece } from './grading/question.ts';
import { textFingerprints } from './grading/text.ts';
import type { Fingerprint } from './verdict.ts';

/** What follows from a mistake that the text of the function shows, and would only lead away from it. */
const consequences = [
  ...['no-return', 'number', 'not-a-tensor', 'not-a-tensor-argument', 'operator', 'not-finite', 'zero', 'no-gate'],
  ...['returns-input', 'array', 'undefined-name', 'beyond-end'],
];

/** Most likely first. Each must hold in every draw that was answered. `code` is the text of the function. */
export function fingerprintsOf(piece: Piece, answers: readonly Answer[], code = ''): Fingerprint[] {
  const inText = answers[0].error?.name === 'SyntaxError' ? [] : textFingerprints(piece.id, code);
  const all = [...inText, ...fingerprintsOfResult(piece, answers)];
  return all.filter((f, i) => {
    const led = inText.length > 0 && i >= inText.length && consequences.includes(f.id);
    return !led && all.findIndex((g) => g.id === f.id && g.text === f.text) === i;
  });
}

function fingerprintsOfResult(piece: Piece, answers: readonly Answer[]): Fingerprint[] {
  const answered = answers.filter((a) => !a.error && a.given.size > 0);
  const read = answers.flatMap((a) => a.fingerprints);
  const copied = read.find(({ id }) => id === 'copy-written'); // what comes back is what was given
  if (copied) return [copied];
  const first = read.filter(({ id }) => id !== 'returns-input');
  const last = read.filter(({ id }) => id === 'returns-input');
  return [...first, ...(answered.length > 0 ? new Look(piece, answered).fingerprints() : []), ...last];
}
