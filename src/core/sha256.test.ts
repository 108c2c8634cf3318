import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Sha256, sha256Hex } from './sha256.ts';

const sample = (n: number) => Uint8Array.from({ length: n }, (_, i) => (i * 167 + (i >> 3)) & 255);
const oracle = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('sha256', () => {
  afterEach(() => vi.unstubAllGlobals());

  test('known answer of FIPS 180-4', async () => {
    const digest = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(new Sha256().update(new TextEncoder().encode('abc')).hex()).toBe(digest);
    expect(await sha256Hex(new TextEncoder().encode('abc'))).toBe(digest);
  });

  test.each([0, 1, 3, 55, 56, 63, 64, 65, 119, 120, 128, 1000, 4097])('%i bytes, against node:crypto', async (n) => {
    const bytes = sample(n);
    expect(new Sha256().update(bytes).hex()).toBe(oracle(bytes));
    expect(await sha256Hex(bytes)).toBe(oracle(bytes));
  });

  test('does not depend on how it is fed', () => {
    const bytes = sample(1000);
    for (const size of [1, 3, 17, 63, 64, 65, 999]) {
      const hash = new Sha256();
      for (let at = 0; at < bytes.length; at += size) hash.update(bytes.subarray(at, at + size));
      expect(hash.hex()).toBe(oracle(bytes));
    }
  });

  test('shared memory, and a page without WebCrypto', async () => {
    const shared = new Uint8Array(new SharedArrayBuffer(70));
    shared.set(sample(70));
    expect(await sha256Hex(shared)).toBe(oracle(sample(70)));
    vi.stubGlobal('crypto', {});
    expect(await sha256Hex(shared)).toBe(oracle(sample(70)));
  });
});
