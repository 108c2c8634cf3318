import { describe, expect, test } from 'vitest';
import type { GradedTensor } from '../../src/verify/grade.ts';
import { diffLines } from './diff.ts';
import { byInterest, heatRows, heatText } from './heat.ts';

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
