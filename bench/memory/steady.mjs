/**
 * A training run as the command line makes it (`fit` over MNIST, batch 32, evaluation after each epoch), held still at
 * two steps for two forced collections and a look at what is in use; beside it every collection that was not forced is
 * timed, those that the loading of the data had left to do excepted. Prints one JSON line. node --expose-gc bench/memory/steady.mjs --from 2000 --to 20000
 */
import { constants, PerformanceObserver } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import * as nf from '../../dist/index.js';
import * as platform from '../../dist/platform/index.js';

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: 'mnist' },
    from: { type: 'string', default: '2000' },
    to: { type: 'string', default: '20000' },
    batch: { type: 'string', default: '32' },
    hidden: { type: 'string', default: '512,128' },
    backend: { type: 'string', default: 'auto' },
    threads: { type: 'string', default: '1' },
  },
});
const [from, to, batch, threads] = [values.from, values.to, values.batch, values.threads].map(Number);
const pageBytes = 65536;

async function open() {
  const { loadBlas } = platform;
  if (nf.openBackend) return nf.openBackend(values.backend, { threads, loadBlas });
  if (threads === 1) return nf.backend(values.backend);
  throw new Error(`--threads ${threads}: this build of the package does not export openBackend`);
}

/** What was opened is let go: only the parts are kept. */
async function openSplit() {
  const opened = await nf.openData(values.data, { files: platform.files });
  return nf.splitData(opened.train, opened.test);
}

const kinds = new Map(
  ['MINOR', 'MAJOR', 'INCREMENTAL', 'WEAKCB'].map((name) => [
    constants[`NODE_PERFORMANCE_GC_${name}`],
    name.toLowerCase(),
  ]),
);
const pauses = [];
const observer = new PerformanceObserver((list) => {
  for (const { detail, duration, startTime } of list.getEntries()) {
    if (detail.flags & constants.NODE_PERFORMANCE_GC_FLAGS_FORCED) continue;
    pauses.push({ kind: kinds.get(detail.kind) ?? String(detail.kind), ms: duration, at: startTime });
  }
});

const on = await open();
const { train, val } = await openSplit();
const loader = (part) => new nf.Loader(part, { scaling: nf.fitScaling('unit', train), backend: on });
const data = { train: loader(train), val: loader(val) };
const outputs = train.classNames.length;
const model = nf.build(nf.mlp({ hidden: values.hidden.split(',').map(Number), outputs }), {
  input: [train.x.length / train.count],
  loss: nf.crossEntropy(),
  backend: on,
});

function inUse() {
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  const bytesPerElement = on.dtype === 'f64' ? 8 : 4;
  return { heapUsed, external, arrayBuffers, wasmPages: (on.usage().capacity * bytesPerElement) / pageBytes };
}

const epochs = Math.ceil(to / data.train.steps(batch));
const run = nf.fit(model, data, { optimizer: nf.sgd(0.01), epochs, steps: to, batch, stepEvents: from });
const looks = {};
globalThis.gc();
observer.observe({ entryTypes: ['gc'] });
const started = performance.now();
for await (const event of run) {
  if (event.type !== 'step') continue;
  if (event.step === from) looks.from = inUse();
  if (event.step === to) looks.to = inUse();
}
await new Promise((resume) => setTimeout(resume, 50)); // what the observer has not been told yet
observer.disconnect();
pauses.sort((a, b) => b.ms - a.ms);
const seconds = (performance.now() - started) / 1000;
console.log(JSON.stringify({ backend: on.name, threads: on.threads, steps: to, seconds, looks, pauses }));
process.exit(0);
