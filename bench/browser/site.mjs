/** A server on the loopback, on a free port: texts from memory, files from folders. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
};

/** The two headers that make a page cross-origin isolated. */
export const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/**
 * `texts` by path go before `folders` by the beginning of a path, e.g. `{ '/page/': '…/bench/browser/page' }`.
 * Gives `{ origin, close() }`.
 */
export async function serve({ texts, folders, headers = {} }) {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://127.0.0.1').pathname);
    const body = texts.get(path) ?? (await fromFolders(folders, path));
    if (body === undefined) {
      response.writeHead(404, headers).end();
      return;
    }
    const type = types[extname(path) || '.html'] ?? 'application/octet-stream';
    response.writeHead(200, { ...headers, 'Content-Type': type, 'Cache-Control': 'no-store' }).end(body);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}

async function fromFolders(folders, path) {
  const [start, folder] = Object.entries(folders).find(([start]) => path.startsWith(start)) ?? [];
  if (folder === undefined) return undefined;
  const file = resolve(join(folder, path.slice(start.length)));
  return file.startsWith(resolve(folder) + sep) ? readFile(file).catch(() => undefined) : undefined;
}
