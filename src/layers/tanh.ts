import { fused } from '../tensor/fuse.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Layer } from './layer.ts';

const slope = fused('tanh.backward', (dY: Tensor, y: Tensor) => dY.mul(y.square().rsub(1))); // dX = dY (1 - y^2)   (2)

/** y = tanh x, of any shape.  Derivation: ./tanh.md */
export function tanh(): Layer<{ y: Tensor }> {
  return {
    name: 'tanh',
    config: {},
    init: (_, input) => input,

    forward(_, x) {
      const y = x.tanh(); // (1)
      return { y, cache: { y } };
    },

    backward(_, dY, { y }) {
      return slope(dY, y); // (2)
    },
  };
}
