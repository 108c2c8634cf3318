import { describe, expect, test } from 'vitest';
import { backend } from '../backends/default.ts';
import { iris } from '../data/embedded/iris.ts';
import { Loader } from '../data/loader.ts';
import { crossEntropy } from '../losses/cross-entropy.ts';
import { mlp } from '../models/mlp.ts';
import { build } from '../models/model.ts';
import { Arena } from '../tensor/arena.ts';
import { probe } from './probe.ts';

describe.each(['js', 'wasm'] as const)('probe on %s', (name) => {
  const on = backend(name);
  const train = new Loader(iris(), { backend: on });
  const made = () =>
    build(mlp({ hidden: [6], outputs: 3 }), { input: [4], loss: crossEntropy(), backend: on, seed: 3 });

  test('the norm of all gradients on the first rows; parameters stay as they are', () => {
    const model = made();
    const before = model.parameters.snapshot();
    const { gradientNorm } = probe(model, train);
    expect(model.parameters.snapshot()).toEqual(before);
    const arena = new Arena(on, 'test');
    model.computeGradients(
      train.batch(
        Int32Array.from({ length: train.count }, (_, i) => i),
        arena,
      ),
      false,
    );
    const squares = model.parameters.names.flatMap((path) =>
      Array.from(model.parameters.gradient(path).dataSync(), (g) => g * g),
    );
    arena.dispose();
    expect(gradientNorm).toBeGreaterThan(0.1);
    expect(gradientNorm).toBeCloseTo(Math.sqrt(squares.reduce((a, b) => a + b, 0)), 6);
  });

  test('units that are 0 on every row are dead', () => {
    const model = made();
    model.parameters.param('0.W').fill(0);
    model.parameters.param('0.b').set([-1, 1, -1, 1, 1, 1]);
    expect(probe(model, train).deadShare).toBeCloseTo(2 / 6, 12);
  });
});
