import type { Loader } from '../data/loader.ts';
import type { Snapshot } from '../layers/parameters.ts';
import type { Model } from '../models/model.ts';
import type { Autopsy, Seen } from './autopsy/autopsy.ts';
import { validationText } from './autopsy/text.ts';
import { divergence } from './divergence.ts';
import { evaluate } from './evaluate.ts';
import type { FitEvent, FitResult } from './events.ts';
import { checkOptions, type FitData, type FitOptions } from './fit-options.ts';
import type { Metrics } from './metrics.ts';
import { probe } from './probe.ts';
import { GoodState, type Position, restoreState, type TrainingState } from './state.ts';
import { trainStep } from './step.ts';
import { EventStream } from './stream.ts';
import { StepClock, yielder } from './timing.ts';

/** Updates between two looks at all parameters, after which an autopsy can begin. */
const goodEvery = 1000;

/**
 * A run in progress. It has started; `await` it for the result, iterate it for events, or both. Iterating holds the
 * run still at each event, so the model may be read and saved there; do not await the run inside that loop.
 */
export class Fit implements PromiseLike<FitResult>, AsyncIterable<FitEvent> {
  readonly model: Model;
  readonly #data: FitData;
  readonly #options: FitOptions;
  readonly #events = new EventStream<FitEvent>();
  readonly #result: Promise<FitResult>;
  readonly #clock: StepClock;
  readonly #good = new GoodState();
  #at: Position;
  #bestParameters: Snapshot;
  #saved: { step: number; ms: number };
  #stopped = false;
  #autopsy: Autopsy | null = null;
  #warnedOfValidation = false;

