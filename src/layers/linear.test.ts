import { describe, expect, test } from 'vitest';
import { product, someMatrix, transpose } from '../../test/naive.ts';
import { alone, code } from '../../test/support/one-layer.ts';
import { backend } from '../backends/default.ts';
import { zeros } from '../tensor/create.ts';
import { linear } from './linear.ts';

describe.each(['js64', 'js', 'wasm'] as const)('linear on %s', (name) => {
  const digits = name === 'js64' ? 12 : 4;

  test.each([
    [1, 1, 1],
    [3, 17, 5],
    [17, 65, 3],
  ])('(%i, %i) -> %i units is the formula, element by element', (B, D, H) => {
    const layer = alone(linear(H), [D], name);
    const [x, W, dY] = [someMatrix(B, D, 1), someMatrix(D, H, 2), someMatrix(B, H, 3)];
    const b = someMatrix(1, H, 4)[0];
    layer.parameters.param('l.W').set(W.flat());
    layer.parameters.param('l.b').set(b);
    const { y, dX } = layer.run(x, dY);
    const close = (ours: ArrayLike<number>, theirs: number[][]) =>
      theirs.flat().forEach((v, i) => expect(ours[i]).toBeCloseTo(v, digits));
    close(
      y.dataSync(),
      product(x, W, H).map((row) => row.map((v, j) => v + b[j])),
    );
    close(dX!.dataSync(), product(dY, transpose(W), D));
    close(layer.parameters.gradient('l.W').dataSync(), product(transpose(x), dY, H));
    close(layer.parameters.gradient('l.b').dataSync(), [b.map((_, j) => dY.reduce((s, row) => s + row[j], 0))]);
  });

  test('a batch without examples has gradient zero', () => {
    const layer = alone(linear(2), [3], name);
    layer.parameters.gradients.fill(9);
    const place = { backend: backend(name) };
    const { y, dX } = layer.run(zeros([0, 3], place), zeros([0, 2], place));
    expect([y.shape, dX!.shape]).toEqual([
      [0, 2],
      [0, 3],
    ]);
    expect(layer.parameters.gradient('l.W').toArray()).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    expect(layer.parameters.gradient('l.b').toArray()).toEqual([0, 0]);
  });
});

test('no dX where nobody wants one', () => {
  expect(alone(linear(2), [3], 'js64', false).run([[1, 2, 3]], [[1, 1]]).dX).toBeNull();
});

test('refuses what is no row of numbers, and names the layer', () => {
  expect(() => alone(linear(2), [2, 3])).toThrow(code('NF1101'));
  expect(() => alone(linear(2), [2, 3])).toThrow(
    expect.objectContaining({ where: 'layer l', got: '(2, 3)', hint: expect.stringContaining('flatten') }),
  );
  expect(() => alone(linear(2), [3]).run([[1, 2]], [[1, 1]])).toThrow(code('NF1101'));
});

test.each([0, -1, 1.5, Number.NaN, Infinity])('refuses %d outputs', (outputs) => {
  expect(() => linear(outputs)).toThrow(code('NF4102'));
});

test('refuses an unknown initialization, and a bias of another length', () => {
  expect(() => linear(2, { init: 'heh' as 'he' })).toThrow(code('NF4101'));
  expect(() => alone(linear(2, { bias: [1, 2, 3] }), [4])).toThrow(code('NF1105'));
});
