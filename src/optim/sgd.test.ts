import { expect, test } from 'vitest';
import { code } from '../../test/support/one-layer.ts';
import { backend } from '../backends/default.ts';
import { values } from '../layers/initializers.ts';
import { Parameters } from '../layers/parameters.ts';
import { Arena } from '../tensor/arena.ts';
import { sgd } from './sgd.ts';

test.each(['js64', 'js', 'wasm'] as const)('a constant gradient moves by lr g a step, on %s', (name) => {
  const b = backend(name);
  const p = new Parameters(b, [{ path: 'theta', shape: [2], initializer: values([1, -2]) }], [], 0);
  const arena = new Arena(b);
  const optimizer = sgd(0.25);
  p.gradient('theta').set([2, -1]);
  for (let t = 0; t < 3; t++) optimizer.step(p, arena);
  expect(p.param('theta').toArray()).toEqual([-0.5, -1.25]);
  expect(p.gradient('theta').toArray()).toEqual([2, -1]);
  expect(optimizer.steps).toBe(3);
  arena.dispose();
  p.dispose();
});

test.each([0, -0.1, Number.NaN, Infinity])('refuses the learning rate %d', (lr) => {
  expect(() => sgd(lr)).toThrow(code('NF4103'));
});
