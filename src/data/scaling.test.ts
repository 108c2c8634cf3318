import { describe, expect, test } from 'vitest';
import type { Backend } from '../backends/backend.ts';
import { backend } from '../backends/default.ts';
import { type Dataset, featuresOf, firstRows, type Scaling, type ScalingKind, subset } from './dataset.ts';
import { breastCancer } from './embedded/breast-cancer.ts';
import { digits } from './embedded/digits.ts';
import { fillRows, fitScaling } from './scaling.ts';
import { splitData } from './splits.ts';

function table(x: Dataset['x'], features: number, maxValue?: number): Dataset {
  const count = features === 0 ? 0 : x.length / features;
  const rest = maxValue === undefined ? {} : { maxValue };
  return {
    name: 't',
    x,
    count,
    exampleShape: [features],
    y: new Float64Array(count),
    rowIds: firstRows(count),
    hashes: {},
    ...rest,
  };
}
const everyByte = table(
  Uint8Array.from({ length: 256 }, (_, i) => i),
  1,
  255,
);
/** `rows` of `data`, scaled, with what stands in the two elements before and the three behind. */
function fill(on: Backend, data: Dataset, rows: number[], scaling: Scaling): { values: number[]; beside: number[] } {
  const n = rows.length * featuresOf(data);
  const at = on.allocate(n + 5, 'test');
  on.fill(at, -99, n + 5);
  fillRows(on, at + 2, data, Int32Array.from(rows), scaling);
  const all = [...on.read(at, n + 5)];
  on.free(at);
  return { values: all.slice(2, n + 2), beside: [...all.slice(0, 2), ...all.slice(n + 2)] };
}

function filled(data: Dataset, kind: ScalingKind, name: 'js' | 'js64', fit = data): number[] {
  return fill(backend(name), data, [...firstRows(data.count)], fitScaling(kind, fit)).values;
}

describe('scaling', () => {
  test('bytes: unit is pixel / 255 in f32 bit for bit, signed is (x - .5) / .5', () => {
    const unit = filled(everyByte, 'unit', 'js');
    const signed = filled(everyByte, 'signed', 'js64');
    for (let v = 0; v < 256; v++) {
      expect(unit[v]).toBe(Math.fround(v / 255));
      expect(signed[v]).toBeCloseTo((v / 255 - 0.5) / 0.5, 14);
    }
    expect([signed[0], signed[255]]).toEqual([-1, 1]);
    expect(filled(everyByte, 'none', 'js')[200]).toBe(200);
  });

  test('digits are divided by 16', () => {
    const all = filled(digits(), 'unit', 'js');
    expect(Math.max(...all.slice(0, 6400))).toBe(1);
    expect(all[2]).toBe(5 / 16);
  });

  test('standard: mean 0 and deviation 1 on the training rows, fitted on them alone', () => {
    const { train, val } = splitData(breastCancer(), null);
    const out = filled(train, 'standard', 'js64');
    for (let j = 0; j < 30; j++) {
      const column = Array.from({ length: train.count }, (_, i) => out[i * 30 + j]);
      const mean = column.reduce((a, b) => a + b) / column.length;
      const variance = column.reduce((a, b) => a + (b - mean) ** 2, 0) / column.length;
      expect(Math.abs(mean)).toBeLessThan(1e-12);
      expect(variance).toBeCloseTo(1, 12);
    }
    const other = filled(val, 'standard', 'js64', train);
    const scaling = fitScaling('standard', train);
    expect(other[31]).toBe((val.x[31] - scaling.offset[1]) * scaling.factor[1]);
  });

  test('a constant feature is only centered; its own range is used where no maximum is known', () => {
    const data = table(Float64Array.of(0.1, 3, 0.1, 5, 0.1, 4), 2);
    expect([...filled(data, 'standard', 'js64')].filter((_, i) => i % 2 === 0)).toEqual([0, 0, 0]);
    expect([...filled(data, 'unit', 'js64')]).toEqual([0, 0, 0, 1, 0, 0.5]);
    expect([...filled(data, 'signed', 'js64')]).toEqual([0, -1, 0, 1, 0, 0]);
    expect(fitScaling('standard', table(new Float64Array(0), 3)).factor).toEqual([1, 1, 1]);
  });

  test.each([1, 3, 17, 65])('fillRows: %i features, any rows in any order, nothing beside them', (features) => {
    for (const x of [Uint8Array, Float32Array, Float64Array]) {
      const data = table(new x(Array.from({ length: 7 * features }, (_, i) => (i * 31) % 251)), features);
      for (const kind of ['none', 'unit', 'signed', 'standard'] as const) {
        const scaling = fitScaling(kind, data);
        for (const rows of [[], [3], [6, 0, 0, 5]]) {
          for (const name of ['js64', 'js', 'wasm'] as const) {
            const { values, beside } = fill(backend(name), data, rows, scaling);
            expect(beside).toEqual([-99, -99, -99, -99, -99]);
            const want = rows.flatMap((row) =>
              Array.from({ length: features }, (_, j) => {
                const k = scaling.offset.length === 1 ? 0 : j;
                return (data.x[row * features + j] - scaling.offset[k]) * scaling.factor[k];
              }),
            );
            expect(values).toEqual(name === 'js64' ? want : want.map(Math.fround));
          }
        }
      }
    }
  });

  test('more rows than are staged at once, and another scaling in between', () => {
    const features = 784;
    const x = Uint8Array.from({ length: 700 * features }, (_, i) => (i * 131) % 256);
    const data = table(x, features, 255);
    const rows = Array.from({ length: 350 }, (_, i) => (i * 37) % 700);
    for (const kind of ['unit', 'standard', 'unit', 'signed'] as const) {
      const scaling = fitScaling(kind, data);
      expect(fill(backend('wasm'), data, rows, scaling)).toEqual(fill(backend('js'), data, rows, scaling));
    }
  });

  test('refuses rows that are not there, and another number of features', () => {
    const none = fitScaling('none', everyByte);
    const filling =
      (rows: number[], scaling: Scaling = none) =>
      () =>
        fill(backend('js'), everyByte, rows, scaling);
    expect(filling([0, 255])).not.toThrow();
    expect(filling([256])).toThrow('no such row');
    expect(filling([-1])).toThrow('no such row');
    expect(filling([0], { kind: 'standard', offset: [0, 0], factor: [1, 1] })).toThrow('another number of features');
  });

  test('other arrays than those of data sets are scaled as well', () => {
    const plain = Uint8Array.from({ length: 400 * 784 }, (_, i) => (i * 131) % 256);
    const rows = Array.from({ length: 400 }, (_, i) => i);
    const scaling = fitScaling('unit', table(plain, 784, 255));
    const want = fill(backend('js'), table(plain, 784, 255), rows, scaling);
    for (const like of [new Uint8ClampedArray(plain), Int16Array.from(plain)]) {
      const data = { ...table(plain, 784, 255), x: like as unknown as Uint8Array };
      expect(fill(backend('wasm'), data, rows, scaling)).toEqual(want);
    }
  });

  test('subset copies', () => {
    const part = subset(digits(), [5, 3]);
    expect(part.rowIds).toEqual(Int32Array.of(5, 3));
    expect(part.x).toEqual(Uint8Array.from([...digits().x.subarray(320, 384), ...digits().x.subarray(192, 256)]));
  });
});
