import { expect, test } from 'vitest';
import { alone } from '../../test/support/one-layer.ts';
import { mlp } from './mlp.ts';

test('the course’s network has 468,874 parameters, its teacher 2,395,210', () => {
  expect(alone(mlp({ hidden: [512, 128], outputs: 10 }), [784]).parameters.count).toBe(468_874);
  expect(alone(mlp({ hidden: [1200, 1200], outputs: 10 }), [784], 'wasm').parameters.count).toBe(2_395_210);
});

test('ReLU between layers, none after the last', () => {
  expect(Object.values(mlp({ hidden: [5, 4], outputs: 3 }).children!).map((l) => l.name)).toEqual([
    'linear',
    'relu',
    'linear',
    'relu',
    'linear',
  ]);
  expect(Object.values(mlp({ hidden: [], outputs: 3, flatten: true }).children!).map((l) => l.name)).toEqual([
    'flatten',
    'linear',
  ]);
});

test('initialization of all, of the last, and its bias', () => {
  const net = alone(mlp({ hidden: [4], outputs: 2, init: 'torch', outputInit: 'zero', outputBias: [1, -1] }), [3]);
  const limit = 1 / Math.sqrt(3);
  const W = net.parameters.param('l.0.W').dataSync();
  expect(W.every((v: number) => Math.abs(v) <= limit && v !== 0)).toBe(true);
  expect(
    net.parameters
      .param('l.0.b')
      .dataSync()
      .some((v: number) => v !== 0),
  ).toBe(true);
  expect(net.parameters.param('l.2.W').toArray()).toEqual(new Array(4).fill([0, 0]));
  expect(net.parameters.param('l.2.b').toArray()).toEqual([1, -1]);
});
