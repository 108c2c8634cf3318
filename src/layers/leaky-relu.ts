import { NeuroForgeError } from '../core/errors.ts';
import { fused } from '../tensor/fuse.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Layer } from './layer.ts';

const bent = fused('leaky-relu', (x: Tensor, slope: Tensor) => x.maximum(x.mul(slope))); // (1)
const bentBackward = fused('leaky-relu.backward', (dY: Tensor, x: Tensor, slope: Tensor) => {
  const derivative = x.gt(0).maximum(slope); // 1 where x > 0, else slope   (2)
  return dY.mul(derivative);
});

/**
 * y = x where x > 0, else slope x, of any shape; the derivative at 0 is the slope.  Maas, Hannun & Ng 2013.
 * Derivation: ./leaky-relu.md. Throws NF4102 unless 0 <= slope < 1.
 */
export function leakyRelu(slope = 0.01): Layer<{ x: Tensor }> {
  if (!(slope >= 0 && slope < 1)) {
    throw new NeuroForgeError('NF4102', 'leakyRelu: the slope must be at least 0 and below 1', {
      got: slope === undefined ? 'none' : String(slope),
    });
  }
  return {
    name: 'leaky-relu',
    config: { slope },
    init: (_, input) => input,

    forward(_, x) {
      return { y: bent(x, slope), cache: { x } }; // (1)
    },

    backward(_, dY, { x }) {
      return bentBackward(dY, x, slope); // (2)
    },
  };
}
