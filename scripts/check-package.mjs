// What a user of the packed tarball gets: size, files, packages that come along, the command line, an import that
// trains, declarations that compile. Run after `npm run build`: `npm run check:package [-- --keep]`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const temp = mkdtempSync(join(tmpdir(), 'neuroforge-package-'));
const compilers = ['5.4', '5.9', '7'];
const largest = 2 * 1024 * 1024;
let failures = 0;

const environment = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(neuroforge_|npm_config_|npm_lifecycle|npm_package|init_cwd)/i.test(name),
  ),
);

function run(command, args, cwd) {
  const shell = process.platform === 'win32' && !command.includes('node');
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    shell,
    env: { ...environment, NO_COLOR: '1' },
    encoding: 'utf8',
    timeout: 300_000,
    maxBuffer: 2 ** 26,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: exit ${status}\n${stdout}${stderr}`);
  return stdout;
}

const node = (args, cwd) => run(process.execPath, args, cwd);

function check(name, body) {
  const start = performance.now();
  try {
    const said = body() ?? '';
    console.log(`ok    ${name}  ${said}  (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failures++;
    console.log(`FAIL  ${name}\n${error.message.replace(/^/gm, '      ')}`);
  }
}

function expect(condition, message) {
  if (!condition) throw new Error(message);
}

/** The program of one of our development packages. */
function program(name, bin = name) {
  const folder = join(root, 'node_modules', name);
  const declared = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).bin;
  return join(folder, typeof declared === 'string' ? declared : declared[bin]);
}

function write(path, content) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
}

function install(folder, ...packages) {
  write(join(folder, 'package.json'), { name: 'user', private: true, type: 'module' });
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  run('npm', ['install', ...quiet, ...packages], folder);
}

// What a user writes.
const trainer = `
import { build, crossEntropy, dataDefaults, digits, evaluate, fit, fitScaling, Loader, loadModel, mlp, saveModel, sgd, splitData, weightsHash } from 'neuroforge';

const data = digits();
const { train, val } = splitData(data, null, { val: dataDefaults(data).val });
const scaling = fitScaling('unit', train);
const model = build(mlp({ hidden: [32], outputs: 10 }), { input: [64], loss: crossEntropy() });
const loaders = { train: new Loader(train, { scaling }), val: new Loader(val, { scaling }) };
const result = await fit(model, loaders, { optimizer: sgd(0.1), epochs: 3, batch: 32 });
const { model: again } = await loadModel(await saveModel(model, { preprocessing: scaling, classNames: train.classNames }));
const { metrics } = evaluate(again, loaders.val);
const same = await weightsHash(again.parameters) === await weightsHash(model.parameters);
console.log(JSON.stringify({ status: result.status, backend: model.backend.name, accuracy: metrics.accuracy, same }));
`;

