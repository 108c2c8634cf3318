import { expect, test } from 'vitest';
import { alone, code } from '../../test/support/one-layer.ts';
import { leakyRelu } from './leaky-relu.ts';
import { relu } from './relu.ts';

test.each(['js64', 'js', 'wasm'] as const)('at 0 the derivative is the slope, on %s', (name) => {
  const { y, dX } = alone(leakyRelu(0.25), [4], name).run([[0, -0, 2, -2]], [[1, 2, 3, 4]]);
  expect(y.add(0).toArray()).toEqual([[0, 0, 2, -0.5]]);
  expect(dX!.toArray()).toEqual([[0.25, 0.5, 3, 1]]);
});

test('with slope 0 it is ReLU', () => {
  const [x, dY] = [[[1.5, -2, 0.1, -0.1]], [[1, 2, 3, 4]]];
  const ours = alone(leakyRelu(0), [4]).run(x, dY);
  const theirs = alone(relu(), [4]).run(x, dY);
  expect(ours.y.add(0).toArray()).toEqual(theirs.y.toArray());
  expect(ours.dX!.toArray()).toEqual(theirs.dX!.toArray());
});

test('the slope is part of the configuration, 0.01 by default', () => {
  expect(leakyRelu().config).toEqual({ slope: 0.01 });
  expect(leakyRelu(0.3).config).toEqual({ slope: 0.3 });
});

test.each([-0.01, 1, 2, Number.NaN, Infinity])('refuses slope %d', (slope) => {
  expect(() => leakyRelu(slope)).toThrow(code('NF4102'));
});
