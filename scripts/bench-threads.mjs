// node scripts/bench-threads.mjs --net 784-512-128-10 --batch 32 [--threads 1,2 --rounds 40 --steps 20]: our training
// step on the wasm backend by number of threads, alternating in one process, after `npm run build`. The gathering of the
// batch is timed apart. Best and median of the rounds' means, ratios to the first, and whether the weights are equal.
import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { benchCase } from '../bench/case.mjs';
import { createThreadedWasmBackend } from '../dist/backends/wasm/threaded-backend.js';
import { Arena, backend, build, crossEntropy, Loader, mlp, sgd } from '../dist/index.js';

const { values } = parseArgs({
  options: {
    net: { type: 'string', default: '784-512-128-10' },
    batch: { type: 'string', default: '32' },
    threads: { type: 'string', default: '1,2' },
    rounds: { type: 'string', default: '40' },
    steps: { type: 'string', default: '20' },
  },
});
const [rounds, steps] = [Number(values.rounds), Number(values.steps)];
const { sizes, batch, lr, batches, weights, net } = benchCase({}, ['--net', values.net, '--batch', values.batch]);

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

/** A model in training on so many threads. `run(n)` takes n steps; a step's time is [gathering its batch, the rest]. */
async function trainer(threads) {
  const on = threads === 1 ? backend('wasm') : await createThreadedWasmBackend({ threads });
  const loader = new Loader(dataset, { backend: on });
  const model = build(mlp({ hidden: sizes.slice(1, -1), outputs: classes }), {
    input: [inputs],
    loss: crossEntropy(),
    backend: on,
  });
  weights.forEach((W, l) => {
    model.parameters.param(`${2 * l}.W`).set(W);
    model.parameters.param(`${2 * l}.b`).fill(0);
  });
  const optimizer = sgd(lr);
  const arena = new Arena(on, 'bench');
  const times = [];
  let k = 0;
  const run = (n) => {
    for (let i = 0; i < n; i++, k = (k + 1) % batches.length) {
      const start = performance.now();
      arena.reset();
      const b = loader.batch(rowIds.subarray(k * batch, (k + 1) * batch), arena);
      const gathered = performance.now();
      model.computeGradients(b).loss.item();
      optimizer.step(model.parameters, arena);
      times.push([gathered - start, performance.now() - gathered]);
    }
  };
  const digest = () => createHash('sha256').update(model.parameters.values.dataSync()).digest('hex');
  return { threads, run, digest, times };
}

const trainers = [];
for (const threads of values.threads.split(',').map(Number)) trainers.push(await trainer(threads));
for (const { run, times } of trainers) {
  run(300);
  times.length = 0;
}
for (let round = 0; round < rounds; round++) {
  for (const { run } of round % 2 ? trainers.toReversed() : trainers) run(steps);
}

// Other programs only ever slow a step down: the fast ones tell more of the machine, the median of its load.
console.log(
  `${net}, batch ${batch}: ${rounds} rounds of ${steps} steps, us a step: best, 5th percentile, median (x the first)`,
);
const share = (list, q) => 1000 * list.toSorted((a, b) => a - b)[Math.floor(q * (list.length - 1))];
for (const [what, of] of [
  ['step', ([gather, rest]) => gather + rest],
  ['without gathering', ([, rest]) => rest],
]) {
  for (const { threads, times } of trainers) {
    const cells = [0, 0.05, 0.5].map((q) => {
      const [now, first] = [times, trainers[0].times].map((list) => share(list.map(of), q));
      return `${now.toFixed(0).padStart(7)} (${(first / now).toFixed(2)})`;
    });
    console.log(`  ${what.padEnd(18)} ${threads} threads ${cells.join(' ')}`);
  }
}
const same = new Set(trainers.map((t) => t.digest())).size === 1;
console.log(same ? 'weights bit-equal' : 'WEIGHTS DIFFER');
process.exitCode = same ? 0 : 1;
