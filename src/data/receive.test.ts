import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Disk } from '../platform/disk.ts';
import { files, nodeFiles } from '../platform/node.ts';
import { nodeDisk } from '../platform/node-disk.ts';
import type { IdxSet, RemoteFile } from './catalog.ts';
import { type DownloadOptions, fetchVerified } from './download.ts';

const labels = new Uint8Array(8 + 5000);
labels.set([0, 0, 8, 1, 0, 0, 5000 >> 8, 5000 & 255]);
for (let i = 0, state = 1; i < 5000; i++) {
  state = (Math.imul(state, 1103515245) + 12345) >>> 0;
  labels[8 + i] = (state >>> 16) % 10;
}
const packed = gzipSync(labels);
const repacked = gzipSync(labels, { level: 1 });
const half = packed.length >> 1;
const file: RemoteFile = {
  name: 'train-labels-idx1-ubyte',
  bytes: labels.length,
  sha256: createHash('sha256').update(labels).digest('hex'),
};

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server;
let base: string;
let folder: string;
let requests: IncomingMessage[];
/** One for each request; the last one again for all further ones. */
let answers: Answer[];
let pauses: number[];

beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(request);
    (answers[requests.length - 1] ?? answers.at(-1)!)(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'neuroforge-receive-'));
  [requests, pauses] = [[], []];
});
afterEach(() => rm(folder, { recursive: true }));

const set = (): IdxSet => ({
  name: 'tiny',
  title: '',
  credit: '',
  classNames: [],
  files: [file, file, file, file],
  mirrors: [base],
});

const get = (these: Answer[], more: Partial<DownloadOptions> = {}): Promise<Uint8Array> => {
  answers = these;
  const pause = async (ms: number): Promise<void> => void pauses.push(ms);
  return fetchVerified(set(), file, folder, { files, stallMs: 5000, pause, ...more });
};
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error) => error as { code: string; got: string; hint: string; message: string; where: string },
  );
const target = (): string => join(folder, 'train-labels-idx1-ubyte.gz');
const ranges = (): (string | undefined)[] => requests.map(({ headers }) => headers.range);

/** The file, or what a Range request asks of it, as a good server answers. */
const whole =
  (bytes: Buffer = packed, more: Record<string, string> = {}): Answer =>
  ({ headers }, response) => {
    const start = headers.range === undefined ? 0 : Number(/\d+/.exec(headers.range));
    if (start >= bytes.length) return void response.writeHead(416).end();
    const range = `bytes ${start}-${bytes.length - 1}/${bytes.length}`;
    const length = String(bytes.length - start);
    const place = start > 0 ? { 'content-range': range } : {};
    response
      .writeHead(start > 0 ? 206 : 200, { 'content-length': length, ...place, ...more })
      .end(bytes.subarray(start));
  };

/** Raw bytes on the connection, which then ends. */
const raw =
  (...parts: (string | Uint8Array)[]): Answer =>
  (_, { socket }) =>
    void socket!.write(Buffer.concat(parts.map((part) => Buffer.from(part))), () => socket!.destroy());

const status =
  (code: number, headers: Record<string, string> = {}, body: string | Uint8Array = 'no'): Answer =>
  (_, response) =>
    void response.writeHead(code, headers).end(body);

