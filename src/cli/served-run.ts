import { safeText } from '../charts/text.ts';
import { NeuroForgeError } from '../core/errors.ts';
import { judgeModel } from '../io/model-file.ts';
import { readHeaderOfFile, readModelFile } from '../io/read-model-file.ts';
import { files } from '../platform/index.ts';
import type { EpochEvent } from '../train/events.ts';
import { readEpochs } from '../train/metrics-log.ts';
import { type RunAbout, readAbout } from '../train/run-folder.ts';
import { readConfigFile, resolveConfig } from './config.ts';
import { record } from './differences.ts';
import { findModel, findRun } from './find-run.ts';

/** A run as the lab serves it: what is read of its folder at each request, and nothing else of it. */
export interface ServedRun {
  /** The folder. */
  readonly path: string;
  /** Its last part, e.g. `20261123-2010-mlp-7f3a`. */
  readonly name: string;
  /** The document `neuroforge/lab-run@1`, as the run stands now. */
  document(): Promise<Readonly<Record<string, unknown>>>;
  /** model.safetensors, whose header is that of a model; null as long as there is none. */
  model(): Promise<Uint8Array | null>;
}

/**
 * Opens a run folder, `latest`, the name of a run in ./runs, or a file in one, and reads it once. Throws NF4130 (nothing
 * of that name), NF4193 (no run folder), NF4194 (no metrics), NF4125 (run.json), NF4110 to NF4114 (config.json), and what
 * reading the header of the model throws.
 */
export async function openServedRun(given: string): Promise<ServedRun> {
  const path = files.resolve(await folderOf(given));
  const name = safeText(files.basename(path));
  const run: ServedRun = {
    path,
    name,
    document: () => documentOf(path, name),
    async model() {
      const file = files.join(path, 'model.safetensors');
      if (!(await files.exists(file))) return null;
      judgeModel(await readHeaderOfFile(files, file), file);
      return readModelFile(files, file);
    },
  };
  await run.document();
  return run;
}

async function folderOf(name: string): Promise<string> {
  const found = await findRun(name);
  const folder = (await files.stat(found)).kind === 'folder' ? found : (await findModel(found)).folder;
  const lacks: string[] = [];
  for (const file of ['run.json', 'config.json']) {
    if (folder === null || !(await files.exists(files.join(folder, file)))) lacks.push(file);
  }
  if (folder !== null && lacks.length === 0) return folder;
  const holdsRuns = await files.exists(files.join(found, 'latest'));
  throw new NeuroForgeError('NF4193', folder === null ? 'this is a file, not a run' : 'this is no run folder', {
    where: found,
    expected: 'a folder that neuroforge train made, e.g. runs/20261123-2010-mlp-7f3a',
    got: folder === null ? undefined : `a folder without ${lacks.join(' and ')}`,
    hint: holdsRuns ? 'this holds runs: name one of them, or say latest' : 'neuroforge train makes such folders',
  });
}

async function documentOf(path: string, name: string): Promise<Readonly<Record<string, unknown>>> {
  const about = await readAbout(files, path);
  const config = resolveConfig({}, await readConfigFile(files.join(path, 'config.json'), files), {});
  const epochs = await epochsOf(path, about);
  const { status, versions, backend, blas, inexact, parameters, reason, model, data, result } = about;
  const { name: dataName, source, hashes } = record(data);
  const { test, weights } = record(result);
  return {
    schema: 'neuroforge/lab-run@1',
    name,
    status: statuses.find((known) => known === status) ?? 'interrupted',
    reason: textOr(reason),
    version: textOr(record(versions).neuroforge),
    labVersion: NEUROFORGE_VERSION,
    backend: textOr(backend),
    blas: textOr(record(blas).library),
    inexact: inexact === true,
    data: {
      name: textOr(dataName),
      embedded: source === 'embedded',
      hashes: Object.values(record(hashes)).filter((hash) => typeof hash === 'string'),
    },
    config: { ...config, data: textOr(dataName) ?? 'data' }, // a path is nobody's business
    batch: numberOr(record(model).batch),
    parameters: numberOr(parameters),
    model: await modelOf(files.join(path, 'model.safetensors')),
    epochs: epochs.map(({ epoch, step, trainLoss, val }) => ({ epoch, step, trainLoss, val })),
    best: bestOf(epochs),
    test: typeof test === 'object' && test !== null ? test : null,
    weights: textOr(weights),
  };
}

const statuses = ['running', 'done', 'diverged', 'interrupted'] as const;

const textOr = (value: unknown): string | null => (typeof value === 'string' ? safeText(value) : null);
const numberOr = (value: unknown): number | null => (typeof value === 'number' ? value : null);

/** A run that has just begun, or was killed at once, has measured nothing yet. */
async function epochsOf(path: string, { status }: RunAbout): Promise<EpochEvent[]> {
  const file = files.join(path, 'metrics.jsonl');
  const begun = await files.exists(file);
  const epochs = begun ? await readEpochs(files, file) : [];
  if (epochs.length > 0 || (status !== 'done' && (!begun || (await files.stat(file)).size === 0))) return epochs;
  throw new NeuroForgeError('NF4194', begun ? 'no line of this is one of a run’s metrics' : 'the run has no metrics', {
    where: file,
    expected: 'lines such as {"step":41,"epoch":1,"split":"val","loss":0.77}',
    hint: 'name another run; neuroforge train makes one',
  });
}

/** The first epoch with the lowest validation loss. */
function bestOf(epochs: readonly EpochEvent[]): { epoch: number; val: EpochEvent['val'] } | null {
  let best: EpochEvent | null = null;
  for (const event of epochs) if (event.val && (!best || event.val.loss < best.val!.loss)) best = event;
  return best && { epoch: best.epoch, val: best.val };
}

/** What the model takes and tells apart; null as long as there is none. */
async function modelOf(file: string): Promise<Record<string, unknown> | null> {
  if (!(await files.exists(file))) return null;
  const { input, loss, info } = judgeModel(await readHeaderOfFile(files, file), file);
  return { input, task: loss.task, classNames: info.classNames ?? null };
}
