import { type BackendName, backend } from '../../src/backends/default.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { breastCancer } from '../../src/data/embedded/breast-cancer.ts';
import { digits } from '../../src/data/embedded/digits.ts';
import { iris } from '../../src/data/embedded/iris.ts';
import { Loader } from '../../src/data/loader.ts';
import { fitScaling, type ScalingKind } from '../../src/data/scaling.ts';
import type { AnyLayer } from '../../src/layers/layer.ts';
import { leakyRelu } from '../../src/layers/leaky-relu.ts';
import { linear } from '../../src/layers/linear.ts';
import { relu } from '../../src/layers/relu.ts';
import { softmax } from '../../src/layers/softmax.ts';
import { crossEntropy } from '../../src/losses/cross-entropy.ts';
import { crossEntropyFromProbabilities } from '../../src/losses/cross-entropy-from-probabilities.ts';
import type { Loss } from '../../src/losses/loss.ts';
import { meanSquaredError } from '../../src/losses/mean-squared-error.ts';
import { valuesOf } from '../../src/losses/targets.ts';
import { mlp } from '../../src/models/mlp.ts';
import { build, type Model } from '../../src/models/model.ts';
import { sequential } from '../../src/models/sequential.ts';
import type { Optimizer } from '../../src/optim/optimizer.ts';
import { sgd } from '../../src/optim/sgd.ts';
import { classesTable, dense, elementwise, momentum, tableOf, valuesTable } from './ingredients.ts';

/** A run that goes wrong for one known reason. The truths were written down before the ranking was made. */
export interface Planted {
  readonly name: string;
  /** The cause that the autopsy is to name first; one of several where words differ for one thing. */
  readonly truth: string;
  run(): Run;
}

export interface Run {
  readonly model: Model;
  readonly train: Loader;
  readonly optimizer: Optimizer;
  readonly batch?: number | 'full';
  readonly epochs: number;
}

interface Parts {
  readonly data: Dataset;
  readonly layer: AnyLayer;
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  readonly scale?: ScalingKind;
  readonly on?: BackendName;
  readonly batch?: number | 'full';
  readonly epochs?: number;
}

export function runOf({ data, layer, loss, optimizer, scale = 'none', on = 'wasm', batch, epochs = 30 }: Parts): Run {
  const where = backend(on);
  const input = [data.exampleShape.reduce((n, d) => n * d, 1)];
  const model = build(layer, { input, loss, backend: where });
  const train = new Loader(data, { scaling: fitScaling(scale, data), backend: where });
  return { model, train, optimizer, batch, epochs };
}

const times = (data: Dataset, factor: number): Dataset => {
  return { ...data, x: Float64Array.from(data.x, (v) => v * factor), maxValue: undefined };
};
const withValue = (data: Dataset, at: number, value: number): Dataset => {
  return { ...data, x: Float64Array.from(data.x, (v, i) => (i === at ? value : v)), maxValue: undefined };
};

/** mean((o - y)^2) whose author forgot to divide the gradient by the number of rows. */
const sumOfSquares: Loss = {
  ...meanSquaredError(),
  name: 'mean-squared-error of my own',
  apply(output, batch) {
    const d = output.sub(valuesOf('own', output, batch));
    return { loss: d.square().mean(), dOutput: d.mul(2) };
  },
};

/** (x - mean) / sd of each column, as one writes it in a hurry: a constant column divides 0 by 0. */
function standardizedByHand(data: Dataset): Dataset {
  const features = data.exampleShape[0];
  const x = Float64Array.from(data.x);
  for (let j = 0; j < features; j++) {
    let [mean, square] = [0, 0];
    for (let i = 0; i < data.count; i++) mean += x[i * features + j] / data.count;
    for (let i = 0; i < data.count; i++) square += (x[i * features + j] - mean) ** 2 / data.count;
    for (let i = 0; i < data.count; i++) x[i * features + j] = (x[i * features + j] - mean) / Math.sqrt(square);
  }
  return { ...data, x };
}

/** x / (sum of each row): a row of zeros divides by zero. */
const shares = elementwise(
  'shares',
  (x) => x.div(x.rowSum()),
  (x) => x.mul(0).add(1).div(x.rowSum()), // the sum taken as constant
);

