import { NeuroForgeError } from '../core/errors.ts';
import { saveModel } from '../io/model-file.ts';
import type { Model } from '../models/model.ts';
import { saveCheckpoint } from '../train/checkpoint.ts';
import type { FitResult } from '../train/events.ts';
import type { RunFolder } from '../train/run-folder.ts';
import type { Best, TrainingState } from '../train/state.ts';
import type { Output } from './output.ts';
import type { Prepared } from './setup.ts';

/**
 * Keeps `model.safetensors` (the best) and `checkpoints/` of a run. The best is written before the last, which resume
 * reads; older ones go after the new one is safe. A save that fails is said and tried again with the next one, and
 * training goes on; at the end it is an error.
 */
export class Saver {
  readonly #folder: RunFolder;
  readonly #model: Model;
  readonly #prepared: Prepared;
  readonly #output: Output;
  #savedBest: Best | null = null;
  #lastSaved: number | null = null;
  #unsaved: TrainingState | null = null;

  constructor(folder: RunFolder, model: Model, prepared: Prepared, output: Output) {
    this.#folder = folder;
    this.#model = model;
    this.#prepared = prepared;
    this.#output = output;
  }

  /** Runs what may fail for want of room or rights; answers whether it was done. Before the first save, it must be. */
  async attempt(what: string, save: () => Promise<void>): Promise<boolean> {
    try {
      await save();
      return true;
    } catch (error) {
      const writing = error instanceof NeuroForgeError && error.code.startsWith('NF290');
      if (!writing || this.#lastSaved === null) throw error;
      const stays = `the checkpoint of step ${this.#lastSaved} stays`;
      this.#output.warn(
        error.code,
        `${what} was not saved: ${error.where}: ${error.message}`,
        `${stays}; training goes on, and saving is tried again${error.hint ? `; ${error.hint}` : ''}`,
      );
      return false;
    }
  }

  async checkpoint(state: TrainingState): Promise<void> {
    this.#unsaved = state;
    await this.attempt(`the checkpoint of step ${state.step}`, () => this.#save(state));
  }

  /** Everything is safe when this returns. */
  async end({ weightsBest, best }: FitResult): Promise<void> {
    if (this.#unsaved) await this.#save(this.#unsaved);
    await this.#saveBest(weightsBest, best);
    await this.#folder.metrics.sync();
  }

  async #save(state: TrainingState): Promise<void> {
    const { keepLast = 1 } = this.#prepared.config;
    await this.#folder.metrics.sync();
    await this.#saveBest(state.bestParameters, state.best);
    const bytes = await saveCheckpoint(this.#model, state, this.#about());
    if (keepLast > 1) await this.#folder.write(`checkpoints/${nameOf(state.step)}`, bytes);
    await this.#folder.write('checkpoints/last.safetensors', bytes);
    this.#unsaved = null;
    this.#lastSaved = state.step;
    await this.#prune(keepLast).catch((error: Error) =>
      this.#output.warn('NF2909', `an old checkpoint stays: ${error.message}`),
    );
  }

  async #saveBest(snapshot: FitResult['weightsBest'], best: Best): Promise<void> {
    if (this.#savedBest?.step === best.step) return;
    const training = { seed: this.#prepared.config.seed, step: best.step, epoch: best.epoch };
    const bytes = await saveModel(this.#model, { snapshot, training, ...this.#about() });
    await this.#folder.write('model.safetensors', bytes);
    await this.#folder.write('checkpoints/best.safetensors', bytes);
    this.#savedBest = best;
  }

  async #prune(keep: number): Promise<void> {
    const names = (await this.#folder.checkpoints()).filter((name) => /^step-\d{10}\.safetensors$/.test(name)).sort();
    for (const name of names.slice(0, Math.max(names.length - keep, 0)))
      await this.#folder.remove(`checkpoints/${name}`);
  }

  /** All that `eval` and `predict` need to use the model elsewhere. */
  #about() {
    const { config, split, scaling, targetScaling } = this.#prepared;
    const { train } = split;
    const { positive, threshold } = config;
    return {
      preprocessing: scaling,
      classNames: train.classNames,
      about: {
        data: train.name,
        exampleShape: train.exampleShape,
        ...(train.maxValue === undefined ? {} : { maxValue: train.maxValue }),
        ...(train.featureNames === undefined ? {} : { featureNames: train.featureNames }),
        ...(positive === undefined ? {} : { positive, threshold }),
        ...(targetScaling === null ? {} : { targetMean: targetScaling.mean, targetSd: targetScaling.sd }),
      },
    };
  }
}

/** Of one of the checkpoints that `--keep-last` keeps; names sort as steps do. */
export function nameOf(step: number): string {
  return `step-${String(step).padStart(10, '0')}.safetensors`;
}
