import type { Loss } from './loss.ts';
import { valuesOf } from './targets.ts';

/** L = mean((o - y)^2) over all elements of output o (B, K) and targets y (B, K).  Derivation: ./mean-squared-error.md */
export function meanSquaredError(): Loss {
  return {
    name: 'mean-squared-error',
    task: 'regression',

    apply(output, batch) {
      const difference = output.sub(valuesOf('mean squared error', output, batch)); // (B, K)
      const loss = difference.square().mean(); // (1)
      const dOutput = difference.mul(2 / output.size); // (2)
      return { loss, dOutput };
    },

    predict: (output) => output,
  };
}
