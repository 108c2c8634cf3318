import { NeuroForgeError } from '../../src/core/errors.ts';
import type { LayerDescription } from '../../src/models/registry.ts';
import type { FitEvent, FitResult } from '../../src/train/events.ts';
import type { ExerciseId } from '../../src/verify/exercises.ts';
import type { FitInWorker } from '../../src/worker/fit-in-worker.ts';
import type { FitSpec } from '../../src/worker/spec.ts';
import { withoutFlags } from '../shell/flags.ts';
import { list, number, text } from './stranger.ts';
import type { TrainEnd, TrainEvent, TrainRun, TrainSpec } from './types.ts';

/** Classes of both data sets of the lab. */
export const outputs = 10;
/** A step event every so many steps. */
const stepEvents = 10;

/** What `neuroforge train --backend wasm` trains with these settings, with `layer` as the network. */
export function fitSpecOf(spec: TrainSpec, layer: LayerDescription, loss?: string): FitSpec {
  const { name, files } = spec.data;
  if (name === 'mnist' && !files) {
    throw new NeuroForgeError('NF4171', 'MNIST was chosen, but its files are not here', {
      where: 'train',
      expected: 'the four files train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-…, t10k-labels-…',
      hint: 'drop them on the page or have them downloaded',
    });
  }
  return {
    data: name === 'digits' ? { name } : { name, files: files! },
    layer,
    loss,
    optimizer: { name: 'sgd', learningRate: spec.lr },
    batch: spec.batch,
    epochs: spec.epochs,
    seed: spec.seed,
    until: spec.until === undefined ? undefined : { metric: 'accuracy', value: spec.until },
    backend: 'wasm',
    stepEvents,
    paused: spec.paused,
  };
}

/** What went wrong, in the lab's words. */
export type Explained = { readonly piece: ExerciseId | null; readonly message: string };
export type Explain = (error: unknown) => Explained | Promise<Explained>;

/** A run of the lab over one of `neuroforge/worker`. What comes from a learner's worker is taken as numbers, or not at all. */
export class LabRun implements TrainRun {
  readonly done: Promise<TrainEnd>;
  readonly #run: FitInWorker;
  readonly #explain: Explain;
  readonly #end: () => void;
  #last = { epoch: 0, step: 0, valLoss: Number.NaN, valAccuracy: Number.NaN };
  #closed = false;

  /** `end` ends the worker. */
  constructor(run: FitInWorker, end: () => void, explain: Explain = explainError) {
    this.#run = run;
    this.#end = end;
    this.#explain = explain;
    this.done = this.#follow();
  }

  pause(): void {
    this.#run.pause();
  }
  resume(): void {
    this.#run.resume();
  }
  step(): void {
    this.#run.step();
  }
  stop(): void {
    this.#run.stop();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#run.close();
    this.#end();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<TrainEvent, undefined> {
    try {
      for await (const event of this.#run) {
        const told = eventOf(event);
        if (told) yield told;
      }
    } catch (error) {
      if (!this.#closed) yield { type: 'error', ...(await this.#explain(error)) };
    }
  }

  async weights(): Promise<{ W1: Float32Array; inputs: number; units: number }> {
    const { shape, values } = await this.#run.parameter('0.W');
    const [inputs, units] = list(shape, 2).map(number);
    return { W1: numbers(values, inputs * units), inputs, units };
  }

  async predict(x: Float32Array): Promise<Float32Array> {
    const { shape, values } = await this.#run.predict(x);
    return numbers(values, number(shape[0]) * outputs);
  }

  /** Reads the run's last state beside whoever else reads its events. */
  async #follow(): Promise<TrainEnd> {
    try {
      const [result] = await Promise.all([this.#run, this.#watch()]);
      const weights = await this.#run.weightsHash();
      return endOf(result, weights);
    } catch (error) {
      const { epoch, step, valLoss, valAccuracy } = this.#last;
      const about = { epochs: epoch, steps: step, valLoss, valAccuracy, seconds: Number.NaN, testAccuracy: null };
      const none = { reached: false, weights: null };
      if (this.#closed) return { status: 'stopped', ...about, ...none, error: null };
      return { status: 'error', ...about, ...none, error: await this.#explain(error) };
    }
  }

  async #watch(): Promise<void> {
    for await (const event of this.#run) {
      const told = eventOf(event);
      if (told?.type === 'step') this.#last = { ...this.#last, epoch: told.epoch, step: told.step };
      if (told?.type === 'epoch') {
        const { epoch, step, valLoss, valAccuracy } = told;
        this.#last = { epoch, step, valLoss, valAccuracy };
      }
    }
  }
}

function eventOf(event: FitEvent): TrainEvent | null {
  switch (event.type) {
    case 'step': {
      const { step, epoch, loss, msPerStep } = event;
      return {
        type: 'step',
        step: number(step),
        epoch: number(epoch),
        loss: number(loss),
        msPerStep: number(msPerStep),
      };
    }
    case 'epoch': {
      const { epoch, step, trainLoss, val } = event;
      return {
        type: 'epoch',
        epoch: number(epoch),
        step: number(step),
        trainLoss: number(trainLoss),
        valLoss: number(val?.loss),
        valAccuracy: number(val?.accuracy),
      };
    }
    case 'warning':
      return warningOf(text(event.code), text(event.message), text(event.hint));
    default:
      return null;
  }
}

/** The network of a learner's functions is one layer and one loss, `forged`: to its author they are "your network". */
function warningOf(code: string, message: string, hint: string): TrainEvent {
  const plain = (words: string): string =>
    words.replaceAll('the loss forged', 'your loss').replace(/\b(layer )?forged\b/g, 'your network');
  const [brief] = message.split(', first at ');
  return { type: 'warning', code, brief: plain(brief), text: plain(`${message}: ${hint}`) };
}

function endOf(result: FitResult, weights: string): TrainEnd {
  const { status, reason, epochs, steps, seconds, val, test } = result;
  return {
    status: status === 'interrupted' ? 'stopped' : status === 'diverged' ? 'diverged' : 'done',
    reached: reason === 'until',
    epochs: number(epochs),
    steps: number(steps),
    seconds: number(seconds),
    valLoss: number(val?.loss),
    valAccuracy: number(val?.accuracy),
    testAccuracy: test ? number(test.accuracy) : null,
    weights: /^sha256:[0-9a-f]{64}$/.test(text(weights)) ? weights : null,
    error: null,
  };
}

export function explainError(error: unknown): Explained {
  if (!(error instanceof NeuroForgeError)) return { piece: null, message: text(String(error)) };
  const { message, where, expected, got, hint } = error;
  const parts = [message, where && `at ${where}`, expected && `expected ${expected}`, got && `got ${got}`, hint];
  const told = parts.map((part) => withoutFlags(part ?? '')).filter((part) => part !== '');
  return { piece: null, message: text(told.join('; ')) };
}

function numbers(values: unknown, length: number): Float32Array {
  if (values instanceof Float32Array && values.length === length) return values;
  throw new NeuroForgeError('NF4182', 'the run gave no answer that can be read', { where: 'train' });
}
