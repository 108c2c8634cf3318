import { rangeOf } from '../../backends/watch.ts';
import type { Batch } from '../../data/batch.ts';
import type { Loader } from '../../data/loader.ts';
import type { Snapshot } from '../../layers/parameters.ts';
import type { Model } from '../../models/model.ts';
import type { Optimizer, OptimizerState } from '../../optim/optimizer.ts';
import type { Arena } from '../../tensor/arena.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { restoreState } from '../state.ts';
import type { Size } from './data.ts';
import { type Origin, originOf } from './origin.ts';
import { StepRecord, type Visit, watchLayers } from './watch.ts';

/** A finite state of the run, from which its steps are done again. */
export interface Start {
  /** Updates done. */
  readonly step: number;
  /** The epoch that the next step belongs to, from 1. */
  readonly epoch: number;
  readonly parameters: Snapshot;
  readonly optimizer: OptimizerState;
}

/** What is replayed. */
export interface Training {
  readonly model: Model;
  readonly optimizer: Optimizer;
  readonly train: Loader;
  readonly batch: number | 'full';
  readonly seed: number;
}

/** One layer at one step: the size of its output and of dLoss/doutput. */
export interface LayerSizes {
  readonly path: string;
  readonly name: string;
  readonly activation: Size;
  /** Null where backward was not reached. */
  readonly gradient: Size | null;
}

/** A step as it was replayed, with its magnitudes. */
export interface Sample {
  /** From 1. */
  readonly step: number;
  readonly loss: number;
  readonly learningRate: number;
  /** Largest |parameter| before the update. */
  readonly parameters: number;
  /** Of all parameters' gradients together; NaN where they were not computed. */
  readonly gradientNorm: number;
  /** ||update|| / (lr ||gradient||): 1 for plain SGD. */
  readonly stretch: number;
  readonly layers: readonly LayerSizes[];
}

export interface Failure {
  /** From 1. */
  readonly step: number;
  readonly epoch: number;
  /** The loss, what the update left, or the loss of a whole set afterwards. */
  readonly what: 'loss' | 'update' | 'evaluation';
  readonly loss: number;
}

/** The batches from `start` on, each with its step (from 1) and epoch. */
function* steps({ train, batch, seed }: Training, start: Start, last: number) {
  const perEpoch = train.steps(batch);
  let { step, epoch } = start;
  while (step < last) {
    const batches = train.batches(batch, { seed, epoch, from: step - (epoch - 1) * perEpoch });
    try {
      for (const b of batches) {
        yield { batch: b as Batch, arena: batches.arena, step: ++step, epoch };
        if (step >= last) return;
      }
    } finally {
      batches.return();
    }
    epoch++;
  }
}

/** Forward, loss, backward and update as in training; false when the step spoiled something. */
function doStep({ model, optimizer }: Training, b: Batch, arena: Arena, step: number): { loss: number; fine: boolean } {
  model.pass.step = step - 1;
  const loss = model.backpropagate(b, true).loss.item();
  if (!Number.isFinite(loss)) return { loss, fine: false };
  optimizer.step(model.parameters, arena, true);
  return { loss, fine: model.parameters.finite() };
}

/**
 * Does the steps again from `start` to `last` and answers the first that has a loss or leaves a parameter that is not
 * finite, with the losses on the way; failure null if all are fine or `late()` says that it takes too long.
 */
export function findFailure(
  training: Training,
  start: Start,
  last: number,
  late: () => boolean,
): { failure: Failure | null; losses: number[]; reached: number } {
  restoreState(start, training.model, training.optimizer);
  const losses: number[] = [];
  let reached = start.step;
  for (const { batch, arena, step, epoch } of steps(training, start, last)) {
    const { loss, fine } = doStep(training, batch, arena, step);
    losses.push(loss);
    reached = step;
    if (!fine) {
      const what = Number.isFinite(loss) ? 'update' : 'loss';
      return { failure: { step, epoch, what, loss }, losses, reached };
    }
    if (late()) break;
  }
  return { failure: null, losses, reached };
}

