import { losses } from '../../src/losses/registry.ts';
import { Arena } from '../../src/tensor/arena.ts';
import { Held, place, placeLabels, type Read, type ReferenceCase, type ReferenceCheck } from './document.ts';

/** Losses by their registered names against PyTorch: the value and dOutput. */
export function lossChecks(read: Read): ReferenceCheck[] {
  const isLabel = (v: number) => v === 0 || v === 1;
  return [
    ...read('cross-entropy-logits').cases.map((c) => lossCheck('cross-entropy', 'logits', c)),
    ...read('cross-entropy-probabilities').cases.map((c) => lossCheck('cross-entropy-from-probabilities', 'p', c)),
    ...read('binary-cross-entropy-logits').cases.map((c) => lossCheck('binary-cross-entropy', 'z', c)),
    ...read('binary-cross-entropy-probabilities')
      .cases.filter((c) => c.inputs.targets.data.every(isLabel)) // ours takes labels, not shares
      .map((c) => lossCheck('binary-cross-entropy-from-probabilities', 'p', c)),
    ...read('mean-squared-error')
      .cases.filter((c) => c.options!.convention === 'mean over all elements')
      .map((c) => lossCheck('mean-squared-error', 'y', c)),
  ];
}

const tooFine = /1e-300|close to the|1e-12/;

function lossCheck(name: string, output: string, c: ReferenceCase): ReferenceCheck {
  return {
    of: name,
    name: `${name}: ${c.name}`,
    notInFloat32: name.endsWith('probabilities') && tooFine.test(c.name) ? 'p or 1 - p rounds to 0' : undefined,
    run(backend) {
      const arena = new Arena(backend, 'reference');
      const held = new Held(backend, c.inputs);
      const loss = losses[name]();
      const at = place(arena, c.inputs[output]);
      const y = c.inputs.labels ? placeLabels(arena, c.inputs.labels) : place(arena, c.inputs.targets);
      const result = loss.apply(at, { y });
      held.that('loss', result.loss, c.outputs.loss);
      held.that('dOutput', result.dOutput, c.outputs.dOutput);
      held.numbers('predict', loss.predict(at).dataSync(), predicted(name, output, c));
      if (loss.task === 'binary' && c.inputs.targets.data.every((v) => v === 0 || v === 1)) {
        const byLabel = loss.apply(at, { y: placeLabels(arena, c.inputs.targets) });
        held.that('loss, targets as labels', byLabel.loss, c.outputs.loss);
        held.that('dOutput, targets as labels', byLabel.dOutput, c.outputs.dOutput);
      }
      arena.dispose();
      return held.comparisons;
    },
  };
}

/** Probabilities, from PyTorch's gradient (p - y) / n of the losses that take logits; other outputs mean themselves. */
function predicted(name: string, output: string, c: ReferenceCase): number[] {
  const { data, shape } = c.outputs.dOutput;
  const labels = c.inputs.labels?.data;
  if (name === 'cross-entropy') {
    return data.map((d, i) => shape[0] * d + Number(labels![Math.floor(i / shape[1])] === i % shape[1]));
  }
  if (name === 'binary-cross-entropy') return data.map((d, i) => data.length * d + c.inputs.targets.data[i]);
  return [...c.inputs[output].data];
}
