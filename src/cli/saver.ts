import { saveModel } from '../io/model-file.ts';
import type { Snapshot } from '../layers/parameters.ts';
import type { Model } from '../models/model.ts';
import type { EpochEvent, FitResult } from '../train/events.ts';
import type { RunFolder } from '../train/run-folder.ts';
import type { Prepared } from './setup.ts';

const everyMs = 5000;

/** Keeps `model.safetensors` (the best) and `checkpoints/` of a run: before training, every 5 seconds, at the end. */
export class Saver {
  readonly #folder: RunFolder;
  readonly #model: Model;
  readonly #prepared: Prepared;
  #best: { snapshot: Snapshot; at: EpochEvent } | null = null;
  #saved = Number.NEGATIVE_INFINITY;

  constructor(folder: RunFolder, model: Model, prepared: Prepared) {
    this.#folder = folder;
    this.#model = model;
    this.#prepared = prepared;
  }

  /** The end of an epoch, the model standing still. */
  async at(event: EpochEvent): Promise<void> {
    const due = performance.now() - this.#saved >= everyMs;
    if (!due && !event.best && this.#best !== null) return;
    const snapshot = this.#model.parameters.snapshot();
    if (event.best || this.#best === null) this.#best = { snapshot, at: event };
    if (!due) return;
    await this.#save(snapshot, event, this.#best.snapshot, this.#best.at);
    this.#saved = performance.now();
  }

  async end({ weights, weightsBest }: FitResult, last: EpochEvent): Promise<void> {
    await this.#save(weights, last, weightsBest, this.#best?.at ?? last);
  }

  async #save(last: Snapshot, lastAt: EpochEvent, best: Snapshot, bestAt: EpochEvent): Promise<void> {
    const bytes = await this.#bytes(best, bestAt);
    await this.#folder.write('model.safetensors', bytes);
    await this.#folder.write('checkpoints/best.safetensors', bytes);
    await this.#folder.write('checkpoints/last.safetensors', await this.#bytes(last, lastAt));
  }

  /** The model with all that `eval` and `predict` need to use it elsewhere. */
  #bytes(snapshot: Snapshot, at: EpochEvent): Promise<Uint8Array> {
    const { config, split, scaling, targetScaling } = this.#prepared;
    const { train } = split;
    const { positive, threshold } = config;
    return saveModel(this.#model, {
      snapshot,
      preprocessing: scaling,
      classNames: train.classNames,
      training: { seed: config.seed, step: at.step, epoch: at.epoch },
      about: {
        data: train.name,
        exampleShape: train.exampleShape,
        ...(train.maxValue === undefined ? {} : { maxValue: train.maxValue }),
        ...(train.featureNames === undefined ? {} : { featureNames: train.featureNames }),
        ...(positive === undefined ? {} : { positive, threshold }),
        ...(targetScaling === null ? {} : { targetMean: targetScaling.mean, targetSd: targetScaling.sd }),
      },
    });
  }
}
