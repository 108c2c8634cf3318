import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { NeuroForgeError } from '../core/errors.ts';
import { toJson } from '../core/unseen.ts';
import { readLabFile, type ServedFile } from './lab-files.ts';

/** The only address that is listened on. */
export const host = '127.0.0.1';

/** Where the lab is when nobody says otherwise. */
export const usualPort = 4646;

export interface LabServer {
  readonly port: number;
  /** Ends connections that are open, too. */
  close(): Promise<void>;
}

/** Files that are made when they are asked for, by their paths; null where there is none now. */
export type MadeFiles = ReadonlyMap<string, () => Promise<ServedFile | null>>;

/**
 * Serves the files of `folder` on the loopback, and those that are `made`. `port` null: the usual one, or a free one
 * where that is taken; 0: a free one. Throws NF4191 (the port cannot be had), NF4192 (the folder holds no lab).
 */
export async function serveLab(folder: string, port: number | null, made: MadeFiles = new Map()): Promise<LabServer> {
  let policy = firstPolicy(folder);
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    policy = pagePolicy(folder) ?? policy;
    const headers = headersOf(policy);
    const refusal = refusalOf(request, portOf(server));
    if (refusal) return answer(response, refusal, headers);
    const path = pathOf(request.url ?? '');
    const file = await (made.get(path)?.() ?? readLabFile(folder, path)).catch(errorFile);
    return file ? send(request, response, file, headers) : answer(response, absent, headers);
  };
  const server = createServer((request, response) => {
    respond(request, response).catch(() => response.destroy()); // no request ends the server
  });
  await listen(server, port ?? usualPort).catch((error) => {
    if (port !== null) throw notToBeHad(port, error);
    return listen(server, 0);
  });
  return {
    port: portOf(server),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

type Refusal = readonly [status: number, why: string];

const absent: Refusal = [404, 'there is no such file in the lab'];

/**
 * Why this request is none of ours, or null. A page elsewhere may point a name of its own at this address (its Host
 * tells), or ask from where it is (its Origin tells).
 */
function refusalOf({ method, url = '', headers, headersDistinct }: IncomingMessage, port: number): Refusal | null {
  const names = [`${host}:${port}`, `localhost:${port}`, ...(port === 80 ? [host, 'localhost'] : [])];
  const hosts = headersDistinct.host ?? [];
  if (hosts.length !== 1 || !names.includes(hosts[0].toLowerCase())) {
    return [421, `this server is ${names[0]}, and answers to no other name`];
  }
  const { origin } = headers;
  if (origin !== undefined && !names.some((name) => origin === `http://${name}`)) {
    return [403, 'the lab answers its own page only'];
  }
  if (method !== 'GET' && method !== 'HEAD') return [405, 'the lab has files to read, by GET and HEAD'];
  return strays(url) ? [400, 'this is no path within the lab'] : null;
}

/** Whether a request's target is anything but a path downwards, however it is spelled. */
function strays(url: string): boolean {
  if (!url.startsWith('/') || url.startsWith('//')) return true;
  let path = pathOf(url);
  try {
    // Twice: what is encoded twice is decoded twice by somebody.
    for (let i = 0; i < 2; i++) path = decodeURIComponent(path);
  } catch {
    return true;
  }
  return /[\\\0]|(^|\/)\.\.?(\/|$)/.test(path);
}

function pathOf(url: string): string {
  return url.split(/[?#]/, 1)[0];
}

/** The page's own policy, as its index.html has it now; null where it has none. */
function pagePolicy(folder: string): string | null {
  try {
    const html = readFileSync(join(folder, 'index.html'), 'utf8');
    return /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(html)?.[1] ?? null;
  } catch {
    return null;
  }
}

function firstPolicy(folder: string): string {
  const policy = pagePolicy(folder);
  if (policy !== null) return policy;
  throw new NeuroForgeError('NF4192', 'the lab is not built', {
    where: folder,
    expected: 'index.html with its content security policy',
    hint: 'in a checkout: npm run build; else install neuroforge again',
  });
}

/**
 * What goes with every answer. The page needs no shared memory, so it is not isolated: code of strangers, which a link
 * brings, is not to have the clocks that come with it.
 */
function headersOf(policy: string): Readonly<Record<string, string>> {
  return {
    'Content-Security-Policy': `${policy}; frame-ancestors 'none'`,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cache-Control': 'no-cache',
  };
}

function setAll(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

function answer(response: ServerResponse, [status, why]: Refusal, headers: Readonly<Record<string, string>>): void {
  setAll(response, headers);
  if (status === 405) response.setHeader('Allow', 'GET, HEAD');
  response.setHeader('Connection', 'close'); // a body that nobody reads may follow
  const text = `${status}: ${why}\n`;
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': text.length }).end(text);
}

/** Always the whole file: a server may ignore Range. */
function send(
  request: IncomingMessage,
  response: ServerResponse,
  file: ServedFile | FailedFile,
  headers: Readonly<Record<string, string>>,
): void {
  const { type, etag } = file;
  setAll(response, { ...headers, 'Cache-Control': etag ? 'no-cache' : 'no-store', ...(etag && { ETag: etag }) });
  if (etag && knows(request, etag)) return void response.writeHead(304).end();
  const content = Buffer.from(file.content);
  const status = 'failed' in file ? 503 : 200;
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': content.length }).end(content);
}

/** Whether the client has the file of this tag. */
function knows({ headers }: IncomingMessage, etag: string): boolean {
  const tags = (headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}

/** What is sent, as 503, for a file that cannot be read or made now. */
type FailedFile = ServedFile & { readonly failed: true };

function errorFile(error: unknown): FailedFile {
  const known = error instanceof NeuroForgeError ? error : new NeuroForgeError('NF9000', String(error));
  const document = { schema: 'neuroforge/error@1', error: known.toJSON() };
  return { type: 'application/json; charset=utf-8', content: toJson(document), failed: true };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((done, failed) => {
    server.once('error', failed);
    server.listen(port, host, () => {
      server.off('error', failed);
      done();
    });
  });
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function notToBeHad(port: number, error: NodeJS.ErrnoException): NeuroForgeError {
  const taken = error.code === 'EADDRINUSE';
  return new NeuroForgeError('NF4191', taken ? 'another program has this port' : 'this port cannot be listened on', {
    where: `${host}:${port}`,
    got: error.code ?? error.message,
    hint: 'leave --port out, or --port 0 for one that is free',
  });
}
