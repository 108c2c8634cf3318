import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { classCounts } from '../dataset.ts';
import { breastCancer } from './breast-cancer.ts';
import { digits } from './digits.ts';
import { iris } from './iris.ts';

const root = process.env.NEUROFORGE_DATA;
const numbers = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => line.split(',').map(Number));

describe('embedded tables', () => {
  test('shapes, classes, names', () => {
    expect(digits()).toMatchObject({ count: 1797, exampleShape: [8, 8], maxValue: 16 });
    expect(classCounts(digits())).toEqual([178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
    expect(breastCancer()).toMatchObject({ count: 569, exampleShape: [30], classNames: ['benign', 'malignant'] });
    expect(classCounts(breastCancer())).toEqual([357, 212]);
    expect(breastCancer().featureNames).toHaveLength(30);
    expect(breastCancer().featureNames?.[29]).toBe('worst fractal dimension');
    expect(classCounts(iris())).toEqual([50, 50, 50]);
  });

  test.skipIf(root === undefined && process.env.CI === undefined)("every value is the source's", () => {
    const file = (name: string) => readFileSync(join(root ?? '', 'uci', name));
    const d = numbers(gunzipSync(file('digits.csv.gz')).toString());
    expect([...digits().x]).toEqual(d.flatMap((row) => row.slice(0, 64)));
    expect([...digits().y]).toEqual(d.map((row) => row[64]));
    const c = numbers(file('breast_cancer.csv').toString()).slice(1);
    expect([...breastCancer().x]).toEqual(c.flatMap((row) => row.slice(0, 30)));
    expect([...breastCancer().y]).toEqual(c.map((row) => 1 - row[30]));
    const i = numbers(file('iris.csv').toString()).slice(1);
    expect([...iris().x]).toEqual(i.flatMap((row) => row.slice(0, 4)));
    expect([...iris().y]).toEqual(i.map((row) => row[4]));
  });
});
