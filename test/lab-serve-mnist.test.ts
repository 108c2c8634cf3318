import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { idxNames } from '../src/data/catalog.ts';
import { conforms, Workplace } from './cli.ts';
import { type Answer, guarded, type Running, raw, start } from './support/lab-process.ts';

// MNIST as the machine has it, from `neuroforge lab` to its own page and nobody else.

const at = new Workplace();
const [data, cache] = [at.path('data'), at.path('cache')];
let lab: Running;

beforeAll(async () => {
  mkdirSync(data);
  mkdirSync(join(cache, 'mnist'), { recursive: true });
  process.env.NEUROFORGE_DATA = data;
  process.env.NEUROFORGE_CACHE = cache;
  lab = await start(at.folder, '--port', '0');
}, 30_000);
afterAll(() => lab?.end());

const get = (path: string, ...lines: string[]): Promise<Answer> =>
  raw(lab.document.port, `GET ${path} HTTP/1.1`, `Host: 127.0.0.1:${lab.document.port}`, 'Connection: close', ...lines);

async function here(): Promise<string[]> {
  const answer = await get('/here.json');
  expect(answer.status).toBe(200);
  guarded(answer);
  expect(answer.headers['cache-control']).toBe('no-store');
  const document = JSON.parse(answer.body.slice(answer.body.indexOf('{'), answer.body.lastIndexOf('}') + 1));
  conforms(document);
  return document.mnist;
}

test('none, then that of the cache, then that of NEUROFORGE_DATA, as they come', async () => {
  expect(await here()).toEqual([]);
  expect((await get(`/mnist/${idxNames[0]}`)).status).toBe(404);

  const kept = (name: string): string => join(cache, 'mnist', `${name}.gz`);
  for (const name of idxNames.slice(1)) writeFileSync(kept(name), gzipSync(`cache ${name}`));
  expect(await here()).toEqual([]); // one is missing
  writeFileSync(kept(idxNames[0]), gzipSync(`cache ${idxNames[0]}`));
  expect(await here()).toEqual(idxNames.map((name) => `mnist/${name}`));
  const packed = await get(`/mnist/${idxNames[1]}`);
  expect([packed.status, packed.headers['content-type']]).toEqual([200, 'application/octet-stream']);
  expect(Number(packed.headers['content-length'])).toBe(gzipSync(`cache ${idxNames[1]}`).length);

  mkdirSync(join(data, 'mnist'));
  for (const name of idxNames) writeFileSync(join(data, 'mnist', name.replace('-idx', '.idx')), `data ${name}`);
  const plain = await get(`/mnist/${idxNames[2]}`);
  expect(plain.body).toContain(`data ${idxNames[2]}`);
  guarded(plain);
});

test('to the lab’s page alone, those four files alone', async () => {
  const path = `/mnist/${idxNames[1]}`;
  expect((await get(path)).status).toBe(200);
  const strange = await raw(lab.document.port, `GET ${path} HTTP/1.1`, 'Host: evil.example', 'Connection: close');
  expect(strange.status).toBe(421);
  expect((await get(path, 'Origin: https://evil.example')).status).toBe(403);
  writeFileSync(join(data, 'mnist', 'secret.txt'), 'secret');
  for (const other of ['/mnist/secret.txt', '/mnist/', `${path}.gz`, '/mnist/../secret.txt', `/mnist/%2e%2e${path}`]) {
    const { status, body } = await get(other);
    expect(status, other).toBeGreaterThanOrEqual(400);
    expect(body).not.toContain('secret\n');
  }
});

test('a folder in the place of a file, or a file that is no size for one, counts as none', async () => {
  const file = join(data, 'mnist', idxNames[0].replace('-idx', '.idx'));
  renameSync(file, `${file}.kept`);
  mkdirSync(file);
  expect((await get(`/mnist/${idxNames[1]}`)).headers['content-length']).toBe(
    String(gzipSync(`cache ${idxNames[1]}`).length), // the cache's
  );
  rmSync(file, { recursive: true });
  if (process.platform !== 'win32') {
    symlinkSync('/dev/zero', file);
    expect(await here()).toEqual(idxNames.map((name) => `mnist/${name}`)); // of the cache
    rmSync(file);
  }
  renameSync(`${file}.kept`, file);
});
