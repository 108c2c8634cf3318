import { expect, test } from 'vitest';
import { exercises } from '../../src/verify/exercises.ts';
import { grade } from '../../src/verify/grade.ts';
import { checkedGrade, errorGrade } from './checked-grade.ts';
import { programOf } from './program.ts';
import type { Code } from './types.ts';

test.each(exercises.map(({ id }) => id))('a grade of %s comes through as it was', (id) => {
  const { functionName, answer } = exercises.find((e) => e.id === id)!;
  const right = new Function(`${answer}; return ${functionName}`)();
  for (const f of [right, () => 1, undefined]) {
    const given = grade(id, { [functionName]: f });
    expect(checkedGrade(structuredClone(given), id)).toEqual(given);
  }
  expect(checkedGrade(errorGrade(id, 'Stopped', 'x'), id)).toEqual(errorGrade(id, 'Stopped', 'x'));
});

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['a text', 'correct'],
  ['no verdict', { verdict: 'splendid', tensors: [] }],
  ['tensors that are none', { verdict: 'correct', tensors: [null] }],
  ['tensors of text', { verdict: 'correct', tensors: [{ name: 'x', shape: [1], expected: 'x' }] }],
  [
    'tensors of gigabytes',
    { verdict: 'correct', tensors: [{ name: 'x', shape: [10_001], expected: new Float64Array(10_001) }] },
  ],
  ['a row of no width', { verdict: 'wrong', tensors: [{ name: 'x', shape: [0], expected: new Float64Array(1) }] }],
  ['half a number', { verdict: 'wrong', tensors: [{ name: 'x', shape: [0.5, 2], expected: new Float64Array(1) }] }],
  ['fewer numbers', { verdict: 'wrong', tensors: [{ name: 'x', shape: [2, 2], expected: new Float64Array(3) }] }],
  ['a shape of texts', { verdict: 'wrong', tensors: [{ name: 'x', shape: ['1'], expected: new Float64Array(1) }] }],
])('%s is no grade', (_, value) => {
  expect(checkedGrade(value, 'relu')).toBeNull();
});

test('what a stranger sends is cut to size, and takes no other form', () => {
  const long = 'x'.repeat(10_000);
  const checked = checkedGrade(
    {
      exercise: 'chain',
      verdict: 'wrong',
      shape: { status: 'fine', text: long },
      exact: null,
      rounding: 7,
      worst: { tensor: { a: 1 }, index: Array(100).fill('1'), expected: 'x', got: null },
      tensors: [],
      fingerprints: Array(100).fill({ id: 1, text: long }),
      error: { name: long, message: ['<b>'], line: '3' },
      extra: 1,
    },
    'relu',
  )!;
  expect(checked).toMatchObject({
    exercise: 'relu',
    shape: { status: 'skip', text: 'x'.repeat(2000) },
    exact: { status: 'skip', text: '' },
    worst: { tensor: '', index: Array(8).fill(Number.NaN), expected: Number.NaN, got: Number.NaN },
    error: { name: 'x'.repeat(100), message: '', line: null },
  });
  expect(checked.fingerprints).toHaveLength(20);
  expect(Object.keys(checked)).not.toContain('extra');
});

test('what cannot be made a text or a number is neither', () => {
  const stubborn = { toString: 1, valueOf: 1 };
  const everywhere = {
    verdict: 'wrong',
    shape: { status: stubborn, text: stubborn },
    worst: { tensor: stubborn, index: [stubborn], expected: stubborn, got: stubborn },
    tensors: [{ name: stubborn, shape: [1], expected: new Float64Array(1), got: stubborn, error: stubborn }],
    fingerprints: [{ id: stubborn, text: stubborn }, null],
    error: { name: stubborn, message: stubborn, line: stubborn },
  };
  expect(checkedGrade(everywhere, 'relu')).toMatchObject({
    shape: { status: 'skip', text: '' },
    worst: { tensor: '', index: [Number.NaN], expected: Number.NaN, got: Number.NaN },
    tensors: [{ name: '', shape: [1], got: null, error: null }],
    fingerprints: [
      { id: '', text: '' },
      { id: '', text: '' },
    ],
    error: { name: '', message: '', line: null },
  });
  const code = { relu: 'function dReLU() {}' } as Partial<Code> as Code;
  expect(programOf('', ['relu'], code).place([stubborn])).toBeNull();
});

test('lines of a program are those of the editor', async () => {
  const code = {
    relu: 'function dReLU() {\r\n  a;\u2028  b;\n}',
    chain: '// one\nfunction backward() {}',
  } as Partial<Code> as Code;
  const program = programOf('library();\nmore();\n', ['relu', 'chain'], code);
  const text = (await program.script.text()).split('\n');
  for (const [said, piece, line] of [
    ['function dReLU', 'relu', 1],
    ['  a;', 'relu', 2],
    ['  b;', 'relu', 3],
    ['// one', 'chain', 1],
    ['function backward', 'chain', 2],
  ] as const) {
    const at = text.findIndex((l) => l.includes(said)) + 1;
    expect(program.place([1, 2, at]), said).toEqual({ piece, line });
  }
  expect(program.place([text.length])).toEqual({ piece: 'chain', line: 2 });
  expect(program.place([1])).toBeNull();
  expect(program.place('3')).toBeNull();
});
