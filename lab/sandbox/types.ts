import type { ExerciseId } from '../../src/verify/exercises.ts';

/** What the learner wrote, by piece. */
export type Code = Readonly<Record<ExerciseId, string>>;

/** A data set of the lab. */
export interface LabData {
  readonly name: 'digits' | 'mnist';
  /** Of MNIST: the four IDX files by name, `train-images-idx3-ubyte` …, as they are or gzipped (`.gz`). */
  readonly files?: Readonly<Record<string, Uint8Array>>;
}

export interface TrainSpec {
  readonly data: LabData;
  readonly hidden: readonly [number, number];
  readonly lr: number;
  readonly batch: number;
  readonly epochs: number;
  readonly seed: number;
  /** Stop at the first epoch's end with this validation accuracy. */
  readonly until?: number;
  /** Stand still before the first step. */
  readonly paused?: boolean;
}

export type TrainEvent =
  /** Every tenth step, and each single one of `step()`. `loss` is that of the batch before the update. */
  | {
      readonly type: 'step';
      readonly step: number;
      readonly epoch: number;
      readonly loss: number;
      readonly msPerStep: number;
    }
  /** Epoch 0 is before training; its `trainLoss` is NaN. */
  | {
      readonly type: 'epoch';
      readonly epoch: number;
      readonly step: number;
      readonly trainLoss: number;
      readonly valLoss: number;
      readonly valAccuracy: number;
    }
  /** `brief` is what happened, without the library's guess at the cause. */
  | { readonly type: 'warning'; readonly code: string; readonly brief: string; readonly text: string }
  /** The last event of a run that failed; `piece` is the one whose code failed, where that is known. */
  | { readonly type: 'error'; readonly piece: ExerciseId | null; readonly message: string };

export interface TrainEnd {
  readonly status: 'done' | 'stopped' | 'diverged' | 'error';
  /** Whether it was `until` that ended it. */
  readonly reached: boolean;
  readonly epochs: number;
  readonly steps: number;
  /** In all, evaluations and pauses included. */
  readonly seconds: number;
  readonly valLoss: number;
  readonly valAccuracy: number;
  /** Of the best weights, read once at the end; null where the data have no test rows. */
  readonly testAccuracy: number | null;
  /** `sha256:…` of the last weights, as `neuroforge train` reports it; null after an error. */
  readonly weights: string | null;
  readonly error: { readonly piece: ExerciseId | null; readonly message: string } | null;
}

/** A run in a worker. Iterate it for its events, at once; `done` never rejects. */
export interface TrainRun extends AsyncIterable<TrainEvent> {
  pause(): void;
  resume(): void;
  /** Pauses, and makes one step. */
  step(): void;
  /** Ends at the next step; the network can still be asked. */
  stop(): void;
  /** Ends the worker, and with it all that is asked of the network. */
  close(): void;
  readonly done: Promise<TrainEnd>;
  /** The first layer as it is now: W1 (inputs, units) in row order. */
  weights(): Promise<{ W1: Float32Array; inputs: number; units: number }>;
  /** x: whole rows of inputs from 0 to 1 -> probabilities, 10 a row. */
  predict(x: Float32Array): Promise<Float32Array>;
}
