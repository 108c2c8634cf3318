import { NeuroForgeError } from '../core/errors.ts';
import { toJson } from '../core/unseen.ts';
import type { Files } from '../platform/files.ts';
import type { EpochEvent } from './events.ts';

/** How a run stands, in run.json. */
export type RunStatus = 'running' | 'done' | 'diverged' | 'interrupted';

/**
 * The folder of one run: `run.json`, `config.json`, `metrics.jsonl`, `model.safetensors`, `checkpoints/`,
 * `predictions.jsonl`, `report.html`. Files that are replaced are replaced whole, see platform/files.ts.
 */
export class RunFolder {
  readonly path: string;
  /** The last part of the path, e.g. `20261123-2010-mlp-7f3a`. */
  readonly name: string;
  readonly #files: Files;
  #about: Record<string, unknown>;

  private constructor(files: Files, path: string, about: Record<string, unknown>) {
    this.#files = files;
    this.path = path;
    this.name = files.basename(path);
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
    about: Readonly<Record<string, unknown>>,
  ): Promise<RunFolder> {
    await files.makeFolder(parent);
    const started = new Date();
    const stamp = started.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 13);
    const path = await freshFolder(files, parent, `${stamp}-${kind}`);
    await files.makeFolder(files.join(path, 'checkpoints'));
    const { pid, hostname } = files.host;
    await files.writeFileExclusive(files.join(path, 'lock'), toJson({ pid, hostname, started: started.toISOString() }));
    const run = new RunFolder(files, path, {
      schema: 'neuroforge/run@1',
      status: 'running',
      started: started.toISOString(),
      ...about,
    });
    await run.#writeAbout();
    await run.write('config.json', `${toJson(config, 2)}\n`);
    await files.writeFileAtomic(files.join(parent, 'latest'), `${run.name}\n`);
    return run;
  }

  /** Replaces a file of the run. */
  async write(name: string, content: string | Uint8Array): Promise<void> {
    await this.#files.writeFileAtomic(this.#files.join(this.path, ...name.split('/')), content);
  }

  /** The lines of one epoch in metrics.jsonl: the training loss, and the validation metrics. */
  async epoch(event: EpochEvent): Promise<void> {
    const { epoch, step, seconds, learningRate, gradientNorm, deadShare } = event;
    const at = { step, epoch };
    const train = { ...at, split: 'train', loss: event.trainLoss, learningRate, gradientNorm, deadShare, seconds };
    const val = event.val && { ...at, split: 'val', ...event.val, seconds };
    const lines = [epoch > 0 ? train : null, val].filter((line) => line !== null);
    const text = lines.map((line) => `${toJson(line)}\n`).join('');
    await this.#files.appendFile(this.#files.join(this.path, 'metrics.jsonl'), text);
  }

  /** Records how the run ended and gives the folder free. */
  async finish(status: RunStatus, about: Readonly<Record<string, unknown>>): Promise<void> {
    this.#about = { ...this.#about, ...about, status, ended: new Date().toISOString() };
    await this.#writeAbout();
    await this.#files.remove(this.#files.join(this.path, 'lock'));
  }

  async #writeAbout(): Promise<void> {
    await this.write('run.json', `${toJson(this.#about, 2)}\n`);
  }
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
