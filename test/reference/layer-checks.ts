import { Declarations, Pass } from '../../src/layers/context.ts';
import { flatten } from '../../src/layers/flatten.ts';
import type { AnyLayer } from '../../src/layers/layer.ts';
import { leakyRelu } from '../../src/layers/leaky-relu.ts';
import { linear } from '../../src/layers/linear.ts';
import { Parameters } from '../../src/layers/parameters.ts';
import { relu } from '../../src/layers/relu.ts';
import { sigmoid } from '../../src/layers/sigmoid.ts';
import { softmax, softmaxJacobian } from '../../src/layers/softmax.ts';
import { tanh } from '../../src/layers/tanh.ts';
import { Arena } from '../../src/tensor/arena.ts';
import { Held, place, type Read, type ReferenceCase, type ReferenceCheck } from './document.ts';

/** Layers against PyTorch: y, dX, dW, db, and softmax's Jacobian. */
export function layerChecks(read: Read): ReferenceCheck[] {
  const of = (file: string, make: (c: ReferenceCase) => AnyLayer) =>
    read(file).cases.map((c) => layerCheck(file, make(c), c));
  return [
    ...of('linear', (c) => linear(c.inputs.W.shape[1])),
    ...of('relu', () => relu()),
    ...of('leaky-relu', (c) => (c.options!.slope === 0.01 ? leakyRelu() : leakyRelu(c.options!.slope as number))),
    ...of('sigmoid', () => sigmoid()),
    ...of('tanh', () => tanh()),
    ...of('softmax', () => softmax()),
    ...read('softmax').cases.map(jacobianCheck),
    layerCheck('flatten', flatten(), flattened),
  ];
}

/** Row order, written out. */
const flattened: ReferenceCase = {
  name: '2 examples of (2, 3)',
  inputs: {
    x: { shape: [2, 2, 3], data: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] },
    dY: { shape: [2, 6], data: [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1] },
  },
  outputs: {
    y: { shape: [2, 6], data: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] },
    dX: { shape: [2, 2, 3], data: [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1] },
  },
};

function layerCheck(file: string, layer: AnyLayer, c: ReferenceCase): ReferenceCheck {
  return {
    of: file,
    name: `${file}: ${c.name}`,
    run(backend) {
      const { x, dY } = c.inputs;
      const arena = new Arena(backend, 'reference');
      const declared = new Declarations('l');
      layer.init(declared, x.shape.slice(1));
      const parameters = new Parameters(backend, declared.params, declared.buffers, 0);
      for (const name of ['W', 'b']) if (c.inputs[name]) parameters.param(`l.${name}`).set(c.inputs[name].data);
      const pass = new Pass(parameters, 0);
      pass.wantsInputGrad = true;
      const ctx = pass.context('l', null, true);

      const held = new Held(backend, c.inputs);
      const { y, cache } = layer.forward(ctx, place(arena, x));
      held.that('y', y, c.outputs.y);
      parameters.beginStep();
      // 1 - y and 1 - y^2 cancel where y is close to 1: there dX is right to a rounding of dY, not of itself
      const scale = c.name.startsWith('large') ? largest(dY.data) : 0;
      held.that('dX', layer.backward(ctx, place(arena, dY), cache), c.outputs.dX, scale);
      parameters.collect();
      for (const name of ['W', 'b']) {
        if (c.inputs[name]) held.that(`d${name}`, parameters.gradient(`l.${name}`), c.outputs[`d${name}`]);
      }
      parameters.dispose();
      arena.dispose();
      return held.comparisons;
    },
  };
}

function largest(numbers: readonly number[]): number {
  return numbers.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
}

function jacobianCheck(c: ReferenceCase): ReferenceCheck {
  return {
    of: 'softmax',
    name: `softmax, Jacobian: ${c.name}`,
    run(backend) {
      const arena = new Arena(backend, 'reference');
      const held = new Held(backend, c.inputs);
      const p = place(arena, c.inputs.x).softmax();
      const [rows, d] = p.shape;
      const ours = Array.from({ length: rows }, (_, i) => [...softmaxJacobian(p.rowRange(i, i + 1)).dataSync()]);
      held.numbers('jacobian', ours.flat(), c.outputs.jacobian.data);
      const ordinary = softmaxJacobian(p.rowRange(0, 1).keep());
      held.numbers(
        'jacobian of an ordinary tensor',
        ordinary.dataSync(),
        c.outputs.jacobian.data.slice(0, p.cols ** 2),
      );
      const dY = place(arena, c.inputs.dY);
      const dX = Array.from({ length: rows }, (_, i) => {
        return [
          ...dY
            .rowRange(i, i + 1)
            .matmul(softmaxJacobian(p.rowRange(i, i + 1)))
            .dataSync(),
        ]; // (1, D) <- (1, D)(D, D)
      });
      held.numbers(`dX by the Jacobian, (${rows}, ${d})`, dX.flat(), c.outputs.dX.data);
      arena.dispose();
      return held.comparisons;
    },
  };
}
