import { NeuroForgeError } from '../core/errors.ts';
import { formatShape } from '../core/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type InitName, initScheme, values } from './initializers.ts';
import type { Layer } from './layer.ts';

export interface LinearOptions {
  /** Default `he`. */
  readonly init?: InitName;
  /** A starting bias of `outputs` numbers instead of the scheme's, e.g. the log of the classes' shares. */
  readonly bias?: readonly number[];
}

/**
 * y = x W + b with x (B, D), W (D, H), b (H) -> y (B, H).  Derivation: ./linear.md
 * Throws NF1101 when the input is not one row of numbers an example.
 */
export function linear(outputs: number, options: LinearOptions = {}): Layer<{ x: Tensor }> {
  const scheme = initScheme(options.init ?? 'he');
  if (!Number.isInteger(outputs) || outputs < 1) {
    throw new NeuroForgeError('NF4102', 'linear: the number of outputs must be a whole number of at least 1', {
      got: outputs === undefined ? 'none' : String(outputs),
    });
  }
  return {
    name: 'linear',
    config: { outputs, init: options.init ?? 'he' },

    init(ctx, input) {
      if (input.length !== 1) {
        throw new NeuroForgeError('NF1101', `linear at ${ctx.path} takes rows of numbers`, {
          where: `layer ${ctx.path}`,
          expected: '(D) an example',
          got: formatShape(input),
          hint: 'put flatten() before it',
        });
      }
      const start = scheme(input[0], outputs);
      ctx.param('W', [input[0], outputs], start.W);
      ctx.param('b', [outputs], options.bias ? values(options.bias) : start.b);
      return [outputs];
    },

    forward(ctx, x) {
      const y = x.matmul(ctx.param('W')).add(ctx.param('b')); // (B, H) <- (B, D)(D, H) + (H)   (1)
      return { y, cache: { x } };
    },

    backward(ctx, dY, { x }) {
      const dX = ctx.wantsInputGrad ? dY.matmul(ctx.param('W').T) : null; // (B, D) <- (B, H)(H, D)   (2)
      ctx.grad('W').addProduct(x.T, dY); // (D, H) <- (D, B)(B, H)   (3)
      ctx.grad('b').add(dY.colSum()); // (H) <- (B, H)   (4)
      return dX;
    },
  };
}
