import { fused } from '../tensor/fuse.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Loss } from './loss.ts';
import { labelsOf } from './targets.ts';

/** p and y as one-hot rows (B, C) -> L (), dP (B, C) */
const lossOf = fused('cross-entropy-from-probabilities', (p: Tensor, y: Tensor) => {
  const py = p.mul(y).rowSum(); // the true class's probability, (B, 1)
  const loss = py.log().mean().neg(); // (1)
  const dP = y.div(py).mul(-1 / p.rows); // -1 / (B p_y) at the true class, 0 elsewhere   (2)
  return { loss, dOutput: dP };
});

/**
 * L = mean(-log p_y) of probabilities p (B, C), as the course derives it, for a network that ends in softmax.
 * Infinite when p_y is 0: prefer {@link crossEntropy} on logits.  Derivation: ./cross-entropy-from-probabilities.md
 */
export function crossEntropyFromProbabilities(): Loss {
  return {
    name: 'cross-entropy-from-probabilities',
    task: 'classification',

    apply(p, batch) {
      const y = labelsOf('cross-entropy', p, batch).oneHot(p.cols); // (B, C)
      return lossOf(p, y);
    },

    predict: (p) => p,
  };
}
