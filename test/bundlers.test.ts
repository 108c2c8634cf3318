import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumExpected, startChromium, visit } from './support/chromium.ts';
import { root, trainInNode } from './support/node-run.ts';
import { isolation, serve } from './support/serve.ts';
import type { DigitsReport } from './support/train-digits.js';

// The packed tarball, installed as a user's dependency, through what users build pages with.

/** npm's own script: on Windows its command cannot be run without a shell. */
const npmScript = process.env.npm_execpath;
const npm = (folder: string, ...args: string[]): string => {
  const quiet = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  const [program, ...first] = npmScript?.endsWith('npm-cli.js') ? [process.execPath, npmScript] : ['npm'];
  return execFileSync(program, [...first, ...args, ...quiet], { cwd: folder, encoding: 'utf8' });
};

const bundlers = ['esbuild@0.28', 'rollup@4', '@rollup/plugin-node-resolve@16', 'webpack@5'];
const used =
  'backend, build, crossEntropy, digits, evaluate, fit, fitScaling, loadModel, Loader, mlp, saveModel, sgd, splitData, ' +
  'weightsHash';
const train = `import { trainDigits } from './train-digits.js';
const page = await trainDigits({ ${used} }, 'wasm');
`;
/** An isolated page has a worker of its own, which trains a wider network on two threads. */
const wide = 512;
const trainInWorker = `import { trainDigits } from './train-digits.js';
openBackend('wasm', { threads: 2 }).then(async (two) => {
  postMessage({ threads: two.threads, ...(await trainDigits({ ${used}, backend: () => two }, '', ${wide})) });
});
`;
const withWorker = (file: string): string => `
const worker = crossOriginIsolated && new Worker(new URL('./${file}', import.meta.url), { type: 'module' });
const threads = worker && (await new Promise((done) => {
  worker.onmessage = ({ data }) => done(data);
  worker.onerror = (event) => done(event.message);
}));
globalThis.report = { page, threads };
`;
const browserFile = './node_modules/neuroforge/dist/neuroforge.browser.js';
const page = (script: string, head = '') =>
  `<!doctype html><meta charset="utf-8"><title>page</title><link rel="icon" href="data:,">${head}
<script type="module" src="${script}"></script>
`;
const importMap = JSON.stringify({
  imports: {
    neuroforge: '/node_modules/neuroforge/dist/index.js',
    'csv-parse/browser/esm/sync': '/node_modules/csv-parse/dist/esm/sync.js',
    fflate: '/node_modules/fflate/esm/browser.js',
  },
});

async function freePort(): Promise<number> {
  const site = await serve({});
  await site.close();
  return Number(new URL(site.origin).port);
}

/** The project of a user in a temporary folder; null, with the reason, where the registry cannot be reached. */
function install(): string | Error {
  const folder = mkdtempSync(join(tmpdir(), 'neuroforge-bundlers-'));
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  write('package.json', JSON.stringify({ name: 'page', private: true, type: 'module' }));
  const platform = `import { files } from 'neuroforge/platform';\nif (files.available) throw new Error('no page');\n`;
  write('main.js', `import { ${used} } from 'neuroforge';\n${platform}${train}${withWorker('worker.js')}`);
  write('worker.js', `import { openBackend, ${used} } from 'neuroforge';\n${trainInWorker}`);
  write('bare.js', `import { ${used} } from '${browserFile}';\n${train}${withWorker('bare-worker.js')}`);
  write('bare-worker.js', `import { openBackend, ${used} } from '${browserFile}';\n${trainInWorker}`);
  write('map.js', `import { ${used} } from 'neuroforge';\n${train}globalThis.report = { page, threads: false };\n`);
  write('index.html', page('/main.js'));
  write('bare.html', page('/bare.js'));
  write('map.html', page('/map.js', `<script type="importmap">${importMap}</script>`));
  copyFileSync(join(root, 'test/support/train-digits.js'), join(folder, 'train-digits.js'));
  const [{ filename }] = JSON.parse(npm(root, 'pack', '--json', '--pack-destination', folder));
  try {
    npm(folder, 'install', `./${filename}`, ...bundlers);
  } catch (error) {
    rmSync(folder, { recursive: true });
    if (process.env.CI) throw error;
    return error as Error;
  }
  return folder;
}

const folder = chromiumExpected ? install() : new Error('there is no Chromium');

const absent = folder instanceof Error ? ` (skipped: ${folder.message.split('\n')[0]})` : '';

