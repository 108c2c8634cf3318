import { fused } from '../tensor/fuse.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Loss } from './loss.ts';
import { flagsOf } from './targets.ts';

/** z, y (B, 1) -> L (), dZ (B, 1) */
const lossOf = fused('binary-cross-entropy', (z: Tensor, y: Tensor) => {
  const loss = z.softplus().sub(z.mul(y)).mean(); // (3)
  const dZ = z.sigmoid().sub(y).div(z.size); // (sigma(z) - y) / B   (4)
  return { loss, dOutput: dZ };
});

/**
 * Sigmoid and binary cross-entropy in one: L = mean(softplus(z) - z y) of logits z (B, 1) and labels y of 0 and 1,
 * finite wherever the logits are.  Derivation: ./binary-cross-entropy.md
 */
export function binaryCrossEntropy(): Loss {
  return {
    name: 'binary-cross-entropy',
    task: 'binary',

    apply(z, batch) {
      const y = flagsOf('binary cross-entropy', z, batch); // (B, 1)
      return lossOf(z, y);
    },

    predict: (z) => z.sigmoid(),
  };
}
