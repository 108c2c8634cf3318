import { expect, test } from 'vitest';
import { memoryFiles } from './memory.ts';

const files = memoryFiles({ b: Uint8Array.of(1, 2, 3, 4), a: new Uint8Array(0) });

test('files in memory are read as files are', async () => {
  expect(files.available).toBe(true);
  expect(await files.list('any')).toEqual(['a', 'b']);
  expect(await files.readFile('any/b')).toEqual(Uint8Array.of(1, 2, 3, 4));
  expect(await files.readPart('b', 1, 2)).toEqual(Uint8Array.of(2, 3));
  expect(await files.readPart('b', 3, 9)).toEqual(Uint8Array.of(4));
  expect(await files.stat('x/b')).toMatchObject({ kind: 'file', size: 4 });
  expect([await files.exists('a'), await files.exists('c')]).toEqual([true, false]);
  expect(files.join('x', 'b')).toBe('x/b');
  expect(files.host.system).toBe('browser');
});

test('what is not there, and writing, is refused', async () => {
  await expect(files.readFile('toString')).rejects.toMatchObject({ code: 'NF2901', expected: 'one of b, a' });
  await expect(files.stat('c')).rejects.toMatchObject({ code: 'NF2901' });
  await expect(files.writeFileAtomic('b', '')).rejects.toMatchObject({ code: 'NF2900' });
});
