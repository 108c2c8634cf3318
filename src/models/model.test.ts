import { describe, expect, test } from 'vitest';
import { code } from '../../test/support/one-layer.ts';
import { backend } from '../backends/default.ts';
import { linear } from '../layers/linear.ts';
import { relu } from '../layers/relu.ts';
import { crossEntropy } from '../losses/cross-entropy.ts';
import { meanSquaredError } from '../losses/mean-squared-error.ts';
import { sgd } from '../optim/sgd.ts';
import { Arena } from '../tensor/arena.ts';
import { indices, tensor } from '../tensor/create.ts';
import { energy, masked } from '../verify/exemplars.ts';
import { build } from './model.ts';
import { sequential } from './sequential.ts';

const place = { backend: backend('js64') };
const net = () => sequential(linear(5), relu(), linear(3));
const x = tensor(
  [
    [1, 2],
    [0.5, -1],
    [3, 0],
  ],
  undefined,
  place,
);
const y = indices([0, 2, 1], place);

describe('a model', () => {
  test('learns its batch', () => {
    const model = build(net(), { input: [2], loss: crossEntropy(), ...place });
    const [arena, optimizer] = [new Arena(place.backend), sgd(0.5)];
    const losses: number[] = [];
    for (let step = 0; step < 200; step++) {
      losses.push(model.computeGradients({ x, y }).loss.item());
      optimizer.step(model.parameters, arena);
      arena.reset();
    }
    expect(losses.at(-1)).toBeLessThan(0.05);
    const p = model.predict(x);
    expect(
      p
        .rowSum()
        .dataSync()
        .every((v: number) => Math.abs(v - 1) < 1e-12),
    ).toBe(true);
    expect(p.gt(0.9).toArray()).toEqual(y.oneHot(3).toArray());
  });

  test('with the same seed begins the same, on every backend', () => {
    const W = (name: 'js64' | 'js' | 'wasm', seed: number) => {
      const model = build(net(), { input: [2], loss: crossEntropy(), backend: backend(name), seed });
      return [...model.parameters.param('0.W').dataSync()].map((v) => Math.fround(v));
    };
    expect(W('js', 1)).toEqual(W('wasm', 1));
    W('js64', 1).forEach((v, i) => expect(v).toBeCloseTo(W('js', 1)[i], 6));
    expect(W('js64', 1)).not.toEqual(W('js64', 2));
  });

  test('evaluates in evaluation mode, computes gradients in training mode unless told', () => {
    const model = build(masked({ keep: 0.5 }), { input: [2], loss: meanSquaredError(), ...place });
    expect(model.forward(x).toArray()).toEqual(x.toArray());
    expect(model.computeGradients({ x, y: x }).loss.item()).toBeGreaterThan(0);
    expect(model.computeGradients({ x, y: x }, false).loss.item()).toBe(0);
  });

  test('adds auxiliary losses to its own, of this pass only', () => {
    const model = build(energy({ weight: 0.5 }), { input: [2], loss: meanSquaredError(), ...place });
    const expected = 0.5 * ((1 + 4 + 0.25 + 1 + 9) / 6) + 0.25 * (5.5 / 6) ** 2;
    for (let i = 0; i < 2; i++) expect(model.computeGradients({ x, y: x }).loss.item()).toBeCloseTo(expected, 13);
  });

  test('gradients do not pile up from pass to pass', () => {
    const model = build(net(), { input: [2], loss: crossEntropy(), ...place });
    model.computeGradients({ x, y });
    const once = [...model.parameters.gradients.dataSync()];
    model.computeGradients({ x, y });
    expect([...model.parameters.gradients.dataSync()]).toEqual(once);
  });

  test('refuses examples of another shape', () => {
    const model = build(net(), { input: [3], loss: crossEntropy(), ...place });
    expect(() => model.forward(x)).toThrow(
      expect.objectContaining({ code: 'NF1101', where: 'input', expected: '(B, 3)', got: '(3, 2)' }),
    );
    expect(() => build(net(), { input: [2, 2], loss: crossEntropy(), ...place })).toThrow(code('NF1101'));
  });
});
