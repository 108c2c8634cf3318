import type { Loader } from '../data/loader.ts';
import type { Model } from '../models/model.ts';
import { type Metrics, metricsOf, type Predictions } from './metrics.ts';

export interface EvaluateOptions {
  /** Rows computed at once; the result is the same to rounding for any. Default 1000. */
  readonly batch?: number;
  /** Probability from which a binary task predicts class 1. Default 0.5. */
  readonly threshold?: number;
}

export interface Evaluation {
  readonly metrics: Metrics;
  readonly predictions: Predictions;
}

/**
 * The whole data set in evaluation mode. Sums are float64 and each batch counts by its size, so a partial last batch
 * weighs no more than it should.
 */
export function evaluate(model: Model, loader: Loader, options: EvaluateOptions = {}): Evaluation {
  const { task } = model.loss;
  const outputs = model.outputShape[0];
  const classes = new Int32Array(task === 'regression' ? 0 : loader.count);
  const scores = new Float64Array(loader.count * outputs);
  const threshold = options.threshold ?? 0.5;
  let [lossSum, at] = [0, 0];
  for (const batch of loader.batches(Math.min(options.batch ?? 1000, loader.count), { shuffle: false })) {
    const output = model.forward(batch.x);
    lossSum += model.loss.apply(output, batch).loss.item() * batch.size;
    const p = model.loss.predict(output).dataSync();
    scores.set(p, at * outputs);
    if (task === 'classification') {
      for (let i = 0; i < batch.size; i++) classes[at + i] = argmaxOf(p, i * outputs, outputs);
    } else if (task === 'binary') {
      for (let i = 0; i < batch.size; i++) classes[at + i] = p[i] >= threshold ? 1 : 0;
    }
    at += batch.size;
  }
  const predictions = { classes, scores, outputs };
  return { metrics: metricsOf(model.loss, lossSum / loader.count, loader.dataset.y, predictions), predictions };
}

function argmaxOf(p: ArrayLike<number>, from: number, n: number): number {
  let best = 0;
  for (let j = 1; j < n; j++) if (p[from + j] > p[from + best]) best = j;
  return best;
}
