import { describe, expect, test } from 'vitest';
import {
  atCorner,
  chapterInputs,
  check,
  compute,
  type GradientName,
  type Inputs,
  isGradient,
  type Name,
} from './network.ts';
import { shown, typed } from './number-text.ts';
import { reading } from './reading.ts';
import { operandsOf, steps } from './steps.ts';

const values = compute(chapterInputs);
const gradients = (Object.keys(values) as Name[]).filter(isGradient);
const twelfths = (name: Name, scale = 12): number[] =>
  Array.from(values[name].values, (v) => Math.round(v * scale * 1e9) / 1e9 + 0);

describe('the network', () => {
  test('has the numbers of the chapter', () => {
    expect(values.L.values[0]).toBeCloseTo((5 / 3) * Math.LN2, 12);
    expect(twelfths('dz3')).toEqual([-2, 1, 1, 1, 2, -3, -3, 1, 2]);
    expect(twelfths('dW3')).toEqual([-1, 3, -2, -5, 2, 3]);
    expect(twelfths('dW1', 12 / Math.LN2)).toEqual([13, 5, -3, -24, -6, -14, -6, 0]);
    expect(twelfths('db1', 12 / Math.LN2)).toEqual([5, -11, -3, -12]);
  });

  test.each(gradients)('%s agrees with its measurement in every cell', (name) => {
    for (let i = 0; i < values[name].values.length; i++) {
      const result = check(chapterInputs, values, name, i);
      expect(result, `${name} ${i}`).toMatchObject({ agrees: true });
      expect(result.relative).toBeLessThan(1e-8);
    }
  });

  test('a gradient that is wrong does not agree', () => {
    const wrong = { ...values, dW2: { ...values.dW2, values: values.dW2.values.map((v) => v * 1.001) } };
    expect(check(chapterInputs, wrong, 'dW2' as GradientName, 0).agrees).toBe(false);
  });

  test('a changed label follows the exercise of the chapter', () => {
    const changed = compute({ ...chapterInputs, y: [0, 1, 0] });
    const row = Array.from(changed.dz3.values.subarray(3, 6), (v) => Math.round(v * 12 * 1e9) / 1e9);
    expect(row).toEqual([1, -2, 1]);
  });

  test('knows the corner of a ReLU, where there is no derivative', () => {
    expect(atCorner(values)).toBe(false);
    const inputs: Inputs = { ...chapterInputs, W1: Array(8).fill(0), b1: [0, 1, 1, 1] };
    expect(atCorner(compute(inputs))).toBe(true);
  });
});

describe('the steps', () => {
  test('each is computed from what came before', () => {
    const known = new Set<Name>(['X', 'T', 'W1', 'b1', 'W2', 'b2', 'W3', 'b3']);
    for (const step of steps) {
      for (const name of operandsOf(step)) expect(known.has(name), `${step.result} reads ${name}`).toBe(true);
      known.add(step.result);
    }
    expect([...known].sort()).toEqual(Object.keys(values).sort());
  });

  test.each(steps)('$result: formula and code name the same terms', (step) => {
    const inTex = new Set(step.tex.match(/@([A-Za-z]+\d?)/g)?.map((term) => term.slice(1)));
    for (const name of [step.result, ...operandsOf(step)]) {
      if (name === 'T' && step.result === 'L') continue; // the index of the true class stands for it
      expect(inTex.has(name), `${name} in ${step.tex}`).toBe(true);
      expect(step.code).toMatch(new RegExp(`\\b${name}\\b`));
    }
  });

  test.each(steps)('$result: the reading of each cell comes to its value', (step) => {
    const { rows, cols, values: numbers } = values[step.result];
    for (let row = 0; row < rows; row++) {
      for (let col = 0; col < cols; col++) {
        const { used, sum } = reading(step, values, row, col);
        const seen = sum.split(' = ')[0];
        expect(evaluated(seen), `${step.result}[${row}][${col}]: ${seen}`).toBeCloseTo(numbers[row * cols + col], 2);
        expect(used.length).toBeGreaterThan(0);
      }
    }
  });
});

/** The value of a sum as people read it. */
function evaluated(sum: string): number {
  const code = sum
    .replaceAll('−', '-')
    .replaceAll('·', '*')
    .replace(/e\^(\([^)]*\)|[\d.]+)/g, 'Math.exp($1)')
    .replace(/log ([\d.]+)/g, 'Math.log($1)')
    .replace(/\[([^\]]*)\]/g, '(($1) ? 1 : 0)')
    .replaceAll('max', 'Math.max');
  return Function(`return ${code}`)() as number;
}

describe('numbers', () => {
  test.each([
    [0, '0'],
    [-0, '0'],
    [-2, '−2'],
    [1 / 3, '0.333'],
    [2.5e-5, '2.5e−5'],
    [-1e-17, '0.000'],
    [123456.7, '1.2e5'],
    [Number.NaN, 'NaN'],
  ])('%d is shown as %s', (v, text) => expect(shown(v)).toBe(text));

  test.each([
    ['−1.5', -1.5],
    ['0,25', 0.25],
    ['.5', 0.5],
    ['2.', 2],
    ['', null],
    ['-', null],
    ['1e9', null],
    ['abc', null],
  ])('%s is read as %s', (text, v) => expect(typed(text)).toBe(v));
});
