import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { idxDataset, readIdx, unpackIdx } from './idx.ts';

function idx(type: number, shape: number[], values: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + values.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0, 0, type, shape.length]);
  shape.forEach((d, i) => view.setUint32(4 + 4 * i, d));
  bytes.set(values, 4 + 4 * shape.length);
  return bytes;
}
const ramp = (n: number) => Uint8Array.from({ length: n }, (_, i) => (i * 7) % 256);
const images = idx(8, [3, 5, 17], ramp(255));
const labels = idx(8, [3], [2, 0, 1]);
const codeOf = (work: () => unknown) => {
  try {
    work();
    return 'none';
  } catch (error) {
    return (error as { code: string }).code;
  }
};
const pair = (a: Uint8Array, b: Uint8Array, classNames?: string[]) => ({
  name: 'x',
  images: { bytes: a, where: 'dir/a', sha256: '1' },
  labels: { bytes: b, where: 'dir/b.gz', sha256: '2' },
  ...(classNames && { classNames }),
});

describe('IDX', () => {
  test('images and labels become a data set that shares the bytes', () => {
    const data = idxDataset(pair(images, labels));
    expect(data).toMatchObject({ count: 3, exampleShape: [5, 17], maxValue: 255, classNames: ['0', '1', '2'] });
    expect(data.y).toEqual(Int32Array.of(2, 0, 1));
    expect(data.x.buffer).toBe(images.buffer);
    expect(data.x[254]).toBe((254 * 7) % 256);
    expect(data.hashes).toEqual({ a: '1', b: '2' });
  });

  test.each([
    ['empty', new Uint8Array(0), 'NF2301'],
    ['three bytes', images.subarray(0, 3), 'NF2202'],
    ['cut within the header', images.subarray(0, 9), 'NF2202'],
    ['cut', images.subarray(0, images.length - 1), 'NF2205'],
    ['header only', images.subarray(0, 16), 'NF2205'],
    ['too long', Uint8Array.from([...images, 0]), 'NF2206'],
    ['floats', idx(13, [3, 2, 2], ramp(48)), 'NF2203'],
    ['another type', idx(7, [3, 2, 2], ramp(12)), 'NF2201'],
    ['text', new TextEncoder().encode('label,pixel0\n1,2\n'), 'NF2201'],
    ['two dimensions', idx(8, [3, 4], ramp(12)), 'NF2201'],
    ['labels for images', labels, 'NF2201'],
    ['absurd dimensions', idx(8, [0xffffffff, 0xffff, 0xffff], []), 'NF2204'],
    ['a side of nothing', idx(8, [3, 0, 5], []), 'NF2204'],
    ['an HTML page', new TextEncoder().encode('<html><body>'), 'NF2302'],
  ])('images: %s', (_, bytes, code) => {
    expect(codeOf(() => readIdx(bytes, 'f', 'images'))).toBe(code);
  });

  test('swapped files are named as such', () => {
    expect(() => readIdx(images, 't10k-labels', 'labels')).toThrow(
      'magic 0x00000803 is an image file (labels are 0x00000801): swapped with --images?',
    );
  });

  test('counts that differ, labels out of range', () => {
    expect(codeOf(() => idxDataset(pair(images, idx(8, [2], [0, 1]))))).toBe('NF2207');
    expect(codeOf(() => idxDataset(pair(images, idx(8, [3], [0, 10, 1]), ['a', 'b'])))).toBe('NF2208');
    expect(idxDataset(pair(idx(8, [0, 4, 4], []), idx(8, [0], []))).count).toBe(0);
  });

  test('gzip: the header says how much may come out, before it does', async () => {
    const code = (bytes: Uint8Array) =>
      unpackIdx(new Uint8Array(gzipSync(bytes)), 'f', 'images').then(
        () => 'none',
        (error) => error.code,
      );
    expect(await unpackIdx(new Uint8Array(gzipSync(images)), 'f', 'images')).toEqual(images);
    expect(await unpackIdx(new Uint8Array(gzipSync(labels)), 'f', 'labels')).toEqual(labels);
    expect(await code(idx(8, [3, 5, 17], ramp(256)))).toBe('NF2306');
    expect(await code(idx(8, [3, 5, 17], ramp(254)))).toBe('NF2307');
    expect(await code(idx(8, [60000, 280, 28], ramp(100)))).toBe('NF2305');
    expect(await code(labels)).toBe('NF2201');
  });
});
