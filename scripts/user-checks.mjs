// For scripts that check what users get: run programs as a user's shell would, install into an empty folder, name what
// fails and go on.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** The environment without what npm and this project add to it. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(neuroforge_|npm_config_|npm_lifecycle|npm_package|init_cwd)/i.test(name),
  ),
);

/** npm's own script, for a Node of choice. */
const npmScript =
  process.env.npm_execpath ??
  join(dirname(process.execPath), process.platform === 'win32' ? '.' : '../lib', 'node_modules/npm/bin/npm-cli.js');

/** Runs a program to its end; answers stdout, or throws what it said. `node`: the Node that scripts find first. */
export function run(command, args, { cwd, node = process.execPath, expected = 0 } = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    shell: process.platform === 'win32' && !/node(\.exe)?$/.test(command),
    env: { ...environment, NO_COLOR: '1', PATH: `${dirname(node)}${delimiter}${environment.PATH}` },
    encoding: 'utf8',
    timeout: 300_000,
    maxBuffer: 2 ** 26,
  });
  if (error) throw error;
  if (status !== expected) throw new Error(`${command} ${args.join(' ')}: exit ${status}\n${stdout}${stderr}`);
  return stdout;
}

/** npm in that folder: npm's `script`, run by `node`. */
const npm = (args, cwd, node = process.execPath, script = npmScript) => run(node, [script, ...args], { cwd, node });

/** An empty project of a user with these packages; `flags` beside the ones that keep npm quiet. */
export function install(folder, packages, { flags = ['--ignore-scripts'], node, script } = {}) {
  write(join(folder, 'package.json'), { name: 'user', private: true, type: 'module' });
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  npm(['install', ...quiet, ...flags, ...packages], folder, node, script);
}

/** Packs the checkout into `folder`: npm's word on it, and the path of the tarball. */
export function pack(folder) {
  const [packed] = JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root));
  return { ...packed, tarball: join(folder, packed.filename) };
}

/** The program of one of our development packages. */
export function program(name, bin = name) {
  const folder = join(root, 'node_modules', name);
  const declared = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).bin;
  return join(folder, typeof declared === 'string' ? declared : declared[bin]);
}

export function write(path, content) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
}

export function expect(condition, message) {
  if (!condition) throw new Error(message);
}

let failures = 0;

/** One named check: what `body` answers is printed, what it throws is printed and counted. */
export function check(name, body) {
  const start = performance.now();
  try {
    const said = body() ?? '';
    console.log(`ok    ${name}  ${said}  (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failures++;
    console.log(`FAIL  ${name}\n${error.message.replace(/^/gm, '      ')}`);
  }
}

/** A temporary folder, and the end of the script: the folder goes (unless --keep), exit 1 if a check failed. */
export function workFolder(name) {
  const folder = mkdtempSync(join(tmpdir(), `neuroforge-${name}-`));
  const end = () => {
    if (process.argv.includes('--keep')) console.log(`kept ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
    if (failures > 0) {
      console.log(`${failures} failed`);
      process.exit(1);
    }
  };
  return { folder, end };
}

/** Compiler options of users who ask for the most, by how they resolve modules. */
export const strictest = Object.fromEntries(
  [
    ['nodenext', 'nodenext'],
    ['bundler', 'esnext'],
  ].map(([moduleResolution, module]) => [
    moduleResolution,
    {
      ...{ module, moduleResolution, strict: true, skipLibCheck: false, noEmit: true },
      ...{ exactOptionalPropertyTypes: true, target: 'es2022', lib: ['es2022', 'dom'], types: [] },
    },
  ]),
);

/** A program that uses the whole width of the library's types. */
export const consumer = `
import * as everything from 'neuroforge';
import { build, crossEntropy, defineLayer, fit, type FitResult, Loader, mlp, type Model, NeuroForgeError, openBackend, sgd, splitData, digits, Tensor, weightsHash } from 'neuroforge';
import { files, loadBlas } from 'neuroforge/platform';

const twice = defineLayer<{ by?: number }, null>('twice', {
  forward: (_ctx, x, { by = 2 }) => ({ y: x.mul(by), cache: null }),
  backward: (_ctx, dY, _cache, { by = 2 }) => dY.mul(by),
});
export const layer = twice({ by: 3 });
export async function train(): Promise<FitResult> {
  const { train, val } = splitData(digits(), null);
  const backend = await openBackend('auto', { loadBlas, threads: 1 });
  const model: Model = build(mlp({ hidden: [4], outputs: 10 }), { input: [64], loss: crossEntropy(), backend });
  const run = fit(model, { train: new Loader(train, { backend }), val: new Loader(val, { backend }) }, { optimizer: sgd(0.1) });
  for await (const event of run) if (event.type === 'epoch') console.log(event.epoch, event.val?.accuracy);
  const values: Float32Array | Float64Array = model.parameters.values.dataSync();
  const hash: string = await weightsHash(model.parameters);
  const W: Tensor = model.parameters.param('0.W').T;
  console.log(values.length, hash, W.shape, files.available, Object.keys(everything), NeuroForgeError.name);
  return run;
}
`;
