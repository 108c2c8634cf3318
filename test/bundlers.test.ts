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

const npm = (folder: string, ...args: string[]) =>
  execFileSync(
    'npm',
    [...args, '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: folder,
      encoding: 'utf8',
    },
  );

const bundlers = ['esbuild@0.28', 'rollup@4', '@rollup/plugin-node-resolve@16'];
const used =
  'backend, build, crossEntropy, digits, evaluate, fit, fitScaling, loadModel, Loader, mlp, saveModel, sgd, splitData, ' +
  'weightsHash';
const train = `import { trainDigits } from './train-digits.js';
globalThis.report = await trainDigits({ ${used} }, 'wasm');
`;
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
  write('main.js', `import { ${used} } from 'neuroforge';\n${train}`);
  write('bare.js', `import { ${used} } from './node_modules/neuroforge/dist/neuroforge.browser.js';\n${train}`);
  write('index.html', page('/main.js'));
  write('bare.html', page('/bare.js'));
  write('map.html', page('/main.js', `<script type="importmap">${importMap}</script>`));
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
  beforeAll(async () => {
    browser = await startChromium();
    expected = trainInNode(join(project, 'node_modules/neuroforge/dist/index.js'), 'wasm');
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(project, { recursive: true, force: true });
  });

  async function expectSameTraining(url: string): Promise<void> {
    const { report, complaints, elsewhere } = await visit(browser, url);
    expect(complaints).toEqual([]);
    expect(elsewhere).toEqual([]);
    expect(report).toEqual(expected);
  }

  /** On a plain page and on an isolated one. */
  async function expectServedTraining(below: string, path: string): Promise<void> {
    for (const headers of [{}, isolation]) {
      const site = await serve({ folder: below, headers });
      await expectSameTraining(site.origin + path).finally(() => site.close());
    }
  }

  /** Only what the page uses is in a bundle: not the other tables, nor the CSV parser. */
  function expectShaken(file: string): void {
    const everything = readFileSync(join(project, 'node_modules/neuroforge/dist/neuroforge.browser.js'), 'utf8');
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('AGFzbQ'); // a wasm module in base64
    for (const unused of ['CSV_', 'fractal dimension', 'setosa']) {
      expect(everything).toContain(unused);
      expect(text).not.toContain(unused);
    }
  }

  const run = (tool: string, ...args: string[]) =>
    execFileSync(process.execPath, [join(project, 'node_modules', tool), ...args], { cwd: project, stdio: 'pipe' });

  test('as it is, by <script type="module">', () => expectServedTraining(project, '/bare.html'));

  test('file by file, by an import map', () => expectServedTraining(project, '/map.html'));

  test('by esbuild, minified', async () => {
    run('esbuild/bin/esbuild', 'main.js', '--bundle', '--minify', '--format=esm', '--outfile=esbuild/main.js');
    expectShaken(join(project, 'esbuild/main.js'));
    writeFileSync(join(project, 'esbuild/index.html'), page('./main.js'));
    await expectServedTraining(join(project, 'esbuild'), '/');
  });

  test('by rollup', async () => {
    const resolve = ['-p', 'node-resolve={browser:true}'];
    run('rollup/dist/bin/rollup', 'main.js', ...resolve, '--failAfterWarnings', '-f', 'es', '-d', 'rollup');
    expectShaken(join(project, 'rollup/main.js'));
    writeFileSync(join(project, 'rollup/index.html'), page('./main.js'));
    await expectServedTraining(join(project, 'rollup'), '/');
  });

  test('by a build of Vite', async () => {
    const { build } = await import('vite');
    await build({ root: project, configFile: false, logLevel: 'error', build: { outDir: 'vite' } });
    const [script] = readdirSync(join(project, 'vite/assets')).filter((name) => name.endsWith('.js'));
    expectShaken(join(project, 'vite/assets', script));
    await expectServedTraining(join(project, 'vite'), '/');
  });

  test('by the development server of Vite', async () => {
    const { createServer } = await import('vite');
    const server = await createServer({
      root: project,
      configFile: false,
      logLevel: 'error',
      server: { host: '127.0.0.1', port: await freePort(), strictPort: true },
    });
    try {
      await server.listen();
      await expectSameTraining(server.resolvedUrls!.local[0]);
    } finally {
      await server.close();
    }
  });
});
