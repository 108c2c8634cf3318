import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classCounts, type Dataset, firstRows, subset } from './dataset.ts';
import { dataDefaults } from './defaults.ts';
import { breastCancer } from './embedded/breast-cancer.ts';
import { digits } from './embedded/digits.ts';
import { iris } from './embedded/iris.ts';
import { drawStratified, splitData, testRows } from './splits.ts';

/** Row i has the one feature i. */
function labelled(labels: number[], classes: number): Dataset {
  return {
    name: 't',
    x: Float64Array.from(labels, (_, i) => i),
    count: labels.length,
    exampleShape: [1],
    y: Int32Array.from(labels),
    classNames: Array.from({ length: classes }, (_, k) => `c${k}`),
    rowIds: firstRows(labels.length),
    hashes: {},
  };
}
const regression = (n: number): Dataset => {
  const { classNames: _, ...rest } = labelled(new Array(n).fill(0), 1);
  return { ...rest, y: Float64Array.from({ length: n }, (_, i) => i / 3) };
};
const codeOf = (work: () => unknown) => {
  try {
    work();
    return 'none';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('the test splits that are fixed for ever', () => {
  // sha256 of the row numbers, ascending, decimal, one a line, no newline at the end.
  test.each([
    ['digits', digits, 359, '437f5917bc00387f5bd7a6588054f81d534b1419b12ab9d2cefdb69d1ce7a672'],
    ['breast-cancer', breastCancer, 114, 'af3daf4cd6ab402a7b322624d80c48728700425cd13f04d6a61e0e3b606434fc'],
    ['iris', iris, 30, '955bc63b4ae34495a3e586765ff2d42f5fcde0d55ec3d9293721be2a6f52953c'],
  ])('%s', (_, open, count, sha256) => {
    const rows = testRows(open());
    expect(rows.length).toBe(count);
    expect(createHash('sha256').update(rows.join('\n')).digest('hex')).toBe(sha256);
    for (const splitSeed of [0, 1, 19]) expect(splitData(open(), null, { splitSeed }).test?.rowIds).toEqual(rows);
    expect(splitData(open(), null, { splitSeed: 1, test: 'redrawn' }).test?.rowIds).not.toEqual(rows);
  });

  test('are stratified', () => {
    const split = splitData(digits(), null);
    expect(classCounts(subset(digits(), testRows(digits())))).toEqual([36, 36, 35, 37, 36, 36, 36, 36, 35, 36]);
    expect(split.train.count + split.val.count + 359).toBe(1797);
  });
});

describe('splitData', () => {
  test('parts are disjoint, complete, in file order, and carry their rows', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 12, maxLength: 90 }),
        fc.nat(99),
        (labels, seed) => {
          const { train, val, test } = splitData(labelled(labels, 4), null, { splitSeed: seed });
          const all = [train, val, test as Dataset];
          expect(all.flatMap((part) => [...part.rowIds]).sort((a, b) => a - b)).toEqual(labels.map((_, i) => i));
          for (const part of all) {
            expect([...part.rowIds]).toEqual([...part.rowIds].sort((a, b) => a - b));
            part.rowIds.forEach((row, i) => {
              expect(part.y[i]).toBe(labels[row]);
              expect(part.x[i]).toBe(row);
            });
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  test('each class gives its share to within one row', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 120 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (labels, share) => {
          const data = labelled(labels, 5);
          const count = Math.round(share * labels.length);
          const rows = drawStratified(data, count, 3, 's');
          expect(rows.length).toBe(count);
          expect(new Set(rows).size).toBe(count);
          const all = classCounts(data);
          classCounts(subset(data, rows)).forEach((n, k) => {
            expect(Math.abs(n - (all[k] * count) / labels.length)).toBeLessThan(1);
          });
        },
      ),
    );
  });

  test('validation depends on the split seed and on nothing else', () => {
    const rows = (splitSeed?: number) => splitData(digits(), null, { splitSeed }).val.rowIds;
    expect(rows()).toEqual(rows(0));
    expect(rows(1)).not.toEqual(rows(0));
    expect(rows(7)).toEqual(rows(7));
  });

  test('with test rows of its own; a count instead of a share', () => {
    const test = labelled([0, 1, 1], 2);
    const split = splitData(
      labelled(
        new Array(100).fill(0).map((_, i) => i % 2),
        2,
      ),
      test,
      { val: 10 },
    );
    expect(split.test).toBe(test);
    expect(classCounts(split.val)).toEqual([5, 5]);
    expect(split.train.count).toBe(90);
  });

  test('original: validation is the test set', () => {
    const test = labelled([0, 1, 1], 2);
    const train = labelled([0, 1], 2);
    expect(splitData(train, test, { split: 'original' })).toEqual({ train, val: test, test: null });
    const digit = splitData(digits(), null, { split: 'original' });
    expect(digit.val.rowIds).toEqual(testRows(digits()));
    expect(digit.train.count).toBe(1438);
  });

  test('regression is drawn without classes', () => {
    const { train, val, test } = splitData(regression(101), null);
    expect([train.count, val.count, test?.count]).toEqual([65, 16, 20]);
  });

  test('what cannot be split', () => {
    const ok = labelled([0, 1, 0, 1, 0, 1, 0, 1, 0, 1], 2);
    expect(codeOf(() => splitData(ok, null))).toBe('none');
    for (const val of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(codeOf(() => splitData(ok, null, { val }))).toBe('NF2502');
    }
    for (const splitSeed of [-1, 0.5, 2 ** 32, Number.NaN]) {
      expect(codeOf(() => splitData(ok, null, { splitSeed }))).toBe('NF2502');
    }
    for (const val of [8, 9, 0.01, 0.99]) expect(codeOf(() => splitData(ok, null, { val }))).toBe('NF2503');
    expect(codeOf(() => splitData(labelled([], 2), null))).toBe('NF2503');
    expect(codeOf(() => splitData(labelled([0], 1), null))).toBe('NF2503');
    expect(codeOf(() => splitData(ok, labelled([], 2)))).toBe('NF2503');
    expect(codeOf(() => subset(ok, [10]))).toBe('NF2501');
    expect(codeOf(() => subset(ok, [0.5]))).toBe('NF2501');
  });
});

test('defaults by data set', () => {
  expect(dataDefaults(digits())).toEqual({ scale: 'unit', val: 0.1 });
  expect(dataDefaults(breastCancer())).toEqual({ scale: 'standard', val: 0.2, positive: 1 });
  expect(dataDefaults({ ...digits(), name: 'mnist' }).val).toBe(5000);
  expect(dataDefaults(regression(2000))).toEqual({ scale: 'standard', val: 0.1 });
  expect(dataDefaults({ ...regression(20), name: 'constructor' })).toEqual({ scale: 'standard', val: 0.2 });
});
