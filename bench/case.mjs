/**
 * The training step that everybody is timed on: an MLP with ReLU between its linear layers, mean softmax cross-entropy,
 * plain SGD with lr 0.01, float32, one thread. One step is forward, loss, backward and update on the next of (at least)
 * 200 different batches that were made beforehand; reading a data set is not part of it.
 *
 * Data and initial weights come from `mulberry32`, whose i-th value depends on the seed and i alone, so that every
 * participant, Python ones included, starts from the same bits: an equal loss at step 20 shows that all of them compute
 * the same thing (later on, rounding makes float32 runs drift apart). A participant is a script that prints the line of `report` and takes
 * --net 784-512-128-10 --batch 32 --steps N --warmup M (and whatever else it likes).
 */
import { parseArgs } from 'node:util';

const LEARNING_RATE = 0.01;
const BATCHES = 200;
const CHECKED_STEP = 20;

/** Values i = 0 .. n-1 of stream `seed`, uniform in [0, 1), 24 bits each. */
export function mulberry32(n, seed) {
  const out = new Float32Array(n);
  let a = seed | 0;
  for (let i = 0; i < n; i++) {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    out[i] = ((t ^ (t >>> 14)) >>> 8) / 2 ** 24;
  }
  return out;
}

/**
 * `{ net, sizes, batch, steps, warmup, lr, backend, weights, biases, batches }`: weights[l] is (in, out), uniform within
 * +-sqrt(6 / in); biases are zero; a batch is `{ x (B, in), labels (B), oneHot (B, classes) }` as flat typed arrays.
 */
export function benchCase(defaults = {}, argv = process.argv.slice(2)) {
  const { values } = parseArgs({
    args: argv,
    options: {
      net: { type: 'string', default: '784-512-128-10' },
      batch: { type: 'string', default: '32' },
      steps: { type: 'string', default: String(defaults.steps ?? 300) },
      warmup: { type: 'string', default: String(defaults.warmup ?? 150) },
      backend: { type: 'string', default: defaults.backend ?? '' },
      variant: { type: 'string', default: defaults.variant ?? '' },
    },
  });
  const sizes = values.net.split('-').map(Number);
  const [batch, steps, warmup] = [values.batch, values.steps, values.warmup].map(Number);
  if (sizes.length < 2 || ![...sizes, batch, steps].every((n) => Number.isInteger(n) && n > 0) || !(warmup >= 0)) {
    throw new Error('usage: --net 784-512-128-10 --batch 32 --steps 300 --warmup 150, all of them positive integers');
  }
  const [inputs, classes] = [sizes[0], sizes.at(-1)];
  const weights = sizes.slice(1).map((out, l) => {
    const limit = Math.sqrt(6 / sizes[l]);
    return mulberry32(sizes[l] * out, 1000 + l).map((u) => (2 * u - 1) * limit);
  });
  const x = mulberry32(BATCHES * batch * inputs, 1);
  const u = mulberry32(BATCHES * batch, 2);
  const batches = Array.from({ length: BATCHES }, (_, k) => {
    const labels = Int32Array.from({ length: batch }, (_, i) => Math.floor(u[k * batch + i] * classes));
    const oneHot = new Float32Array(batch * classes);
    labels.forEach((label, i) => {
      oneHot[i * classes + label] = 1;
    });
    return { x: x.slice(k * batch * inputs, (k + 1) * batch * inputs), labels, oneHot };
  });
  const biases = sizes.slice(1).map((out) => new Float32Array(out));
  const { net, backend, variant } = values;
  return { net, sizes, batch, steps, warmup, lr: LEARNING_RATE, backend, variant, weights, biases, batches };
}

/**
 * Runs warm-up and measured steps. `step(k)` trains on batch k, is complete when it returns (or its promise resolves),
 * and returns what `readLoss` turns into a number. The loss is read twice, outside the clock: at step 20 (or the last of
 * a shorter warm-up) and at the end. A step is timed from its start to the start of the next.
 */
export async function measure({ steps, warmup }, step, readLoss = (loss) => loss) {
  const check = Math.min(CHECKED_STEP, warmup + steps);
  const times = new Float64Array(steps);
  const loss = { checkedStep: check, checked: null, last: null };
  let start = performance.now();
  for (let n = 0; n < warmup + steps; n++) {
    const result = step(n % BATCHES);
    const value = result instanceof Promise ? await result : result;
    const now = performance.now();
    if (n >= warmup) times[n - warmup] = now - start;
    start = now;
    if (n + 1 === check || n + 1 === warmup + steps) {
      const read = Number(await readLoss(value));
      if (n + 1 === check) loss.checked = read;
      loss.last = read;
      start = performance.now();
    }
  }
  return { times, loss };
}

/** Prints the one JSON line that `compare.mjs` reads. */
export function report({ who, version, backend, threads = 1 }, { net, batch, steps, warmup }, { times, loss }) {
  const sorted = Float64Array.from(times).sort();
  const half = sorted.length >> 1;
  const median = sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  const mean = times.reduce((sum, t) => sum + t, 0) / times.length;
  const msPerStep = { median, min: sorted[0], max: sorted.at(-1), mean, ofTens: medianOfTens(times) };
  console.log(JSON.stringify({ who, version, backend, threads, net, batch, steps, warmup, msPerStep, loss }));
}

/** The median of the mean times of ten steps in a row: for a page, whose clock ticks every tenth of a millisecond. */
function medianOfTens(times) {
  const n = Math.min(10, times.length);
  const means = Array.from({ length: Math.floor(times.length / n) }, (_, i) => {
    return times.subarray(i * n, (i + 1) * n).reduce((sum, t) => sum + t, 0) / n;
  }).sort((a, b) => a - b);
  const half = means.length >> 1;
  return means.length % 2 ? means[half] : (means[half - 1] + means[half]) / 2;
}
