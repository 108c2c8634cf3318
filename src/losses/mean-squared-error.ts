import { fused } from '../tensor/fuse.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Loss } from './loss.ts';
import { valuesOf } from './targets.ts';

/** o, y (B, K) -> L (), dO (B, K) */
const lossOf = fused('mean-squared-error', (output: Tensor, y: Tensor) => {
  const difference = output.sub(y); // (B, K)
  const loss = difference.square().mean(); // (1)
  const dOutput = difference.mul(2 / output.size); // (2)
  return { loss, dOutput };
});

/** L = mean((o - y)^2) over all elements of output o (B, K) and targets y (B, K).  Derivation: ./mean-squared-error.md */
export function meanSquaredError(): Loss {
  return {
    name: 'mean-squared-error',
    task: 'regression',

    apply(output, batch) {
      return lossOf(output, valuesOf('mean squared error', output, batch));
    },

    predict: (output) => output,
  };
}
