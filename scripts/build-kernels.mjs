// Compiles src/backends/wasm/kernels to src/backends/wasm/kernels.generated.ts: the module in base64, so that neither
// Node nor a bundler nor a page has to find a file. Does nothing when no input has changed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { tiles } from './generate-tiles.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const folder = path.join(root, 'src/backends/wasm/kernels');
const target = path.join(root, 'src/backends/wasm/kernels.generated.ts');
const scratch = path.join(root, 'node_modules/.cache/neuroforge');

const options = ['--runtime', 'stub', '--enable', 'simd', '--optimizeLevel', '3', '--noAssert'];
// A memory that threads share; src/backends/wasm/module.ts clears that bit for a single one.
options.push('--importMemory', '--sharedMemory', '--maximumMemory', '65536', '--enable', 'threads');

function fingerprint() {
  const hash = createHash('sha256').update(options.join(' '));
  const compiler = path.join(root, 'node_modules/assemblyscript/package.json');
  for (const file of [fileURLToPath(import.meta.url), compiler]) hash.update(readFileSync(file));
  for (const name of readdirSync(folder).sort()) hash.update(name).update(readFileSync(path.join(folder, name)));
  return hash.digest('hex');
}

export async function buildKernels() {
  const tilesFile = path.join(folder, 'tiles.ts');
  const text = tiles();
  if (!existsSync(tilesFile) || readFileSync(tilesFile, 'utf8') !== text) writeFileSync(tilesFile, text);
  const stamp = `// inputs: ${fingerprint()}`;
  if (existsSync(target) && readFileSync(target, 'utf8').startsWith(stamp)) return false;

  const asc = await import('assemblyscript/asc');
  mkdirSync(scratch, { recursive: true });
  const out = path.relative(root, path.join(scratch, 'kernels.wasm'));
  const entry = path.relative(root, path.join(folder, 'index.ts'));
  const { error, stderr } = await asc.main([entry, ...options, '--baseDir', root, '-o', out]);
  if (error) throw new Error(`${error.message}\n${stderr}`);
  const wasm = readFileSync(path.join(root, out));
  writeFileSync(
    target,
    `${stamp}\n/** The kernels' module (${wasm.length} bytes), written by scripts/build-kernels.mjs. */\n` +
      `export const kernels: string =\n  '${wasm.toString('base64')}';\n`,
  );
  return true;
}

/** The compiled kernels over a memory of so many pages, for scripts. */
export function loadKernels(pages) {
  const base64 = /'([A-Za-z0-9+/=]+)'/.exec(readFileSync(target, 'utf8'))[1];
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const module = new WebAssembly.Module(Buffer.from(base64, 'base64'));
  return { memory, kernels: new WebAssembly.Instance(module, { env: { memory } }).exports };
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const built = await buildKernels();
  console.log(built ? 'kernels compiled' : 'kernels unchanged');
}
