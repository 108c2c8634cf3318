import { indices } from '../tensor/create.ts';
import { fused } from '../tensor/fuse.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Layer } from './layer.ts';

const ofRows = fused('softmax', (x: Tensor) => x.softmax()); // (1)
const ofRowsBackward = fused('softmax.backward', (dP: Tensor, p: Tensor) => {
  const inner = dP.mul(p).rowSum(); // <dP, p> of each row, (B, 1)   (3)
  return dP.sub(inner).mul(p); // dX = p (dP - <dP, p>), the Jacobian never formed   (4)
});

/** p = e^x / sum e^x in each row of x (B, C), the row's maximum taken off first.  Derivation: ./softmax.md */
export function softmax(): Layer<{ p: Tensor }> {
  return {
    name: 'softmax',
    config: {},
    init: (_, input) => input,

    forward(_, x) {
      const p = ofRows(x); // (1)
      return { y: p, cache: { p } };
    },

    backward(_, dP, { p }) {
      return ofRowsBackward(dP, p); // (3), (4)
    },
  };
}

/**
 * The Jacobian dp_i/dx_j = p_i (1[i = j] - p_j) of one row p (1, C) -> (C, C), as the course derives it: diag(p) - p^T p.
 * `dP.matmul(softmaxJacobian(p))` is what {@link softmax}'s backward computes without forming it.   (2)
 */
export function softmaxJacobian(p: Tensor): Tensor {
  const classes = p.shape[1];
  const identity = indices(
    Array.from({ length: classes }, (_, i) => i),
    { backend: p.backend, arena: p.arena },
  ).oneHot(classes); // (C, C)
  return identity.mul(p).sub(p.T.matmul(p)); // (C, C) <- (C, C)(1, C) - (C, 1)(1, C)
}
