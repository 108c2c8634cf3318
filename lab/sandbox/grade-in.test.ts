import { expect, test } from 'vitest';
import { grade } from '../../src/verify/grade.ts';
import type { Frame } from './frame.ts';
import { gradeIn } from './grade-in.ts';
import type { Code } from './types.ts';

/** A frame whose browser says only so much of a script with a piece in it; without one, it starts or does not. */
function frameThatSays(message: string, line: number, starts = true): Frame {
  const birth: Frame['birth'] = async ({ script, ports }, { failed }) => {
    const learners = (await script.text()).includes('dReLU');
    if (learners || !starts) queueMicrotask(() => failed({ message, line }));
    else ports[0].postMessage({ sign: 'grade', grade: grade('relu', {}), failure: null });
    return { end: () => {} };
  };
  return { birth } as Frame;
}

const code = { relu: 'function dReLU( {' } as Code;

test.each<[string, number, boolean, string, RegExp, number | null]>([
  ['Uncaught SyntaxError: Unexpected token', 2, true, 'SyntaxError', /^Unexpected token$/, 1],
  ['SyntaxError: Unexpected token', 2, true, 'SyntaxError', /^Unexpected token$/, 1],
  ['something else', 2, true, 'Error', /^something else$/, 1],
  ['', 0, true, 'SyntaxError', /^this is no JavaScript/, null],
  ['', 0, false, 'Error', /^no worker starts here/, null],
])('a script that fails with "%s" in line %i, others start: %s', async (said, at, starts, name, message, line) => {
  const { verdict, error } = await gradeIn(frameThatSays(said, at, starts), 'library', 'relu', code);
  expect({ verdict, error }).toEqual({
    verdict: 'error',
    error: { name, message: expect.stringMatching(message), line },
  });
});
