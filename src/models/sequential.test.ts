import { expect, test } from 'vitest';
import { alone, code } from '../../test/support/one-layer.ts';
import type { AnyLayer } from '../layers/layer.ts';
import { linear } from '../layers/linear.ts';
import { relu } from '../layers/relu.ts';
import { tanh } from '../layers/tanh.ts';
import { power, scaleShift } from '../verify/exemplars.ts';
import { sequential } from './sequential.ts';

test('layers in order, their gradients in reverse', () => {
  const f = alone(sequential(power({ power: 2 }), scaleShift({ start: 3 })), [2]); // 3 x^2
  const { y, dX } = f.run([[1, -2]], [[1, 10]]);
  expect(y.toArray()).toEqual([[3, 12]]);
  expect(dX!.toArray()).toEqual([[6, -120]]);
  const g = alone(sequential(scaleShift({ start: 3 }), power({ power: 2 })), [2]); // (3 x)^2
  expect(g.run([[1, -2]], [[1, 10]]).y.toArray()).toEqual([[9, 36]]);
});

test('nesting changes names and nothing else', () => {
  const flat = alone(sequential(scaleShift({ start: 2 }), tanh(), scaleShift({ start: 5 })), [3]);
  const nested = alone(
    sequential(sequential(scaleShift({ start: 2 }), tanh()), sequential(scaleShift({ start: 5 }))),
    [3],
  );
  expect(flat.parameters.names).toEqual(['l.0.gain', 'l.0.bias', 'l.2.gain', 'l.2.bias']);
  expect(nested.parameters.names).toEqual(['l.0.0.gain', 'l.0.0.bias', 'l.1.0.gain', 'l.1.0.bias']);
  const [x, dY] = [[[0.1, -0.7, 2]], [[1, 2, 3]]];
  const [a, b] = [flat.run(x, dY), nested.run(x, dY)];
  expect(a.y.toArray()).toEqual(b.y.toArray());
  expect(a.dX!.toArray()).toEqual(b.dX!.toArray());
  expect(flat.parameters.gradient('l.0.gain').toArray()).toEqual(nested.parameters.gradient('l.0.0.gain').toArray());
});

test('no layers at all: what comes in goes out', () => {
  const { y, dX } = alone(sequential(), [2]).run([[1, 2]], [[3, 4]]);
  expect([y.toArray(), dX!.toArray()]).toEqual([[[1, 2]], [[3, 4]]]);
});

test('only the first layer is spared its dX', () => {
  const wanted: boolean[] = [];
  const watch = (layer: AnyLayer): AnyLayer => ({
    ...layer,
    backward(ctx, dY, cache) {
      wanted.push(ctx.wantsInputGrad);
      return layer.backward(ctx, dY, cache);
    },
  });
  const net = sequential(watch(linear(2)), watch(relu()), sequential(watch(linear(2)), watch(linear(1))));
  expect(alone(net, [3], 'js64', false).run([[1, 2, 3]], [[1]]).dX).toBeNull();
  expect(wanted).toEqual([true, true, true, false]);
});

test('a layer that cannot follow is named by its path', () => {
  expect(() => alone(sequential(linear(2), sequential(relu(), linear(3))), [2, 2])).toThrow(
    expect.objectContaining({ code: 'NF1101', where: 'layer l.0 linear' }),
  );
  expect(() => alone(linear(2), [])).toThrow(code('NF1101'));
});
