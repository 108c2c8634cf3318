import { dirname } from 'node:path';
import { NeuroForgeError } from '../core/errors.ts';
import { readModelFile } from '../io/read-model-file.ts';
import type { Model } from '../models/model.ts';
import { files } from '../platform/index.ts';
import { loadCheckpoint } from '../train/checkpoint.ts';
import { toJson } from '../train/json.ts';
import { type RunAbout, RunFolder } from '../train/run-folder.ts';
import type { TrainingState } from '../train/state.ts';
import { type Config, readConfigFile, resolveConfig } from './config.ts';
import {
  type Difference,
  dataThatDiffer,
  machineThatDiffers,
  mayChange,
  record,
  settingsThatDiffer,
} from './differences.ts';
import { findRun } from './find-run.ts';
import { blasLibraries, type OpenedBackend, openConfigured } from './open-backend.ts';
import type { Output } from './output.ts';
import { stepOf } from './saver.ts';
import type { Prepared, Resolved } from './setup.ts';

/**
 * An earlier run that is to go on with the bits that it would have had: whatever those depend on must be as it was, or
 * NF4124 lists what is not.
 */
export class Resumption {
  readonly folder: RunFolder;
  /** The run's own, with what may change as it was given now. */
  readonly config: Config;
  readonly #checkpoint: string;
  readonly #inexact: boolean;
  readonly #differences: Difference[];

  private constructor(folder: RunFolder, config: Config, checkpoint: string, inexact: boolean, found: Difference[]) {
    this.folder = folder;
    this.config = config;
    this.#checkpoint = checkpoint;
    this.#inexact = inexact;
    this.#differences = found;
  }

  /**
   * `name` is a run folder, latest, a run's name, or one of its checkpoints; `given` are the checked settings of this
   * command. `inexact`: on another machine too, with other bits. The folder is ours until `folder.leave()` or
   * `finish()`. Throws NF4126 when there is no checkpoint, NF4127 when the run had ended and nothing is left to do.
   */
  static async open(
    name: string,
    given: Readonly<Record<string, unknown>>,
    inexact: boolean,
    output: Output,
  ): Promise<Resumption> {
    const path = await findRun(name);
    const isFile = (await files.stat(path)).kind !== 'folder';
    const place = isFile ? files.join(dirname(path), '..') : path;
    const checkpoint = isFile ? path : files.join(place, 'checkpoints', 'last.safetensors');
    if (!(await files.exists(files.join(place, 'run.json'))) || !(await files.exists(checkpoint))) {
      throw new NeuroForgeError('NF4126', 'there is no checkpoint to go on from', {
        where: name,
        expected: isFile ? 'a file in the checkpoints of a run' : `run.json and ${checkpoint}`,
        hint: 'name a run folder, or a file in its checkpoints',
      });
    }
    const folder = await RunFolder.open(files, place, (message) => output.say(message));
    try {
      const file = await readConfigFile(files.join(place, 'config.json'), files);
      const recorded = resolveConfig({}, file, {});
      const may = mayChange(folder.about, recorded, inexact);
      const kept = Object.fromEntries(Object.entries(given).filter(([key]) => may.includes(key)));
      const config = resolveConfig(kept, file, {});
      if (!isFile) checkUnfinished(folder, place, recorded, config);
      const differences = settingsThatDiffer(recorded, given, folder.about, may);
      const backend = (inexact && (given.backend as Config['backend'])) || config.backend;
      return new Resumption(folder, { ...config, backend }, checkpoint, inexact, differences);
    } catch (error) {
      await folder.leave();
      throw error;
    }
  }

