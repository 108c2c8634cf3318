import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import reference from '../../test/reference/npy.json' with { type: 'json' };
import { memorySource } from './byte-source.ts';
import type { NpyArray } from './npy.ts';
import { type NpyType, npyTypes } from './npy-header.ts';
import { openNpz, readNpz, writeNpz } from './npz.ts';
import { type NpzDatasetOptions, npzDataset } from './npz-dataset.ts';

const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));
const contents = ({ type, shape, data }: NpyArray) => ({
  type,
  shape,
  data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
});
const f4 = (...values: number[]): NpyArray => ({ type: 'f4', shape: [values.length], data: Float32Array.from(values) });

describe('against NumPy', () => {
  test.each(reference.archives)('reads what it wrote: $name', async ({ file, arrays }) => {
    const read = await readNpz(bytesOf(file), 'f.npz');
    expect(Object.fromEntries([...read].map(([name, array]) => [name, contents(array)]))).toEqual(arrays);
  });
});

describe('what is written is read', () => {
  const shape = fc.array(fc.constantFrom(0, 1, 3, 17), { maxLength: 3 });
  const type = fc.constantFrom(...(Object.keys(npyTypes) as NpyType[]));
  const array = fc.record({ type, shape, fill: fc.nat(255) }).map(({ type, shape, fill }): NpyArray => {
    const bytes = Uint8Array.from({ length: shape.reduce<number>((n, d) => n * d, 1) * npyTypes[type] }, (_, i) =>
      type === 'b1' ? i & 1 : (i * 31 + fill) & 255,
    );
    const make = {
      b1: Uint8Array,
      u1: Uint8Array,
      i1: Int8Array,
      u2: Uint16Array,
      i2: Int16Array,
      u4: Uint32Array,
    } as const;
    const more = { i4: Int32Array, u8: BigUint64Array, i8: BigInt64Array, f4: Float32Array, f8: Float64Array } as const;
    return { type, shape, data: new { ...make, ...more }[type](bytes.buffer) };
  });
  const name = fc.stringMatching(/^[a-z_é][a-z0-9_/]{0,8}$/).filter((n) => !n.split('/').includes(''));

  test('any arrays, packed or not', async () => {
    const given = fc.uniqueArray(fc.tuple(name, array), { selector: ([n]) => n, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(given, fc.boolean(), async (arrays, compress) => {
        const bytes = writeNpz(Object.fromEntries(arrays), { compress });
        expect(writeNpz(Object.fromEntries(arrays), { compress })).toEqual(bytes);
        const read = await readNpz(bytes, 'f');
        expect([...read].map(([n, a]) => [n, contents(a)])).toEqual(arrays.map(([n, a]) => [n, contents(a)]));
      }),
      { seed: 7, numRuns: 60 },
    );
  });

  test('every flipped byte and every truncation of an archive is refused, or reads the same', async () => {
    const whole = writeNpz({ x: f4(1, 2, 3), y: f4(4) }, { compress: true });
    const same = [...(await readNpz(whole, 'f'))].map(([n, a]) => [n, contents(a)]);
    const silent = new Set<number>();
    for (let i = 0; i < whole.length; i++) {
      await expect(readNpz(whole.slice(0, i), 'f'), `${i} bytes`).rejects.toMatchObject({ code: /^NF2\d{3}$/ });
      const flipped = whole.slice();
      flipped[i] ^= 255;
      const read = await readNpz(flipped, 'f').then(
        (arrays) => [...arrays].map(([n, a]) => [n, contents(a)]),
        (error) => error.code as string,
      );
      if (typeof read === 'string') expect(read).toMatch(/^NF2\d{3}$/);
      else {
        silent.add(i);
        expect(read).toEqual(same);
      }
    }
    // Versions, times and attributes say nothing about the values.
    expect(silent.size).toBeLessThan(60);
  });
});

describe('a data set', () => {
  const u1 = (shape: number[], fill = (i: number) => i % 251): NpyArray => ({
    type: 'u1',
    shape,
    data: Uint8Array.from({ length: shape.reduce((n, d) => n * d, 1) }, (_, i) => fill(i)),
  });
  const i8 = (...values: number[]): NpyArray => ({
    type: 'i8',
    shape: [values.length],
    data: BigInt64Array.from(values, BigInt),
  });
  const read = async (arrays: Record<string, NpyArray>, more: Partial<NpzDatasetOptions> = {}) =>
    npzDataset(await openNpz(memorySource(writeNpz(arrays)), 'd.npz'), {
      name: 'd',
      where: 'd.npz',
      sha256: 's',
      ...more,
    });

  test("Keras's layout: images stay bytes, test rows are the file's own", async () => {
    const { train, test } = await read({
      x_test: u1([2, 4, 5]),
      x_train: u1([3, 4, 5]),
      y_train: u1([3], (i) => [7, 2, 7][i]),
      y_test: u1([2], (i) => [2, 7][i]),
    });
    expect(train).toMatchObject({ count: 3, exampleShape: [4, 5], maxValue: 255, classNames: ['2', '7'] });
    expect(train.x).toBeInstanceOf(Uint8Array);
    expect([...train.y, ...test!.y]).toEqual([1, 0, 1, 0, 1]);
  });

  test('x and y: floats, a last side of one, column labels, values to predict', async () => {
    const x: NpyArray = { type: 'f8', shape: [2, 2], data: Float64Array.of(0.5, -1, 2, 3) };
    const { train, test } = await read({ x, y: { ...i8(5, 4), shape: [2, 1] } });
    expect(train).toMatchObject({ exampleShape: [2], classNames: ['4', '5'], y: Int32Array.of(1, 0) });
    expect(train.maxValue).toBeUndefined();
    expect(test).toBeNull();
    expect((await read({ x: u1([1, 4, 4, 1]), y: i8(0) })).train.exampleShape).toEqual([4, 4]);
    const values = await read({ x, y: f4(0.5, 2) }, { task: 'regression' });
    expect(values.train.y).toEqual(Float64Array.of(0.5, 2));
    expect((await read({ x, y: i8(4, 4) }, { like: train })).train.y).toEqual(Int32Array.of(0, 0));
  });

  const x = f4(1, 2);
  test.each<[string, string, Record<string, NpyArray>]>([
    ['NF2261', 'no arrays', {}],
    ['NF2261', 'other names', { images: x, labels: x }],
    ['NF2262', 'one number a row', { x, y: x }],
    ['NF2262', 'another number of labels', { x: u1([3, 2]), y: i8(1, 2) }],
    ['NF2262', 'one-hot labels', { x: u1([3, 2]), y: u1([3, 2]) }],
    ['NF2262', 'colors', { x: u1([1, 4, 4, 3]), y: i8(1) }],
    ['NF2262', 'no rows', { x: u1([0, 2]), y: i8() }],
    ['NF2262', 'no features', { x: u1([1, 0]), y: i8(1) }],
    ['NF2105', 'a feature that is not finite', { x: { ...f4(1, 2, 3, NaN), shape: [2, 2] }, y: i8(0, 1) }],
    ['NF2106', 'fractional labels', { x: u1([2, 2]), y: f4(0.5, 1) }],
    ['NF2106', 'labels that are not finite', { x: u1([2, 2]), y: f4(NaN, NaN) }],
  ])('%s: %s', async (code, _, arrays) => {
    await expect(read(arrays)).rejects.toMatchObject({ code, where: expect.stringContaining('d.npz') });
  });

  test('other features or classes than the training file', async () => {
    const { train } = await read({ x: u1([2, 3]), y: i8(0, 1) });
    await expect(read({ x: u1([2, 4]), y: i8(0, 1) }, { like: train })).rejects.toMatchObject({ code: 'NF2108' });
    await expect(read({ x: u1([2, 3]), y: i8(0, 2) }, { like: train })).rejects.toMatchObject({ code: 'NF2106' });
  });
});
