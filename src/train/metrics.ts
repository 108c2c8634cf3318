import type { Loss } from '../losses/loss.ts';

/** Figures of one evaluation, by name: `loss`, `accuracy`, `errors`; `precision`, `recall`, `auc`; `rmse`, `r2`. */
export type Metrics = Readonly<Record<string, number>>;

/** What a whole-set evaluation gathers, row by row in the order of the data set. */
export interface Predictions {
  /** Classification and binary: the predicted class. Regression: empty. */
  readonly classes: Int32Array;
  /** Classification: probabilities (N, C) in row order. Binary: P(class 1) (N). Regression: values (N). */
  readonly scores: Float64Array;
  readonly outputs: number;
}

/** Metrics of a loss's task; `threshold` decides class 1 of a binary task. */
export function metricsOf(
  loss: Loss,
  meanLoss: number,
  targets: Int32Array | Float64Array,
  predictions: Predictions,
): Record<string, number> {
  if (loss.task === 'regression') return regression(meanLoss, targets, predictions.scores);
  const errors = countErrors(targets, predictions.classes);
  const n = targets.length;
  const out: Record<string, number> = { loss: meanLoss, accuracy: n === 0 ? Number.NaN : (n - errors) / n, errors };
  return loss.task === 'binary' ? { ...out, ...binary(targets, predictions) } : out;
}

function countErrors(targets: ArrayLike<number>, classes: Int32Array): number {
  let errors = 0;
  for (let i = 0; i < classes.length; i++) if (classes[i] !== targets[i]) errors++;
  return errors;
}

/** Precision TP / (TP + FP) and recall TP / (TP + FN), NaN where nothing is predicted or there to be found. */
function binary(targets: ArrayLike<number>, { classes, scores }: Predictions): Record<string, number> {
  let [truePositive, predicted, positive] = [0, 0, 0];
  for (let i = 0; i < classes.length; i++) {
    predicted += classes[i];
    positive += targets[i];
    truePositive += classes[i] * targets[i];
  }
  return { precision: truePositive / predicted, recall: truePositive / positive, auc: rocArea(targets, scores) };
}

/**
 * Area under the ROC curve: the share of (positive, negative) pairs in which the positive one scores higher, ties
 * counting half (Hanley & McNeil 1982), from the ranks of the sorted scores. NaN where a class is missing.
 */
export function rocArea(targets: ArrayLike<number>, scores: Float64Array): number {
  const order = sortedBy(scores);
  let rankSum = 0;
  let positives = 0;
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && scores[order[to]] === scores[order[from]]) to++;
    const rank = (from + to + 1) / 2; // mean of the ranks from + 1 .. to
    for (let i = from; i < to; i++) {
      if (targets[order[i]] === 1) {
        rankSum += rank;
        positives++;
      }
    }
    from = to;
  }
  const negatives = order.length - positives;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** A point of the ROC curve: false and true positive rate when scores from `threshold` on count as positive. */
export interface RocPoint {
  readonly fpr: number;
  readonly tpr: number;
  readonly threshold: number;
}

/** The ROC curve from (0, 0) to (1, 1), one point a distinct score. */
export function rocPoints(targets: ArrayLike<number>, scores: Float64Array): RocPoint[] {
  const order = sortedBy(scores).reverse();
  let positives = 0;
  for (let i = 0; i < order.length; i++) positives += targets[i];
  const negatives = order.length - positives;
  const points: RocPoint[] = [{ fpr: 0, tpr: 0, threshold: Infinity }];
  let [tp, fp] = [0, 0];
  for (let i = 0; i < order.length; i++) {
    if (targets[order[i]] === 1) tp++;
    else fp++;
    const score = scores[order[i]];
    if (i + 1 === order.length || scores[order[i + 1]] !== score) {
      points.push({ fpr: fp / negatives, tpr: tp / positives, threshold: score });
    }
  }
  return points;
}

function sortedBy(scores: Float64Array): Int32Array {
  return Int32Array.from(scores, (_, i) => i).sort((a, b) => scores[a] - scores[b]);
}

/** Root mean squared error, and R^2 = 1 - sum (y - o)^2 / sum (y - mean y)^2. */
function regression(meanLoss: number, targets: ArrayLike<number>, values: Float64Array): Record<string, number> {
  const n = targets.length;
  let [mean, residual, total] = [0, 0, 0];
  for (let i = 0; i < n; i++) mean += targets[i] / n;
  for (let i = 0; i < n; i++) {
    residual += (targets[i] - values[i]) * (targets[i] - values[i]);
    total += (targets[i] - mean) * (targets[i] - mean);
  }
  return { loss: meanLoss, rmse: Math.sqrt(residual / n), r2: 1 - residual / total };
}

/** confusion[truth][predicted] = how many rows. */
export function confusionMatrix(targets: ArrayLike<number>, classes: Int32Array, count: number): number[][] {
  const matrix = Array.from({ length: count }, () => new Array<number>(count).fill(0));
  for (let i = 0; i < classes.length; i++) matrix[targets[i]][classes[i]]++;
  return matrix;
}
