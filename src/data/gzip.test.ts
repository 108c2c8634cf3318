import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { gunzip, gunzipHead } from './gzip.ts';

const raw = Uint8Array.from({ length: 300_001 }, (_, i) => (i * i) % 251);
const packed = new Uint8Array(gzipSync(raw));
const where = 'f.gz';
const text = (s: string) => new TextEncoder().encode(s);
const refusal = (bytes: Uint8Array, options: Partial<Parameters<typeof gunzip>[1]> = {}) =>
  gunzip(bytes, { where, ...options }).then(
    () => 'none',
    (error) => error.code,
  );

describe('gunzip', () => {
  test.each([0, 1, 3, 17, 65, 70_000, 300_001])('round trip of %i bytes', async (n) => {
    const part = raw.subarray(0, n);
    const bytes = new Uint8Array(gzipSync(part));
    expect(Buffer.compare(await gunzip(bytes, { where }), part)).toBe(0);
    const told = await gunzip(bytes, { where, headBytes: 32, sizeFromHead: () => n });
    expect(Buffer.compare(told, part)).toBe(0);
  });

  test('the head alone, from the beginning of the file', async () => {
    expect(await gunzipHead(packed.subarray(0, 40_000), 32, where)).toEqual(raw.subarray(0, 32));
    expect(await gunzipHead(new Uint8Array(gzipSync(raw.subarray(0, 5))), 32, where)).toEqual(raw.subarray(0, 5));
  });

  test('cut at every place', async () => {
    const small = new Uint8Array(gzipSync(raw.subarray(0, 300)));
    for (let n = 2; n < small.length; n += 7) expect(await refusal(small.subarray(0, n))).toBe('NF2308');
    expect(await refusal(packed.subarray(0, packed.length - 1))).toBe('NF2308');
  });

  test('any flipped bit of content, checksum or length', async () => {
    const small = new Uint8Array(gzipSync(raw.subarray(0, 300)));
    for (let at = 10; at < small.length; at++) {
      const flipped = Uint8Array.from(small);
      flipped[at] ^= 1 << (at & 7);
      // A flipped block header may make the decoder wait for more.
      expect(['NF2308', 'NF2309', 'NF2306']).toContain(await refusal(flipped, { limit: 10_000 }));
    }
    for (const fromEnd of [1, 8]) {
      const flipped = Uint8Array.from(packed);
      flipped[packed.length - fromEnd] ^= 4;
      expect(await refusal(flipped)).toBe('NF2309');
    }
  });

  test('what people have in place of the file', async () => {
    expect(await refusal(new Uint8Array(0))).toBe('NF2301');
    expect(await refusal(text('<!DOCTYPE html><title>404'))).toBe('NF2302');
    expect(await refusal(text('\n <?xml version="1.0"?><Error>'))).toBe('NF2302');
    expect(await refusal(text('version https://git-lfs.github.com/spec/v1\noid sha256:0'))).toBe('NF2303');
    expect(await refusal(text('PK\x03\x04'))).toBe('NF2304');
  });

  test('a bomb is stopped at the size that its content implies', async () => {
    const bomb = new Uint8Array(gzipSync(new Uint8Array(50_000_000)));
    expect(await refusal(bomb, { headBytes: 16, sizeFromHead: () => 1000 })).toBe('NF2306');
    expect(await refusal(bomb, { limit: 1000 })).toBe('NF2306');
  });

  test('a header that promises more than there is takes no memory', async () => {
    expect(await refusal(packed, { headBytes: 16, sizeFromHead: () => 2 ** 40 })).toBe('NF2305');
    expect(await refusal(packed, { headBytes: 16, sizeFromHead: () => raw.length + 1 })).toBe('NF2307');
  });
});
