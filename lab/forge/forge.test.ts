import { describe, expect, test } from 'vitest';
import type { GradedTensor } from '../../src/verify/grade.ts';
import { diffLines } from './diff.ts';
import { byInterest, comparable, heatRows, heatText } from './heat.ts';
import { sentence } from './sentence.ts';

describe('diffLines', () => {
  test('lines that say the same stand side by side, whatever their blanks and comments', () => {
    const rows = diffLines('function f(x) {\n  return x.T\n}', 'function f(x) {\n    return x.T; // (N, D)\n}\n');
    expect(rows.map(({ same }) => same)).toEqual([true, true, true]);
    expect(rows[1]).toEqual({ left: '  return x.T', right: '    return x.T; // (N, D)', same: true });
  });

  test('what differs stands between what is the same', () => {
    const rows = diffLines('a\nx\ny\nb', 'a\nz\nb\nc');
    expect(rows).toEqual([
      { left: 'a', right: 'a', same: true },
      { left: 'x', right: 'z', same: false },
      { left: 'y', right: null, same: false },
      { left: 'b', right: 'b', same: true },
      { left: null, right: 'c', same: false },
    ]);
  });

  test('no line is lost or doubled', () => {
    const [a, b] = ['p\nq\nr\ns\nt', 'q\nx\nt\np\ns'];
    const rows = diffLines(a, b);
    expect(rows.flatMap(({ left }) => left ?? []).join('\n')).toBe(a);
    expect(rows.flatMap(({ right }) => right ?? []).join('\n')).toBe(b);
    expect(diffLines('', '')).toEqual([]);
    expect(diffLines('', 'a')).toEqual([{ left: null, right: 'a', same: false }]);
  });
});

describe('the heat of a tensor', () => {
  const graded: GradedTensor = {
    name: 'dW',
    shape: [2, 3],
    got: Float64Array.of(1, 2, 3, 4, 5, Number.NaN),
    expected: Float64Array.of(1, 0, 3, 8, 5, 6),
    error: Float64Array.of(0, 2, 0, -4, 0, Number.NaN),
  };

  test('is the share of the largest finite size, with its sign', () => {
    const rows = heatRows(graded, 'error')!;
    expect(rows.map((row) => row.map(({ heat }) => heat))).toEqual([
      [0, 0.5, 0],
      [-1, 0, Number.NaN],
    ]);
    expect(rows[1][0].index).toEqual([1, 0]);
  });

  test('of a vector is one row with one index a cell, of nothing is nothing', () => {
    const vector = { ...graded, shape: [6] };
    expect(heatRows(vector, 'expected')).toHaveLength(1);
    expect(heatRows(vector, 'expected')?.[0][4].index).toEqual([4]);
    expect(heatRows({ ...graded, got: null }, 'got')).toBeNull();
    const zero = { ...graded, error: new Float64Array(6) };
    expect(
      heatRows(zero, 'error')
        ?.flat()
        .every(({ heat }) => heat === 0),
    ).toBe(true);
  });

  test('is told in a sentence', () => {
    expect(heatText(graded)).toBe('dW, 2 by 3: 3 of 6 numbers differ.');
    expect(heatText({ ...graded, error: new Float64Array(6) })).toBe('dW, 2 by 3: no number differs.');
    expect(heatText({ ...graded, error: null })).toBe('dW could not be compared.');
  });

  test('the tensor with the worst number comes first, what is right last', () => {
    const named = (name: string, error: number): GradedTensor => ({ ...graded, name, error: Float64Array.of(error) });
    const sorted = byInterest([named('right', 0), named('off', 1), named('worst', 9)], 'worst');
    expect(sorted.map(({ name }) => name)).toEqual(['worst', 'off', 'right']);
  });
});

describe('what is compared', () => {
  const graded = (name: string, error: number[] | null): GradedTensor => {
    const values = Float64Array.from(error ?? [1]);
    return { name, shape: [values.length], got: error && values, expected: values, error: error && values };
  };

  test('is nothing after an error, nothing where nothing is given, and nothing where all that is given is right', () => {
    const off = graded('dW', [0, 1]);
    expect(comparable({ error: null, tensors: [off, graded('db', null), graded('dX', [0])] })).toHaveLength(2);
    expect(comparable({ error: { name: 'Error', message: '', line: null }, tensors: [off] })).toEqual([]);
    expect(comparable({ error: null, tensors: [graded('db', null)] })).toEqual([]);
    expect(comparable({ error: null, tensors: [graded('db', [0, 0]), graded('dX', null)] })).toEqual([]);
  });
});

test.each([
  ['a number comes back', 'A number comes back.'],
  ['right but where z is 0', 'Right but where z is 0.'],
  ['nothing comes back: is there a `return`?', 'Nothing comes back: is there a `return`?'],
  ['dY comes back', 'dY comes back.'],
  ['dz3 is used again', 'dz3 is used again.'],
  ['z > 0 is not a tensor', 'z > 0 is not a tensor.'],
  ['dz has shape', 'dz has shape.'],
  ['my.dX comes first', 'my.dX comes first.'],
  ['`T` is a property', '`T` is a property.'],
  ['5 x too large', '5 x too large.'],
  ['As it was.', 'As it was.'],
  ['', ''],
])('the sentence of "%s"', (text, said) => {
  expect(sentence(text)).toBe(said);
});
