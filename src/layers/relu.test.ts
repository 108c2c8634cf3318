import { expect, test } from 'vitest';
import { alone } from '../../test/support/one-layer.ts';
import { relu } from './relu.ts';

test.each(['js64', 'js', 'wasm'] as const)('at 0 and -0 the derivative is 0, on %s', (name) => {
  const { y, dX } = alone(relu(), [6], name).run([[0, -0, 1e-30, -1e-30, 3, -3]], [[1, 1, 1, 1, -2, 1]]);
  expect(y.gt(0).toArray()).toEqual([[0, 0, 1, 0, 1, 0]]);
  expect(dX!.abs().toArray()).toEqual([[0, 0, 1, 0, 2, 0]]);
  expect(dX!.toArray()).toEqual([[0, 0, 1, 0, -2, 0]].map((r) => r.map((v) => expect.closeTo(v, 12))));
});

test('any shape passes through', () => {
  expect(alone(relu(), [2, 3, 1]).outputShape).toEqual([2, 3, 1]);
});

test('NaN is not hidden', () => {
  expect(
    alone(relu(), [1])
      .run([[Number.NaN]], [[1]])
      .y.toArray(),
  ).toEqual([[Number.NaN]]);
});
