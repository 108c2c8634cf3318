import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

const source = new URL('lab/offline/service-worker.js', import.meta.url);

const sha256 = (content: string | Uint8Array, form: 'hex' | 'base64'): string =>
  createHash('sha256').update(content).digest(form);

/** Adds `sw.js`, the service worker with the list of all that was built. */
export function serviceWorker(): Plugin {
  return {
    name: 'neuroforge:service-worker',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const files = Object.values(bundle)
          .map((output) => {
            const content = output.type === 'chunk' ? output.code : output.source;
            const path = output.fileName === 'index.html' ? '' : output.fileName;
            return [path, `sha256-${sha256(content, 'base64')}`];
          })
          .sort(([a], [b]) => (a < b ? -1 : 1));
        const code = readFileSync(source, 'utf8');
        const list = `const files = ${JSON.stringify(Object.fromEntries(files), null, 2)};\n`;
        const version = `const version = '${sha256(list + code, 'hex').slice(0, 16)}';\n`;
        this.emitFile({ type: 'asset', fileName: 'sw.js', source: `${list}${version}\n${code}` });
      },
    },
  };
}
