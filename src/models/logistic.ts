import type { InitName } from '../layers/initializers.ts';
import type { Layer } from '../layers/layer.ts';
import { linear } from '../layers/linear.ts';
import { sequential } from './sequential.ts';

/** One linear unit, whose logit says how likely the positive class is: for `binaryCrossEntropy`. Default init `zero`. */
export function logistic(options: { init?: InitName; bias?: number } = {}): Layer {
  return sequential(
    linear(1, { init: options.init ?? 'zero', bias: options.bias === undefined ? undefined : [options.bias] }),
  );
}
