import { breastCancer } from '../../src/data/embedded/breast-cancer.ts';
import { digits } from '../../src/data/embedded/digits.ts';
import { iris } from '../../src/data/embedded/iris.ts';
import { leakyRelu } from '../../src/layers/leaky-relu.ts';
import { linear } from '../../src/layers/linear.ts';
import { tanh } from '../../src/layers/tanh.ts';
import { binaryCrossEntropy } from '../../src/losses/binary-cross-entropy.ts';
import { crossEntropy } from '../../src/losses/cross-entropy.ts';
import { meanSquaredError } from '../../src/losses/mean-squared-error.ts';
import { logistic } from '../../src/models/logistic.ts';
import { mlp } from '../../src/models/mlp.ts';
import { sequential } from '../../src/models/sequential.ts';
import { sgd } from '../../src/optim/sgd.ts';
import { classesTable, elementwise, momentum, valuesTable } from './ingredients.ts';
import { type Run, runOf } from './planted.ts';

/** Runs that look frightening and are none: steep, saturated, unscaled, infinite in passing. */
export const healthy: readonly { readonly name: string; run(): Run }[] = [
  {
    name: 'logits in the thousands: unscaled inputs and a high rate under a stable loss',
    run: () =>
      runOf({
        data: breastCancer(),
        layer: logistic(),
        loss: binaryCrossEntropy(),
        optimizer: sgd(1),
        epochs: 5,
      }),
  },
  {
    name: 'a rate at the edge of what the loss bears',
    run: () =>
      runOf({
        data: digits(),
        layer: mlp({ hidden: [64], outputs: 10 }),
        loss: crossEntropy(),
        optimizer: sgd(0.8),
        scale: 'unit',
        epochs: 5,
      }),
  },
  {
    name: 'labels without sense, learned by heart',
    run: () => {
      const data = classesTable(100, 20, 4);
      return runOf({
        data: { ...data, y: Int32Array.from(data.y, (_, i) => (i * 7) % 4) },
        layer: mlp({ hidden: [64], outputs: 4 }),
        loss: crossEntropy(),
        optimizer: sgd(0.3),
        epochs: 60,
      });
    },
  },
  {
    name: 'an infinite number in passing: 1 / e^-x is 0 or 1 in the end',
    run: () =>
      runOf({
        data: classesTable(200, 8, 3),
        layer: sequential(
          linear(16),
          elementwise(
            'gate',
            (x) => x.mul(60).neg().exp().add(1).reciprocal(),
            (x) => x.sigmoid().mul(x.sigmoid().rsub(1)),
          ),
          linear(3),
        ),
        loss: crossEntropy(),
        optimizer: sgd(0.05),
        epochs: 10,
      }),
  },
  {
    name: 'ten layers of tanh from large weights',
    run: () =>
      runOf({
        data: iris(),
        layer: sequential(...Array.from({ length: 10 }, () => [linear(16), tanh()]).flat(), linear(3)),
        loss: crossEntropy(),
        optimizer: momentum(0.02, 0.95),
        scale: 'standard',
        epochs: 20,
      }),
  },
  {
    name: 'a tail of large targets that the rate bears, js',
    run: () =>
      runOf({
        data: valuesTable(300, 6, { edit: (_, y) => void (y[5] = 200) }),
        layer: sequential(linear(16), leakyRelu(0.1), linear(1)),
        loss: meanSquaredError(),
        optimizer: sgd(0.001),
        on: 'js',
        epochs: 10,
      }),
  },
];
