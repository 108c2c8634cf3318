import { binaryCrossEntropy } from './binary-cross-entropy.ts';
import { binaryCrossEntropyFromProbabilities } from './binary-cross-entropy-from-probabilities.ts';
import { crossEntropy } from './cross-entropy.ts';
import { crossEntropyFromProbabilities } from './cross-entropy-from-probabilities.ts';
import type { Loss } from './loss.ts';
import { meanSquaredError } from './mean-squared-error.ts';

/** The library's losses by name. */
export const losses: Readonly<Record<string, () => Loss>> = {
  'cross-entropy': crossEntropy,
  'cross-entropy-from-probabilities': crossEntropyFromProbabilities,
  'binary-cross-entropy': binaryCrossEntropy,
  'binary-cross-entropy-from-probabilities': binaryCrossEntropyFromProbabilities,
  'mean-squared-error': meanSquaredError,
};

/** The loss that a task is trained with unless told otherwise. */
export function lossFor(task: Loss['task']): Loss {
  if (task === 'regression') return meanSquaredError();
  return task === 'binary' ? binaryCrossEntropy() : crossEntropy();
}
