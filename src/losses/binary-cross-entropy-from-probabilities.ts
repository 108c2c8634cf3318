import { fused } from '../tensor/fuse.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Loss } from './loss.ts';
import { flagsOf } from './targets.ts';

/** p, y (B, 1) -> L (), dP (B, 1) */
const lossOf = fused('binary-cross-entropy-from-probabilities', (p: Tensor, y: Tensor) => {
  const right = y.where(p, p.rsub(1)); // p if y = 1, 1 - p if y = 0, (B, 1)
  const loss = right.log().mean().neg(); // (1)
  const sign = y.mul(2).sub(1); // +1 if y = 1, -1 if y = 0
  const dP = sign.div(right).mul(-1 / p.size); // -1 / p or +1 / (1 - p), over B   (2)
  return { loss, dOutput: dP };
});

/**
 * L = -mean(y log p + (1 - y) log(1 - p)) of probabilities p (B, 1) and labels y of 0 and 1, the two cases as the
 * course writes them. Infinite when p is 0 or 1 and wrong: prefer {@link binaryCrossEntropy} on logits.
 * Derivation: ./binary-cross-entropy-from-probabilities.md
 */
export function binaryCrossEntropyFromProbabilities(): Loss {
  return {
    name: 'binary-cross-entropy-from-probabilities',
    task: 'binary',

    apply(p, batch) {
      const y = flagsOf('binary cross-entropy', p, batch); // (B, 1)
      return lossOf(p, y);
    },

    predict: (p) => p,
  };
}
