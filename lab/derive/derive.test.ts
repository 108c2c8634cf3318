import { describe, expect, test } from 'vitest';
import { check, type GradientCheck } from './measure.ts';
import {
  chapterInputs,
  compute,
  type GradientName,
  type InputName,
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
    for (const { outcome, computed, measured } of every(chapterInputs, [name])) {
      expect(outcome, name).toBe('agrees');
      expect(Math.abs(computed - measured)).toBeLessThan(1e-8);
    }
  });

  test('a changed label follows the exercise of the chapter', () => {
    const changed = compute({ ...chapterInputs, y: [0, 1, 0] });
    const row = Array.from(changed.dz3.values.subarray(3, 6), (v) => Math.round(v * 12 * 1e9) / 1e9);
    expect(row).toEqual([1, -2, 1]);
  });

  test('knows the corner of a ReLU, where there is no derivative', () => {
    const inputs: Inputs = { ...chapterInputs, W1: Array(8).fill(0), b1: [1, 1, 1, 0] };
    const outcomes = every(inputs, ['db1', 'dz1']).map(({ outcome }) => outcome);
    expect(outcomes).toContain('corner');
    expect(outcomes).not.toContain('differs');
  });
});

describe('the measurement', () => {
  const with1 = (name: InputName, index: number, v: number): Inputs => ({
    ...chapterInputs,
    [name]: chapterInputs[name].map((old, i) => (i === index ? v : old)),
  });

  test.each([1e-6, 1e3, 1e6, -1e6])('accuses no right gradient where a number is %d', (v) => {
    for (const name of ['X', 'W1', 'b1', 'W2', 'b2', 'W3', 'b3'] as const) {
      for (const i of [0, chapterInputs[name].length - 1]) {
        const outcomes = every(with1(name, i, v)).map(({ outcome }) => outcome);
        expect(outcomes, `${name}[${i}]`).not.toContain('differs');
        expect(outcomes.filter((o) => o !== 'unmeasurable').length, `${name}[${i}]`).toBeGreaterThan(70);
      }
    }
  });

  test('says that it cannot tell where everything is large', () => {
    const all = (name: InputName): number[] => chapterInputs[name].map((v, i) => (v + 0.1 + 0.01 * i) * 3e5);
    const inputs = { ...chapterInputs, W1: all('W1'), W2: all('W2'), W3: all('W3') };
    const outcomes = every(inputs).map(({ outcome }) => outcome);
    expect(outcomes).toContain('unmeasurable');
    expect(outcomes).not.toContain('differs');
  });

  test.each([1, 100, 1e4, 1e6])('accuses a gradient that is off by a part in a hundred where a number is %d', (v) => {
    const inputs = with1('W1', 0, v);
    const right = compute(inputs);
    let accused = 0;
    for (const name of gradients) {
      right[name].values.forEach((g, i) => {
        const moved = right[name].values.map((old, k) => (k === i ? old * 1.01 : old));
        const { outcome, pace } = check(inputs, { ...right, [name]: { ...right[name], values: moved } }, name, i);
        if (Math.abs(g) <= pace / 1000) return; // next to nothing beside what it could be
        expect(outcome, `${name}[${i}]`).toBe('differs');
        accused++;
      });
    }
    expect(accused).toBeGreaterThan(30);
  });

  test('a gradient that should be nothing, and is something', () => {
    const wrong = { ...values, db1: { ...values.db1, values: values.db1.values.map((v) => v + 1e-6) } };
    expect(check(chapterInputs, wrong, 'db1', 0).outcome).toBe('differs');
  });
});

/** Each cell of some gradients against its measurement. */
function every(inputs: Inputs, names: readonly GradientName[] = gradients): GradientCheck[] {
  const all = compute(inputs);
  return names.flatMap((name) => Array.from(all[name].values, (_, i) => check(inputs, all, name, i)));
}

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
    [-1e-17, '0'],
    [2 - 1e-15, '2'],
    [1 + 1e-6, '1.000'],
    [123456.7, '1.2e5'],
    [Number.NaN, 'NaN'],
  ])('%d is shown as %s', (v, text) => expect(shown(v)).toBe(text));

  test.each([
    ['−1.5', -1.5],
    ['0,25', 0.25],
    ['.5', 0.5],
    ['1,000', null],
    ['1,00', 1],
    ['2.', 2],
    ['', null],
    ['-', null],
    ['1e9', null],
    ['abc', null],
  ])('%s is read as %s', (text, v) => expect(typed(text)).toBe(v));
});
