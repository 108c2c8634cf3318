// What all checks in browsers share, whatever the browser.
import { isDeepStrictEqual } from 'node:util';

export const pause = (ms) => new Promise((resume) => setTimeout(resume, ms));

/** `Control+a` -> what is held, and the key. */
export function chordOf(chord) {
  const parts = chord.split('+');
  return { held: parts.slice(0, -1), key: parts.at(-1) };
}

/** Throws with the first of `got` that is not as expected. */
export function same(got, expected, what) {
  if (isDeepStrictEqual(got, expected)) return;
  const [a, b] = [got, expected].map((value) => JSON.stringify(value) ?? 'undefined');
  const at = Math.max(0, [...a].findIndex((character, i) => character !== b[i]) - 40);
  throw new Error(`${what}: got ${a.slice(at, at + 300)}, expected ${b.slice(at, at + 300)}`);
}
