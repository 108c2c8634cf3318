import { compileFunction } from 'node:vm';
import { exerciseOf } from '../../verify/exercises.ts';
import type { Solution } from './folder.ts';

/**
 * The function that a solution declares; undefined if it declares none of that name. Runs the top level of the file. The
 * file's name stands in every stack, so that errors of syntax have a line too. Strict, as in the lab: a name without
 * `const` or `let` is an error, and nothing is left for the next file. `export` before it does no harm.
 */
export function evaluated({ id, file, code }: Solution): unknown {
  const { functionName } = exerciseOf(id);
  const text = code.replace(/^\uFEFF/, '').replace(/^export (default )?/gm, (word) => ' '.repeat(word.length));
  const found = `typeof ${functionName} === 'undefined' ? undefined : ${functionName}`;
  return compileFunction(`'use strict'; ${text}\n;return ${found};`, [], { filename: file })();
}

/** The functions of several solutions, by name; what evaluating one throws is thrown when its function is called. */
export function functionsOf(solutions: readonly Solution[]): Record<string, unknown> {
  return Object.fromEntries(
    solutions.map((solution) => {
      const { functionName } = exerciseOf(solution.id);
      try {
        return [functionName, evaluated(solution)];
      } catch (error) {
        return [
          functionName,
          () => {
            throw error;
          },
        ];
      }
    }),
  );
}
