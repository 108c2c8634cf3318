import type { Backend } from '../../backends/backend.ts';
import type { BackendName } from '../../backends/default.ts';
import { NativeBackend } from '../../backends/native/native-backend.ts';
import { openBackend } from '../../backends/open.ts';
import { NeuroForgeError } from '../../core/errors.ts';
import type { LabelledDataset } from '../../data/dataset.ts';
import { Loader } from '../../data/loader.ts';
import { binaryCrossEntropy } from '../../losses/binary-cross-entropy.ts';
import { crossEntropy } from '../../losses/cross-entropy.ts';
import { logistic } from '../../models/logistic.ts';
import { mlp } from '../../models/mlp.ts';
import { build } from '../../models/model.ts';
import { sgd } from '../../optim/sgd.ts';
import { loadBlas } from '../../platform/blas.ts';
import { Arena } from '../../tensor/arena.ts';
import { debug } from '../../tensor/debug.ts';
import { trainStep } from '../../train/step.ts';
import type { CaseData } from './case-data.ts';
import { type BenchCase, benchLearningRate } from './cases.ts';

/** `default` as `train` does it; `kept`: the gradient is kept, not folded; `definitions`: neither fused nor folded. */
export type Variant = 'default' | 'kept' | 'definitions';

/** A backend and what it runs on, for people. Throws NF1302, NF1303 or NF4141 when it is not to be had here. */
export async function openOurs(name: string, threads: number): Promise<{ backend: Backend; details: string }> {
  const backend = await openBackend(name as BackendName, { threads, loadBlas });
  if (backend.threads !== threads) throw new NeuroForgeError('NF4141', `${name} has one thread`);
  if (!(backend instanceof NativeBackend)) return { backend, details: '' };
  const { library, version } = backend.blas;
  return { backend, details: `${library} ${version}`.trim() };
}

/** Our training step as `fit` takes it, gathering the batch included: step k answers the loss of batch k. */
export function oursStep(
  backend: Backend,
  variant: Variant,
  { net, batch }: BenchCase,
  data: CaseData,
): (k: number) => number {
  debug.definitions = variant === 'definitions';
  const [inputs, outputs] = [net[0], net[net.length - 1]];
  const binary = outputs === 1;
  const dataset = asDataset(data, inputs, Math.max(outputs, 2));
  const loader = new Loader(dataset, { backend });
  const model = build(binary ? logistic() : mlp({ hidden: net.slice(1, -1), outputs }), {
    input: [inputs],
    loss: binary ? binaryCrossEntropy() : crossEntropy(),
    backend,
  });
  data.weights.forEach((W, l) => {
    model.parameters.param(`${2 * l}.W`).set(W);
    model.parameters.param(`${2 * l}.b`).fill(0);
  });
  const optimizer = sgd(benchLearningRate, { fold: variant === 'default' });
  const arena = new Arena(backend, 'bench');
  return (k) => {
    arena.reset();
    const rows = dataset.rowIds.subarray(k * batch, (k + 1) * batch);
    return trainStep(model, optimizer, loader.batch(rows, arena), arena);
  };
}

function asDataset({ x, labels }: CaseData, inputs: number, classes: number): LabelledDataset {
  return {
    name: 'bench',
    x,
    y: labels,
    count: labels.length,
    exampleShape: [inputs],
    classNames: Array.from({ length: classes }, (_, c) => String(c)),
    rowIds: Int32Array.from(labels, (_, i) => i),
    hashes: {},
  };
}
