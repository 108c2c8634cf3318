import { editsBetween } from '../core/edits.ts';

/** `say(k)` for the known word that is nearest to `word`, if it is at most two edits away, and not all of it is. */
export function nearest(word: string, known: readonly string[], say: (k: string) => string): string | undefined {
  let best: string | undefined;
  let least = 3;
  for (const k of known) {
    const d = editsBetween(word.toLowerCase(), k.toLowerCase());
    if (d < least && d < Math.max(word.length, k.length)) {
      least = d;
      best = k;
    }
  }
  return best === undefined ? undefined : say(best);
}
