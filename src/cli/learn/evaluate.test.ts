import { describe, expect, it } from 'vitest';
import { type ExerciseId, exerciseOf } from '../../verify/exercises.ts';
import { type Grade, grade } from '../../verify/grade.ts';
import { evaluated, functionsOf } from './evaluate.ts';

function graded(id: ExerciseId, code: string): Grade {
  return grade(id, functionsOf([{ id, file: `learn/1-${id}.js`, code }]), { code });
}

describe('a file is evaluated as in the lab', () => {
  it('a name that nobody declared is an error with its line, and is not there for the next file', () => {
    const answer = exerciseOf('chain').answer;
    expect(graded('chain', answer).verdict).toBe('correct');
    const code = answer.replace('const dW3 =', 'dW3 =');
    expect(code).not.toBe(answer);
    const line = code.split('\n').findIndex((text) => text.includes('dW3 =')) + 1;
    expect(graded('chain', code)).toMatchObject({
      verdict: 'error',
      error: { name: 'ReferenceError', message: 'dW3 is not defined', line },
      fingerprints: [{ id: 'undeclared' }],
    });
    expect('dW3' in globalThis).toBe(false);
  });

  it('`this` is not the global object', () => {
    const code = 'this.mine = 1;\nfunction db(dY) { return dY.colSum(); }';
    expect(graded('linear-db', code)).toMatchObject({ verdict: 'error', error: { name: 'TypeError', line: 1 } });
    expect('mine' in globalThis).toBe(false);
  });

  it.each([
    ['on the first line', 'function db(dY) { return dY.colsum(); }', 1],
    ['below', '// one\n\nexport function db(dY) {\n  return dY.colsum();\n}\n', 4],
    ['after a mark of byte order', '\uFEFFfunction db(dY) {\n  return dY.colsum(); }', 2],
    ['with Windows line ends', '// one\r\nfunction db(dY) {\r\n  return dY.colsum();\r\n}\r\n', 3],
    ['of syntax, on the first line', 'function db(dY) { return dY.; }', 1],
    ['of syntax, below', 'function db(dY) {\n  return dY.;\n}', 2],
    ['of strict syntax', '\nfunction db(dY) {\n  with (dY) return colSum();\n}', 3],
    ['at the top level', '// one\nnull.x;\nfunction db(dY) { return dY.colSum(); }', 2],
  ])('an error keeps its line: %s', (_, code, line) => {
    expect(graded('linear-db', code).error).toMatchObject({ line });
  });

  it('a file may begin with its own directive, a comment, or nothing at all', () => {
    for (const head of ["'use strict';\n", '/* mine */ ', '// mine\n', '', '\n\n']) {
      const { answer: code } = exerciseOf('linear-db');
      expect(evaluated({ id: 'linear-db', file: 'db.js', code: head + code })).toBeTypeOf('function');
      expect(evaluated({ id: 'linear-db', file: 'db.js', code: head })).toBeUndefined();
    }
  });
});
