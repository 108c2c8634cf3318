/**
 * Our training step as `fit` takes it, gathering the batch included; `--backend wasm` (default), `js`, or
 * `wasm-2` for two threads.
 */
import { readFileSync } from 'node:fs';
import { Arena, build, crossEntropy, Loader, mlp, openBackend, sgd, trainStep } from '../dist/index.js';
import { benchCase, measure, report } from './case.mjs';

const config = benchCase({ backend: 'wasm', steps: 600, warmup: 300 });
const { sizes, batch, lr, batches } = config;
const [inputs, classes] = [sizes[0], sizes.at(-1)];
const count = batches.length * batch;

const x = new Float32Array(count * inputs);
const y = new Int32Array(count);
batches.forEach((b, k) => {
  x.set(b.x, k * batch * inputs);
  y.set(b.labels, k * batch);
});
const rowIds = Int32Array.from({ length: count }, (_, i) => i);
const classNames = Array.from({ length: classes }, (_, c) => String(c));
const dataset = { name: 'bench', x, y, count, exampleShape: [inputs], classNames, rowIds, hashes: {} };

const [name, threads = '1'] = config.backend.split('-');
const on = await openBackend(name, { threads: Number(threads) });
const loader = new Loader(dataset, { backend: on });
const model = build(mlp({ hidden: sizes.slice(1, -1), outputs: classes }), {
  input: [inputs],
  loss: crossEntropy(),
  backend: on,
});
config.weights.forEach((W, l) => {
  model.parameters.param(`${2 * l}.W`).set(W);
  model.parameters.param(`${2 * l}.b`).fill(0);
});
const optimizer = sgd(lr);
const arena = new Arena(on, 'bench');

const result = await measure(config, (k) => {
  arena.reset();
  const rows = rowIds.subarray(k * batch, (k + 1) * batch);
  return trainStep(model, optimizer, loader.batch(rows, arena), arena);
});
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
report({ who: 'ours', version, backend: on.name, threads: on.threads }, config, result);