/** Does the steps again to `last`, looks at those named in `at`, and at the failing one operation by operation. */
export function sampleSteps(
  training: Training,
  start: Start,
  at: ReadonlySet<number>,
  last: number,
  failing: number | null,
): { samples: Sample[]; origin: Origin | null; rows: Int32Array } {
  restoreState(start, training.model, training.optimizer);
  const samples: Sample[] = [];
  let origin: Origin | null = null;
  let rows: Int32Array = new Int32Array(0);
  for (const { batch, arena, step } of steps(training, start, last)) {
    if (step === failing) {
      const record = new StepRecord();
      const sample = sampled(training, batch, arena, step, (left, run) => record.run(training, left, run));
      samples.push(sample);
      origin = originOf(record, training.model, batch, sample.loss);
      rows = batch.rows;
    } else if (at.has(step)) {
      const watched = (left: (visit: Visit) => void, run: () => void): void => {
        const unwatch = watchLayers(training, [], left);
        try {
          run();
        } finally {
          unwatch();
        }
      };
      samples.push(sampled(training, batch, arena, step, watched));
    } else doStep(training, batch, arena, step);
  }
  return { samples, origin, rows };
}

/** The first batch of a set whose loss is not finite in evaluation mode, operation by operation. */
export function examineEvaluation(model: Model, loader: Loader): { origin: Origin | null; rows: Int32Array } {
  for (const batch of loader.batches(Math.min(1000, loader.count), { shuffle: false })) {
    const lossOf = (): number => model.loss.apply(model.forward(batch.x), batch).loss.item();
    const loss = lossOf();
    if (Number.isFinite(loss)) continue;
    const record = new StepRecord();
    record.run({ model }, () => {}, lossOf);
    return { origin: originOf(record, model, batch as Batch, loss), rows: batch.rows };
  }
  return { origin: null, rows: new Int32Array(0) };
}

/** One step of training with the sizes of all that layers give and get. */
function sampled(
  training: Training,
  batch: Batch,
  arena: Arena,
  step: number,
  watch: (left: (visit: Visit) => void, run: () => void) => void,
): Sample {
  const { model, optimizer } = training;
  const { parameters } = model;
  const learningRate = optimizer.learningRate(step - 1);
  const layers = new Map<string, { name: string; activation: Size; gradient: Size | null }>();
  const before = parameters.values.dataSync();
  let loss = Number.NaN;
  const left = (visit: Visit): void => {
    const found = layers.get(visit.path);
    if (visit.phase === 'forward') {
      layers.set(visit.path, { name: visit.name, activation: sizeOfTensor(visit.output!), gradient: null });
    } else if (visit.phase === 'backward' && found) found.gradient = sizeOfTensor(visit.input);
  };
  watch(left, () => {
    loss = doStep(training, batch, arena, step).loss;
  });
  const computed = Number.isFinite(loss);
  const gradients = computed ? parameters.gradients.dataSync() : null;
  const gradientNorm = gradients ? norm(gradients) : Number.NaN;
  const after = computed ? parameters.values.dataSync() : null;
  const moved = after ? norm(after.map((v, i) => v - before[i])) : Number.NaN;
  const leaves = [...layers].filter(([path]) => ![...layers.keys()].some((p) => isWithin(p, path)));
  return {
    step,
    loss,
    learningRate,
    parameters: largest(before),
    gradientNorm,
    stretch: moved / (learningRate * gradientNorm),
    layers: leaves.map(([path, l]) => ({ path, ...l })),
  };
}

export function isWithin(path: string, outer: string): boolean {
  return path !== outer && (outer === '' || path.startsWith(`${outer}.`));
}

export function sizeOfTensor(t: Tensor): Size {
  const values = t.dataSync();
  return { rms: Math.sqrt(sumOfSquares(values) / Math.max(1, values.length)), max: largest(values) };
}

export function norm(values: ArrayLike<number>): number {
  return Math.sqrt(sumOfSquares(values));
}

function sumOfSquares(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * values[i];
  return sum;
}

function largest(values: ArrayLike<number>): number {
  const { min, max, nan, infinite } = rangeOf(values);
  if (nan > 0) return Number.NaN;
  if (infinite > 0) return Infinity;
  return values.length === 0 ? 0 : Math.max(Math.abs(min), Math.abs(max));
}
