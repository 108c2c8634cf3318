/**
 * The training step that everybody is timed on: an MLP with ReLU between its linear layers, mean softmax cross-entropy
 * (binary cross-entropy of a sigmoid when the last width is 1), plain SGD with lr 0.01, float32, one thread. One step is
 * forward, loss, backward and update on the next of 200 different batches (fewer where 25,600 rows give fewer) that were
 * made beforehand; reading a data set is not part of it.
 *
 * Data and initial weights come from `mulberry32`, whose i-th value depends on the seed and i alone, so that every
 * participant, Python ones included, starts from the same bits: an equal loss at step 20 shows that all of them compute
 * the same thing (later on, rounding makes float32 runs drift apart). A participant is a script that prints the line of `report` and takes
 * --net 784-512-128-10 --batch 32 --seconds S, or --steps N --warmup M (and whatever else it likes).
 */
import { parseArgs } from 'node:util';

const LEARNING_RATE = 0.01;
const MOST_BATCHES = 200;
const MOST_ROWS = 25600;
const CHECKED_STEP = 20;
const FEWEST_STEPS = 5;
const MOST_STEPS = 100000;

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
 * +-sqrt(6 / in); biases are zero; a batch is `{ x (B, in), labels (B), oneHot (B, classes) }` as flat typed arrays. With
 * one output, labels are 0 and 1 and `oneHot` is (B, 1), the labels as floats. `seconds` is 0 where steps are counted.
 */
export function benchCase(defaults = {}, argv = process.argv.slice(2)) {
  const { values } = parseArgs({
    args: argv,
    options: {
      net: { type: 'string', default: '784-512-128-10' },
      batch: { type: 'string', default: '32' },
      steps: { type: 'string', default: String(defaults.steps ?? 300) },
      warmup: { type: 'string', default: String(defaults.warmup ?? 150) },
      seconds: { type: 'string', default: '0' },
      backend: { type: 'string', default: defaults.backend ?? '' },
      variant: { type: 'string', default: defaults.variant ?? '' },
    },
  });
  const sizes = values.net.split('-').map(Number);
  const [batch, steps, warmup, seconds] = [values.batch, values.steps, values.warmup, values.seconds].map(Number);
  const whole = [...sizes, batch, steps].every((n) => Number.isInteger(n) && n > 0);
  if (sizes.length < 2 || !whole || !(warmup >= 0) || !(seconds >= 0)) {
    throw new Error('usage: --net 784-512-128-10 --batch 32 --steps 300 --warmup 150, all of them positive integers');
  }
  const [inputs, outputs] = [sizes[0], sizes.at(-1)];
  const classes = Math.max(outputs, 2);
  const count = Math.min(MOST_BATCHES, Math.floor(MOST_ROWS / batch));
  const weights = sizes.slice(1).map((out, l) => {
    const limit = Math.sqrt(6 / sizes[l]);
    return mulberry32(sizes[l] * out, 1000 + l).map((u) => (2 * u - 1) * limit);
  });
  const x = mulberry32(count * batch * inputs, 1);
  const u = mulberry32(count * batch, 2);
  const batches = Array.from({ length: count }, (_, k) => {
    const labels = Int32Array.from({ length: batch }, (_, i) => Math.floor(u[k * batch + i] * classes));
    const oneHot = new Float32Array(batch * outputs);
    labels.forEach((label, i) => {
      if (outputs > 1) oneHot[i * outputs + label] = 1;
      else oneHot[i] = label;
    });
    return { x: x.slice(k * batch * inputs, (k + 1) * batch * inputs), labels, oneHot };
  });
  const biases = sizes.slice(1).map((out) => new Float32Array(out));
  const { net, backend, variant } = values;
  const lr = LEARNING_RATE;
  return { net, sizes, batch, steps, warmup, seconds, lr, backend, variant, weights, biases, batches };
}

/**
 * Runs warm-up and measured steps. `step(k)` trains on batch k, is complete when it returns (or its promise resolves),
 * and returns what `readLoss` turns into a number. The loss is read twice, outside the clock: at step 20 (or the last of
 * a shorter run) and at the end. A step is timed from its start to the start of the next. With `seconds`, the warm-up
 * takes half of them and at least 20 steps, and `config` is told how many of each there were.
 */
export async function measure(config, step, readLoss = (loss) => loss) {
  const { seconds, batches } = config;
  const check = seconds > 0 ? CHECKED_STEP : Math.min(CHECKED_STEP, config.warmup + config.steps);
  const times = [];
  const loss = { checkedStep: check, checked: null, last: null };
  let value;
  let n = 0;
  let began = performance.now();
  const warm = () =>
    seconds > 0 ? n >= CHECKED_STEP && performance.now() - began >= 500 * seconds : n >= config.warmup;
  while (!warm()) {
    value = await step(n++ % batches.length);
    if (n === 1) began = performance.now(); // the first step may compile
    if (n === check) loss.checked = Number(await readLoss(value));
  }
  const warmup = n;
  const enough = (from, now) =>
    seconds > 0
      ? times.length >= FEWEST_STEPS && (now - from >= 1000 * seconds || times.length >= MOST_STEPS)
      : times.length >= config.steps;
  const from = performance.now();
  for (let start = from; !enough(from, start); ) {
    const result = step(n++ % batches.length);
    value = result instanceof Promise ? await result : result;
    const now = performance.now();
    times.push(now - start);
    start = now;
    if (n !== check) continue;
    loss.checked = Number(await readLoss(value));
    start = performance.now();
  }
  loss.last = Number(await readLoss(value));
  Object.assign(config, { warmup, steps: times.length });
  return { times: Float64Array.from(times), loss };
}

/** Prints the one JSON line that `neuroforge bench` reads. */
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
