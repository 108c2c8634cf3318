import { NeuroForgeError } from '../core/errors.ts';
import type { Loader } from '../data/loader.ts';
import type { Optimizer } from '../optim/optimizer.ts';
import type { Metrics } from './metrics.ts';
import type { TrainingState } from './state.ts';

export interface FitData {
  readonly train: Loader;
  readonly val?: Loader | null;
  /** Read once, at the end, with the best parameters. */
  readonly test?: Loader | null;
}

/** When a state is handed out to be saved; whichever comes first. */
export interface CheckpointRule {
  /** At every multiple of so many updates. */
  readonly steps?: number;
  /** Once so many seconds have passed since the last one; within an epoch too. */
  readonly seconds?: number;
}

export interface FitOptions {
  readonly optimizer: Optimizer;
  /** Passes over the training set; default 10. */
  readonly epochs?: number;
  /** At most so many updates. */
  readonly steps?: number;
  /** Rows an update; default 32. */
  readonly batch?: number | 'full';
  /** Of the mix of batches; default the model's. */
  readonly seed?: number;
  /** Stop after so many epochs without a lower validation loss, and give the model its best parameters back. */
  readonly patience?: number;
  /** Stop at the first epoch's end at which this holds, e.g. `(val) => val.accuracy >= 0.97`. */
  readonly until?: (val: Metrics) => boolean;
  /** Probability from which a binary task predicts class 1. Default 0.5. */
  readonly threshold?: number;
  /** A step event every so many steps; default none. */
  readonly stepEvents?: number;
  /** Gradient norm and dead units at each epoch's end; default true. */
  readonly probe?: boolean;
  /** Find out why, when the run diverges, by doing its last steps again; default true. */
  readonly autopsy?: boolean;
  /** Checkpoint events: before training, so often, and at the end; default none. */
  readonly checkpoint?: CheckpointRule;
  /** Go on from here, with the model, data and options of the run that it was taken from: to the same bits. */
  readonly resume?: TrainingState;
}

/** Throws NF4105 for counts that are none. */
export function checkOptions({ epochs, steps, patience, checkpoint }: FitOptions): void {
  const counts = { epochs, steps, patience, 'checkpoint.steps': checkpoint?.steps };
  for (const [name, value] of Object.entries(counts)) {
    if (value === undefined || (Number.isInteger(value) && value >= 1)) continue;
    throw new NeuroForgeError('NF4105', `${name} must be a whole number of at least 1`, {
      where: 'fit',
      got: String(value),
    });
  }
}
