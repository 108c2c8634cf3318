import { describe, expect, it } from 'vitest';
import { type WrongAnswer, wrongAnswers } from '../../test/support/wrong-answers.ts';
import { type ExerciseId, exerciseOf, exercises } from './exercises.ts';
import { relativeError } from './finite-differences.ts';
import { grade } from './grade.ts';
import { pieces, questionsOf } from './grading/pieces.ts';
import { namedOf, tensorsOf } from './grading/question.ts';
import { syntaxFingerprints } from './grading/text.ts';
import { scope } from './scope.ts';

Object.assign(globalThis, scope); // as wherever learners' code runs

/** A body is put into the function's head; a whole text stands for itself. */
function codeOf(id: ExerciseId, { body, whole }: WrongAnswer): string {
  const { functionName, parameters } = exerciseOf(id);
  return whole ? body : `function ${functionName}(${parameters.map((p) => p.name).join(', ')}) { ${body} }`;
}

/** What the text declares; what reading it throws, the function does. */
function functionsOf(id: ExerciseId, code: string): Record<string, unknown> {
  const { functionName } = exerciseOf(id);
  try {
    const found = `typeof ${functionName} === 'undefined' ? undefined : ${functionName}`;
    return { [functionName]: new Function(`'use strict'; ${code}\n;return ${found};`)() };
  } catch (error) {
    return {
      [functionName]: () => {
        throw error;
      },
    };
  }
}

for (const { id } of exercises) {
  describe(`wrong answers for ${id}`, () => {
    it('there are at least five, of at least five kinds', () => {
      expect(new Set(wrongAnswers[id].map((w) => w.id)).size).toBeGreaterThanOrEqual(5);
    });

    for (const wrong of wrongAnswers[id]) {
      it(
        `${wrong.id}: ${wrong.body.length > 90 ? `${wrong.id} in the chain` : wrong.body}`.replace(/\s+/g, ' '),
        () => {
          for (const seed of [0, 1, 2]) {
            const code = codeOf(id, wrong);
            const graded = grade(id, functionsOf(id, code), { seed, code });
            const ids = graded.fingerprints.map((f) => f.id);
            expect([graded.verdict, ids[0]], JSON.stringify(graded, null, 1)).toEqual([
              wrong.verdict ?? 'wrong',
              wrong.id,
            ]);
            expect(ids).toEqual(expect.arrayContaining([...(wrong.also ?? [])]));
            for (const { text } of graded.fingerprints) {
              expect(text).toMatch(/^\S.*[^.\s]$/);
              expect(text.split('`').length % 2, text).toBe(1);
              expect(text.length, text).toBeLessThan(160);
            }
          }
        },
      );
    }
  });
}

describe('a suspect', () => {
  for (const piece of pieces) {
    it(`of ${piece.id} differs from the right answer in every draw, and from the others in one`, () => {
      const [seen, questions] = [new Map<string, string>(), [0, 1, 2].flatMap((seed) => questionsOf(piece, seed))];
      for (const suspect of piece.suspects) {
        const results = questions.map((q) => {
          const given = suspect.give(tensorsOf(q.inputs));
          return q.wanted.map((w) => (given[w.name] ? namedOf(w.name, given[w.name]) : w));
        });
        results.forEach((result, i) => {
          const off = questions[i].wanted.some(
            (w, j) => String(w.shape) !== String(result[j].shape) || relativeError(w.values, result[j].values) > 1e-3,
          );
          expect(off, `${suspect.text}, draw ${i}`).toBe(true);
        });
        const key = JSON.stringify(
          results.map((r) => r.map((n) => [n.shape, Array.from(n.values, (v) => v.toFixed(6))])),
        );
        expect(seen.get(key), suspect.text).toBeUndefined();
        seen.set(key, suspect.text);
      }
    });
  }
});

it('a text of any length is looked at in time that grows with it, as a page looks at a stranger’s', () => {
  const parts = ['if\n', '\n', ' ', 'a ', 'if(', '/*', "'", '\\a', 'a:', '(', 'return ', '.gt('];
  for (const part of parts) {
    const steps = [1, 2].map((k) => part.repeat((k * 60_000) / part.length));
    for (const text of steps) expect(Array.isArray(syntaxFingerprints('relu', text, 'Unexpected token'))).toBe(true);
  }
});