const deep = (layers: number, width: number, sd: number): AnyLayer[] =>
  Array.from({ length: layers }, () => [dense(width, sd), relu()]).flat();

export const planted: readonly Planted[] = [
  {
    name: 'rate x 100: regression, mlp:64',
    truth: 'learning-rate',
    run: () =>
      runOf({
        data: valuesTable(400, 8),
        layer: mlp({ hidden: [64], outputs: 1 }),
        loss: meanSquaredError(),
        optimizer: sgd(1),
      }),
  },
  {
    name: 'rate x 100: digits, linear network under a squared error, js',
    truth: 'learning-rate',
    run: () =>
      runOf({
        data: { ...digits(), y: Float64Array.from(digits().y, (v) => v / 9), classNames: undefined },
        layer: sequential(linear(32), linear(1)),
        loss: meanSquaredError(),
        optimizer: sgd(10),
        scale: 'unit',
        on: 'js',
      }),
  },
  {
    name: 'rate x 100: digits, mlp:128,64,32 and one-hot targets under a squared error',
    truth: 'learning-rate',
    run: () =>
      runOf({
        data: digits(),
        layer: mlp({ hidden: [128, 64, 32], outputs: 10 }),
        loss: { ...meanSquaredError(), apply: (o, b) => meanSquaredError().apply(o, { y: oneHot(b.y, 10) }) },
        optimizer: sgd(10),
        scale: 'unit',
      }),
  },
  {
    name: 'NaN in row 17',
    truth: 'data-row',
    run: () =>
      runOf({
        data: withValue(digits(), 17 * 64 + 5, Number.NaN),
        layer: mlp({ hidden: [32], outputs: 10 }),
        loss: crossEntropy(),
        optimizer: sgd(0.01),
      }),
  },
  {
    name: 'Infinity in a row, found late in the epoch, js',
    truth: 'data-row',
    run: () =>
      runOf({
        data: withValue(classesTable(500, 6, 3), 123 * 6 + 2, Infinity),
        layer: mlp({ hidden: [16], outputs: 3 }),
        loss: crossEntropy(),
        optimizer: sgd(0.05),
        on: 'js',
      }),
  },
  {
    name: 'unscaled input, 0 to 255, squared error',
    truth: 'unscaled-input',
    run: () =>
      runOf({
        data: times({ ...digits(), y: Float64Array.from(digits().y, (v) => v / 9), classNames: undefined }, 255 / 16),
        layer: mlp({ hidden: [64], outputs: 1 }),
        loss: meanSquaredError(),
        optimizer: sgd(0.01),
      }),
  },
  {
    name: 'unscaled input, features up to 1e4, regression with momentum .9',
    truth: 'unscaled-input',
    run: () => {
      const raw = breastCancer();
      return runOf({
        data: { ...raw, y: Float64Array.from(raw.y), classNames: undefined },
        layer: mlp({ hidden: [32, 16], outputs: 1 }),
        loss: meanSquaredError(),
        optimizer: momentum(0.01, 0.9),
      });
    },
  },
  {
    name: 'zero variance in a standardization by hand',
    truth: 'zero-variance',
    run: () =>
      runOf({
        data: standardizedByHand({ ...digits(), exampleShape: [64] }),
        layer: mlp({ hidden: [32], outputs: 10 }),
        loss: crossEntropy(),
        optimizer: sgd(0.1),
      }),
  },
  {
    name: 'exploding init: sd 10 in a deep network',
    truth: 'initialization',
    run: () =>
      runOf({
        data: valuesTable(300, 20),
        layer: sequential(...deep(5, 64, 10), dense(1, 10)),
        loss: meanSquaredError(),
        optimizer: sgd(0.001),
      }),
  },
  {
    name: 'exploding init: sd 1 in sixteen layers of 64',
    truth: 'initialization',
    run: () =>
      runOf({
        data: classesTable(300, 20, 4),
        layer: sequential(...deep(16, 64, 1), linear(4)),
        loss: crossEntropy(),
        optimizer: sgd(0.01),
      }),
  },
  {
    name: 'log of zero: a saturated softmax under a loss of probabilities',
    truth: 'log-of-zero',
    run: () =>
      runOf({
        data: iris(),
        layer: sequential(
          linear(16),
          relu(),
          linear(3),
          elementwise(
            'sharpen',
            (x) => x.mul(300),
            (x) => x.mul(0).add(300),
          ),
          softmax(),
        ),
        loss: crossEntropyFromProbabilities(),
        optimizer: sgd(0.001),
        scale: 'standard',
      }),
  },
  {
    name: 'a log of one’s own of activations that reach zero',
    truth: 'log-of-zero',
    run: () =>
      runOf({
        data: classesTable(300, 8, 3),
        layer: sequential(
          linear(16),
          relu(),
          elementwise(
            'log-features',
            (x) => x.log(),
            (x) => x.reciprocal(),
          ),
          linear(3),
        ),
        loss: crossEntropy(),
        optimizer: sgd(0.01),
      }),
  },
  {
    name: 'a backward with the wrong sign',
    truth: 'wrong-gradient',
    run: () =>
      runOf({
        data: valuesTable(400, 8),
        layer: sequential(
          dense(16, 0.5),
          relu(),
          dense(1, 0.25, (dW) => dW.neg()),
        ),
        loss: meanSquaredError(),
        optimizer: sgd(0.05),
        epochs: 200,
      }),
  },
  {
    name: 'a loss of one’s own without 1/B',
    truth: 'wrong-gradient',
    run: () =>
      runOf({
        data: valuesTable(512, 16),
        layer: mlp({ hidden: [32], outputs: 1 }),
        loss: sumOfSquares,
        optimizer: sgd(0.02),
        batch: 256,
      }),
  },
  {
    name: 'the slope of a square root at zero',
    truth: 'division-by-zero',
    run: () =>
      runOf({
        data: classesTable(300, 8, 3),
        layer: sequential(
          linear(16),
          relu(),
          elementwise(
            'root',
            (x) => x.sqrt(),
            (x) => x.sqrt().mul(2).reciprocal(),
          ),
          linear(3),
        ),
        loss: crossEntropy(),
        optimizer: sgd(0.01),
        on: 'js',
      }),
  },
  {
    name: 'division by zero: a row of zeros, normalized by its sum',
    truth: 'division-by-zero',
    run: () =>
      runOf({
        data: tableOf(
          classesTable(300, 8, 3, (x) => x.fill(0, 57 * 8, 58 * 8)).x.map((v) => Math.abs(v)),
          classesTable(300, 8, 3).y,
          8,
          ['a', 'b', 'c'],
        ),
        layer: sequential(shares, linear(16), relu(), linear(3)),
        loss: crossEntropy(),
        optimizer: sgd(0.01),
      }),
  },
  {
    name: 'exp overflow in a layer of one’s own',
    truth: 'exp-overflow',
    run: () =>
      runOf({
        data: classesTable(300, 8, 3),
        layer: sequential(
          linear(16),
          elementwise(
            'gain',
            (x) => x.mul(30).exp(),
            (x) => x.mul(30).exp().mul(30),
          ),
          linear(3),
        ),
        loss: crossEntropy(),
        optimizer: sgd(1e-4),
      }),
  },
  {
    name: 'regression with unscaled targets (house prices)',
    truth: 'unscaled-target',
    run: () =>
      runOf({
        data: valuesTable(400, 8, { scale: 1e5, offset: 3e5 }),
        layer: sequential(linear(64), leakyRelu(0.1), linear(32), leakyRelu(0.1), linear(1)),
        loss: meanSquaredError(),
        optimizer: sgd(0.01),
      }),
  },
  {
    name: 'one row of 1e30',
    truth: 'outlier-row',
    run: () =>
      runOf({
        data: withValue(valuesTable(400, 8), 201 * 8 + 3, 1e30),
        layer: mlp({ hidden: [32], outputs: 1 }),
        loss: meanSquaredError(),
        optimizer: sgd(0.01),
      }),
  },
  {
    name: 'momentum of .999 at a rate that .9 bears',
    truth: 'momentum',
    run: () =>
      runOf({
        data: valuesTable(400, 8),
        layer: mlp({ hidden: [64], outputs: 1 }),
        loss: meanSquaredError(),
        optimizer: momentum(0.04, 0.999),
      }),
  },
];

function oneHot(y: unknown, classes: number) {
  return (y as { oneHot(n: number): ReturnType<Loss['predict']> }).oneHot(classes);
}
