import { breastCancer } from '../../src/data/embedded/breast-cancer.ts';
import { digits } from '../../src/data/embedded/digits.ts';
import { iris } from '../../src/data/embedded/iris.ts';
import { Loader } from '../../src/data/loader.ts';
import { fitScaling } from '../../src/data/scaling.ts';
import { leakyRelu } from '../../src/layers/leaky-relu.ts';
import { linear } from '../../src/layers/linear.ts';
import { relu } from '../../src/layers/relu.ts';
import { tanh } from '../../src/layers/tanh.ts';
import { crossEntropy } from '../../src/losses/cross-entropy.ts';
import type { Loss } from '../../src/losses/loss.ts';
import { meanSquaredError } from '../../src/losses/mean-squared-error.ts';
import { labelsOf } from '../../src/losses/targets.ts';
import { mlp } from '../../src/models/mlp.ts';
import { sequential } from '../../src/models/sequential.ts';
import { sgd } from '../../src/optim/sgd.ts';
import { classesTable, elementwise, momentum, valuesTable } from './ingredients.ts';
import { type Planted, runOf } from './planted.ts';

/** Cross-entropy as one writes it from the formula: no maximum taken off. */
const naiveSoftmax: Loss = {
  ...crossEntropy(),
  name: 'softmax by hand',
  apply(z, batch) {
    const y = labelsOf('own', z, batch).oneHot(z.cols);
    const e = z.exp();
    const p = e.div(e.rowSum());
    return { loss: p.mul(y).rowSum().log().mean().neg(), dOutput: p.sub(y).div(z.rows) };
  },
};

/** Each row less its mean, over its standard deviation, without an epsilon. */
const normalizeRows = elementwise(
  'normalize-rows',
  (x) => x.sub(x.rowMean()).div(x.sub(x.rowMean()).square().rowMean().sqrt()),
  (x) => x.mul(0).add(1), // for a first layer, whose dX nobody reads
);

/** Written down after the ranking was made for {@link planted}, and never tuned for. */
export const heldOut: readonly Planted[] = [
  {
    name: 'a scaling whose author divided by a range of zero',
    truth: 'zero-variance',
    run() {
      const run = runOf({
        data: digits(),
        layer: mlp({ hidden: [32], outputs: 10 }),
        loss: crossEntropy(),
        optimizer: sgd(0.1),
      });
      const { offset } = fitScaling('standard', digits());
      const range = offset.map((_, j) => Math.max(...Array.from({ length: 100 }, (_, i) => digits().x[i * 64 + j])));
      const scaling = { kind: 'standard' as const, offset, factor: range.map((r) => 1 / r) };
      return { ...run, train: new Loader(digits(), { scaling, backend: run.model.backend }) };
    },
  },
  {
    name: 'NaN as the value to predict of row 40',
    truth: 'data-row',
    run: () =>
      runOf({
        data: valuesTable(400, 8, { edit: (_, y) => void (y[40] = Number.NaN) }),
        layer: mlp({ hidden: [16], outputs: 1 }),
        loss: meanSquaredError(),
        optimizer: sgd(0.01),
      }),
  },
  {
    name: 'rate x 100 with momentum .9',
    truth: 'learning-rate',
    run: () =>
      runOf({
        data: valuesTable(500, 12),
        layer: sequential(linear(32), leakyRelu(0.1), linear(1)),
        loss: meanSquaredError(),
        optimizer: momentum(1, 0.9),
      }),
  },
  {
    name: 'rows normalized without an epsilon, one of them constant',
    truth: 'division-by-zero',
    run: () =>
      runOf({
        data: classesTable(300, 8, 3, (x) => x.fill(2, 100 * 8, 101 * 8)),
        layer: sequential(normalizeRows, linear(16), relu(), linear(3)),
        loss: crossEntropy(),
        optimizer: sgd(0.05),
        on: 'js',
      }),
  },
  {
    name: 'a softmax by hand without its maximum taken off, pixels of 0 to 16',
    truth: 'exp-overflow',
    run: () =>
      runOf({
        data: digits(),
        layer: sequential(linear(10)),
        loss: naiveSoftmax,
        optimizer: sgd(0.05),
        scale: 'none',
      }),
  },
  {
    name: 'an activation of one’s own in the middle whose backward has the wrong sign',
    truth: 'wrong-gradient',
    run: () =>
      runOf({
        data: valuesTable(400, 8),
        layer: sequential(
          linear(32),
          elementwise(
            'soft-leak',
            (x) => x.mul(0.5).add(x.relu()),
            (x) => x.gt(0).add(0.5).neg(),
          ),
          linear(1),
        ),
        loss: meanSquaredError(),
        optimizer: sgd(0.1),
        epochs: 100,
      }),
  },
  {
    name: 'weights multiplied by 1e9 after building',
    truth: 'initialization',
    run() {
      const run = runOf({
        data: breastCancer(),
        layer: mlp({ hidden: [32, 32, 32], outputs: 2 }),
        loss: crossEntropy(),
        optimizer: sgd(0.1),
        scale: 'standard',
      });
      for (const name of run.model.parameters.names) {
        const p = run.model.parameters.param(name);
        p.set(p.mul(1e9));
      }
      return run;
    },
  },
  {
    name: 'one target that is 1e24 times too large',
    truth: 'outlier-target',
    run: () =>
      runOf({
        data: valuesTable(400, 8, { offset: 3, edit: (_, y) => void (y[77] *= 1e24) }),
        layer: mlp({ hidden: [32], outputs: 1 }),
        loss: meanSquaredError(),
        optimizer: sgd(0.02),
      }),
  },
  {
    name: 'momentum typed as 1.05',
    truth: 'momentum',
    run: () =>
      runOf({
        data: { ...iris(), y: Float64Array.from(iris().y, (v) => v - 1), classNames: undefined },
        layer: sequential(linear(16), tanh(), linear(1)),
        loss: meanSquaredError(),
        optimizer: momentum(0.01, 1.05),
        scale: 'standard',
        epochs: 400,
      }),
  },
  {
    name: 'a schedule that jumps to 500 times the rate in the third epoch',
    truth: 'learning-rate',
    run: () =>
      runOf({
        data: valuesTable(800, 8),
        layer: mlp({ hidden: [64, 32], outputs: 1 }),
        loss: meanSquaredError(),
        optimizer: sgd((step) => (step < 60 ? 0.01 : 5)),
      }),
  },
];
