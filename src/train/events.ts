import type { Snapshot } from '../layers/parameters.ts';
import type { Autopsy } from './autopsy/autopsy.ts';
import type { Metrics } from './metrics.ts';
import type { Best, TrainingState } from './state.ts';

/** What happens in a run, in order. Steps and epochs count from 1; epoch 0 is before training. */
export type FitEvent = StartEvent | StepEvent | EpochEvent | CheckpointEvent | WarningEvent | DoneEvent;

export interface StartEvent {
  readonly type: 'start';
  /** How many steps the run is planned to have, and how many make an epoch. */
  readonly steps: number;
  readonly stepsPerEpoch: number;
  /** Where a resumed run goes on; 0, 0 for a new one. */
  readonly step: number;
  readonly epoch: number;
}

/** One update, at the rate of `stepEvents`. */
export interface StepEvent {
  readonly type: 'step';
  readonly step: number;
  readonly epoch: number;
  /** Mean loss of the batch before the update. */
  readonly loss: number;
  readonly learningRate: number;
  /** Mean milliseconds a step since the last step event. */
  readonly msPerStep: number;
}

/** The end of an epoch that was not stopped within; number 0 is the evaluation before training. */
export interface EpochEvent {
  readonly type: 'epoch';
  readonly epoch: number;
  readonly step: number;
  /** Mean over the epoch's batches, each before its update; NaN for epoch 0. */
  readonly trainLoss: number;
  readonly val: Metrics | null;
  /** True when the validation loss (the training loss without validation) is the lowest so far. */
  readonly best: boolean;
  readonly learningRate: number;
  /** Of one fixed probe batch in evaluation mode. */
  readonly gradientNorm: number;
  /** Share of ReLU units that are 0 on the whole probe batch; NaN without ReLU. */
  readonly deadShare: number;
  /** Since the start. */
  readonly seconds: number;
}

/**
 * A state to save, as often as `checkpoint` says, before training and at its end. Never one of a run that diverged: the
 * last one before that stays.
 */
export interface CheckpointEvent {
  readonly type: 'checkpoint';
  readonly state: TrainingState;
}

export interface WarningEvent {
  readonly type: 'warning';
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  /** Of NF3105: why the run diverged. */
  readonly autopsy?: Autopsy;
}

export interface DoneEvent {
  readonly type: 'done';
  readonly result: FitResult;
}

/** What `await fit(…)` gives. */
export interface FitResult {
  readonly status: 'done' | 'diverged' | 'interrupted';
  /** Why it ended: all epochs or steps done, `until` reached, patience at its end, stopped, or a loss that is no number. */
  readonly reason: 'epochs' | 'steps' | 'until' | 'patience' | 'stopped' | 'diverged';
  readonly epochs: number;
  readonly steps: number;
  readonly seconds: number;
  /** Wall time from the start of one step to the next, evaluation and the first 100 steps excluded (if there are more). */
  readonly msPerStep: number;
  readonly msPerStepMedian: number;
  /** Of the last parameters on the whole training set. */
  readonly train: Metrics;
  /** Mean loss over the last epoch's batches, each before its update. */
  readonly trainRunning: Metrics;
  /** Of the last parameters. */
  readonly val: Metrics | null;
  readonly best: Best;
  /** Of the best parameters, read once. */
  readonly test: Metrics | null;
  /** Of a run that diverged, unless it was not wanted. */
  readonly autopsy: Autopsy | null;
  readonly weights: Snapshot;
  readonly weightsBest: Snapshot;
}
