import { expect, test } from 'vitest';
import { alone } from '../../test/support/one-layer.ts';
import { sigmoid } from './sigmoid.ts';

test.each(['js64', 'js', 'wasm'] as const)('finite on both sides, where e^-x overflows, on %s', (name) => {
  const { y, dX } = alone(sigmoid(), [5], name).run([[-1000, 1000, 0, -Infinity, Infinity]], [[1, 1, 1, 1, 1]]);
  expect(y.toArray()).toEqual([[0, 1, 0.5, 0, 1]]);
  expect(dX!.toArray()).toEqual([[0, 0, 0.25, 0, 0]]);
});

test('sigma(-x) = 1 - sigma(x)', () => {
  const x = [0.1, 1, 3.3, 7, 20];
  const y = alone(sigmoid(), [10])
    .run([[...x, ...x.map((v) => -v)]], [new Array(10).fill(1)])
    .y.dataSync();
  x.forEach((_, i) => expect(y[i] + y[i + 5]).toBeCloseTo(1, 15));
});
