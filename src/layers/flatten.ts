import { type Shape, sizeOf } from '../core/shape.ts';
import type { Layer } from './layer.ts';

/** x (B, ...) -> y (B, product of the rest): a view, nothing is copied.  Derivation: ./flatten.md */
export function flatten(): Layer<{ shape: Shape }> {
  return {
    name: 'flatten',
    config: {},
    init: (_, input) => [sizeOf(input)],

    forward(_, x) {
      return { y: x.reshape(x.rows, x.cols), cache: { shape: x.shape } }; // (1)
    },

    backward(_, dY, { shape }) {
      return dY.reshape(...shape); // (2)
    },
  };
}