describe.skipIf(folder instanceof Error)(`the packed package trains in Chromium${absent}`, { timeout: 90_000 }, () => {
  const project = folder as string;
  let browser: Browser;
  let expected: DigitsReport;
  let expectedOnThreads: DigitsReport & { threads: number };
  beforeAll(async () => {
    browser = await startChromium();
    const entry = join(project, 'node_modules/neuroforge/dist/index.js');
    expected = trainInNode(entry, 'wasm');
    expectedOnThreads = { ...trainInNode(entry, 'wasm', false, wide), threads: 2 };
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(project, { recursive: true, force: true });
  }, 60_000);

  /** The bits of Node, and in the worker of an isolated page, if it has one, the same on two threads. */
  async function expectSameTraining(url: string, worker: boolean): Promise<void> {
    const { report, complaints, elsewhere, crossOriginIsolated } = await visit(browser, url);
    expect(complaints).toEqual([]);
    expect(elsewhere).toEqual([]);
    expect(report).toEqual({ page: expected, threads: worker && crossOriginIsolated ? expectedOnThreads : false });
  }

  /** On a plain page and on an isolated one. */
  async function expectServedTraining(below: string, path: string, worker = true): Promise<void> {
    for (const headers of [{}, isolation]) {
      const site = await serve({ folder: below, headers });
      await expectSameTraining(site.origin + path, worker).finally(() => site.close());
    }
  }

  /** Only what the page uses is in a bundle, in so many kilobytes: not the other tables, nor the CSV parser. */
  function expectShaken(file: string, kilobytes: number): void {
    const everything = readFileSync(join(project, 'node_modules/neuroforge/dist/neuroforge.browser.js'), 'utf8');
    const text = readFileSync(file, 'utf8');
    expect(text.length).toBeLessThan(1000 * kilobytes);
    expect(text).toContain('AGFzbQ'); // a wasm module in base64
    for (const unused of ['CSV_', 'fractal dimension', 'setosa']) {
      expect(everything).toContain(unused);
      expect(text).not.toContain(unused);
    }
  }

  const run = (tool: string, ...args: string[]) =>
    execFileSync(process.execPath, [join(project, 'node_modules', tool), ...args], { cwd: project, stdio: 'pipe' });

  test('as it is, by <script type="module">', () => expectServedTraining(project, '/bare.html'));

  test('file by file, by an import map', () => expectServedTraining(project, '/map.html', false));

  test('by esbuild, minified', async () => {
    run('esbuild/bin/esbuild', 'main.js', 'worker.js', '--bundle', '--minify', '--format=esm', '--outdir=esbuild');
    expectShaken(join(project, 'esbuild/main.js'), 400);
    writeFileSync(join(project, 'esbuild/index.html'), page('./main.js'));
    await expectServedTraining(join(project, 'esbuild'), '/');
  });

  test('by rollup', async () => {
    const resolve = ['-p', 'node-resolve={browser:true}'];
    const options = ['--failAfterWarnings', '-f', 'es', '-d', 'rollup', '--no-preserveEntrySignatures'];
    run('rollup/dist/bin/rollup', 'main.js', ...resolve, ...options);
    run('rollup/dist/bin/rollup', 'worker.js', ...resolve, ...options);
    expectShaken(join(project, 'rollup/main.js'), 580);
    writeFileSync(join(project, 'rollup/index.html'), page('./main.js'));
    await expectServedTraining(join(project, 'rollup'), '/');
  });

  test('by a build of Vite', async () => {
    const { build } = await import('vite');
    await build({ root: project, configFile: false, logLevel: 'error', build: { outDir: 'vite' } });
    const scripts = readdirSync(join(project, 'vite/assets')).sort();
    expect(scripts).toEqual([expect.stringMatching(/^index-.*\.js$/), expect.stringMatching(/^worker-.*\.js$/)]);
    expectShaken(join(project, 'vite/assets', scripts[0]), 400);
    await expectServedTraining(join(project, 'vite'), '/');
  });

  test('by webpack', async () => {
    writeFileSync(
      join(project, 'webpack.mjs'),
      `import webpack from 'webpack';
       const output = { path: ${JSON.stringify(join(project, 'webpack'))}, filename: 'main.js' };
       webpack({ mode: 'production', entry: './main.js', output, performance: false, optimization: { minimize: false } }, (error, stats) => {
         if (error || stats.hasErrors() || stats.hasWarnings()) {
           console.error(error ?? stats.toString());
           process.exit(1);
         }
       });`,
    );
    execFileSync(process.execPath, ['webpack.mjs'], { cwd: project, stdio: 'pipe' });
    expectShaken(join(project, 'webpack/main.js'), 650);
    writeFileSync(join(project, 'webpack/index.html'), page('./main.js'));
    await expectServedTraining(join(project, 'webpack'), '/');
  });

  test('by the development server of Vite', async () => {
    const { createServer } = await import('vite');
    const server = await createServer({
      root: project,
      configFile: false,
      logLevel: 'error',
      server: { host: '127.0.0.1', port: await freePort(), strictPort: true, headers: isolation },
    });
    try {
      await server.listen();
      await expectSameTraining(server.resolvedUrls!.local[0], true);
    } finally {
      await server.close();
    }
  });
});
