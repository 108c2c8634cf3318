import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
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
  flags: string[] = [],
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
    const p = spawn(process.execPath, [...flags, '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
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

  // oneDNN's products keep their stack in heap memory: a signal handled meanwhile would corrupt it.
  const computing = `
    process.on('SIGUSR2', () => {});
    const [x, w] = [randn([32, 784], { backend: on }), randn([784, 512], { backend: on })];
    const until = Date.now() + 1500;
    const other = (await import('node:child_process')).spawn('sh', ['-c',
      'i=0; while [ $i -lt 4000 ]; do kill -USR2 ' + process.pid + ' || exit; i=$((i + 1)); done']);
    const closed = new Promise((done) => other.on('close', done));
    while (Date.now() < until) {
      for (let i = 0; i < 20; i++) x.T.matmul(x.matmul(w));
      await new Promise(setImmediate);
    }
    await closed;
    let kept = [];
    for (let i = 0; i < 2000; i++) kept.push(Buffer.alloc(1000 + i));
    console.log('sound');`;

  test.each([1, 2])('in a hail of signals, %i threads', async (threads) => {
    expect(await child(threads, computing)).toEqual({ code: 0, text: 'computed\nsound\n' });
  });

  test('under a profiler, which samples by signals', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'neuroforge-profile-'));
    try {
      const flags = ['--cpu-prof', '--cpu-prof-interval', '200', '--cpu-prof-dir', folder];
      const ending = 'for (let i = 0; i < 2000; i++) a.matmul(b);';
      expect(await child(1, ending, undefined, flags)).toEqual({ code: 0, text: 'computed\n' });
      const profile = JSON.parse(readFileSync(join(folder, readdirSync(folder)[0]), 'utf8'));
      expect(profile.samples.length).toBeGreaterThan(100);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('what it starts takes signals as ever', async () => {
    const ending = `
      const { spawn } = await import('node:child_process');
      const p = spawn('sleep', ['20']);
      p.on('close', (_, signal) => console.log(signal));
      p.on('spawn', () => p.kill('SIGTERM'));`;
    expect(await child(1, ending)).toEqual({ code: 0, text: 'computed\nSIGTERM\n' });
  });
});
