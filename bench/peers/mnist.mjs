/** MNIST from its IDX files, split by the row numbers of a file, which are ours; and the race to 97 %. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { mulberry32 } from '../case.mjs';

export const sizes = [784, 512, 128, 10];
const [inputs, classes] = [sizes[0], sizes.at(-1)];

function idx(folder, name) {
  const path = join(folder, name);
  const data = existsSync(`${path}.gz`) ? gunzipSync(readFileSync(`${path}.gz`)) : readFileSync(path);
  return data.subarray(name.includes('images') ? 16 : 8);
}

function part(folder, prefix) {
  return { x: idx(folder, `${prefix}-images-idx3-ubyte`), y: idx(folder, `${prefix}-labels-idx1-ubyte`) };
}

/** 0 .. n-1 mixed. */
function permutation(n, seed) {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  const u = mulberry32(n, seed);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(u[i] * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** He's initialization, as ours: normal with variance 2 / in. */
function normal(n, scale, seed) {
  const [u, v] = [mulberry32(n, seed), mulberry32(n, seed + 1)];
  return u.map((a, i) => scale * Math.sqrt(-2 * Math.log(1 - a)) * Math.cos(2 * Math.PI * v[i]));
}

/** The command line's task: settings, rows, and where the network starts. */
export function task() {
  const names = ['data', 'validation', 'batch', 'lr', 'target', 'epochs', 'seed'];
  const { values } = parseArgs({ options: Object.fromEntries(names.map((name) => [name, { type: 'string' }])) });
  const [batch, lr, target, epochs, seed] = names.slice(2).map((name) => Number(values[name]));
  const stream = 1000 * seed;
  const train = part(values.data, 'train');
  const file = readFileSync(values.validation);
  const valRows = Int32Array.from({ length: file.length / 4 }, (_, i) => file.readInt32LE(4 * i));
  const validation = new Set(valRows);
  return {
    ...{ batch, lr, target, epochs, stream, train, sizes },
    valRows,
    trainRows: Int32Array.from(train.y, (_, row) => row).filter((row) => !validation.has(row)),
    test: part(values.data, 't10k'),
    weights: sizes.slice(1).map((n, l) => normal(sizes[l] * n, Math.sqrt(2 / sizes[l]), stream + 10 + 2 * l)),
    biases: sizes.slice(1).map((n) => new Float32Array(n)),
  };
}

/** Rows of a part as floats: x (B, 784) in [0, 1], y one-hot (B, 10). */
function batchOf({ x, y }, rows) {
  const xs = new Float32Array(rows.length * inputs);
  const ys = new Float32Array(rows.length * classes);
  rows.forEach((row, i) => {
    for (let j = 0; j < inputs; j++) xs[i * inputs + j] = x[row * inputs + j] / 255;
    ys[i * classes + y[row]] = 1;
  });
  return { x: xs, y: ys, rows: rows.length };
}

/**
 * Trains whole batches of mixed epochs until enough of the validation rows are right, and prints the line. `step(batch)`
 * and `logits(batch)`, which answers (B, 10) values, may be asynchronous.
 */
export async function race(of, { version, backend, threads = 1 }, step, logits) {
  const accuracyOf = async (data, rows) => {
    const z = await logits(batchOf(data, rows));
    let right = 0;
    rows.forEach((row, i) => {
      const own = z.subarray(i * classes, (i + 1) * classes);
      if (own.indexOf(Math.max(...own)) === data.y[row]) right++;
    });
    return right / rows.length;
  };
  let [steps, valAccuracy] = [0, 0];
  for (let epoch = 0; epoch < of.epochs && valAccuracy < of.target; epoch++) {
    const order = permutation(of.trainRows.length, of.stream + 100 + epoch);
    for (let at = 0; at + of.batch <= order.length; at += of.batch, steps++) {
      await step(
        batchOf(
          of.train,
          order.subarray(at, at + of.batch).map((i) => of.trainRows[i]),
        ),
      );
    }
    valAccuracy = await accuracyOf(of.train, of.valRows);
  }
  const all = Int32Array.from({ length: of.test.y.length }, (_, i) => i);
  const testAccuracy = await accuracyOf(of.test, all);
  console.log(JSON.stringify({ version, backend, threads, steps, valAccuracy, testAccuracy }));
}
