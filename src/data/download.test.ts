import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { files } from '../platform/index.ts';
import type { IdxSet, RemoteFile } from './catalog.ts';
import { type DownloadOptions, fetchVerified } from './download.ts';

const labels = new Uint8Array(8 + 5000);
labels.set([0, 0, 8, 1, 0, 0, 5000 >> 8, 5000 & 255]);
for (let i = 0, state = 1; i < 5000; i++) {
  state = (Math.imul(state, 1103515245) + 12345) >>> 0;
  labels[8 + i] = (state >>> 16) % 10;
}
const packed = gzipSync(labels);
const half = packed.length >> 1;
const file: RemoteFile = {
  name: 'train-labels-idx1-ubyte',
  bytes: labels.length,
  sha256: createHash('sha256').update(labels).digest('hex'),
};

/** What the server does with one request, by the first part of the path. */
type Behavior =
  | 'whole'
  | 'cut'
  | 'stall'
  | 'silent'
  | 'html'
  | 'flip'
  | 'missing'
  | 'busy'
  | 'flood'
  | 'other'
  | 'no-range';

describe('verified downloads from a loopback server', () => {
  let server: Server;
  let folder: string;
  let base: string;
  let requests: { behavior: string; range: string | undefined }[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'neuroforge-download-'));
    requests = [];
    server = createServer((request, response) => {
      const behavior = request.url!.split('/')[1] as Behavior;
      const range = request.headers.range;
      requests.push({ behavior, range });
      const start = range === undefined || behavior === 'no-range' ? 0 : Number(/\d+/.exec(range));
      if (start >= packed.length) return response.writeHead(416).end();
      const rest = packed.subarray(start);
      const head = {
        'content-length': rest.length,
        'content-range': `bytes ${start}-${packed.length - 1}/${packed.length}`,
      };
      if (behavior === 'missing') return response.writeHead(404).end('no');
      if (behavior === 'busy') return response.writeHead(503).end('later');
      if (behavior === 'html') return response.writeHead(200).end('<!DOCTYPE html><html><title>Sign in</title>');
      if (behavior === 'silent') return;
      if (behavior === 'flood') return response.writeHead(200).end(Buffer.alloc(200_000, 31));
      if (behavior === 'other') return response.writeHead(200).end(gzipSync(labels.subarray(0, 8)));
      response.writeHead(start > 0 ? 206 : 200, head);
      if (behavior === 'flip') {
        const bytes = Buffer.from(rest);
        bytes[bytes.length - 6] ^= 1; // in the checksum
        return response.end(bytes);
      }
      if (behavior === 'cut' && start === 0)
        return response.write(rest.subarray(0, half), () => setTimeout(() => response.destroy(), 20));
      if (behavior === 'stall' && start === 0) return response.write(rest.subarray(0, half));
      return response.end(rest);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  });

  const get = (mirrors: (Behavior | `http${string}`)[], more: Partial<DownloadOptions> = {}) => {
    const set: IdxSet = {
      name: 'tiny',
      title: '',
      credit: '',
      classNames: [],
      files: [file, file, file, file],
      mirrors: mirrors.map((m) => (m.startsWith('http') ? m : `${base}${m}/`)),
    };
    return fetchVerified(set, file, folder, { files, stallMs: 200, pause: async () => {}, ...more });
  };
  const failure = (promise: Promise<unknown>) =>
    promise.then(
      () => null,
      (error) => error as { code: string; got: string; hint: string },
    );
  const target = () => join(folder, 'train-labels-idx1-ubyte.gz');

  test('fetched, verified, kept, and not fetched again', async () => {
    const seen: number[] = [];
    expect(await get(['whole'], { progress: (_, received) => seen.push(received) })).toEqual(labels);
    expect(seen.at(-1)).toBe(packed.length);
    expect(await readdir(folder)).toEqual(['train-labels-idx1-ubyte.gz']);
    expect(await get(['missing'])).toEqual(labels);
    expect(requests).toHaveLength(1);
  });

  test('a kept file that went bad is fetched again', async () => {
    await writeFile(target(), packed.subarray(0, half));
    const said: string[] = [];
    expect(await get(['whole'], { log: (m) => said.push(m) })).toEqual(labels);
    expect(said[0]).toContain('damaged');
    expect(await readFile(target())).toEqual(packed);
  });

  test.each(['cut', 'stall'] as const)('a transfer that ends in a %s is resumed where it stood', async (behavior) => {
    expect(await get([behavior])).toEqual(labels);
    expect(requests.map((r) => r.range)).toEqual([undefined, `bytes=${half}-`]);
  });

  test('what an earlier process left is resumed, by another mirror too', async () => {
    await writeFile(`${target()}.part`, packed.subarray(0, 100));
    expect(await get(['busy', 'whole'])).toEqual(labels);
    expect(requests).toEqual([
      { behavior: 'busy', range: 'bytes=100-' },
      { behavior: 'whole', range: 'bytes=100-' },
    ]);
  });

  test('a mirror that cannot resume starts over', async () => {
    await writeFile(`${target()}.part`, packed.subarray(0, 100));
    expect(await get(['no-range'])).toEqual(labels);
    expect(requests).toHaveLength(1);
  });

  test('a wrong beginning, or one too long to resume, is thrown away', async () => {
    await writeFile(`${target()}.part`, Buffer.alloc(100, 7));
    expect(await get(['whole'])).toEqual(labels);
    await rm(target());
    const damaged = Buffer.from(packed.subarray(0, half));
    damaged[half - 20] ^= 1;
    await writeFile(`${target()}.part`, damaged);
    expect(await get(['whole'])).toEqual(labels);
    await rm(target());
    await writeFile(`${target()}.part`, Buffer.alloc(packed.length + 1, 7));
    expect(await get(['whole'])).toEqual(labels);
  });

  test('mirrors are asked in turn, the given one first', async () => {
    expect(await get(['missing', 'html', 'silent', 'whole'], { mirror: `${base}busy` })).toEqual(labels);
    expect(requests.map((r) => r.behavior)).toEqual(['busy', 'missing', 'html', 'silent', 'whole']);
  });

  test.each([
    ['missing', 'answered 404'],
    ['busy', 'answered 503'],
    ['html', 'HTML'],
    ['flip', 'damaged'],
    ['flood', 'more than the file can hold'],
    ['other', 'less than its header announces'],
    ['silent', 'no answer for 0.2 s'],
  ] as const)(
    '%s alone: refused with the reason, nothing bad kept, and what to do by hand',
    async (behavior, reason) => {
      const error = await failure(get([behavior]));
      expect(error?.code).toBe('NF2601');
      expect(error?.got).toContain(reason);
      expect(error?.hint).toContain(folder);
      expect(error?.hint).toContain('NEUROFORGE_DATA');
      expect(await readdir(folder)).toEqual([]);
    },
  );

  test('another file of the right form is refused by its hash', async () => {
    const error = await failure(
      fetchVerified(
        {
          name: 't',
          title: '',
          credit: '',
          classNames: [],
          files: [file, file, file, file],
          mirrors: [`${base}whole/`],
        },
        { ...file, sha256: '0'.repeat(64) },
        folder,
        { files },
      ),
    );
    expect(error?.got).toContain('not those of the published file');
    expect(await readdir(folder)).toEqual([]);
  });

  test('offline: connection refused is said, with the cause', async () => {
    const error = await failure(get(['http://127.0.0.1:9/']));
    expect(error).toMatchObject({ code: 'NF2601' });
    expect(error?.got).toMatch(/ECONNREFUSED|bad port/);
    expect(await failure(get(['whole'], { mirror: 'ftp://x' }))).toMatchObject({ code: 'NF2405' });
  });
});
