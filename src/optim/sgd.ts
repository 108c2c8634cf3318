import { NeuroForgeError } from '../core/errors.ts';
import { Optimizer, type OptimizerOptions, type Schedule } from './optimizer.ts';

/**
 * Stochastic gradient descent, theta <- theta - lr g: the gradient itself is the direction, no link in the chain.
 * Robbins & Monro 1951. Derivation: ./sgd.md. Throws NF4103 unless the learning rate is a positive finite number.
 */
export function sgd(learningRate: number | Schedule, options: OptimizerOptions = {}): Optimizer {
  return new Optimizer('sgd', [], checkLearningRate(learningRate), options);
}

export function checkLearningRate(learningRate: number | Schedule): number | Schedule {
  if (typeof learningRate === 'number' && !(learningRate > 0 && learningRate < Infinity)) {
    throw new NeuroForgeError('NF4103', 'the learning rate must be a positive finite number', {
      got: String(learningRate),
    });
  }
  return learningRate;
}