describe('cut and resumed', () => {
  const ok = 'HTTP/1.1 200 OK\r\n';
  const sized = `${ok}Content-Length: ${packed.length}\r\n\r\n`;
  const chunked = `${ok}Transfer-Encoding: chunked\r\n\r\n${packed.length.toString(16)}\r\n`;
  const unsized = `${ok}Connection: close\r\n\r\n`;

  test.each([
    ['before an answer', ''],
    ['in the first line', 'HTTP/1.'],
    ['in the headers', `${ok}Content-Le`],
    ['after the headers', sized],
  ])('%s', async (_, start) => {
    expect(await get([raw(start), whole()])).toEqual(labels);
    expect(ranges()).toEqual([undefined, undefined]);
  });

  test.each([
    ['with a length', sized],
    ['in a chunk', chunked],
    ['without any length', unsized],
  ])('at many places of the body, %s', async (_, head) => {
    const places = [1, 2, 9, 10, 11, packed.length - 9, packed.length - 8, packed.length - 1];
    for (let at = 100; at < packed.length; at += 211) places.push(at);
    for (const at of places) {
      requests = [];
      expect(await get([raw(head, packed.subarray(0, at)), whole()]), `at ${at}`).toEqual(labels);
      expect(
        ranges().filter((range) => range !== undefined),
        `at ${at}`,
      ).toEqual([`bytes=${at}-`]);
      expect(await readdir(folder)).toEqual(['train-labels-idx1-ubyte.gz']);
      await rm(target());
    }
  });

  test('of a file that the mirror does not pack, and that ends early', async () => {
    const plain = (start: number, end: number): Answer => {
      const range = `Content-Range: bytes ${start}-${labels.length - 1}/${labels.length}\r\n`;
      const head = start > 0 ? `HTTP/1.1 206 Partial\r\n${range}Connection: close\r\n\r\n` : unsized;
      return raw(head, labels.subarray(start, end));
    };
    expect(await get([plain(0, 3000), plain(3000, labels.length)])).toEqual(labels);
    expect(ranges()).toEqual([undefined, 'bytes=3000-']);
  });

  test('again and again, as long as each try brings something', async () => {
    const piece: Answer = (request, response) => {
      const start = Number(/\d+/.exec(request.headers.range ?? '0'));
      const end = start + Math.ceil(packed.length / 10);
      if (start === 0) return raw(sized, packed.subarray(0, end))(request, response);
      const head = `HTTP/1.1 206 Partial\r\nContent-Length: ${packed.length - start}\r\n`;
      const range = `Content-Range: bytes ${start}-${packed.length - 1}/${packed.length}\r\n\r\n`;
      raw(head, range, packed.subarray(start, end))(request, response);
    };
    expect(await get([piece])).toEqual(labels);
    expect(requests.length).toBe(10);
  });

  test('a body shorter than its length is resumed, what is longer is cut', async () => {
    expect(await get([raw(`${ok}Content-Length: 9999\r\n\r\n`, packed.subarray(0, half)), whole()])).toEqual(labels);
    await rm(target());
    expect(await get([raw(sized, packed, 'and more')])).toEqual(labels);
  });

  test('a trickle that never stalls is waited for', async () => {
    const trickle: Answer = (_, response) => {
      response.writeHead(200);
      let at = 0;
      const timer = setInterval(() => {
        response.write(packed.subarray(at, (at += Math.ceil(packed.length / 60))));
        if (at < packed.length) return;
        clearInterval(timer);
        response.end();
      }, 25);
    };
    expect(await get([trickle], { stallMs: 1200 })).toEqual(labels);
    expect(requests).toHaveLength(1);
  });
});

describe('resuming', () => {
  const part = (bytes: Uint8Array) => writeFile(`${target()}.part`, bytes);

  test('what is whole already needs no request', async () => {
    await part(packed);
    expect(await get([status(500)])).toEqual(labels);
    expect(requests).toHaveLength(0);
    expect(await readFile(target())).toEqual(packed);
  });

  test.each<[string, Answer]>([
    ['416', status(416)],
    ['200 with all of it', status(200, {}, packed)],
    ['206 from another place', (_, r) => void r.writeHead(206, { 'content-range': `bytes 7-9/10` }).end('abc')],
    ['206 that does not say from where', (_, r) => void r.writeHead(206).end(packed.subarray(half))],
    ['206 in several parts', (_, r) => void r.writeHead(206, { 'content-type': 'multipart/byteranges' }).end('--x')],
    [
      '206 of a file that is packed on the way',
      (_, r) =>
        void r
          .writeHead(206, { 'content-range': `bytes ${half}-${packed.length - 1}/*`, 'content-encoding': 'gzip' })
          .end(gzipSync(packed.subarray(half))),
    ],
    [
      '206 with other bytes',
      (_, r) =>
        void r
          .writeHead(206, { 'content-range': `bytes ${half}-${packed.length - 1}/${packed.length}` })
          .end(Buffer.alloc(packed.length - half, 7)),
    ],
  ])('answered with %s: all of it is fetched', async (name, answer) => {
    await part(packed.subarray(0, half));
    const said: string[] = [];
    expect(await get([answer, whole()], { log: (line) => void said.push(line) })).toEqual(labels);
    expect(ranges()[0]).toBe(`bytes=${half}-`);
    const why = /^206 (?!with)/.test(name) ? 'resumes at another place' : name === '416' ? 'cannot resume' : '';
    expect(said.join('\n')).toContain(why);
  });

  test('of a file that has changed meanwhile: If-Range, and without it the sha256', async () => {
    const cut = raw(
      `HTTP/1.1 200 OK\r\nETag: "a"\r\nContent-Length: ${packed.length}\r\n\r\n`,
      packed.subarray(0, half),
    );
    const changed: Answer = (request, response) => {
      expect(request.headers['if-range']).toBe('"a"');
      delete request.headers.range;
      whole(repacked, { etag: '"b"' })(request, response);
    };
    expect(await get([cut, changed])).toEqual(labels);
    expect(await readFile(target())).toEqual(repacked);
    await rm(target());
    requests = [];
    expect(await get([cut, whole(repacked, { etag: '"b"' }), whole(repacked)])).toEqual(labels);
    expect(ranges()).toEqual([undefined, `bytes=${half}-`, undefined]);
  });

  test('of a part of another version, or of rubbish', async () => {
    for (const old of [repacked.subarray(0, 900), Buffer.alloc(100, 1), Buffer.alloc(90_000, 1)]) {
      await part(old);
      expect(await get([whole()])).toEqual(labels);
      expect(await readdir(folder)).toEqual(['train-labels-idx1-ubyte.gz']);
      await rm(target());
    }
  });
});

