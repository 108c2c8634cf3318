import type { DataFacts } from './data.ts';
import type { Experiments } from './experiments.ts';
import type { Origin } from './origin.ts';
import type { Failure, Sample } from './replay.ts';

/** All that is known of a divergence: what the causes are judged by. */
export interface Evidence {
  readonly failure: Failure;
  readonly origin: Origin | null;
  /** Rows of the data set in the batch in which it began. */
  readonly batchRows: ArrayLike<number>;
  readonly samples: readonly Sample[];
  /** Of the steps done again. */
  readonly losses: readonly number[];
  readonly facts: DataFacts;
  readonly experiments: Experiments;
  readonly learningRate: number;
  /** Links of the optimizer, e.g. `momentum`. */
  readonly transforms: readonly string[];
  readonly task: 'classification' | 'binary' | 'regression';
  readonly loss: string;
  /** True for layers and losses that are the user's own. */
  readonly ownLayer: (name: string) => boolean;
  readonly ownLoss: boolean;
}

export type CauseId =
  | 'data-row'
  | 'zero-variance'
  | 'bad-parameters'
  | 'outlier-row'
  | 'outlier-target'
  | 'log-of-zero'
  | 'division-by-zero'
  | 'root-of-negative'
  | 'exp-overflow'
  | 'wrong-gradient'
  | 'momentum'
  | 'initialization'
  | 'unscaled-input'
  | 'unscaled-target'
  | 'learning-rate';

export interface Cause {
  readonly id: CauseId;
  /** What it is, in a few words. */
  readonly cause: string;
  /** From 0 to 1: an order, no probability. */
  readonly likelihood: number;
  /** What was measured that speaks for it. */
  readonly evidence: string;
  /** The one change to try. */
  readonly change: string;
}

/** Three significant digits. */
export function short(v: number): string {
  return Number.isFinite(v) ? String(Number(v.toPrecision(3))) : String(v);
}

/** How far `value` is on the way from `low` (0) to `high` (1), which is some factors of ten away: counted in halvings. */
export function reach(value: number, low: number, high: number): number {
  if (!(value > low)) return Number.isNaN(value) ? 1 : 0;
  if (value >= high) return 1;
  let [steps, all] = [0, 0];
  for (let v = low; v < value; v *= 2) steps++;
  for (let v = low; v < high; v *= 2) all++;
  return steps / all;
}
