import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { idxNames } from '../src/data/catalog.ts';
import { type Json, main, Workplace } from './cli.ts';

const at = new Workplace();
const env = { NODE_OPTIONS: `--import ${pathToFileURL('test/support/loopback-only.mjs').href}` };

let server: Server;
let base: string;
let asked: string[];
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.url!.slice(1)}${request.headers.range ? ` ${request.headers.range}` : ''}`);
    answer(request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});
beforeEach(() => {
  asked = [];
  rmSync(at.path('cache'), { recursive: true, force: true });
});

const cache = (): string[] => readdirSync(at.path('cache/mnist')).sort();

describe('without a network, and with a mirror that does not help', () => {
  const ways = [
    ['data', 'get', 'mnist'],
    ['train', '--data', 'mnist', '--quiet'],
  ];

  it.each(ways)('%s %s %s: what each mirror said, and which files to put where', async (...args) => {
    answer = (_, response) => void response.writeHead(200).end('<!DOCTYPE html><title>Sign in</title>');
    const { code, stdout, stderr } = await at.run([...args, '--mirror', base], { env });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/error NF2601 {2}mnist: mnist could not be downloaded/);
    expect(stderr).toMatch(/127\.0\.0\.1:\d+\/ this is an HTML or XML page/);
    expect(stderr).toMatch(/fetch failed \(ENOTFOUND: getaddrinfo ENOTFOUND/);
    for (const name of idxNames) expect(stderr).toContain(`${name}.gz`);
    expect(stderr).toMatch(/hint: without a network: put .* into .*cache.mnist, or anywhere and give --data FOLDER/);
    expect(cache()).toEqual([]);
    expect(asked).toHaveLength(1);
  });

  it('--json: the same as a document', async () => {
    answer = (_, response) => void response.writeHead(404).end();
    const document: Json = await at.json(['data', 'get', 'mnist', '--mirror', base], 2, env);
    expect(document.error).toMatchObject({ code: 'NF2601', got: expect.stringContaining('answered 404') });
  });
});

const mnist = process.env.NEUROFORGE_DATA && join(process.env.NEUROFORGE_DATA, 'mnist');
const skipped = !mnist && !process.env.CI;
describe.skipIf(skipped)(
  `MNIST from a loopback server${skipped ? ' (skipped: NEUROFORGE_DATA is not set)' : ''}`,
  () => {
    const packed = new Map<string, Buffer>();
    beforeAll(() => {
      for (const name of idxNames) {
        const names = [name, name.replace('-idx', '.idx')].flatMap((plain) => [`${plain}.gz`, plain]);
        const found = names.map((file) => join(mnist!, file)).find((path) => existsSync(path))!;
        packed.set(
          `${name}.gz`,
          found.endsWith('.gz') ? readFileSync(found) : gzipSync(readFileSync(found), { level: 1 }),
        );
      }
    });

    const whole = ({ url, headers }: IncomingMessage, response: ServerResponse): void => {
      const bytes = packed.get(url!.slice(1))!;
      const start = headers.range === undefined ? 0 : Number(/\d+/.exec(headers.range));
      const range = { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
      response.writeHead(start > 0 ? 206 : 200, {
        'content-length': bytes.length - start,
        ...(start > 0 ? range : {}),
      });
      response.end(bytes.subarray(start));
    };

    it('train fetches what it lacks, and nothing the second time', async () => {
      answer = whole;
      const train = ['train', '--data', 'mnist', '--model', 'mlp:8', '--steps', '5', '--quiet', '--mirror', base];
      expect(await at.json(train, 0, env)).toMatchObject({ status: 'done' });
      expect(asked.sort()).toEqual(idxNames.map((name) => `${name}.gz`).sort());
      expect(cache()).toEqual(idxNames.map((name) => `${name}.gz`).sort());
      expect(await at.json(['data', 'get', 'mnist', '--mirror', base], 0, env)).toMatchObject({ action: 'get' });
      expect(asked).toHaveLength(4);
    });

    it('two processes at once fetch each file once', async () => {
      answer = (request, response) => void setTimeout(() => whole(request, response), 100);
      const get = ['data', 'get', 'mnist', '--mirror', base];
      const both: Json[] = await Promise.all([at.json(get, 0, env), at.json(get, 0, env)]);
      expect(both[0].files).toEqual(both[1].files);
      expect(asked.sort()).toEqual(idxNames.map((name) => `${name}.gz`).sort());
      expect(cache()).toEqual(idxNames.map((name) => `${name}.gz`).sort());
    });

    it('what a killed process had is resumed', async () => {
      const first = `${idxNames[0]}.gz`;
      const sent = 3 * 2 ** 18;
      answer = (request, response) => {
        if (request.headers.range !== undefined || request.url !== `/${first}`) return whole(request, response);
        response.writeHead(200, { 'content-length': packed.get(first)!.length });
        response.write(packed.get(first)!.subarray(0, sent));
      };
      const options = {
        cwd: at.folder,
        env: { ...process.env, ...env, NEUROFORGE_DATA: '', NEUROFORGE_CACHE: at.path('cache') },
      };
      const child = spawn(process.execPath, [main, 'data', 'get', 'mnist', '--mirror', base], options);
      const part = at.path(`cache/mnist/${first}.part`);
      const size = (): number => (existsSync(part) ? readFileSync(part).length : 0);
      while (size() < 2 ** 19) await new Promise((resume) => setTimeout(resume, 10));
      child.kill('SIGKILL');
      await new Promise((done) => child.on('close', done));
      const left = size();
      const { code, stderr } = await at.run(['data', 'get', 'mnist', '--mirror', base], { env });
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(stderr).toMatch(/took over the lock of process \d+/);
      expect(asked[1]).toBe(`${first} bytes=${left}-`);
      expect(cache()).toEqual(idxNames.map((name) => `${name}.gz`).sort());
    });
  },
);
