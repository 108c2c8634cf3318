import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserCommand } from '../src/cli/open-browser.ts';
import { conforms, main, Workplace } from './cli.ts';
import { type Answer, guarded, posix, type Running, raw, start as startIn } from './support/lab-process.ts';

// `neuroforge lab`: what it answers, byte for byte as it goes over the wire, and to whom.

const at = new Workplace();
const start = (...args: string[]): Promise<Running> => startIn(at.folder, ...args);
const index = readFileSync('dist/lab/index.html', 'utf8');
const asset = `/assets/${readdirSync('dist/lab/assets').find((name) => /^katex.*\.js$/.test(name))}`;

describe('neuroforge lab', () => {
  let lab: Running;
  let port: number;
  let host: string;
  beforeAll(async () => {
    lab = await start('--port', '0');
    ({ port } = lab.document);
    host = `Host: 127.0.0.1:${port}`;
  });
  afterAll(() => lab?.end());

  const get = (path: string, ...headers: string[]): Promise<Answer> =>
    raw(port, `GET ${path} HTTP/1.1`, ...(headers.length > 0 ? headers : [host]), 'Connection: close');

  test('says where it is in one document', () => {
    conforms(lab.document);
    expect(lab.document.url).toBe(`http://127.0.0.1:${port}/`);
  });

  test('serves the page and its files, whole', async () => {
    const page = await get('/');
    guarded(page);
    expect(page).toMatchObject({ status: 200, body: index });
    expect(page.headers['content-type']).toMatch(/^text\/html/);
    const script = await get(asset);
    guarded(script);
    expect(script.status).toBe(200);
    expect(script.headers['content-type']).toMatch(/^text\/javascript/);
    expect(Buffer.from(script.body, 'latin1').equals(readFileSync(`dist/lab${asset}`))).toBe(true);
    expect((await get('/?a=../b#c')).status).toBe(200);
  });

  test('localhost is the same machine; so is its own origin', async () => {
    expect((await get('/', `Host: localhost:${port}`)).status).toBe(200);
    expect((await get('/', `Host: LOCALHOST:${port}`)).status).toBe(200);
    for (const name of ['127.0.0.1', 'localhost']) {
      expect((await get('/sw.js', host, `Origin: http://${name}:${port}`)).status).toBe(200);
    }
  });

  test('HEAD is answered without a body', async () => {
    const { status, headers, body } = await raw(port, 'HEAD / HTTP/1.1', host, 'Connection: close');
    expect({ status, body }).toEqual({ status: 200, body: '' });
    expect(Number(headers['content-length'])).toBe(Buffer.byteLength(index));
  });

  test.each([
    ['another name', () => [`Host: evil.example:${port}`]],
    ['another name without a port', () => ['Host: evil.example']],
    ['its address without a port', () => ['Host: 127.0.0.1']],
    ['another port', () => [`Host: 127.0.0.1:${port === 65535 ? 1 : port + 1}`]],
    ['a name that begins like it', () => [`Host: 127.0.0.1:${port}.evil.example`]],
    ['a name that ends like it', () => [`Host: evil-localhost:${port}`]],
    ['a name below it', () => [`Host: evil.localhost:${port}`]],
    ['a user before it', () => [`Host: evil@127.0.0.1:${port}`]],
    ['another spelling of the address', () => [`Host: 127.1:${port}`]],
    ['IPv6', () => [`Host: [::1]:${port}`]],
    ['none at all', () => ['Host:']],
    ['two names', () => [host, 'Host: evil.example']],
  ])('a Host that is %s is refused, on every path', async (_, headers) => {
    for (const path of ['/', asset, '/nothing']) {
      const answer = await get(path, ...headers());
      guarded(answer);
      expect(answer.status).toBe(421);
      expect(answer.body).toBe(`421: this server is 127.0.0.1:${port}, and answers to no other name\n`);
    }
  });

  test.each([
    'http://evil.example',
    'null',
    'https://127.0.0.1:PORT',
    'http://127.0.0.1',
    'http://127.0.0.1:PORT.evil',
  ])('the origin %s is refused, on every path', async (origin) => {
    for (const path of ['/', asset, '/nothing']) {
      const answer = await get(path, host, `Origin: ${origin.replace('PORT', String(port))}`);
      guarded(answer);
      expect(answer.status).toBe(403);
      expect(answer.body).toMatch(/^403: \w/);
    }
  });

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'])('%s is refused', async (method) => {
    const answer = await raw(port, `${method} / HTTP/1.1`, host, 'Content-Length: 0', 'Connection: close');
    guarded(answer);
    expect(answer).toMatchObject({ status: 405, body: '405: the lab has files to read, by GET and HEAD\n' });
    expect(answer.headers.allow).toBe('GET, HEAD');
  });

  test.each([
    '/../cli/main.js',
    '/assets/../../cli/main.js',
    '/assets/../index.html',
    '/%2e%2e/cli/main.js',
    '/..%2fcli/main.js',
    '/%2E%2E%2Fcli%2Fmain.js',
    '/%252e%252e%252fcli/main.js',
    '/..\\cli\\main.js',
    '/%5c..%5ccli%5cmain.js',
    '/assets/./x',
    '/index.html%00.js',
    '/%c0%ae%c0%ae/cli/main.js',
    '/%',
    '//evil.example/',
    'http://evil.example/',
    'index.html',
    '*',
  ])('the path %s is refused', async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(400);
    expect(answer.body).not.toMatch(/import|require/);
  });

  test('what is not there is not there', async () => {
    for (const path of ['/nothing', '/assets/', '/assets', '/.env', '/package.json', '/etc/passwd']) {
      const answer = await get(path);
      guarded(answer);
      expect(answer).toMatchObject({ status: 404, body: '404: there is no such file in the lab\n' });
    }
  });

  test('it listens on the loopback only', async () => {
    const { networkInterfaces } = await import('node:os');
    const others = Object.values(networkInterfaces())
      .flat()
      .filter((n) => n && !n.internal && n.family === 'IPv4');
    for (const other of others) {
      const reached = await new Promise((done) => {
        const socket = connect(port, other!.address);
        socket.on('connect', () => done(true)).on('error', () => done(false));
        socket.setTimeout(2000, () => done(false));
      });
      expect(reached, other!.address).toBe(false);
    }
  });
});

