import { expect, test } from 'vitest';
import { alone } from '../../test/support/one-layer.ts';
import { sigmoid } from './sigmoid.ts';
import { tanh } from './tanh.ts';

test.each(['js64', 'js', 'wasm'] as const)('finite on both sides, on %s', (name) => {
  const { y, dX } = alone(tanh(), [5], name).run([[-1000, 1000, 0, -Infinity, Infinity]], [[1, 1, 1, 1, 1]]);
  expect(y.toArray()).toEqual([[-1, 1, 0, -1, 1]]);
  expect(dX!.toArray()).toEqual([[0, 0, 1, 0, 0]]);
});

test('tanh x = 2 sigma(2x) - 1, and so for the derivatives', () => {
  const x = [-3, -0.7, -0.01, 0.2, 1.9];
  const dY = [[1, -2, 0.5, 3, 1]];
  const ours = alone(tanh(), [5]).run([x], dY);
  const theirs = alone(sigmoid(), [5]).run([x.map((v) => 2 * v)], dY);
  const [y, s] = [ours.y.dataSync(), theirs.y.dataSync()];
  const [dX, dS] = [ours.dX!.dataSync(), theirs.dX!.dataSync()];
  x.forEach((_, i) => {
    expect(y[i]).toBeCloseTo(2 * s[i] - 1, 14);
    expect(dX[i]).toBeCloseTo(4 * dS[i], 14);
  });
});
