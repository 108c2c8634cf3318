import { expect, test } from 'vitest';
import type { Dataset, Split } from './dataset.ts';
import { firstRows, subset } from './dataset.ts';
import { breastCancer } from './embedded/breast-cancer.ts';
import { digits } from './embedded/digits.ts';
import { iris } from './embedded/iris.ts';
import { fitScaling } from './scaling.ts';
import { splitData } from './splits.ts';
import { fitTargetScaling, oneAgainstRest, scaleTargets } from './tasks.ts';
import { dataWarnings } from './warnings.ts';

/** `rows` rows of two features, all different. */
function table(rows: number, y: Int32Array | Float64Array, classNames?: string[], from = 0): Dataset {
  const x = Float64Array.from({ length: 2 * rows }, (_, i) => Math.sin(from + i));
  const exampleShape = [2];
  return {
    name: 't',
    x,
    count: rows,
    exampleShape,
    y,
    classNames,
    rowIds: firstRows(rows),
    hashes: {},
    featureNames: ['a', 'b'],
  };
}

const labels = (rows: number, of: (i: number) => number): Int32Array =>
  Int32Array.from({ length: rows }, (_, i) => of(i));
const values = (rows: number, of: (i: number) => number): Float64Array =>
  Float64Array.from({ length: rows }, (_, i) => of(i));
const split = (train: Dataset, val: Dataset, test: Dataset | null = null): Split => ({ train, val, test });
const codes = (s: Split, options = {}): string[] => dataWarnings(s, options).map((w) => w.code);
const two = ['no', 'yes'];

test('nothing to say of the embedded sets as they are trained on', () => {
  for (const [data, kind] of [
    [digits(), 'unit'],
    [breastCancer(), 'standard'],
    [iris(), 'standard'],
  ] as const) {
    const s = splitData(data, null);
    expect(dataWarnings(s, { scaling: fitScaling(kind, s.train) })).toEqual([]);
    const nine = (d: Dataset): Dataset => oneAgainstRest(d, d.classNames!.length - 1);
    expect(dataWarnings(split(nine(s.train), nine(s.val)), { scaling: fitScaling(kind, s.train) })).toEqual([]);
  }
});

test('labels that are all equal', () => {
  const val = table(
    20,
    labels(20, (i) => i % 2),
    two,
    1000,
  );
  const [w] = dataWarnings(
    split(
      table(
        50,
        labels(50, () => 1),
        two,
      ),
      val,
    ),
  );
  expect(w).toMatchObject({ code: 'NF3201', message: 'all 50 training labels are equal (yes)' });
  const train = table(
    50,
    values(50, () => 7),
  );
  const scaling = fitTargetScaling(train);
  const scaled = scaleTargets(train, scaling);
  expect(dataWarnings(split(scaled, scaled), { targetScaling: scaling })[0].message).toContain('(7)');
});

test('inputs that are not scaled, and those that are', () => {
  const s = splitData(breastCancer(), null);
  const warned = dataWarnings(s, { scaling: fitScaling('none', s.train) });
  expect(warned).toMatchObject([
    { code: 'NF3202', message: expect.stringMatching(/root mean square 2\d\d, largest 4250/) },
  ]);
  expect(codes(s)).toEqual(['NF3202']);
  expect(codes(s, { scaling: fitScaling('unit', s.train) })).toEqual([]);
});

test('classes that are missing from a part', () => {
  const names = ['a', 'b', 'c'];
  const all = table(
    90,
    labels(90, (i) => i % 3),
    names,
  );
  const few = table(
    9,
    labels(9, (i) => i % 2),
    names,
    5000,
  );
  expect(dataWarnings(split(all, few))).toMatchObject([
    { code: 'NF3203', message: 'the validation set has no row of class c' },
  ]);
  expect(dataWarnings(split(few, all)).map((w) => w.message)).toEqual(['the training set has no row of class c']);
});

test('features of one value, in tables only', () => {
  const train = table(
    40,
    labels(40, (i) => i % 2),
    two,
  );
  const x = train.x.map((v, i) => (i % 2 === 1 ? 4 : v)) as Float64Array;
  const val = table(
    40,
    labels(40, (i) => i % 2),
    two,
    999,
  );
  expect(dataWarnings(split({ ...train, x }, val))).toMatchObject([
    { code: 'NF3204', message: 'a feature has one value in all 40 training rows: b' },
  ]);
  expect(codes(split({ ...train, x, exampleShape: [1, 2] }, val))).toEqual([]);
});

test('labels that look like the other task', () => {
  const names = Array.from({ length: 30 }, (_, i) => String(10 * i));
  const years = table(
    120,
    labels(120, (i) => i % 30),
    names,
  );
  expect(codes(split(years, table(120, years.y as Int32Array, names, 777)))).toEqual(['NF3205']);
  const letters = { ...years, classNames: names.map((n) => `c${n}`) };
  expect(codes(split(letters, { ...letters, x: letters.x.map((v) => -v) as Float64Array }))).toEqual([]);

  const grades = table(
    200,
    values(200, (i) => i % 3),
  );
  const scaling = fitTargetScaling(grades);
  const [w] = dataWarnings(
    split(
      scaleTargets(grades, scaling),
      table(
        50,
        values(50, (i) => i),
        undefined,
        300,
      ),
    ),
    {
      targetScaling: scaling,
    },
  );
  expect(w).toMatchObject({
    code: 'NF3206',
    message: expect.stringContaining('3 different ones in 200 rows (0, 1, 2)'),
  });
  expect(
    codes(
      split(
        table(
          200,
          values(200, (i) => i),
        ),
        table(
          50,
          values(50, (i) => i),
          undefined,
          300,
        ),
      ),
    ),
  ).toEqual([]);
});

test('a class that nearly all rows are of', () => {
  const rare = (rows: number, from: number) =>
    table(
      rows,
      labels(rows, (i) => (i % 50 === 0 ? 1 : 0)),
      two,
      from,
    );
  expect(dataWarnings(split(rare(500, 0), rare(200, 9999)))).toMatchObject([
    { code: 'NF3208', message: expect.stringMatching(/^98 % .* class no/) },
  ]);
});

test('rows that are in two parts', () => {
  const train = table(
    100,
    labels(100, (i) => i % 2),
    two,
  );
  const fresh = table(
    50,
    labels(50, (i) => i % 2),
    two,
    12345,
  );
  expect(dataWarnings(split(train, fresh, { ...train }))).toMatchObject([
    {
      code: 'NF3207',
      message: '100 of 100 test rows are training rows too',
      hint: expect.stringContaining('is the test set the training set?'),
    },
  ]);
  const some = subset(
    train,
    Array.from({ length: 10 }, (_, i) => 3 * i),
  );
  expect(dataWarnings(split(train, some))).toMatchObject([{ code: 'NF3207' }]);
  const relabelled = { ...some, y: labels(10, (i) => 1 - some.y[i]) };
  expect(codes(split(train, relabelled))).toEqual([]); // the same example with another label is no copy
  const coarse = (rows: number, from: number): Dataset => {
    const t = table(
      rows,
      labels(rows, (i) => i % 2),
      two,
      from,
    );
    return { ...t, x: t.x.map((v) => Math.sign(v)) as Float64Array };
  };
  expect(codes(split(coarse(200, 0), coarse(100, 4321)))).toEqual([]); // a table of few values repeats itself
});
