import { NeuroForgeError } from '../core/errors.ts';
import type { Loader } from '../data/loader.ts';
import type { Model } from '../models/model.ts';
import type { Optimizer } from '../optim/optimizer.ts';
import { evaluate } from './evaluate.ts';
import type { EpochEvent, FitEvent, FitResult } from './events.ts';
import type { Metrics } from './metrics.ts';
import { probe } from './probe.ts';
import { trainStep } from './step.ts';
import { EventStream } from './stream.ts';
import { StepClock, yielder } from './timing.ts';

export interface FitData {
  readonly train: Loader;
  readonly val?: Loader | null;
  /** Read once, at the end, with the best parameters. */
  readonly test?: Loader | null;
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
}

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
  #stopped = false;

  constructor(model: Model, data: FitData, options: FitOptions) {
    checkOptions(options);
    this.model = model;
    this.#data = data;
    this.#options = options;
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
    const pause = yielder();
    try {
      return await this.#train(pause);
    } finally {
      pause.close();
    }
  }

  async #train(pause: ReturnType<typeof yielder>): Promise<FitResult> {
    const { model, seed } = { model: this.model, seed: this.#options.seed ?? this.model.seed };
    const { train, val = null } = this.#data;
    const { optimizer, epochs = 10, batch = 32, patience, until, stepEvents = 0 } = this.#options;
    const stepsPerEpoch = train.steps(batch);
    const lastStep = Math.min(this.#options.steps ?? Infinity, epochs * stepsPerEpoch);
    const clock = new StepClock();
    let [step, epoch, running] = [0, 0, Number.NaN];
    let reason: FitResult['reason'] = epochs * stepsPerEpoch <= lastStep ? 'epochs' : 'steps';
    let valMetrics = this.#evaluate(val);
    let weightsBest = model.parameters.snapshot();
    let best = { epoch: 0, step: 0, loss: valMetrics?.loss ?? Infinity };

    await this.#events.emit({ type: 'start', steps: lastStep, stepsPerEpoch });
    await this.#emitEpoch({ epoch, step, trainLoss: running, val: valMetrics, best: val !== null }, clock);

    run: while (step < lastStep) {
      epoch++;
      let [lossSum, rows] = [0, 0];
      const batches = train.batches(batch, { seed, epoch });
      clock.resume();
      for (const b of batches) {
        model.pass.step = step;
        const lr = optimizer.learningRate(step);
        const loss = trainStep(model, optimizer, b, batches.arena);
        if (!Number.isFinite(loss)) {
          batches.return();
          reason = 'diverged';
          await this.#events.emit(divergence(loss, step + 1, lr));
          break run;
        }
        step++;
        lossSum += loss * b.size;
        rows += b.size;
        clock.tick();
        if (stepEvents > 0 && step % stepEvents === 0) {
          const msPerStep = clock.mark();
          await this.#events.emit({ type: 'step', step, epoch, loss, learningRate: lr, msPerStep });
        }
        if (pause.due()) await pause.pause();
        if (this.#stopped || step >= lastStep) {
          batches.return();
          break;
        }
      }
      clock.suspend();
      running = lossSum / rows;
      valMetrics = this.#evaluate(val);
      const watched = valMetrics?.loss ?? running;
      const isBest = watched < best.loss;
      if (isBest) {
        best = { epoch, step, loss: watched };
        weightsBest = model.parameters.snapshot();
      }
      await this.#emitEpoch({ epoch, step, trainLoss: running, val: valMetrics, best: isBest }, clock);
      if (this.#stopped) reason = 'stopped';
      else if (until && valMetrics && until(valMetrics)) reason = 'until';
      else if (patience !== undefined && epoch - best.epoch >= patience) reason = 'patience';
      else continue;
      break;
    }

    const weights = model.parameters.snapshot();
    const trainMetrics = this.#evaluate(train)!;
    const finalVal = reason === 'diverged' ? this.#evaluate(val) : valMetrics;
    model.parameters.restore(weightsBest);
    const test = this.#evaluate(this.#data.test ?? null);
    if (patience === undefined) model.parameters.restore(weights);
    const result: FitResult = {
      status: reason === 'diverged' ? 'diverged' : reason === 'stopped' ? 'interrupted' : 'done',
      reason,
      epochs: epoch,
      steps: step,
      seconds: clock.seconds(),
      ...clock.summary(),
      train: trainMetrics,
      trainRunning: { loss: running },
      val: finalVal,
      best,
      test,
      weights,
      weightsBest,
    };
    await this.#events.emit({ type: 'done', result });
    return result;
  }

  #evaluate(loader: Loader | null): Metrics | null {
    return loader ? evaluate(this.model, loader, { threshold: this.#options.threshold }).metrics : null;
  }

  async #emitEpoch(
    about: Pick<EpochEvent, 'epoch' | 'step' | 'trainLoss' | 'val' | 'best'>,
    clock: StepClock,
  ): Promise<void> {
    const none = { gradientNorm: Number.NaN, deadShare: Number.NaN };
    const probed = this.#options.probe === false ? none : probe(this.model, this.#data.train);
    const learningRate = this.#options.optimizer.learningRate(Math.max(about.step - 1, 0));
    await this.#events.emit({ type: 'epoch', ...about, ...probed, learningRate, seconds: clock.seconds() });
  }
}

/** Trains `model`; see {@link Fit}. Throws NF4104 or NF4105 at once for options that cannot be used. */
export function fit(model: Model, data: FitData, options: FitOptions): Fit {
  return new Fit(model, data, options);
}

function divergence(loss: number, step: number, lr: number): FitEvent {
  return {
    type: 'warning',
    code: 'NF3105',
    message: `the loss became ${loss} at step ${step}; learning rate ${lr}`,
    hint: `try lr ${lr / 10}, or scale the inputs`,
  };
}

function checkOptions({ epochs, steps, patience }: FitOptions): void {
  for (const [name, value] of Object.entries({ epochs, steps, patience })) {
    if (value === undefined || (Number.isInteger(value) && value >= 1)) continue;
    throw new NeuroForgeError('NF4105', `${name} must be a whole number of at least 1`, {
      where: 'fit',
      got: String(value),
    });
  }
}
