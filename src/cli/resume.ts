import { dirname } from 'node:path';
import { NeuroForgeError } from '../core/errors.ts';
import { readModelFile } from '../io/read-model-file.ts';
import type { Model } from '../models/model.ts';
import { files } from '../platform/index.ts';
import { loadCheckpoint } from '../train/checkpoint.ts';
import { RunFolder } from '../train/run-folder.ts';
import type { TrainingState } from '../train/state.ts';
import { type Config, readConfigFile, resolveConfig } from './config.ts';
import { findRun } from './find-run.ts';
import { flagName } from './flags.ts';
import { blasLibraries, type OpenedBackend, openConfigured } from './open-backend.ts';
import type { Output } from './output.ts';
import type { Prepared } from './setup.ts';

/** What may change: when a run ends, and what it saves. Its steps stay what they are. */
const changeable = ['epochs', 'steps', 'until', 'patience', 'checkpointEvery', 'keepLast'];

/** The same, and the threads of a backend whose bits do not depend on them. */
function mayChange(about: Readonly<Record<string, unknown>>): readonly string[] {
  return about.backend === 'native' ? changeable : [...changeable, 'threads'];
}

interface Difference {
  readonly what: string;
  readonly before: string;
  readonly now: string;
  /** Of the machine and its software, which --inexact lets pass; settings and data are refused always. */
  readonly ofMachine: boolean;
}

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
   * `name` is a run folder, latest, a run's name, or one of its checkpoints; `given` are the settings of this command.
   * `inexact`: on another machine too, with other bits. The folder is ours until `folder.leave()` or `finish()`. Throws NF4126 when there is no checkpoint, NF4127 when the
   * run had ended and nothing given says how it should go on.
   */
  static async open(
    name: string,
    given: Readonly<Record<string, unknown>>,
    inexact: boolean,
    output: Output,
  ): Promise<Resumption> {
    const path = await findRun(name);
    const isFile = (await files.stat(path)).kind !== 'folder';
    const place = isFile ? dirname(dirname(path)) : path;
    const checkpoint = isFile ? path : files.join(place, 'checkpoints', 'last.safetensors');
    if (!(await files.exists(files.join(place, 'run.json'))) || !(await files.exists(checkpoint))) {
      throw new NeuroForgeError('NF4126', 'there is no checkpoint to go on from', {
        where: name,
        expected: `${files.join(place, 'run.json')} and ${checkpoint}`,
        hint: 'name a run folder, or a file in its checkpoints',
      });
    }
    const folder = await RunFolder.open(files, place, (message) => output.say(message));
    try {
      const file = await readConfigFile(files.join(place, 'config.json'), files);
      const recorded = resolveConfig({}, file, {});
      const may = mayChange(folder.about);
      const kept = Object.fromEntries(Object.entries(given).filter(([key]) => may.includes(key)));
      const config = resolveConfig(kept, file, {});
      if (!isFile) checkUnfinished(folder, place, recorded, config);
      const backend = inexact ? { backend: given.backend ?? recorded.backend } : {};
      return new Resumption(
        folder,
        { ...config, ...(backend as Pick<Config, 'backend'>) },
        checkpoint,
        inexact,
        differencesOf(recorded, given, folder.about),
      );
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
    const { library } = (about.blas ?? {}) as { library?: string };
    const named = process.env.NEUROFORGE_BLAS ? undefined : blasLibraries.find((known) => known === library);
    if (this.#inexact && this.#differences.some((d) => d.what === 'backend')) return openConfigured(this.config, log);
    try {
      return await openConfigured({ ...this.config, backend }, log, named);
    } catch (error) {
      if (!(error instanceof NeuroForgeError)) throw error;
      if (this.#inexact) return openConfigured({ ...this.config, backend: 'auto' }, log);
      this.#compare('backend', `${backend}${library ? ` (${library})` : ''}`, `none (${error.got ?? error.message})`);
      throw this.#refusal();
    }
  }

  /** Throws NF4124 with all that differs from the run; where `inexact` lets that pass, says it. */
  check({ split }: Prepared, { about: now }: OpenedBackend, output: Output): void {
    const { about: before } = this.folder;
    const recorded = before as { versions?: Record<string, unknown>; blas?: Record<string, unknown> };
    this.#compare('neuroforge', recorded.versions?.neuroforge, NEUROFORGE_VERSION);
    if (!this.#differences.some((d) => d.what === 'backend')) this.#compare('backend', before.backend, now.backend);
    if (before.backend === 'native' && now.backend === 'native') {
      this.#compare('threads', before.threads, now.threads);
      const blas = now.blas as Record<string, unknown>;
      for (const key of ['library', 'version', 'threads'])
        this.#compare(`BLAS ${key}`, recorded.blas?.[key], blas[key]);
      this.#compare('processor', (before.host as Record<string, unknown> | undefined)?.cpu, files.host.cpu);
    }
    const { hashes = {} } = (before.data ?? {}) as { hashes?: Record<string, string> };
    for (const file of new Set([...Object.keys(hashes), ...Object.keys(split.train.hashes)])) {
      this.#compare(`data ${file}`, shortHash(hashes[file]), shortHash(split.train.hashes[file]), false);
    }
    if (this.#differences.length === 0) return;
    if (!this.#inexact || this.#differences.some((d) => !d.ofMachine)) throw this.#refusal();
    const list = this.#differences.map((d) => `${d.what} ${d.before} -> ${d.now}`).join(', ');
    output.warn('NF3214', 'the run goes on with other bits than it would have had', list);
  }

  /** The state to go on from; the folder is as it was then. */
  async restore(model: Model, about: Readonly<Record<string, unknown>>): Promise<TrainingState> {
    const state = await loadCheckpoint(await readModelFile(files, this.#checkpoint), model, this.#checkpoint);
    await this.folder.metrics.rewind(state);
    const differences = this.#differences.map(({ what, before, now }) => ({ what, before, now }));
    await this.folder.resume(state.step, { ...about, ...(differences.length > 0 ? { differences } : {}) });
    return state;
  }

  #compare(what: string, before: unknown, now: unknown, ofMachine = true): void {
    if (before === now) return;
    this.#differences.push({ what, before: String(before ?? 'nothing'), now: String(now ?? 'nothing'), ofMachine });
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
  const ended = about.status === 'done' || about.status === 'diverged';
  const changed = ['epochs', 'steps', 'until', 'patience'].some(
    (key) => recorded[key as keyof Config] !== config[key as keyof Config],
  );
  if (!ended || (changed && about.status === 'done')) return;
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

/** Settings of this command that are not the run's. */
function differencesOf(
  recorded: Config,
  given: Readonly<Record<string, unknown>>,
  about: Readonly<Record<string, unknown>>,
): Difference[] {
  const before: Readonly<Record<string, unknown>> = { ...recorded, backend: about.backend };
  return Object.entries(given).flatMap(([key, now]) => {
    if (mayChange(about).includes(key) || key === 'schema' || now === before[key]) return [];
    if (key === 'backend' && now === 'auto') return [];
    const what = key === 'backend' ? key : flagName(key);
    return [{ what, before: String(before[key] ?? 'not given'), now: String(now), ofMachine: key === 'backend' }];
  });
}

function shortHash(hash: string | undefined): string | undefined {
  return hash?.slice(0, 12);
}
