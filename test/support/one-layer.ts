import { expect } from 'vitest';
import { type BackendName, backend } from '../../src/backends/default.ts';
import type { Shape } from '../../src/core/shape.ts';
import { Declarations, Pass } from '../../src/layers/context.ts';
import type { AnyLayer, LayerContext } from '../../src/layers/layer.ts';
import { Parameters } from '../../src/layers/parameters.ts';
import { tensor } from '../../src/tensor/create.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';

export interface Alone {
  readonly parameters: Parameters;
  readonly ctx: LayerContext;
  readonly outputShape: Shape;
  /** One pass forward and back. */
  run(x: unknown, dY: unknown): { y: Tensor; dX: Tensor | null };
}

/** A layer at path `l` with parameters of its own. */
export function alone(layer: AnyLayer, input: Shape, name: BackendName = 'js64', wantsInputGrad = true): Alone {
  const place = { backend: backend(name) };
  const declared = new Declarations('l');
  const outputShape = layer.init(declared, input);
  const parameters = new Parameters(place.backend, declared.params, declared.buffers, 0);
  const pass = new Pass(parameters, 0);
  pass.wantsInputGrad = wantsInputGrad;
  const ctx = pass.context('l', null, true);
  const given = (v: unknown) =>
    typeof v === 'object' && v && 'storage' in v ? (v as Tensor) : tensor(v as number[][], undefined, place);
  return {
    parameters,
    ctx,
    outputShape,
    run(x, dY) {
      const { y, cache } = layer.forward(ctx, given(x));
      parameters.beginStep();
      const dX = layer.backward(ctx, given(dY), cache);
      parameters.collect();
      return { y, dX };
    },
  };
}

export function code(expected: string): unknown {
  return expect.objectContaining({ code: expected });
}
