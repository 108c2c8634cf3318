import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { files as pageFiles } from './browser.ts';
import { files } from './index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'neuroforge-files-'));
});
afterAll(() => rm(folder, { recursive: true }));

const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    (error) => error.code,
  );

describe('files of Node', () => {
  test('write, replace, append, read, list, remove', async () => {
    const path = files.join(folder, 'a.txt');
    await files.writeFileAtomic(path, 'one');
    await files.writeFileAtomic(path, Uint8Array.of(50, 51));
    await files.appendFile(path, '!');
    await files.sync(path);
    expect(new TextDecoder().decode(await files.readFile(path))).toBe('23!');
    expect(await files.stat(path)).toMatchObject({ kind: 'file', size: 3 });
    expect(await files.readPart(path, 1, 10)).toEqual(Uint8Array.of(51, 33));
    await files.replace(path, files.join(folder, 'b.txt'));
    expect(await files.list(folder)).toEqual(['b.txt']);
    await files.remove(files.join(folder, 'b.txt'));
    await files.remove(files.join(folder, 'b.txt'));
    expect(await files.exists(files.join(folder, 'b.txt'))).toBe(false);
  });

  test('bytes read are a Uint8Array of their own', async () => {
    const path = files.join(folder, 'tiny');
    await files.writeFileAtomic(path, 'x');
    const bytes = await files.readFile(path);
    expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
    expect(bytes.buffer.byteLength).toBe(1);
    await files.remove(path);
  });

  test('a failed write leaves no temporary file behind, and says why', async () => {
    const target = files.join(folder, 'taken');
    await files.makeFolder(files.join(target, 'inner'));
    expect(await code(files.writeFileAtomic(target, 'x'))).toBe('NF2904');
    expect(await readdir(folder)).toEqual(['taken']);
    expect(await code(files.writeFileAtomic(files.join(folder, 'no', 'such', 'f'), 'x'))).toBe('NF2904');
    await files.remove(target);
  });

  test('exclusive folders and files are made once', async () => {
    const lock = files.join(folder, 'lock');
    await files.makeFolderExclusive(lock);
    expect(await code(files.sync(files.join(lock, 'none')))).toBe('NF2904');
    expect(await code(files.makeFolderExclusive(lock))).toBe('NF2903');
    await files.makeFolder(lock);
    await files.writeFileExclusive(files.join(lock, 'pid'), '1');
    expect(await code(files.writeFileExclusive(files.join(lock, 'pid'), '2'))).toBe('NF2903');
    await files.remove(lock);
  });

  test('what is missing is named', async () => {
    const path = files.join(folder, 'missing');
    await expect(files.readFile(path)).rejects.toMatchObject({ code: 'NF2901', where: path });
    expect(await code(files.stat(path))).toBe('NF2901');
    expect(await code(files.list(path))).toBe('NF2901');
    expect(await code(files.readFile(folder))).toBe('NF2902');
  });

  test('cache folder, environment, host', () => {
    vi.stubEnv('NEUROFORGE_CACHE', folder);
    expect(files.cacheFolder()).toBe(folder);
    vi.stubEnv('NEUROFORGE_CACHE', '');
    vi.stubEnv('XDG_CACHE_HOME', folder);
    if (process.platform !== 'win32') expect(files.cacheFolder()).toBe(join(folder, 'neuroforge'));
    expect(files.env('NEUROFORGE_CACHE')).toBeUndefined();
    vi.unstubAllEnvs();
    expect(files.processAlive(process.pid)).toBe(true);
    expect(files.processAlive(2 ** 22 + 12345)).toBe(false);
    expect(files.host.cores).toBeGreaterThan(0);
  });
});

test('a page has no file system', async () => {
  expect(pageFiles.available).toBe(false);
  expect(await code(pageFiles.readFile('x'))).toBe('NF2900');
  expect(await code(pageFiles.writeFileAtomic('x', 'y'))).toBe('NF2900');
  expect(() => pageFiles.cacheFolder()).toThrow('a page has no file system');
  expect(pageFiles.join('a', '', 'b')).toBe('a/b');
});
