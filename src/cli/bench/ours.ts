import type { Backend } from '../../backends/backend.ts';
import { backend as namedBackend } from '../../backends/default.ts';
import { createNativeBackend } from '../../backends/native/native-backend.ts';
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
import type { CaseData } from './case-data.ts';
import { type BenchCase, benchLearningRate } from './cases.ts';

/** `default` as `train` does it; `kept`: the gradient is kept, not folded; `definitions`: neither fused nor folded. */
export type Variant = 'default' | 'kept' | 'definitions';

/** A backend and what it runs on, for people. Throws NF1302, NF1303 or NF4141 when it is not to be had here. */
export async function openOurs(name: string, threads: number): Promise<{ backend: Backend; details: string }> {
  if (name === 'native') {
    const { blas, tried } = await loadBlas({ threads });
    if (blas === null) throw new NeuroForgeError('NF1303', 'no BLAS was found', { got: tried.join('; ') });
    return { backend: createNativeBackend(blas), details: `${blas.library} ${blas.version}`.trim() };
  }
  if (threads > 1) throw new NeuroForgeError('NF4141', `${name} has one thread`);
  return { backend: namedBackend(name as 'wasm' | 'js'), details: '' };
}

/** Our training step as `fit` takes it, gathering the batch included: step k answers the loss of batch k. */
export function oursStep(
  backend: Backend,
  _variant: Variant,
  { net, batch }: BenchCase,
  data: CaseData,
): (k: number) => number {
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
  const optimizer = sgd(benchLearningRate);
  const arena = new Arena(backend, 'bench');
  return (k) => {
    arena.reset();
    const rows = dataset.rowIds.subarray(k * batch, (k + 1) * batch);
    const loss = model.computeGradients(loader.batch(rows, arena)).loss.item();
    optimizer.step(model.parameters, arena);
    return loss;
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
