// What a user of the packed tarball gets: size, files, packages that come along, the command line, an import that
// trains, declarations that compile. Run after `npm run build`: `npm run check:package [-- --keep]`.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  check,
  consumer,
  expect,
  install,
  pack,
  program,
  root,
  run,
  strictest,
  workFolder,
  write,
} from './user-checks.mjs';

const { folder: temp, end } = workFolder('package');
const compilers = ['5.4', '5.9', '7'];
const largest = 2 * 1024 * 1024;
const node = (args, cwd) => run(process.execPath, args, { cwd });
const npx = (args, cwd) => run('npx', ['--no', ...args], { cwd });

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

check('the package is built', () => {
  expect(existsSync(join(root, 'dist/index.js')), 'dist/index.js is missing: npm run build');
});

/** Of training for one epoch on wasm. */
const weights = new Set();
let tarball = '';
check('npm pack', () => {
  const packed = pack(temp);
  tarball = packed.tarball;
  const names = packed.files.map((f) => f.path);
  const inLab = names.filter((name) => name.startsWith('dist/lab/'));
  const lab = inLab.reduce((sum, name) => sum + gzipSync(readFileSync(join(root, name))).length, 0);
  expect(
    lab > 0 && packed.size - lab <= largest,
    `${packed.size} bytes packed, ${lab} the lab, at most ${largest} without`,
  );
  const strangers = names.filter((n) => /\.test\.|\.spec\.|(?<!\.d)\.tsx?$|\.map$|^src\/|^test\/|node_modules/.test(n));
  expect(strangers.length === 0, `not for users: ${strangers.join(', ')}`);
  const missing = ['LICENSE', 'README.md', 'dist/cli/main.js', 'dist/index.d.ts'].filter((n) => !names.includes(n));
  expect(missing.length === 0, `missing: ${missing.join(', ')}`);
  const maps = names
    .filter((n) => n.startsWith('dist/') && /\.(m?js|css)$/.test(n))
    .filter((n) => {
      return readFileSync(join(root, n), 'utf8').includes('//# sourceMappingURL=');
    });
  expect(maps.length === 0, `maps are named that are not there: ${maps.join(', ')}`);
  const figures = [packed.size, packed.unpackedSize].map((n) => n.toLocaleString('en-US'));
  return `${names.length} files, ${figures[0]} bytes packed, ${figures[1]} unpacked`;
});

const user = join(temp, 'user');
check('npm install --ignore-scripts', () => {
  install(user, [tarball]);
  const lock = JSON.parse(readFileSync(join(user, 'node_modules/.package-lock.json'), 'utf8'));
  const others = Object.keys(lock.packages).filter((p) => p !== 'node_modules/neuroforge');
  expect(others.length <= 4, `${others.length} packages come along, at most 4: ${others.join(', ')}`);
  return `brings ${others.length}: ${others.map((p) => p.replace(/^node_modules\//, '')).join(', ')}`;
});

check('npx --no neuroforge train', () => {
  const args = ['train', '--data', 'digits', '--backend', 'wasm', '--epochs', '1', '--json'];
  const said = JSON.parse(npx(['neuroforge', ...args], user));
  weights.add(said.weights);
  expect(said.schema === 'neuroforge/train@1' && said.status === 'done', `said ${JSON.stringify(said).slice(0, 300)}`);
  expect(said.val.accuracy > 0.5 && /^sha256:[0-9a-f]{64}$/.test(said.weights), 'it learned nothing');
  expect(existsSync(join(user, said.run, 'model.safetensors')), `no model in ${said.run}`);
  return `${said.backend}, validation accuracy ${said.val.accuracy.toFixed(3)} after an epoch`;
});

check('npx --no neuroforge bench', () => {
  const args = ['bench', 'tiny', '--rounds', '1', '--seconds', '0.01', '--backend', 'wasm', '--threads', '1', '--json'];
  const said = JSON.parse(npx(['neuroforge', ...args], user));
  expect(said.schema === 'neuroforge/bench@1' && said.results.length === 5, JSON.stringify(said).slice(0, 300));
  expect(said.missing.length > 0 && said.missing.every((m) => m.state === 'absent' && m.get), 'peers came along');
  return said.results.map((r) => r.who).join(', ');
});

check('neuroforge lab serves its page', () => {
  const program = `
    const main = 'node_modules/neuroforge/dist/cli/main.js';
    const child = spawn(process.execPath, [main, 'lab', '--port', '0', '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    for await (const part of child.stdout) if ((text += part).endsWith('}\\n')) break;
    const answer = await fetch(JSON.parse(text).url);
    console.log(answer.status, /<title>NeuroForge lab/.test(await answer.text()));
    child.kill();`;
  const said = node(
    ['--input-type=module', '-e', `import { spawn } from 'node:child_process';${program}`],
    user,
  ).trim();
  expect(said === '200 true', said);
});