describe('packed on the way (Content-Encoding)', () => {
  const head = { 'content-encoding': 'gzip', 'content-length': String(packed.length) };

  test('is unpacked by fetch, and right all the same', async () => {
    expect(await get([(_, r) => void r.writeHead(200, head).end(packed)])).toEqual(labels);
    expect(await get([status(500)])).toEqual(labels);
  });

  test('and cut: nothing is resumed, all of it is fetched again', async () => {
    const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`);
    expect(await get([raw('HTTP/1.1 200 OK\r\n', ...lines, '\r\n', packed.subarray(0, half)), whole()])).toEqual(
      labels,
    );
    expect(ranges()).toEqual([undefined, undefined]);
  });
});

describe('refused with the reason, how to do it by hand, and nothing left behind', () => {
  const page = '<!DOCTYPE html><html><title>Sign in</title>';
  const loop: Answer = ({ url }, r) => void r.writeHead(302, { location: `${url}` }).end();
  const portal: Answer = ({ url }, r) =>
    url === '/portal' ? void r.writeHead(200).end(page) : void r.writeHead(302, { location: '/portal' }).end();
  const flipped = Buffer.from(packed);
  flipped[half] ^= 4;

  test.each<[string, Answer, RegExp, number]>([
    ['a page', status(200, {}, page), /HTML or XML page/, 1],
    ['a portal', portal, /HTML.* came from 127\.0\.0\.1:\d+: does the network want you to sign in/, 2],
    ['a network that wants a login', status(511), /answered 511: the network wants you to sign in first/, 3],
    ['a git-lfs pointer', status(200, {}, 'version https://git-lfs.github.com/spec/v1\noid sha256:1\n'), /git-lfs/, 1],
    ['404', status(404), /answered 404/, 1],
    ['403', status(403), /answered 403/, 1],
    ['401', status(401), /answered 401/, 1],
    ['500', status(500), /answered 500/, 3],
    ['503', status(503), /answered 503/, 3],
    ['429', status(429, { 'retry-after': '2' }), /answered 429, and asks to come back in 2 s/, 3],
    ['429 for an hour', status(429, { 'retry-after': '3600' }), /come back in 3,600 s/, 1],
    ['503 until a date', status(503, { 'retry-after': 'Fri, 31 Dec 2027 23:59:59 GMT' }), /answered 503/, 3],
    ['nothing', status(200, {}, ''), /empty file/, 1],
    ['204', status(204), /answered 204/, 1],
    ['a flipped bit', whole(flipped), /damaged/, 1],
    ['rubbish', status(200, {}, 'x'.repeat(3000)), /not those of the published file/, 1],
    ['a flood', status(200, {}, 'x'.repeat(200_000)), /more than the file can hold/, 1],
    ['another file', status(200, {}, gzipSync(labels.subarray(0, 8))), /less than its header announces/, 1],
    ['a loop of redirects', loop, /redirect count exceeded/, 21],
    ['a wrong Content-Encoding', status(200, { 'content-encoding': 'gzip' }, 'x'.repeat(99)), /header check/, 1],
    ['silence', () => {}, /no answer for 0\.1 s/, 3],
    ['no HTTP', raw('SSH-2.0-OpenSSH_9.2\r\n'), /fetch failed|Parse Error|HPE/, 3],
  ])('%s', async (name, answer, reason, asked) => {
    const error = await failure(get([answer], name === 'silence' ? { stallMs: 100 } : {}));
    expect(error?.code).toBe('NF2601');
    expect(error?.got).toMatch(reason);
    expect(error?.hint).toContain(`put train-labels-idx1-ubyte.gz`);
    expect(error?.hint).toContain(`into ${folder}`);
    expect(error?.hint).toMatch(/--data FOLDER.*NEUROFORGE_DATA/);
    expect(requests).toHaveLength(asked);
    expect(await readdir(folder)).toEqual([]);
  });

  test('a mirror that asks for time gets it', async () => {
    expect(await get([status(503, { 'retry-after': '7' }), status(500), whole()])).toEqual(labels);
    expect(pauses).toEqual([7000, 1000]);
  });

  test('a proxy that this Node does not use is named', async () => {
    const withEnv = (set: Record<string, string>) => ({ files: { ...files, env: (name: string) => set[name] } });
    const error = await failure(get([status(404)], withEnv({ https_proxy: 'http://127.0.0.1:3128' })));
    expect(error?.hint).toMatch(/https_proxy is set, which Node uses from version 24 on with NODE_USE_ENV_PROXY=1/);
    const used = await failure(get([status(404)], withEnv({ HTTPS_PROXY: 'http://x', NODE_USE_ENV_PROXY: '1' })));
    expect(used?.hint).not.toContain('PROXY is set');
  });
});

describe('what happens on the disk', () => {
  /** Writes to `.part` fail from byte `room` on, a part of the last one being taken. */
  const filling = (room: { bytes: number }): Disk => ({
    ...nodeDisk,
    async open(path, how) {
      const opened = await nodeDisk.open(path, how);
      if (!path.endsWith('.part')) return opened;
      return {
        ...opened,
        write: async (bytes) => {
          if (room.bytes === 0) {
            room.bytes = Number.POSITIVE_INFINITY; // someone removes a file: what failed must not be written twice
            throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
          }
          const taken = await opened.write(bytes.subarray(0, room.bytes));
          room.bytes -= taken;
          return taken;
        },
      };
    },
  });

  test('a full disk is said, with where to go; what it took is resumed once there is room', async () => {
    const pieces: Answer = (request, response) => {
      if (request.headers.range !== undefined) return whole()(request, response);
      response.writeHead(200, { 'content-length': packed.length });
      for (let at = 0; at < packed.length; at += 500) response.write(packed.subarray(at, at + 500));
      response.end();
    };
    const room = { bytes: 1234 };
    const error = await failure(get([pieces], { files: nodeFiles(filling(room)) }));
    expect(error).toMatchObject({ code: 'NF2904', where: `${target()}.part` });
    expect(error?.message).toContain('the disk is full');
    expect(error?.hint).toMatch(/free some space.*NEUROFORGE_CACHE/);
    expect(await readFile(`${target()}.part`)).toEqual(packed.subarray(0, 1234));
    expect(await get([pieces])).toEqual(labels);
    expect(ranges().at(-1)).toBe('bytes=1234-');
  });

  test('two at once: one fetches, the other waits for it', async () => {
    const slow: Answer = (request, response) => void setTimeout(() => whole()(request, response), 50);
    const said: string[] = [];
    const both = [1, 2].map(() => get([slow], { log: (line) => void said.push(line) }));
    for (const bytes of await Promise.all(both)) expect(bytes).toEqual(labels);
    expect(requests).toHaveLength(1);
    expect(said.filter((line) => line.startsWith('waiting:'))).toHaveLength(1);
    expect(await readdir(folder)).toEqual(['train-labels-idx1-ubyte.gz']);
  });

  test('one that waited for a process that failed tries itself', async () => {
    let release = (): void => {};
    const refused: Answer = (request, response) => {
      release = () => status(404)(request, response);
    };
    const first = failure(get([refused, whole()]));
    while (requests.length === 0) await new Promise(setImmediate);
    let waits = false;
    const second = get([refused, whole()], { pause: async () => void (waits = true) });
    while (!waits) await new Promise(setImmediate);
    release();
    expect((await first)?.code).toBe('NF2601');
    expect(await second).toEqual(labels);
  });
});
