import { losses as knownLosses } from '../../losses/registry.ts';
import { layers as known } from '../../models/registry.ts';
import { restoreState } from '../state.ts';
import { causesOf } from './causes.ts';
import { dataFacts } from './data.ts';
import type { Cause, Evidence } from './evidence.ts';
import { experiment } from './experiments.ts';
import type { Origin } from './origin.ts';
import {
  examineEvaluation,
  type Failure,
  findFailure,
  type Sample,
  type Start,
  sampleSteps,
  type Training,
} from './replay.ts';

/** What a run saw of its divergence. */
export interface Seen {
  /** Of the step under way, or the last one done, from 1; and its epoch. */
  readonly step: number;
  readonly epoch: number;
  /** A loss of a batch, parameters, or the loss of a whole set after the step. */
  readonly what: 'loss' | 'parameters' | 'evaluation';
  readonly value: number;
}

/** Why a run diverged: `autopsy.json`. */
export interface Autopsy {
  readonly schema: 'neuroforge/autopsy@1';
  /** Where it began, from 1. */
  readonly step: number;
  readonly epoch: number;
  /** What the run saw, which may be later. */
  readonly seen: Seen;
  /** False when doing the steps again did not show it: then only what the run saw is known. */
  readonly reproduced: boolean;
  readonly origin: Origin | null;
  /** The loss of the step where it began. */
  readonly loss: number;
  readonly learningRate: number;
  readonly optimizer: string;
  readonly batch: number;
  readonly backend: string;
  /** The losses of the steps done again, the last at most 200. */
  readonly losses: readonly number[];
  /** Magnitudes on the way, the last is the step itself. */
  readonly chain: readonly Sample[];
  /** The two likeliest, the first one first. */
  readonly causes: readonly Cause[];
  /** The one thing to change. */
  readonly change: string;
  readonly seconds: number;
}

/** Steps before the failing one that are looked at. */
const before = [100, 30, 10, 3, 2, 1];
const mostLosses = 200;

/**
 * Does the steps since `start` again and finds the first in which anything is not finite, the operation that it came
 * from, and what is likely to be the reason. Leaves model and optimizer as they were. `budget` bounds the first replay,
 * in seconds.
 */
export function autopsy(training: Training, start: Start | null, seen: Seen, budget = 20): Autopsy {
  const began = performance.now();
  const { model, optimizer } = training;
  const present = {
    parameters: model.parameters.snapshot(),
    optimizer: optimizer.snapshot(model.parameters),
    step: model.pass.step,
  };
  const here: Start = { ...present, step: seen.what === 'loss' ? seen.step - 1 : seen.step, epoch: seen.epoch };
  try {
    const late = (): boolean => performance.now() - began > 1000 * budget;
    const found = findFailure(training, start ?? here, Math.max(seen.step, here.step), late);
    const reproduced = found.failure !== null || (seen.what === 'evaluation' && found.reached === seen.step);
    const from = reproduced ? (start ?? here) : here;
    const failure: Failure = found.failure ?? {
      step: seen.step,
      epoch: seen.epoch,
      what: seen.what === 'evaluation' ? 'evaluation' : 'loss',
      loss: seen.value,
    };
    const at = new Set([from.step + 1, ...before.map((n) => failure.step - n)]);
    const watched = failure.what === 'evaluation' ? null : failure.step;
    const replayed = sampleSteps(training, from, at, Math.max(failure.step, from.step), watched);
    const examined = replayed.origin ? replayed : { ...replayed, ...examineEvaluation(model, training.train) };
    const facts = dataFacts(training.train);
    const evidence: Evidence = {
      failure,
      origin: examined.origin,
      batchRows: examined.rows,
      samples: replayed.samples,
      losses: found.losses,
      facts,
      experiments: experiment(training, from, facts),
      learningRate: optimizer.learningRate(failure.step - 1),
      transforms: optimizer.transforms.map((t) => t.name),
      task: model.loss.task,
      ownLayer: (name) => name !== 'sequential' && !Object.hasOwn(known, name),
      ownLoss: !Object.hasOwn(knownLosses, model.loss.name),
      loss: model.loss.name,
    };
    const causes = causesOf(evidence);
    return {
      schema: 'neuroforge/autopsy@1',
      step: failure.step,
      epoch: failure.epoch,
      seen,
      reproduced,
      origin: examined.origin,
      loss: failure.loss,
      learningRate: evidence.learningRate,
      optimizer: optimizer.name,
      batch: training.batch === 'full' ? training.train.count : training.batch,
      backend: model.backend.name,
      losses: found.losses.slice(-mostLosses),
      chain: replayed.samples,
      causes: causes.slice(0, 2),
      change: causes[0].change,
      seconds: (performance.now() - began) / 1000,
    };
  } finally {
    restoreState(present, model, optimizer);
    model.pass.step = present.step;
  }
}
