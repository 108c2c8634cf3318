import { fused } from '../tensor/fuse.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Layer } from './layer.ts';

const rectify = fused('relu', (x: Tensor) => x.relu()); // (1)
const gate = fused('relu.backward', (dY: Tensor, x: Tensor) => dY.mul(x.gt(0))); // dX = dY where x > 0   (2)

/** y = max(x, 0), of any shape; the derivative at 0 is taken as 0.  Nair & Hinton 2010. Derivation: ./relu.md */
export function relu(): Layer<{ x: Tensor }> {
  return {
    name: 'relu',
    config: {},
    init: (_, input) => input,

    forward(_, x) {
      return { y: rectify(x), cache: { x } }; // (1)
    },

    backward(_, dY, { x }) {
      return gate(dY, x); // (2)
    },
  };
}
