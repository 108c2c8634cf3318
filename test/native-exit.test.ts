import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadBlas } from '../src/platform/blas.ts';

const { blas, tried } = await loadBlas();
if (blas === null && process.env.CI) throw new Error(`no BLAS here: ${tried.join('; ')}`);
const built = ['index.js', 'platform/index.js'].map((f) => resolve('dist', f));
if (!built.every(existsSync)) throw new Error('dist is not there: npm run build');
const [library, platform] = built.map((f) => JSON.stringify(pathToFileURL(f).href));

/** Runs products on so many threads in a process of its own, then `ending`. */
function child(
  threads: number,
  ending: string,
  signal?: NodeJS.Signals,
): Promise<{ code: number | null; text: string }> {
  const script = `
    import { openBackend, randn } from ${library};
    import { loadBlas } from ${platform};
    const on = await openBackend('native', { loadBlas, threads: ${threads} });
    const [a, b] = [randn([300, 300], { backend: on, seed: 1 }), randn([300, 300], { backend: on, seed: 2 })];
    for (let i = 0; i < 20; i++) a.matmul(b);
    console.log('computed');
    ${ending}`;
  return new Promise((done, failed) => {
    const p = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    const read = (part: string): void => {
      text += part;
      if (signal && text.includes('ready')) p.kill(signal);
    };
    p.stdout.setEncoding('utf8').on('data', read);
    p.stderr.setEncoding('utf8').on('data', read);
    p.on('error', failed);
    p.on('close', (code, killed) => done({ code: code ?? (killed === null ? null : 128), text }));
  });
}

describe.skipIf(blas === null)('a process with a BLAS ends as it should', () => {
  describe.each([1, 2])('%i threads', (threads) => {
    test('at its end', async () => {
      expect(await child(threads, '')).toEqual({ code: 0, text: 'computed\n' });
    });

    test('with process.exit', async () => {
      expect(await child(threads, 'process.exit(7)')).toEqual({ code: 7, text: 'computed\n' });
    });

    test('with an error that nobody catches', async () => {
      const { code, text } = await child(threads, "throw new Error('crash')");
      expect({ code, said: text.includes('crash') }).toEqual({ code: 1, said: true });
    });

    test('interrupted while it computes, with a handler', async () => {
      const ending =
        "process.on('SIGINT', () => process.exit(130)); setInterval(() => a.matmul(b), 1); console.log('ready')";
      expect(await child(threads, ending, 'SIGINT')).toEqual({ code: 130, text: 'computed\nready\n' });
    });

    test('interrupted without one', async () => {
      expect((await child(threads, "console.log('ready'); for (;;) a.matmul(b)", 'SIGINT')).code).toBe(128);
    });
  });
});
