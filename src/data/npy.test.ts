import { describe, expect, test } from 'vitest';
import reference from '../../test/reference/npy.json' with { type: 'json' };
import { type NpyArray, readNpy, writeNpy } from './npy.ts';
import type { NpyType } from './npy-header.ts';

const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));
const contents = ({ type, shape, data }: NpyArray) => ({
  type,
  shape,
  data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
});
const refusal = (bytes: Uint8Array): { code: string; message: string; where?: string } | null => {
  try {
    readNpy(bytes, 'f.npy');
    return null;
  } catch (error) {
    return error as { code: string; message: string };
  }
};

/** An npy file of version 1.0 with this header. */
function npy(header: string, data: Uint8Array | number = 0, version = 1): Uint8Array {
  const text = new TextEncoder().encode(header);
  const tail = typeof data === 'number' ? new Uint8Array(data) : data;
  const head = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0, text.length & 255, text.length >> 8);
  return new Uint8Array(Buffer.concat([head, version === 1 ? Buffer.alloc(0) : Buffer.alloc(2), text, tail]));
}

describe('against NumPy', () => {
  test.each(reference.arrays)('reads what it wrote: $name', ({ file, type, shape, data }) => {
    expect(contents(readNpy(bytesOf(file), 'f'))).toEqual({ type, shape, data });
  });

  test.each(reference.arrays.filter((a) => !/big-endian|column|version [23]/.test(a.name)))(
    'writes the same bytes: $name',
    ({ file, type, shape }) => {
      const array = readNpy(bytesOf(file), 'f');
      expect(Buffer.from(writeNpy({ type: type as NpyType, shape, data: array.data })).toString('base64')).toBe(file);
    },
  );

  test.each(reference.refused)('refused, and never unpickled: $name', ({ file, name }) => {
    const error = refusal(bytesOf(file));
    expect(error?.code).toBe('NF2244');
    if (name === 'objects') expect(error?.message).toContain('would run code');
    if (name === 'records') expect(error?.message).toContain('several fields');
  });
});

describe('refused', () => {
  const good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n";

  test.each<[string, string, Uint8Array]>([
    ['NF2301', 'nothing', new Uint8Array(0)],
    ['NF2241', 'text', new TextEncoder().encode('a,b\n1,2\n')],
    ['NF2302', 'a page', new TextEncoder().encode('<html>')],
    ['NF2246', 'the magic alone', npy(good).slice(0, 7)],
    ['NF2246', 'cut within the header', npy(good).slice(0, 30)],
    ['NF2242', 'version 4', npy(good, 24, 4)],
    ['NF2246', 'a byte too few', npy(good, 23)],
    ['NF2247', 'a byte too many', npy(good, 25)],
    ['NF2243', 'a call instead of a shape', npy(good.replace('(2, 3)', '__import__("os")'), 24)],
    ['NF2243', 'a sum', npy(good.replace('2, 3', '1+1, 3'), 24)],
    ['NF2243', 'a negative side', npy(good.replace('2, 3', '-2, 3'), 24)],
    ['NF2243', 'a leading zero', npy(good.replace('2, 3', '02, 3'), 24)],
    ['NF2243', 'half a side', npy(good.replace('2, 3', '2.5, 3'), 24)],
    ['NF2243', 'no tuple', npy(good.replace('(2, 3)', '(6)'), 24)],
    ['NF2243', 'a key twice', npy(good.replace('}', "'shape': (2, 3)}"), 24)],
    ['NF2243', 'another key', npy(good.replace('}', "'__class__': (2, 3)}"), 24)],
    ['NF2243', 'no shape', npy("{'descr': '<f4', 'fortran_order': False}", 24)],
    ['NF2243', 'a truth value that is none', npy(good.replace('False', 'false'), 24)],
    ['NF2243', 'text after it', npy(good.replace('\n', '; x\n'), 24)],
    ['NF2243', 'an open quote', npy("{'descr", 24)],
    ['NF2243', 'an escape', npy(good.replace('<f4', '\\x3cf4'), 24)],
    ['NF2244', 'an unknown type', npy(good.replace('<f4', '<q4'), 24)],
    ['NF2244', 'a type of the prototype', npy(good.replace('<f4', '<toString'), 24)],
    ['NF2244', 'four bytes without an order', npy(good.replace('<f4', '|f4'), 24)],
    ['NF2245', 'a shape that overflows', npy(good.replace('2, 3', '4294967296, 4294967296'), 24)],
    ['NF2245', 'an overflow beside a zero', npy(good.replace('2, 3', '0, 99999999999999999999'), 0)],
    ['NF2245', 'many dimensions', npy(good.replace('2, 3', '1, '.repeat(65)), 24)],
    ['NF2248', 'a truth value of 2', npy(good.replace('<f4', '|b1'), Uint8Array.of(0, 1, 2, 0, 0, 0))],
  ])('%s: %s', (code, _, bytes) => {
    expect(refusal(bytes)).toMatchObject({ code, where: expect.stringContaining('f.npy') });
  });

  test('a header that claims gigabytes', () => {
    const bytes = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 2, 0, 255, 255, 255, 255);
    expect(refusal(bytes)?.code).toBe('NF2243');
  });

  test('every truncation; a flipped byte is a refusal or an array of the same size', () => {
    const whole = npy(good, 24);
    for (let n = 0; n < whole.length; n++) expect(refusal(whole.slice(0, n)), `${n} bytes`).not.toBeNull();
    for (let i = 0; i < whole.length - 24; i++) {
      for (const flip of [1, 2, 4, 8, 16, 32, 64, 128, 255]) {
        const flipped = whole.slice();
        flipped[i] ^= flip;
        if (refusal(flipped) === null) expect(readNpy(flipped, 'f').data.byteLength).toBe(24);
      }
    }
  });

  test('writing data of another type or size', () => {
    const write = (array: NpyArray) => () => writeNpy(array);
    expect(write({ type: 'f4', shape: [2], data: new Float32Array(3) })).toThrow(
      expect.objectContaining({ code: 'NF2249' }),
    );
    expect(write({ type: 'f4', shape: [2], data: new Int32Array(2) })).toThrow(
      expect.objectContaining({ code: 'NF2249' }),
    );
  });
});
