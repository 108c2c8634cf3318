import { NeuroForgeError } from '../core/errors.ts';
import { flatten } from '../layers/flatten.ts';
import type { InitName } from '../layers/initializers.ts';
import type { AnyLayer, Config, LayerRegistry } from '../layers/layer.ts';
import { leakyRelu } from '../layers/leaky-relu.ts';
import { linear } from '../layers/linear.ts';
import { relu } from '../layers/relu.ts';
import { sigmoid } from '../layers/sigmoid.ts';
import { softmax } from '../layers/softmax.ts';
import { tanh } from '../layers/tanh.ts';
import { sequential } from './sequential.ts';

/** A layer with its children as plain JSON: what a model file says of the architecture. */
export interface LayerDescription {
  readonly layer: string;
  readonly config: Config;
  readonly children?: Readonly<Record<string, LayerDescription>>;
}

/** The library's layers by name. */
export const layers: LayerRegistry = {
  linear: (c) => linear(c.outputs as number, { init: c.init as InitName }),
  relu: () => relu(),
  'leaky-relu': (c) => leakyRelu(c.slope as number),
  sigmoid: () => sigmoid(),
  tanh: () => tanh(),
  softmax: () => softmax(),
  flatten: () => flatten(),
};

export function describe(layer: AnyLayer): LayerDescription {
  const { name, config, children } = layer;
  if (!children) return { layer: name, config };
  return {
    layer: name,
    config,
    children: Object.fromEntries(Object.entries(children).map(([k, child]) => [k, describe(child)])),
  };
}

/** The layer that `description` names, from the library or from `own`; throws NF2401 if neither has it. */
export function assemble(description: LayerDescription, own: LayerRegistry = {}): AnyLayer {
  const { layer, config, children } = description;
  if (layer === 'sequential') {
    return sequential(...Object.values(children ?? {}).map((child) => assemble(child, own)));
  }
  const known = Object.hasOwn(own, layer) ? own : layers;
  if (!Object.hasOwn(known, layer)) {
    throw new NeuroForgeError('NF2401', `the model has a layer "${layer}" that is not known here`, {
      expected: [...Object.keys(layers), ...Object.keys(own)].join(', '),
      got: layer,
      hint: 'pass the layer of your own in the registry: { layers: { name: factory } }',
    });
  }
  return known[layer](config);
}