  /** The backend that the run computed on; with `inexact` the one that is asked for, or found here. */
  async openBackend(output: Output): Promise<OpenedBackend> {
    const { about } = this.folder;
    const log = (line: string): void => output.say(line);
    const backend = about.backend === 'native' || about.backend === 'js' ? about.backend : 'wasm';
    const { library } = record(about.blas);
    const named = process.env.NEUROFORGE_BLAS ? undefined : blasLibraries.find((known) => known === library);
    if (this.#differences.some((d) => d.what === 'backend') && this.#inexact) return openConfigured(this.config, log);
    try {
      return await openConfigured({ ...this.config, backend }, log, named);
    } catch (error) {
      if (!(error instanceof NeuroForgeError)) throw error;
      if (this.#inexact) return openConfigured({ ...this.config, backend: 'auto' }, log);
      const before = `${backend}${named ? ` (${named})` : ''}`;
      this.#differences.push({ what: 'backend', before, now: `none (${error.got ?? error.message})`, ofMachine: true });
      throw this.#refusal();
    }
  }

  /** Throws NF4124 with all that differs from the run; where `inexact` lets that pass, says it. */
  check({ split }: Prepared, { about: now }: OpenedBackend, output: Output): void {
    const { about: before } = this.folder;
    const known = this.#differences.map((d) => d.what);
    const found = [...machineThatDiffers(before, now), ...dataThatDiffer(before, split.train)];
    this.#differences.push(...found.filter((d) => !known.includes(d.what)));
    const refused = this.#inexact ? this.#differences.some((d) => !d.ofMachine) : this.#differences.length > 0;
    if (refused) throw this.#refusal();
    const list = this.#differences.map((d) => `${d.what} ${d.before} -> ${d.now}`).join(', ');
    if (list !== '') output.warn('NF3214', 'the run goes on with other bits than it would have had', list);
    else if (before.inexact)
      output.warn('NF3214', 'an earlier resume changed what computes: other bits than without it');
  }

  /**
   * The state to go on from; the folder is as it was then, and run.json says that the run goes on, computed by
   * `environment`. Throws NF4127 when the run is past the end that is asked for. Whatever it is cut off at, it can be
   * done again.
   */
  async restore(
    model: Model,
    config: Resolved,
    stepsPerEpoch: number,
    entry: RunAbout,
    environment: RunAbout,
  ): Promise<TrainingState> {
    const { folder } = this;
    const bytes = await readModelFile(files, this.#checkpoint);
    const state = await loadCheckpoint(bytes, model, this.#checkpoint);
    const end = Math.min(config.steps ?? Infinity, config.epochs * stepsPerEpoch);
    if (state.step > end) {
      throw new NeuroForgeError('NF4127', 'the run is past the end that is asked for', {
        where: folder.path,
        expected: `at least ${state.step} steps (${state.epoch} epochs)`,
        got: `${end}`,
        hint: 'to go back: resume from one of its checkpoints, as --keep-last keeps them',
      });
    }
    await folder.write('checkpoints/last.safetensors', bytes); // first: what comes after it is taken away
    for (const name of await folder.checkpoints()) {
      if ((stepOf(name) ?? 0) > state.step) await folder.remove(`checkpoints/${name}`);
    }
    await folder.metrics.rewind(state);
    await folder.remove('autopsy.json');
    await folder.write('config.json', `${toJson(config, 2)}\n`);
    const differences = this.#differences.map(({ what, before, now }) => ({ what, before, now }));
    const lasting = differences.length > 0 ? { ...environment, inexact: true } : environment;
    await folder.resume({ step: state.step, ...entry, ...(differences.length > 0 ? { differences } : {}) }, lasting);
    return state;
  }

  #refusal(): NeuroForgeError {
    const list = (side: 'before' | 'now'): string => this.#differences.map((d) => `${d.what} ${d[side]}`).join(', ');
    return new NeuroForgeError('NF4124', 'the run cannot go on as it began: what its numbers depend on differs', {
      where: this.folder.path,
      expected: list('before'),
      got: list('now'),
      hint: this.#differences.every((d) => d.ofMachine)
        ? 'resume it where it began, or with --inexact: then its bits are not those of an uninterrupted run'
        : 'resume it with the settings and data that it began with, or start a new run',
    });
  }
}

/** Throws NF4127 unless there is something left to do. */
function checkUnfinished({ about }: RunFolder, path: string, recorded: Config, config: Config): void {
  if (about.status !== 'done' && about.status !== 'diverged') return;
  const rules = ['epochs', 'steps', 'until', 'patience'] as const;
  const changed = rules.some((key) => recorded[key] !== config[key]);
  // A resume that asked for more may have been cut off when it had noted just that.
  const { epochs, steps } = record(about.result);
  const more = Number(epochs) < (config.epochs ?? 0) && Number(steps) < (config.steps ?? Infinity);
  const counted = about.reason === 'epochs' || about.reason === 'steps';
  if (about.status === 'done' && (changed || (counted && more))) return;
  throw new NeuroForgeError(
    'NF4127',
    about.status === 'done' ? 'the run is done' : 'the run diverged, and would again',
    {
      where: path,
      hint:
        about.status === 'done'
          ? 'to train on: --resume with more --epochs or --steps; to look at it: neuroforge eval'
          : 'start a new run with another --lr or --scale; its report says more',
    },
  );
}
