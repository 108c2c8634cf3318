import { expect, test } from 'vitest';
import type { Frame } from './frame.ts';
import { gradeIn } from './grade-in.ts';
import type { Code } from './types.ts';

/** A frame whose browser says only so much of a script that it cannot run. */
function frameThatSays(message: string, line: number): Frame {
  const birth: Frame['birth'] = async (_, { failed }) => {
    queueMicrotask(() => failed({ message, line }));
    return { end: () => {} };
  };
  return { birth } as Frame;
}

const code = { relu: 'function dReLU( {' } as Code;

test.each([
  ['Uncaught SyntaxError: Unexpected token', 'SyntaxError', /^Unexpected token$/, 1],
  ['SyntaxError: Unexpected token', 'SyntaxError', /^Unexpected token$/, 1],
  ['something else', 'Error', /^something else$/, 1],
  ['', 'SyntaxError', /^this is no JavaScript/, null], // Firefox
])('a script that fails with "%s"', async (said, name, message, line) => {
  const { verdict, error } = await gradeIn(frameThatSays(said, said === '' ? 0 : 2), 'library', 'relu', code);
  expect({ verdict, error }).toEqual({
    verdict: 'error',
    error: { name, message: expect.stringMatching(message), line },
  });
});
