// The packed tarball on other Nodes: the least that "engines" allows, and the newest of each line that is maintained,
// each with and without the optional koffi, with --ignore-scripts and as npm installs by itself. Training on wasm must
// end with the same bits on all of them. Run after `npm run build`: `npm run check:nodes [-- --quick] [-- --keep]`;
// --quick installs once a Node.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { check, consumer, expect, install, pack, root, run, strictest, workFolder, write } from './user-checks.mjs';

const { folder: temp, end } = workFolder('nodes');
const quick = process.argv.includes('--quick');
const least = /\d+\.\d+/.exec(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).engines.node)[0];
/** With the npm that each brings: before 11, npm runs the install scripts of dependencies unasked. */
const nodes = [
  { node: `${least}.0`, npm: 10 },
  ...(quick ? [] : [{ node: '20', npm: 10 }]),
  { node: '22', npm: 10 },
  { node: '24', npm: 11 },
];
const ways = [
  { name: 'koffi, no scripts', koffi: true, flags: ['--ignore-scripts'] },
  { name: 'no koffi, no scripts', koffi: false, flags: ['--ignore-scripts', '--omit=optional'] },
  { name: "koffi, npm's default", koffi: true, flags: [] },
  { name: "no koffi, npm's default", koffi: false, flags: ['--omit=optional'] },
].slice(0, quick ? 1 : undefined);

const windows = process.platform === 'win32';
const binaries = `node-${windows ? 'win' : process.platform}-${process.arch}`;

// A network on two threads and on one; with the arguments of `train` its weights would be those of the command line.
const twoThreads = `
import { build, crossEntropy, digits, fit, fitScaling, Loader, mlp, openBackend, sgd, splitData, weightsHash } from 'neuroforge';
import { files } from 'neuroforge/platform';

async function train(threads) {
  const backend = await openBackend('wasm', { threads });
  const { train, val } = splitData(digits(), null);
  const scaling = fitScaling('unit', train);
  const model = build(mlp({ hidden: [256], outputs: 10 }), { input: [64], loss: crossEntropy(), backend });
  const loaders = { train: new Loader(train, { scaling, backend }), val: new Loader(val, { scaling, backend }) };
  await fit(model, loaders, { optimizer: sgd(0.1), epochs: 3, batch: 64 });
  return { threads: backend.threads, weights: await weightsHash(model.parameters) };
}
console.log(JSON.stringify({ one: await train(1), two: await train(2), runtime: files.host.runtime }));
`;

const { loadBlas } = await import('../dist/platform/index.js');
const { blas } = await loadBlas();
if (!blas && process.env.CI) throw new Error('there is no BLAS here: apt-get install libdnnl2');
const { tarball, filename, size } = pack(temp);
console.log(`${filename}, ${size.toLocaleString('en-US')} bytes`);

/** What trained to which weights: equal on every Node. */
const weights = { command: new Map(), library: new Map(), native: new Map() };

for (const wanted of nodes) {
  const tools = join(temp, `node-${wanted.node}`);
  let node = '';
  check(`node ${wanted.node}`, () => {
    install(tools, [`${binaries}@${wanted.node}`, `npm@${wanted.npm}`]);
    node = join(tools, 'node_modules', binaries, windows ? 'bin/node.exe' : 'bin/node');
    return run(node, ['--version'], { node }).trim();
  });
  if (!existsSync(node)) continue;
  for (const way of ways) check(`node ${wanted.node}, ${way.name}`, () => tryOut(node, tools, way));
}

function tryOut(node, tools, { koffi, flags }) {
  const user = join(tools, `user${koffi ? '' : '-without'}${flags.includes('--ignore-scripts') ? '' : '-default'}`);
  install(user, [tarball], { flags, node, script: join(tools, 'node_modules/npm/bin/npm-cli.js') });
  expect(existsSync(join(user, 'node_modules/koffi')) === koffi, `koffi is ${koffi ? 'not ' : ''}there`);
  const version = run(node, ['--version'], { node }).trim();
  const command = (...args) =>
    run(join(user, 'node_modules/.bin', windows ? 'neuroforge.cmd' : 'neuroforge'), args, { cwd: user, node });
  const json = (...args) => JSON.parse(command(...args, '--json'));
  const note = (kind, hash) => weights[kind].set(hash, [...(weights[kind].get(hash) ?? []), version]);

  expect(/^\d+\.\d+\.\d+\n$/.test(command('--version')), '--version says no version');
  const trained = json('train', '--backend', 'wasm');
  const { versions } = JSON.parse(readFileSync(join(user, trained.run, 'run.json'), 'utf8'));
  expect(versions.runtime === `node ${version.slice(1)}`, `it ran on ${versions.runtime}`);
  expect(trained.status === 'done' && trained.test.accuracy > 0.95, JSON.stringify(trained.test));
  note('command', trained.weights);
  const evaluated = json('eval', 'latest');
  expect(evaluated.test.errors === trained.test.errors, `eval: ${JSON.stringify(evaluated.test)}`);
  write(join(user, 'rows.csv'), `${Array(64).fill(0)}\n${Array(64).fill(8)}\n`);
  expect(json('predict', 'latest', 'rows.csv').predictions.length === 2, 'predict gave no two rows');
  expect(json('gradcheck').worst < 1e-7, 'gradcheck failed');

  write(join(user, 'threads.mjs'), twoThreads);
  const { one, two, runtime } = JSON.parse(run(node, ['threads.mjs'], { cwd: user, node }));
  expect(
    runtime === versions.runtime && two.threads === 2 && one.weights === two.weights,
    JSON.stringify({ one, two }),
  );
  note('library', one.weights);

  const native = json('train', '--epochs', '2');
  const expected = koffi && blas ? 'native' : 'wasm';
  expect(native.backend === expected, `--backend auto is ${native.backend}, not ${expected}`);
  if (expected === 'native') note('native', native.weights);
  if (koffi && flags.includes('--ignore-scripts')) typeCheck(user, node);
  return `${version}, ${native.backend}${blas || !koffi ? '' : ' (SKIP native: there is no BLAS)'}`;
}

/** The types, by the compiler of this checkout on that Node. */
function typeCheck(user, node) {
  write(join(user, 'consumer.ts'), consumer);
  for (const [name, compilerOptions] of Object.entries(strictest)) {
    write(join(user, `tsconfig.${name}.json`), { compilerOptions, files: ['consumer.ts'] });
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    run(node, [compiler, '-p', `tsconfig.${name}.json`], { cwd: user, node });
  }
}

for (const [kind, found] of Object.entries(weights)) {
  if (found.size === 0) continue;
  check(`the same weights everywhere: ${kind}`, () => {
    const lines = [...found].map(([hash, by]) => `${hash} on ${by.join(', ')}`);
    expect(found.size === 1, lines.join('\n'));
    return `${[...found.keys()][0].slice(0, 19)}… of ${[...found.values()][0].length} runs`;
  });
}

end();
