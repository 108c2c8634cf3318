import { expect, test } from 'vitest';
import { code } from '../../test/support/one-layer.ts';
import { backend } from '../backends/default.ts';
import { indices, tensor } from '../tensor/create.ts';
import { meanSquaredError } from './mean-squared-error.ts';

const place = { backend: backend('js64') };

test('the mean is over rows and columns', () => {
  const output = tensor(
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    undefined,
    place,
  );
  const y = tensor(
    [
      [1, 1],
      [1, 1],
      [1, 1],
    ],
    undefined,
    place,
  );
  const { loss, dOutput } = meanSquaredError().apply(output, { y });
  expect(loss.item()).toBeCloseTo((0 + 1 + 4 + 9 + 16 + 25) / 6, 14);
  expect(dOutput.mul(3).toArray()).toEqual([
    [0, 1],
    [2, 3],
    [4, expect.closeTo(5, 12)],
  ]);
});

test('whole numbers as targets', () => {
  const output = tensor([[1], [4]], undefined, place);
  expect(
    meanSquaredError()
      .apply(output, { y: indices([3, 4], place) })
      .loss.item(),
  ).toBe(2);
});

test('refuses targets of another shape', () => {
  const output = tensor([[1], [4]], undefined, place);
  expect(() => meanSquaredError().apply(output, { y: tensor([1, 4], undefined, place) })).toThrow(code('NF1113'));
  expect(() => meanSquaredError().apply(output, { y: tensor([[1, 4]], undefined, place) })).toThrow(code('NF1113'));
  expect(() => meanSquaredError().apply(output, { y: indices([1], place) })).toThrow(code('NF1113'));
});
