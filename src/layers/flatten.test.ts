import { expect, test } from 'vitest';
import { alone } from '../../test/support/one-layer.ts';
import { flatten } from './flatten.ts';

test('keeps the order of numbers, and gives the gradient its shape back', () => {
  const layer = alone(flatten(), [2, 3]);
  expect(layer.outputShape).toEqual([6]);
  const images = [
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
  ];
  const { y, dX } = layer.run(images, [[7, 8, 9, 10, 11, 12]]);
  expect(y.toArray()).toEqual([[1, 2, 3, 4, 5, 6]]);
  expect(dX!.toArray()).toEqual([
    [
      [7, 8, 9],
      [10, 11, 12],
    ],
  ]);
});

test('an example of one number becomes a row of one', () => {
  expect(alone(flatten(), []).outputShape).toEqual([1]);
  expect(alone(flatten(), []).run([3, 4], [[1], [2]]).y.shape).toEqual([2, 1]);
});
