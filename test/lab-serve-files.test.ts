import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LabServer, type MadeFiles, serveLab } from '../src/cli/lab-server.ts';
import { type Answer, guarded, posix, raw } from './support/lab-process.ts';

// The files of the lab as they are at each request: the package may be updated while its server runs.

const folder = mkdtempSync(join(tmpdir(), 'neuroforge-served-'));
const page = (text: string, policy = "default-src 'none'"): string =>
  `<meta http-equiv="Content-Security-Policy" content="${policy}">${text}`;
const write = (name: string, text: string | Uint8Array): void => writeFileSync(join(folder, name), text);

const large = new Uint8Array(8 * 2 ** 20).fill(120);
const made: MadeFiles = new Map([
  ['/made.bin', async () => ({ type: 'application/octet-stream', content: large })],
  [
    '/broken.json',
    () => {
      throw new Error('at once');
    },
  ],
]);
let lab: LabServer;

beforeAll(async () => {
  mkdirSync(join(folder, 'assets'));
  write('index.html', page('first'));
  write('assets/a.js', 'first()');
  write('assets/large.js', large);
  write('assets/old.js', 'old()');
  lab = await serveLab(folder, 0, made);
});
afterAll(async () => {
  await lab.close();
  rmSync(folder, { recursive: true });
});

const ask = (method: string, path: string, ...lines: string[]): Promise<Answer> =>
  raw(lab.port, `${method} ${path} HTTP/1.1`, `Host: 127.0.0.1:${lab.port}`, 'Connection: close', ...lines);
const get = (path: string, ...lines: string[]): Promise<Answer> => ask('GET', path, ...lines);

test('a file that is gone is 404, one that came is there, and the server goes on', async () => {
  rmSync(join(folder, 'assets/old.js')); // it was there when the server began
  write('assets/new.js', 'new()');
  expect(await get('/assets/new.js')).toMatchObject({ status: 200, body: 'new()' });
  for (const path of ['/assets/old.js', '/assets/a.js/below', '/assets', '/assets/']) {
    const answer = await get(path);
    expect(answer, path).toMatchObject({ status: 404, body: '404: there is no such file in the lab\n' });
  }
  expect((await get('/assets/a.js')).status).toBe(200);
});

test('a file that comes and goes while it is asked for is whole or not there', async () => {
  const file = join(folder, 'assets/fickle.js');
  for (let i = 0; i < 50; i++) {
    writeFileSync(file, large.subarray(0, 2 ** 20));
    const asked = [1, 2, 3, 4].map(() => get('/assets/fickle.js'));
    await new Promise((soon) => setTimeout(soon, i % 5));
    rmSync(file);
    for (const { status, body } of await Promise.all(asked)) {
      expect([status, body.length]).toEqual(status === 200 ? [200, 2 ** 20] : [404, expect.any(Number)]);
    }
  }
});

test('a file that was replaced is sent as it is now, whole, with the policy that the page has now', async () => {
  for (const text of ['a page that is longer', 'short']) {
    const policy = `default-src 'self' https://${text.replaceAll(' ', '-')}.example`;
    write('index.html', page(text, policy));
    const answer = await get('/');
    expect(answer).toMatchObject({ status: 200, body: page(text, policy) });
    expect(Number(answer.headers['content-length'])).toBe(page(text, policy).length);
    expect(answer.headers['content-security-policy']).toBe(`${policy}; frame-ancestors 'none'`);
  }
  write('index.html', 'half a pa'); // while it is written
  expect((await get('/assets/a.js')).headers['content-security-policy']).toContain('short.example');
  write('index.html', page('first'));
});

test('a browser that has a file is told so, until a byte of it changes', async () => {
  const file = join(folder, 'assets/a.js');
  const { headers } = await get('/assets/a.js');
  expect(headers['cache-control']).toBe('no-cache');
  for (const known of [headers.etag, `W/${headers.etag}`, `"other", ${headers.etag}`, '*']) {
    const answer = await get('/assets/a.js', `If-None-Match: ${known}`);
    expect(answer, known).toMatchObject({ status: 304, body: '', headers: { etag: headers.etag } });
  }
  // npm gives every file of a package the same date, and names with hashes have one length.
  const { mtime } = statSync(file);
  write('assets/a.js', 'other()');
  utimesSync(file, mtime, mtime);
  const changed = await get('/assets/a.js', `If-None-Match: ${headers.etag}`);
  expect(changed).toMatchObject({ status: 200, body: 'other()' });
});

