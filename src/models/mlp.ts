import { flatten } from '../layers/flatten.ts';
import type { InitName } from '../layers/initializers.ts';
import type { AnyLayer, Layer } from '../layers/layer.ts';
import { linear } from '../layers/linear.ts';
import { relu } from '../layers/relu.ts';
import { sequential } from './sequential.ts';

export interface MlpOptions {
  /** Widths of the hidden layers. */
  readonly hidden: readonly number[];
  readonly outputs: number;
  /** Of every layer; default `he`. */
  readonly init?: InitName;
  /** Of the last layer; default as the others. */
  readonly outputInit?: InitName;
  /** Starting bias of the last layer, e.g. the log of the classes' shares. */
  readonly outputBias?: readonly number[];
  /** Put a flatten() first, for examples of more than one dimension. */
  readonly flatten?: boolean;
}

/** linear, ReLU, linear, ReLU ... linear: the multilayer perceptron of the course, ending in logits. */
export function mlp(options: MlpOptions): Layer {
  const init = options.init ?? 'he';
  const layers: AnyLayer[] = options.flatten ? [flatten()] : [];
  for (const width of options.hidden) layers.push(linear(width, { init }), relu());
  layers.push(linear(options.outputs, { init: options.outputInit ?? init, bias: options.outputBias }));
  return sequential(...layers);
}
