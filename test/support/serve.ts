import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, resolve, sep } from 'node:path';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** The two headers that make a page cross-origin isolated. */
export const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export interface SiteOptions {
  /** What is served from files: anything below this folder. */
  readonly folder?: string;
  /** What is served from memory, by path; goes before the folder. */
  readonly pages?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Further folders, by the path below the prefix at which they are, `/data/`. */
  readonly more?: Readonly<Record<string, string>>;
  /** The path below which all of it is, e.g. `/a/b`. */
  readonly prefix?: string;
}

export interface Site {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** Paths asked for, in order. */
  readonly requests: string[];
  close(): Promise<void>;
}

/** A server on the loopback, on a free port. */
export async function serve({ folder, pages = {}, headers = {}, prefix = '', more = {} }: SiteOptions): Promise<Site> {
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const path = pathname.endsWith('/') ? `${pathname}index.html` : pathname;
    requests.push(pathname);
    const below = path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : undefined;
    const [mount, at] = Object.entries(more).find(([m]) => below?.startsWith(m)) ?? ['/', folder];
    const body =
      pages[pathname] ?? (at && below && (await readBelow(at, decodeURIComponent(below.slice(mount.length)))));
    if (!body && body !== '') {
      response.writeHead(404, headers).end();
      return;
    }
    const type = types[extname(path)] ?? 'application/octet-stream';
    response.writeHead(200, { ...headers, 'Content-Type': type, 'Cache-Control': 'no-store' }).end(body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function readBelow(folder: string, path: string): Promise<Buffer | undefined> {
  const file = resolve(join(folder, path));
  if (!file.startsWith(resolve(folder) + sep)) return undefined;
  return readFile(file).catch(() => undefined);
}