check('every entry of "exports" is there', () => {
  const program = `
    const found = await Promise.all(
      ['neuroforge', 'neuroforge/platform', 'neuroforge/neuroforge.browser.js'].map((name) => import(name)));
    const files = ['wasm-worker.js', 'schemas/train.schema.json', 'package.json'];
    const texts = files.map((name) => fs.readFileSync(fileURLToPath(import.meta.resolve('neuroforge/' + name)), 'utf8'));
    if (Object.keys(found[0]).join() !== Object.keys(found[2]).join()) throw new Error('the browser file exports other names');
    let inside = true;
    try { import.meta.resolve('neuroforge/dist/index.js'); } catch { inside = false; }
    console.log(JSON.stringify({ names: Object.keys(found[0]).length, bytes: texts.map((t) => t.length), inside }));`;
  const imports = "import fs from 'node:fs';import { fileURLToPath } from 'node:url';";
  const said = JSON.parse(node(['--input-type=module', '-e', imports + program], user));
  expect(said.names > 50 && said.bytes.every((n) => n > 500) && !said.inside, JSON.stringify(said));
  return `${said.names} names`;
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
  const said = JSON.parse(npx(['neuroforge', ...args], user));
  const { chosen } = JSON.parse(readFileSync(join(user, said.run, 'run.json'), 'utf8'));
  expect(
    said.backend === 'wasm' && /^wasm: no BLAS found \(the package koffi is not installed\)/.test(chosen),
    `${said.backend}, ${chosen}`,
  );
  const { koffi, blas, tried } = JSON.parse(npx(['--', 'neuroforge', '--version', '--json'], user));
  expect(koffi === null && blas === null && tried.includes('the package koffi is not installed'), String(tried));
  return chosen;
});

// Other layouts of node_modules, and none at all.
const managers = {
  pnpm: { package: 'pnpm@10', script: 'pnpm/bin/pnpm.cjs', add: ['--ignore-scripts'] },
  'yarn 1': { package: 'yarn@1', script: 'yarn/bin/yarn.js', add: ['--ignore-scripts', '--no-lockfile', '--silent'] },
  "yarn 4, Plug'n'Play": { package: '@yarnpkg/cli-dist@4', script: '@yarnpkg/cli-dist/bin/yarn.js', add: [] },
};
const tools = join(temp, 'managers');
check('npm install of other package managers', () =>
  install(
    tools,
    Object.values(managers).map((manager) => manager.package),
  ),
);
for (const [name, { script, add }] of Object.entries(managers)) {
  check(name, () => {
    const folder = join(temp, name.replace(/\W+/g, '-'));
    const manager = (...args) => node([join(tools, 'node_modules', script), ...args], folder);
    write(join(folder, 'package.json'), { name: 'user', private: true, type: 'module' });
    if (name.startsWith('yarn 4')) write(join(folder, 'yarn.lock'), '');
    manager('add', ...add, tarball);
    const args = ['neuroforge', 'train', '--backend', 'wasm', '--epochs', '1', '--json'];
    const text =
      name === 'pnpm' ? manager('exec', ...args) : manager(...(name === 'yarn 1' ? ['--silent'] : []), 'run', ...args);
    const said = JSON.parse(text);
    expect(said.status === 'done' && existsSync(join(folder, said.run, 'model.safetensors')), text.slice(0, 300));
    weights.add(said.weights);
    return said.weights.slice(0, 15);
  });
}
check('the same weights, whoever installed', () => expect(weights.size === 1, [...weights].join('\n')));

check('publint', () => {
  const said = node([program('publint'), 'run', tarball, '--strict'], temp).trim();
  expect(/All good/i.test(said), said);
});

check('attw --profile esm-only', () => {
  node(
    [
      program('@arethetypeswrong/cli', 'attw'),
      tarball,
      '--profile',
      'esm-only',
      '--no-emoji',
      '--exclude-entrypoints',
      './wasm-worker.js',
    ],
    temp,
  );
});

const typed = join(temp, 'typed');
check(`npm install typescript@${compilers.join(', ')}`, () => {
  install(typed, [tarball, ...compilers.map((v) => `typescript-${v}@npm:typescript@${v}`)]);
  write(join(typed, 'consumer.ts'), consumer);
});
for (const version of compilers) {
  for (const [name, compilerOptions] of Object.entries(strictest)) {
    check(`TypeScript ${version}, ${name}`, () => {
      const folder = join(typed, 'node_modules', `typescript-${version}`);
      const file = join(typed, `tsconfig.${name}.json`);
      write(file, { compilerOptions, files: ['consumer.ts'] });
      node([join(folder, 'bin/tsc'), '-p', file], typed);
      return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
    });
  }
}

end();
