import { NeuroForgeError } from '../core/errors.ts';
import { readWhole } from '../data/read-whole.ts';
import type { Files } from '../platform/files.ts';
import { type Lock, takeLock } from '../platform/lock.ts';
import { removeLeftovers } from '../platform/temporaries.ts';
import { toJson } from './json.ts';
import { MetricsLog } from './metrics-log.ts';

/** How a run stands, in run.json. */
export type RunStatus = 'running' | 'done' | 'diverged' | 'interrupted';

/** What run.json says. */
export type RunAbout = Readonly<Record<string, unknown>>;

/**
 * The folder of one run: `run.json`, `config.json`, `metrics.jsonl`, `model.safetensors`, `checkpoints/`,
 * `predictions.jsonl`, `report.html`. Files that are replaced are replaced whole, see platform/files.ts.
 */
export class RunFolder {
  readonly path: string;
  /** The last part of the path, e.g. `20261123-2010-mlp-7f3a`. */
  readonly name: string;
  readonly metrics: MetricsLog;
  readonly #files: Files;
  #about: RunAbout;
  #lock: Lock | null = null;

  private constructor(files: Files, path: string, about: RunAbout) {
    this.#files = files;
    this.path = path;
    this.name = files.basename(files.resolve(path));
    this.metrics = new MetricsLog(files, files.join(path, 'metrics.jsonl'));
    this.#about = about;
  }

  /**
   * Makes `parent/<UTC time>-<kind>-<4 hex digits>` with run.json and config.json, and points `parent/latest` at it.
   * Never takes an existing folder. Throws NF2904 when the place cannot be written.
   */
  static async create(
    files: Files,
    parent: string,
    kind: string,
    config: Readonly<Record<string, unknown>>,
    about: RunAbout,
  ): Promise<RunFolder> {
    await files.makeFolder(parent);
    const started = new Date();
    const stamp = started.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 13);
    const path = await freshFolder(files, parent, `${stamp}-${kind}`);
    await files.makeFolder(files.join(path, 'checkpoints'));
    const run = new RunFolder(files, path, {
      schema: 'neuroforge/run@1',
      status: 'running',
      started: started.toISOString(),
      ...about,
    });
    run.#lock = await takeLock(files, files.join(path, 'lock'), { started: started.toISOString() });
    await run.#writeAbout(run.#about);
    await run.write('config.json', `${toJson(config, 2)}\n`);
    await files.writeFileAtomic(files.join(parent, 'latest'), `${run.name}\n`);
    return run;
  }

  /**
   * Takes the folder of an earlier run, and clears away what a dead process left half written; `note` hears why a lock
   * was taken over. Throws NF2905 while another process has it, NF2908 when one of another
   * machine may, NF4125 when run.json is not a run's.
   */
  static async open(files: Files, path: string, note: (line: string) => void): Promise<RunFolder> {
    const run = new RunFolder(files, path, {});
    run.#lock = await takeLock(files, files.join(path, 'lock'), { started: new Date().toISOString(), note });
    try {
      for (const folder of [path, files.join(path, 'checkpoints')]) await removeLeftovers(files, folder);
      run.#about = await readAbout(files, path);
      return run;
    } catch (error) {
      await run.leave();
      throw error;
    }
  }

  /** What run.json says, as it was when the folder was opened or last written. */
  get about(): RunAbout {
    return this.#about;
  }

  /** Replaces a file of the run. */
  async write(name: string, content: string | Uint8Array): Promise<void> {
    await this.#files.writeFileAtomic(this.#files.join(this.path, ...name.split('/')), content);
  }

  async read(name: string): Promise<Uint8Array> {
    return this.#files.readFile(this.#files.join(this.path, ...name.split('/')));
  }

  /** Names in `checkpoints/`. */
  async checkpoints(): Promise<string[]> {
    return this.#files.list(this.#files.join(this.path, 'checkpoints'));
  }

  async remove(name: string): Promise<void> {
    await this.#files.remove(this.#files.join(this.path, ...name.split('/')));
  }

  /** Records that the run goes on, from where, and on what. */
  async resume(entry: RunAbout, environment: RunAbout): Promise<void> {
    const { ended: _, exitCode: _1, reason: _2, result: _3, error: _4, blas: _5, ...before } = this.#about;
    const earlier = Array.isArray(before.resumed) ? before.resumed : [];
    const resumed = [...earlier, { at: new Date().toISOString(), ...entry }];
    await this.#writeAbout({ ...before, ...environment, status: 'running', resumed });
  }

  /** Records how the run ended and gives the folder free, even where that cannot be recorded. */
  async finish(status: RunStatus, about: RunAbout): Promise<void> {
    try {
      await this.#writeAbout({ ...this.#about, ...about, status, ended: new Date().toISOString() });
    } finally {
      await this.leave();
    }
  }

  /** Gives the folder free, and leaves it as it is. */
  async leave(): Promise<void> {
    await this.#lock?.release();
    this.#lock = null;
  }

  async #writeAbout(about: RunAbout): Promise<void> {
    await this.write('run.json', `${toJson(about, 2)}\n`);
    this.#about = about;
  }
}

const largestAbout = 2 ** 24;

/** What run.json in the folder `path` says. Throws NF4125 when it is not a run's, and what reading it throws. */
export async function readAbout(files: Files, path: string): Promise<RunAbout> {
  const file = files.join(path, 'run.json');
  const text = new TextDecoder().decode(await readWhole(files, file, { most: largestAbout, what: 'a run.json' }));
  try {
    const about: unknown = JSON.parse(text);
    if (typeof about === 'object' && about !== null && !Array.isArray(about)) return about as RunAbout;
  } catch {}
  throw new NeuroForgeError('NF4125', 'run.json is not what a run writes there', {
    where: file,
    expected: 'a JSON object',
    got: text === '' ? 'an empty file' : JSON.stringify(text.slice(0, 40)),
  });
}

async function freshFolder(files: Files, parent: string, stem: string): Promise<string> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const suffix = [...crypto.getRandomValues(new Uint8Array(2))].map((b) => b.toString(16).padStart(2, '0')).join('');
    const path = files.join(parent, `${stem}-${suffix}`);
    try {
      await files.makeFolderExclusive(path);
      return path;
    } catch (error) {
      if (!(error instanceof NeuroForgeError && error.code === 'NF2903')) throw error;
    }
  }
  throw new NeuroForgeError('NF9002', `no free name for a run in ${parent}`);
}
