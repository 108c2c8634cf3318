import { firstRows } from '../data/dataset.ts';
import type { Loader } from '../data/loader.ts';
import type { AnyLayer } from '../layers/layer.ts';
import type { Model } from '../models/model.ts';
import { Arena } from '../tensor/arena.ts';

export interface Probe {
  readonly gradientNorm: number;
  readonly deadShare: number;
}

/**
 * Reads a model on the first 256 rows of the training set, in evaluation mode: neither its parameters nor its random
 * streams are touched, so a run is the same with and without it.
 */
export function probe(model: Model, train: Loader): Probe {
  const arena = new Arena(model.backend, 'probe');
  const relus = reluPaths(model.layer);
  let [dead, units] = [0, 0];
  model.pass.listener = (path, value) => {
    if (!relus.has(path)) return;
    const most = value.colMax().dataSync();
    units += most.length;
    for (const m of most) if (m <= 0) dead++;
  };
  try {
    model.computeGradients(train.batch(firstRows(Math.min(256, train.count)), arena), false);
    const { gradients } = model.parameters;
    const at = gradients.address(arena); // read where they lie: a copy is two megabytes
    const sum = sumOfSquares(model.backend.heap(), at, gradients.size);
    return { gradientNorm: Math.sqrt(sum), deadShare: dead / units };
  } finally {
    model.pass.listener = null;
    arena.dispose();
  }
}

function sumOfSquares(heap: Float32Array | Float64Array, from: number, n: number): number {
  let sum = 0;
  for (let i = from; i < from + n; i++) sum += heap[i] * heap[i];
  return sum;
}

/** The probe names of all ReLU outputs, e.g. `1.output`. */
function reluPaths(layer: AnyLayer, path = ''): Set<string> {
  const found = new Set<string>(layer.name === 'relu' ? [`${path}.output`] : []);
  for (const [name, child] of Object.entries(layer.children ?? {})) {
    for (const p of reluPaths(child, path === '' ? name : `${path}.${name}`)) found.add(p);
  }
  return found;
}