  constructor(model: Model, data: FitData, options: FitOptions) {
    checkOptions(options);
    const { resume } = options;
    this.model = model;
    this.#data = data;
    this.#options = options;
    if (resume) restoreState(resume, model, options.optimizer);
    this.#at = resume ?? beginning;
    this.#saved = { step: this.#at.step, ms: performance.now() };
    this.#bestParameters = resume?.bestParameters ?? model.parameters.snapshot();
    this.#clock = new StepClock(this.#at.seconds);
    this.#result = Promise.resolve().then(() => this.#run());
    this.#result.then(
      () => this.#events.end(),
      (error) => this.#events.end(error),
    );
  }

  // biome-ignore lint/suspicious/noThenProperty: a run is awaited for its result
  then<A = FitResult, B = never>(
    onDone?: ((result: FitResult) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#result.then(onDone, onError);
  }

  [Symbol.asyncIterator](): AsyncIterator<FitEvent, undefined> {
    return this.#events[Symbol.asyncIterator]();
  }

  /** Finishes the step under way and ends with status `interrupted`. */
  stop(): void {
    this.#stopped = true;
  }

  async #run(): Promise<FitResult> {
    const { train } = this.#data;
    const { epochs = 10, batch = 32, resume } = this.#options;
    const stepsPerEpoch = train.steps(batch);
    const lastStep = Math.min(this.#options.steps ?? Infinity, epochs * stepsPerEpoch);
    const { step, epoch } = this.#at;
    await this.#events.emit({ type: 'start', steps: lastStep, stepsPerEpoch, step, epoch });
    if (!resume) await this.#evaluateEpoch();
    else if (resume.evaluated && epoch > 0) {
      const ended = this.#ended(this.#evaluate(this.#data.val)); // it may have been interrupted after its last epoch
      if (ended) return this.#finish(ended);
    }

    let reason: FitResult['reason'] = epochs * stepsPerEpoch <= lastStep ? 'epochs' : 'steps';
    while (!this.#at.evaluated || this.#at.step < lastStep) {
      if (this.#at.evaluated) {
        this.#at = { ...this.#at, epoch: this.#at.epoch + 1, evaluated: false, lossSum: 0, rows: 0 };
      }
      if (!(await this.#steps(stepsPerEpoch, lastStep))) {
        reason = 'diverged';
        break;
      }
      const within = this.#at.step % stepsPerEpoch !== 0;
      if (within && (this.#stopped || this.#at.step >= lastStep)) await this.#checkpoint();
      if (within && this.#stopped) {
        reason = 'stopped';
        break;
      }
      const val = await this.#evaluateEpoch();
      const ended = this.#ended(val);
      if (ended) reason = ended;
      if (!within && (ended || this.#at.step >= lastStep || this.#due())) await this.#checkpoint();
      if (ended) break;
    }
    return this.#finish(reason);
  }

  /** Trains to the end of the epoch, the last step, or a stop; false when a loss or a parameter is no number. */
  async #steps(stepsPerEpoch: number, lastStep: number): Promise<boolean> {
    const { model } = this;
    const { optimizer, batch = 32, stepEvents = 0, seed = model.seed } = this.#options;
    const { epoch } = this.#at;
    let { step, lossSum, rows } = this.#at;
    if (step >= lastStep) return true;
    const note = (): void => {
      this.#at = { ...this.#at, step, lossSum, rows };
    };
    const from = step - (epoch - 1) * stepsPerEpoch;
    const batches = this.#data.train.batches(batch, { seed, epoch, from });
    const clock = this.#clock;
    const pause = yielder();
    this.#good.take(model, optimizer, step, epoch);
    clock.resume();
    try {
      for (const b of batches) {
        model.pass.step = step;
        const loss = trainStep(model, optimizer, b, batches.arena);
        if (!Number.isFinite(loss)) {
          note();
          await this.#diverged({ step: step + 1, epoch, what: 'loss', value: loss });
          return false;
        }
        step++;
        lossSum += loss * b.size;
        rows += b.size;
        clock.tick();
        if (stepEvents > 0 && step % stepEvents === 0) {
          const msPerStep = clock.mark();
          const learningRate = optimizer.learningRate(step - 1);
          await this.#events.emit({ type: 'step', step, epoch, loss, learningRate, msPerStep });
        }
        if (pause.due()) await pause.pause();
        if (this.#stopped || step >= lastStep) break;
        if (step % goodEvery === 0) this.#good.take(model, optimizer, step, epoch);
        if (step % stepsPerEpoch !== 0 && this.#due(step)) {
          note();
          clock.suspend();
          await this.#checkpoint();
          clock.resume();
        }
      }
      note();
      if (model.parameters.finite()) return true;
      await this.#diverged({ step, epoch, what: 'parameters', value: Number.NaN });
      return false;
    } finally {
      clock.suspend();
      batches.return();
      pause.close();
    }
  }

  /** The end of an epoch, or the evaluation before training: metrics, and whether they are the best. */
  async #evaluateEpoch(): Promise<Metrics | null> {
    const { epoch, step, lossSum, rows } = this.#at;
    const val = this.#evaluate(this.#data.val);
    const trainLoss = lossSum / rows; // NaN before training
    const watched = val?.loss ?? trainLoss;
    const best = epoch === 0 ? val !== null : watched < this.#at.best.loss;
    if (best) {
      this.#at = { ...this.#at, best: { epoch, step, loss: watched } };
      this.#bestParameters = this.model.parameters.snapshot();
    }
    this.#at = { ...this.#at, evaluated: true };
    const none = { gradientNorm: Number.NaN, deadShare: Number.NaN };
    const probed = this.#options.probe === false ? none : probe(this.model, this.#data.train);
    const learningRate = this.#options.optimizer.learningRate(Math.max(step - 1, 0));
    const seconds = this.#clock.seconds();
    const about = { epoch, step, trainLoss, val, best, ...probed, learningRate, seconds };
    await this.#events.emit({ type: 'epoch', ...about });
    if (val && !Number.isFinite(val.loss)) await this.#warnOfValidation(val.loss);
    if (epoch === 0) await this.#checkpoint();
    return val;
  }

  /** Says what the run saw, and why it came to that if doing the steps again tells. */
  async #diverged(seen: Seen): Promise<void> {
    const warning = divergence(this.model, this.#data.train, this.#options, this.#good.before(seen.step), seen);
    this.#autopsy = warning.autopsy ?? null;
    await this.#events.emit(warning);
  }

  /** Once: a validation loss that is no number, while the parameters are all fine. */
  async #warnOfValidation(loss: number): Promise<void> {
    if (this.#warnedOfValidation || !this.model.parameters.finite()) return;
    this.#warnedOfValidation = true;
    const text = validationText(this.model, this.#data.val!, loss);
    await this.#events.emit({ type: 'warning', code: 'NF3107', ...text });
  }

  /** Why the run ends with the epoch that has just been evaluated; null when it goes on. */
  #ended(val: Metrics | null): FitResult['reason'] | null {
    const { patience, until } = this.#options;
    const { epoch, best } = this.#at;
    if (this.#stopped) return 'stopped';
    if (until && val && until(val)) return 'until';
    return patience !== undefined && epoch - best.epoch >= patience ? 'patience' : null;
  }

  #due(step = this.#at.step): boolean {
    const { checkpoint } = this.#options;
    if (!checkpoint) return false;
    const { steps = Infinity, seconds = Infinity } = checkpoint;
    const crossed = Math.floor(step / steps) > Math.floor(this.#saved.step / steps);
    return crossed || performance.now() - this.#saved.ms >= 1000 * seconds;
  }

  async #checkpoint(): Promise<void> {
    const { parameters } = this.model;
    if (!this.#options.checkpoint || !parameters.finite()) return;
    const state: TrainingState = {
      ...this.#at,
      seconds: this.#clock.seconds(),
      parameters: parameters.snapshot(),
      bestParameters: this.#bestParameters,
      optimizer: this.#options.optimizer.snapshot(parameters),
    };
    await this.#events.emit({ type: 'checkpoint', state });
    this.#saved = { step: this.#at.step, ms: performance.now() };
  }

  /** Evaluates the last parameters on the training set and the best ones on the test set, which is read once. */
  async #finish(reason: FitResult['reason']): Promise<FitResult> {
    const { parameters } = this.model;
    const { epoch, step, lossSum, rows, best } = this.#at;
    const seconds = this.#clock.seconds();
    const weights = parameters.snapshot();
    const train = this.#evaluate(this.#data.train)!;
    const val = this.#evaluate(this.#data.val);
    if (reason !== 'diverged' && reason !== 'stopped' && !Number.isFinite(train.loss)) {
      reason = 'diverged'; // the last updates leave no loss, though each was finite itself
      await this.#diverged({ step, epoch, what: 'evaluation', value: train.loss });
    }
    parameters.restore(this.#bestParameters);
    const test = this.#evaluate(this.#data.test);
    if (this.#options.patience === undefined) parameters.restore(weights);
    const result: FitResult = {
      status: reason === 'diverged' ? 'diverged' : reason === 'stopped' ? 'interrupted' : 'done',
      reason,
      epochs: epoch,
      steps: step,
      seconds,
      ...this.#clock.summary(),
      train,
      trainRunning: { loss: lossSum / rows },
      val,
      best,
      test,
      autopsy: this.#autopsy,
      weights,
      weightsBest: this.#bestParameters,
    };
    await this.#events.emit({ type: 'done', result });
    return result;
  }

  #evaluate(loader: Loader | null | undefined): Metrics | null {
    return loader ? evaluate(this.model, loader, { threshold: this.#options.threshold }).metrics : null;
  }
}

const beginning: Position = {
  step: 0,
  epoch: 0,
  evaluated: false,
  lossSum: 0,
  rows: 0,
  best: { epoch: 0, step: 0, loss: Infinity },
  seconds: 0,
};

/** Trains `model`; see {@link Fit}. Throws NF4104 or NF4105 at once for options that cannot be used. */
export function fit(model: Model, data: FitData, options: FitOptions): Fit {
  return new Fit(model, data, options);
}