const consumer = `
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

check('the package is built', () => {
  expect(existsSync(join(root, 'dist/index.js')), 'dist/index.js is missing: npm run build');
});

let tarball = '';
check('npm pack', () => {
  const [packed] = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', temp], root));
  tarball = join(temp, packed.filename);
  const names = packed.files.map((f) => f.path);
  const size = packed.size - packed.files.filter((f) => f.path.startsWith('dist/lab/')).reduce((n, f) => n + f.size, 0);
  expect(size <= largest, `${packed.size} bytes packed, at most ${largest}`);
  const strangers = names.filter((n) => /\.test\.|\.spec\.|(?<!\.d)\.tsx?$|\.map$|^src\/|^test\/|node_modules/.test(n));
  expect(strangers.length === 0, `not for users: ${strangers.join(', ')}`);
  const missing = ['LICENSE', 'README.md', 'dist/cli/main.js', 'dist/index.d.ts'].filter((n) => !names.includes(n));
  expect(missing.length === 0, `missing: ${missing.join(', ')}`);
  return `${names.length} files, ${packed.size.toLocaleString('en-US')} bytes packed`;
});

const user = join(temp, 'user');
check('npm install --ignore-scripts', () => {
  install(user, tarball);
  const lock = JSON.parse(readFileSync(join(user, 'node_modules/.package-lock.json'), 'utf8'));
  const others = Object.keys(lock.packages).filter((p) => p !== 'node_modules/neuroforge');
  expect(others.length <= 3, `${others.length} packages come along, at most 3: ${others.join(', ')}`);
  return `brings ${others.length}: ${others.map((p) => p.replace(/^node_modules\//, '')).join(', ')}`;
});

check('npx --no neuroforge train', () => {
  const args = ['train', '--data', 'digits', '--epochs', '1', '--json'];
  const said = JSON.parse(run('npx', ['--no', 'neuroforge', ...args], user));
  expect(said.schema === 'neuroforge/train@1' && said.status === 'done', `said ${JSON.stringify(said).slice(0, 300)}`);
  expect(said.val.accuracy > 0.5 && /^sha256:[0-9a-f]{64}$/.test(said.weights), 'it learned nothing');
  expect(existsSync(join(user, said.run, 'model.safetensors')), `no model in ${said.run}`);
  return `${said.backend}, validation accuracy ${said.val.accuracy.toFixed(3)} after an epoch`;
});

check('npx --no neuroforge bench', () => {
  const args = ['bench', 'tiny', '--rounds', '1', '--seconds', '0.01', '--backend', 'wasm', '--threads', '1', '--json'];
  const said = JSON.parse(run('npx', ['--no', 'neuroforge', ...args], user));
  expect(said.schema === 'neuroforge/bench@1' && said.results.length === 5, JSON.stringify(said).slice(0, 300));
  expect(said.missing.length > 0 && said.missing.every((m) => m.state === 'absent' && m.get), 'peers came along');
  return said.results.map((r) => r.who).join(', ');
});

check('an import that trains, saves and loads', () => {
  write(join(user, 'train.mjs'), trainer);
  const said = JSON.parse(node(['train.mjs'], user));
  expect(said.status === 'done' && said.accuracy > 0.8 && said.same, JSON.stringify(said));
  return `${said.backend}, validation accuracy ${said.accuracy.toFixed(3)} after 3 epochs`;
});

check('without koffi: wasm, and why', () => {
  const modules = join(user, 'node_modules');
  for (const name of ['koffi', '@koromix']) rmSync(join(modules, name), { recursive: true, force: true });
  const args = ['train', '--data', 'iris', '--epochs', '1', '--json', '--no-color'];
  const said = JSON.parse(run('npx', ['--no', 'neuroforge', ...args], user));
  const { chosen } = JSON.parse(readFileSync(join(user, said.run, 'run.json'), 'utf8'));
  expect(
    said.backend === 'wasm' && /^wasm: no BLAS found \(the package koffi is not installed\)/.test(chosen),
    `${said.backend}, ${chosen}`,
  );
  return chosen;
});

check('publint', () => {
  const said = node([program('publint'), 'run', tarball, '--strict'], temp).trim();
  expect(/All good/i.test(said), said);
});

check('attw --profile esm-only', () => {
  node([program('@arethetypeswrong/cli', 'attw'), tarball, '--profile', 'esm-only', '--no-emoji'], temp);
});

const typed = join(temp, 'typed');
const resolutions = {
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext' },
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
};
check(`npm install typescript@${compilers.join(', ')}`, () => {
  install(typed, tarball, ...compilers.map((v) => `typescript-${v}@npm:typescript@${v}`));
  write(join(typed, 'consumer.ts'), consumer);
});
for (const version of compilers) {
  for (const [name, resolution] of Object.entries(resolutions)) {
    check(`TypeScript ${version}, ${name}`, () => {
      const folder = join(typed, 'node_modules', `typescript-${version}`);
      const strictest = { strict: true, skipLibCheck: false, noEmit: true, exactOptionalPropertyTypes: true };
      const compilerOptions = { ...resolution, ...strictest, target: 'es2022', lib: ['es2022', 'dom'], types: [] };
      const file = join(typed, `tsconfig.${name}.json`);
      write(file, { compilerOptions, files: ['consumer.ts'] });
      node([join(folder, 'bin/tsc'), '-p', file], typed);
      return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
    });
  }
}

if (process.argv.includes('--keep')) console.log(`kept ${temp}`);
else rmSync(temp, { recursive: true, force: true });
if (failures > 0) {
  console.log(`${failures} failed`);
  process.exit(1);
}
