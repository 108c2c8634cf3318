import { outputs } from './lab-run.ts';
import type { TrainSpec } from './types.ts';

/** Seconds for which code may be at work without a sign of life. */
export const patience = 3;

/** Multiplications and additions a second of the slowest machine: a phone makes a few 10⁹. */
const slowest = 1e9;
/** Rows that an evaluation computes at once: the default of src/train/evaluate.ts. */
const evaluated = 1000;
const inputs = { digits: 64, mnist: 784 } as const;

/**
 * The same in training: {@link patience}, and what the slowest machine takes for the products of a forward pass, between
 * which there is no sign (those of a backward pass that calls none of its pieces are less than twice as many). Whole
 * seconds, so that usual settings have no more than 3.
 */
export function trainingPatience({ data, hidden, batch }: Pick<TrainSpec, 'data' | 'hidden' | 'batch'>): number {
  const [first, second] = hidden;
  const weights = inputs[data.name] * first + first * second + second * outputs;
  const operations = 2 * weights * Math.max(batch, evaluated);
  return patience + Math.floor(operations / slowest);
}