describe('neuroforge lab, its life', () => {
  /** Something else that has a port. */
  async function occupied(port = 0): Promise<{ server: Server; port: number }> {
    const server = createServer();
    await new Promise<void>((done, failed) => {
      server.on('error', failed).listen(port, '127.0.0.1', () => done());
    });
    return { server, port: (server.address() as { port: number }).port };
  }

  test.skipIf(!posix).each(['SIGINT', 'SIGTERM'] as const)(
    '%s ends it, connections that are open too',
    async (signal) => {
      const lab = await start('--port', '0');
      const open = connect(lab.document.port, '127.0.0.1');
      await new Promise((done) => open.on('connect', done));
      open.on('error', () => {});
      expect(await lab.end(signal)).toBe(0);
      expect(lab.said()).toBe('');
      await expect(raw(lab.document.port, 'GET / HTTP/1.1')).rejects.toThrow(/ECONNREFUSED/);
    },
  );

  test('a usual port that is taken: another one, and it says so', async () => {
    const other = await occupied(4646).catch(() => null); // taken by somebody already: as good
    const lab = await start();
    expect(lab.document.port).not.toBe(4646);
    expect(lab.said()).toBe('port 4646 is taken; another one is used\n');
    expect(await lab.end()).toBe(posix ? 0 : null);
    other?.server.close();
  });

  test('a port that was asked for and is taken is an error', async () => {
    const { server, port } = await occupied();
    await at.refused(['lab', '--port', String(port)], /NF4191/, `127.0.0.1:${port}`, /EADDRINUSE/, /--port 0/);
    server.close();
  });

  test.each(['x', '-1', '65536', '80.5', '', '0x50'])('the port "%s" is refused', async (port) => {
    await at.refused(['lab', `--port=${port}`], /NF4190/, /from 0 to 65535/);
  });

  test('for people: the address, and how it ends', async () => {
    const child = spawn(process.execPath, [main, 'lab', '--port', '0'], { cwd: at.folder });
    let text = '';
    await new Promise<void>((done) => {
      child.stdout.setEncoding('utf8').on('data', (part) => {
        text += part;
        if (text.includes('Ctrl-C')) done();
      });
    });
    expect(text).toMatch(/^NeuroForge lab {2}http:\/\/127\.0\.0\.1:\d+\/\nCtrl-C ends it; only this machine/);
    child.kill('SIGINT');
    expect(await new Promise((done) => child.on('close', done))).toBe(posix ? 0 : null);
  });

  test('a browser is opened by the program of the system, where there is a screen', () => {
    const url = 'http://127.0.0.1:1/';
    expect(browserCommand(url, 'darwin', {})).toEqual(['open', url]);
    expect(browserCommand(url, 'win32', {})?.at(-1)).toBe(url);
    expect(browserCommand(url, 'linux', {})).toBeNull();
    expect(browserCommand(url, 'linux', { DISPLAY: ':0' })).toEqual(['xdg-open', url]);
    expect(browserCommand(url, 'linux', { WAYLAND_DISPLAY: 'wayland-0' })).toEqual(['xdg-open', url]);
  });
});
