import { describe, expect, test } from 'vitest';
import { type Dataset, firstRows, subset } from './dataset.ts';
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
const filled = (
  data: Dataset,
  kind: Parameters<typeof fitScaling>[0],
  out: Float32Array | Float64Array,
  fit = data,
) => {
  fillRows(out, 0, data, firstRows(data.count), fitScaling(kind, fit));
  return out;
};

describe('scaling', () => {
  test('bytes: unit is pixel / 255 in f32 bit for bit, signed is (x - .5) / .5', () => {
    const unit = filled(everyByte, 'unit', new Float32Array(256));
    const signed = filled(everyByte, 'signed', new Float64Array(256));
    for (let v = 0; v < 256; v++) {
      expect(unit[v]).toBe(Math.fround(v / 255));
      expect(signed[v]).toBeCloseTo((v / 255 - 0.5) / 0.5, 14);
    }
    expect([signed[0], signed[255]]).toEqual([-1, 1]);
    expect(filled(everyByte, 'none', new Float32Array(256))[200]).toBe(200);
  });

  test('digits are divided by 16', () => {
    const all = filled(digits(), 'unit', new Float32Array(1797 * 64));
    expect(Math.max(...all.subarray(0, 6400))).toBe(1);
    expect(all[2]).toBe(5 / 16);
  });

  test('standard: mean 0 and deviation 1 on the training rows, fitted on them alone', () => {
    const { train, val } = splitData(breastCancer(), null);
    const out = filled(train, 'standard', new Float64Array(train.count * 30));
    for (let j = 0; j < 30; j++) {
      const column = Array.from({ length: train.count }, (_, i) => out[i * 30 + j]);
      const mean = column.reduce((a, b) => a + b) / column.length;
      const variance = column.reduce((a, b) => a + (b - mean) ** 2, 0) / column.length;
      expect(Math.abs(mean)).toBeLessThan(1e-12);
      expect(variance).toBeCloseTo(1, 12);
    }
    const other = filled(val, 'standard', new Float64Array(val.count * 30), train);
    const scaling = fitScaling('standard', train);
    expect(other[31]).toBe((val.x[31] - scaling.offset[1]) * scaling.factor[1]);
  });

  test('a constant feature is only centered; its own range is used where no maximum is known', () => {
    const data = table(Float64Array.of(0.1, 3, 0.1, 5, 0.1, 4), 2);
    expect([...filled(data, 'standard', new Float64Array(6))].filter((_, i) => i % 2 === 0)).toEqual([0, 0, 0]);
    expect([...filled(data, 'unit', new Float64Array(6))]).toEqual([0, 0, 0, 1, 0, 0.5]);
    expect([...filled(data, 'signed', new Float64Array(6))]).toEqual([0, -1, 0, 1, 0, 0]);
    expect(fitScaling('standard', table(new Float64Array(0), 3)).factor).toEqual([1, 1, 1]);
  });

  test.each([1, 3, 17, 65])('fillRows: %i features, any rows in any order, nothing beside them', (features) => {
    for (const x of [Uint8Array, Float32Array, Float64Array]) {
      const data = table(new x(Array.from({ length: 7 * features }, (_, i) => (i * 31) % 251)), features);
      for (const kind of ['none', 'unit', 'signed', 'standard'] as const) {
        const scaling = fitScaling(kind, data);
        for (const rows of [[], [3], [6, 0, 0, 5]]) {
          const out = new Float64Array(rows.length * features + 5).fill(-99);
          fillRows(out, 2, data, Int32Array.from(rows), scaling);
          expect([out[0], out[1], ...out.subarray(out.length - 3)]).toEqual([-99, -99, -99, -99, -99]);
          rows.forEach((row, i) => {
            for (let j = 0; j < features; j++) {
              const k = scaling.offset.length === 1 ? 0 : j;
              const want = (data.x[row * features + j] - scaling.offset[k]) * scaling.factor[k];
              expect(out[2 + i * features + j]).toBe(want);
            }
          });
        }
      }
    }
  });

  test('refuses what would read or write outside', () => {
    const none = fitScaling('none', everyByte);
    const fill =
      (length: number, at: number, rows: number[], scaling = none) =>
      () =>
        fillRows(new Float32Array(length), at, everyByte, Int32Array.from(rows), scaling);
    expect(fill(2, 0, [0, 255])).not.toThrow();
    expect(fill(1, 0, [0, 1])).toThrow('too short');
    expect(fill(2, 1, [0, 1])).toThrow('too short');
    expect(fill(9, -1, [0])).toThrow('too short');
    expect(fill(2, 0, [256])).toThrow('no such row');
    expect(fill(2, 0, [-1])).toThrow('no such row');
    expect(fill(2, 0, [0], { kind: 'standard', offset: [0, 0], factor: [1, 1] })).toThrow('another number of features');
  });

  test('subset copies', () => {
    const part = subset(digits(), [5, 3]);
    expect(part.rowIds).toEqual(Int32Array.of(5, 3));
    expect(part.x).toEqual(Uint8Array.from([...digits().x.subarray(320, 384), ...digits().x.subarray(192, 256)]));
  });
});
