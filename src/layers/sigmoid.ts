import { fused } from '../tensor/fuse.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Layer } from './layer.ts';

const slope = fused('sigmoid.backward', (dY: Tensor, y: Tensor) => dY.mul(y.mul(y.rsub(1)))); // dX = dY y (1 - y)   (2)

/** y = 1 / (1 + e^-x), of any shape, without overflow.  Derivation: ./sigmoid.md */
export function sigmoid(): Layer<{ y: Tensor }> {
  return {
    name: 'sigmoid',
    config: {},
    init: (_, input) => input,

    forward(_, x) {
      const y = x.sigmoid(); // (1)
      return { y, cache: { y } };
    },

    backward(_, dY, { y }) {
      return slope(dY, y); // (2)
    },
  };
}
