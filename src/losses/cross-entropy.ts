import type { Loss } from './loss.ts';
import { labelsOf } from './targets.ts';

/**
 * Softmax and cross-entropy in one: L = mean(lse(z) - z_y) of logits z (B, C), finite wherever the logits are.
 * Bridle 1990. Derivation: ./cross-entropy.md
 */
export function crossEntropy(): Loss {
  return {
    name: 'cross-entropy',
    task: 'classification',

    apply(z, batch) {
      const y = labelsOf('cross-entropy', z, batch).oneHot(z.cols); // (B, C)
      const zy = z.mul(y).rowSum(); // the true class's logit, (B, 1)
      const loss = z.logSumExp().sub(zy).mean(); // (3)
      const dZ = z.softmax().sub(y).div(z.rows); // (p - y) / B   (4)
      return { loss, dOutput: dZ };
    },

    predict: (z) => z.softmax(),
  };
}