test.each(['bytes=5-2', 'bytes=0-0', 'bytes=-10', 'bytes=0-3,5-6', 'bytes=999999999-', 'bytes=x', 'lines=1-2', ''])(
  'Range: %s is answered with the whole file',
  async (range) => {
    for (const path of ['/', '/index.html']) {
      const answer = await get(path, `Range: ${range}`);
      expect(answer).toMatchObject({ status: 200, body: page('first') });
      expect(answer.headers['content-range']).toBeUndefined();
    }
    const head = await ask('HEAD', '/', `Range: ${range}`);
    expect(head).toMatchObject({ status: 200, body: '' });
    expect(Number(head.headers['content-length'])).toBe(page('first').length);
    expect((await get('/made.bin', `Range: ${range}`)).body).toHaveLength(large.length);
  },
);

test('what hangs up in the middle of an answer, or never asks to the end, ends nobody else’s', async () => {
  for (const path of ['/assets/large.js', '/made.bin', '/']) {
    for (const hasty of [true, false]) {
      await new Promise<void>((done) => {
        const socket = connect(lab.port, '127.0.0.1', () => {
          socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${lab.port}\r\n\r\n`);
          if (hasty) socket.resetAndDestroy();
        });
        socket.on('data', () => socket.resetAndDestroy()).on('close', () => done());
      });
    }
  }
  const half = connect(lab.port, '127.0.0.1', () => half.end('GET / HTT'));
  await new Promise((done) => half.on('close', done).resume());
  expect((await get('/assets/large.js')).body).toHaveLength(large.length);
});

test('a file that cannot be made leaves no answer, and the server goes on', async () => {
  expect((await get('/broken.json')).status).toBeNaN();
  expect((await get('/')).status).toBe(200);
});

test.skipIf(!posix || process.getuid?.() === 0)('a file that cannot be read is 503, and names no folder', async () => {
  write('assets/locked.js', 'locked()');
  chmodSync(join(folder, 'assets/locked.js'), 0);
  const answer = await get('/assets/locked.js');
  expect(answer).toMatchObject({ status: 503, headers: { 'cache-control': 'no-store' } });
  expect(JSON.parse(answer.body).error).toMatchObject({ code: 'NF2902', where: 'assets/locked.js' });
  expect(answer.body).not.toContain(folder);
});

test('hidden files and names that systems read otherwise are none', async () => {
  write('.hidden', 'hidden');
  mkdirSync(join(folder, '.git'));
  write('.git/config', 'hidden');
  for (const path of [
    '/.hidden',
    '/%2ehidden',
    '/.git/config',
    '/assets/a.js:stream',
    '/assets/a.js::$DATA',
    '/C:/x',
  ]) {
    expect((await get(path)).status, path).toBe(404);
  }
});

test('every file of the built lab has its bytes and a type', async () => {
  const built = mkdtempSync(join(tmpdir(), 'neuroforge-built-'));
  cpSync('dist/lab', built, { recursive: true });
  const whole = await serveLab(built, 0);
  const types = new Set<string>();
  for (const entry of readdirSync(built, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const path = file.slice(built.length).replaceAll('\\', '/');
    const answer = await raw(whole.port, `GET ${path} HTTP/1.1`, `Host: 127.0.0.1:${whole.port}`, 'Connection: close');
    guarded(answer);
    expect(answer.status, path).toBe(200);
    expect(Buffer.from(answer.body, 'latin1').equals(readFileSync(file)), path).toBe(true);
    types.add(answer.headers['content-type']);
  }
  await whole.close();
  rmSync(built, { recursive: true });
  expect([...types].sort()).toEqual([
    'application/json',
    'font/woff2',
    'image/svg+xml',
    'text/css; charset=utf-8',
    'text/html; charset=utf-8',
    'text/javascript; charset=utf-8',
    'text/plain; charset=utf-8',
  ]);
});
