// Builds the package into dist/: kernels, library (readable, one file a source file), command line (bundled), the library
// again as one file for pages, and the lab (a folder for any static host).
import { execFile, execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'vite';
import { buildWorker } from './build-worker.mjs';
import { bundledPackages, notices, noticesFile } from './third-party.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

async function compileLibrary() {
  const compiler = 'node_modules/typescript/bin/tsc';
  await promisify(execFile)(process.execPath, [compiler, '-p', 'tsconfig.build.json']).catch((error) => {
    throw new Error(`tsc -p tsconfig.build.json failed\n${error.stdout}${error.stderr}`);
  });
}

async function bundle(configFile) {
  const { plugin, packages } = bundledPackages();
  await build({ configFile, logLevel: 'warn', plugins: [plugin], worker: { plugins: () => [plugin] } });
  return packages;
}

rmSync('dist', { recursive: true, force: true });
execFileSync(process.execPath, ['scripts/build-kernels.mjs'], { stdio: 'inherit' });
buildWorker();
const [, commandLine, page, lab] = await Promise.all([
  compileLibrary(),
  bundle('vite.cli.config.ts'),
  bundle('vite.browser.config.ts'),
  bundle('vite.lab.config.ts'),
]);

// The script of a thread as a file, for pages whose policy forbids blob: workers.
const load = (file) => import(pathToFileURL(`${root}dist/${file}`).href);
const { inPageThread } = await load('platform/threads.js');
const { workerSource } = await load('backends/wasm/worker.generated.js');
writeFileSync('dist/wasm-worker.js', `${inPageThread(workerSource)}\n`);

chmodSync('dist/cli/main.js', 0o755);
const [license, notice] = ['LICENSE', 'NOTICE'].map((file) => readFileSync(file, 'utf8'));
appendFileSync('dist/neuroforge.browser.js', `/*!\n${license}\n${notice}\n${notices(page)}*/\n`);
writeFileSync('dist/THIRD-PARTY-NOTICES', noticesFile(new Map([...commandLine, ...page, ...lab])));
// The lab is put on hosts without the rest of the package.
writeFileSync('dist/lab/NOTICES.txt', `${license}\n${notice}\n${notices(lab)}`);
