import { expect, test } from 'vitest';
import { momentum } from '../../test/autopsy/ingredients.ts';
import { backend } from '../backends/default.ts';
import { defineLayer } from '../layers/layer.ts';
import { linear } from '../layers/linear.ts';
import { relu } from '../layers/relu.ts';
import { crossEntropy } from '../losses/cross-entropy.ts';
import { sgd } from '../optim/sgd.ts';
import { mlp } from './mlp.ts';
import { build } from './model.ts';
import { sequential } from './sequential.ts';
import { modelSummary } from './summary.ts';

const options = { loss: crossEntropy(), backend: backend('wasm') };

test('the network of the mission: layers, memory and work', () => {
  const model = build(mlp({ hidden: [512, 128], outputs: 10 }), { ...options, input: [784] });
  const s = modelSummary(model, 32, sgd(0.1));
  expect(s.layers).toEqual([
    { path: '0', name: 'linear', output: [512], parameters: 784 * 512 + 512 },
    { path: '1', name: 'relu', output: [512], parameters: 0 },
    { path: '2', name: 'linear', output: [128], parameters: 512 * 128 + 128 },
    { path: '3', name: 'relu', output: [128], parameters: 0 },
    { path: '4', name: 'linear', output: [10], parameters: 1290 },
  ]);
  expect(s.parameters).toBe(model.parameters.count);
  const products = [784 * 512, 512 * 128, 128 * 10];
  expect(s.flops).toBe(2 * 32 * (3 * products.reduce((a, b) => a + b) - products[0]));
  expect(s.memory).toEqual({
    parameters: 4 * s.parameters,
    gradients: 0,
    optimizer: 0,
    activations: 4 * 32 * (784 + 512 + 512 + 128 + 128 + 10),
  });
  const other = modelSummary(model, 1, momentum(0.1, 0.9));
  expect(other.memory).toMatchObject({ gradients: 4 * s.parameters, optimizer: 4 * s.parameters });
  model.dispose();
});

test('networks within networks, and layers of one’s own that keep theirs to themselves', () => {
  const inner = linear(3);
  const shy = defineLayer<Record<never, never>, never>('shy', {
    init: (ctx, input) => inner.init(ctx.child('in'), input),
    forward: (ctx, x) => inner.forward(ctx.child('in'), x) as { y: typeof x; cache: never },
    backward: (ctx, dY, cache) => inner.backward(ctx.child('in'), dY, cache),
  });
  const model = build(sequential(sequential(linear(4), relu()), shy()), { ...options, input: [2] });
  const { layers, flops } = modelSummary(model, 10);
  expect(layers).toEqual([
    { path: '0.0', name: 'linear', output: [4], parameters: 12 },
    { path: '0.1', name: 'relu', output: [4], parameters: 0 },
    { path: '1', name: 'shy', output: [3], parameters: 15 },
  ]);
  expect(flops).toBe(10 * (2 * 2 * 8 + 3 * 2 * 12));
});

test('a layer that will not compute a row of zeros leaves the work open', () => {
  const picky = defineLayer<Record<never, never>, null>('picky', {
    forward() {
      throw new RangeError('zeros');
    },
    backward: (_, dY) => dY,
  });
  expect(modelSummary(build(picky(), { ...options, input: [2] }), 10).flops).toBeNull();
});
