import { fused } from '../tensor/fuse.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Loss } from './loss.ts';
import { labelsOf } from './targets.ts';

/** z and y as one-hot rows (B, C) -> L (), dZ (B, C) */
const lossOf = fused('cross-entropy', (z: Tensor, y: Tensor) => {
  const zy = z.mul(y).rowSum(); // the true class's logit, (B, 1)
  const loss = z.logSumExp().sub(zy).mean(); // (3)
  const dZ = z.softmax().sub(y).div(z.rows); // (p - y) / B   (4)
  return { loss, dOutput: dZ };
});

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
      return lossOf(z, y);
    },

    predict: (z) => z.softmax(),
  };
}
