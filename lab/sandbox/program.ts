import { type ExerciseId, exerciseOf } from '../../src/verify/exercises.ts';
import { list, number } from './stranger.ts';
import type { Code } from './types.ts';

/** A learner's program: the library, then each piece as a function that nobody has called yet. */
export interface Program {
  readonly script: Blob;
  /** Where the first line of the script that is the learner's is in the editor, from 1; null where none is. */
  place(lines: unknown): Place | null;
}

export interface Place {
  readonly piece: ExerciseId;
  readonly line: number;
}

/**
 * Puts the pieces behind the library's text. What they say is code of the script itself, so that no policy has to allow
 * making code of text, and the engine's line numbers are the editor's with an offset. Braces that do not match may
 * break out of a piece's function, and gain nothing: all of the script runs behind the same walls. `export` before it
 * does no harm.
 */
export function programOf(library: string, ids: readonly ExerciseId[], code: Code): Program {
  const parts: string[] = [`${library.trimEnd()}\n`];
  let line = lines(parts[0]);
  const starts: { piece: ExerciseId; from: number; to: number }[] = [];
  for (const piece of ids) {
    const { functionName } = exerciseOf(piece);
    const text = code[piece]
      .replace(/\r\n?|\u2028|\u2029/g, '\n')
      .replace(/^export (default )?/gm, (word) => ' '.repeat(word.length));
    const from = line + 1;
    const found = `typeof ${functionName} === 'undefined' ? undefined : ${functionName}`;
    const part = `definePiece('${piece}', function () { 'use strict'; ${text}\n;return ${found};\n});\n`;
    parts.push(part);
    line += lines(part);
    starts.push({ piece, from, to: from + lines(text) });
  }
  return {
    script: new Blob(parts, { type: 'text/javascript' }),
    place(lines) {
      const at = list(lines, 100).find((line) => number(line) >= starts[0].from) as number;
      const found = starts.findLast(({ from }) => at >= from);
      return found ? { piece: found.piece, line: Math.min(at, found.to) - found.from + 1 } : null;
    },
  };
}

/** How many lines end in a text. */
function lines(text: string): number {
  return text.split('\n').length - 1;
}
