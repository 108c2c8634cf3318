import { type Shape, sizeOf } from '../core/shape.ts';
import type { Dataset, Scaling } from '../data/dataset.ts';
import { readWhole } from '../data/read-whole.ts';
import { type LoadedModel, loadModel } from '../io/model-file.ts';
import { parsePlain } from '../io/plain-json.ts';
import { readModelFile } from '../io/read-model-file.ts';
import { weightsHash } from '../io/weights.ts';
import { files } from '../platform/index.ts';
import { type Config, readConfigFile, resolveConfig } from './config.ts';
import { findModel } from './find-run.ts';
import { openRecorded } from './open-backend.ts';
import type { Output } from './output.ts';

/** A trained model with what is known of its run. */
export interface OpenedRun {
  /** The folder, or null for a model file that stands alone. */
  readonly folder: string | null;
  readonly file: string;
  readonly config: Config | null;
  /** Of the data that it was trained on, by file. */
  readonly dataHashes: Readonly<Record<string, string>>;
  readonly model: LoadedModel['model'];
  readonly scaling: Scaling;
  readonly classNames: readonly string[] | undefined;
  readonly weights: string;
  readonly about: ModelAbout;
}

/** What training wrote beside the weights; fields of files from elsewhere may be absent. */
export interface ModelAbout {
  readonly data?: string;
  readonly exampleShape: Shape;
  readonly maxValue?: number;
  readonly featureNames?: readonly string[];
  /** Probability from which a binary model says yes. */
  readonly threshold: number;
  /** Regression: value = output * sd + mean. */
  readonly mean: number;
  readonly sd: number;
}

/**
 * Opens a run folder, `latest`, the name of a run in ./runs, or a model.safetensors file.
 * Throws NF4130 (nothing of that name), NF4131 (no model in the folder), and what reading the files throws.
 */
export async function openRun(name: string, output: Output): Promise<OpenedRun> {
  const { folder, file } = await findModel(name);
  const run = folder === null ? {} : await readRun(folder);
  const config = folder === null ? null : await readConfig(folder);
  const backend = await openRecorded(run, config, (...words) => output.warn(...words));
  const loaded = await loadModel(await readModelFile(files, file), { fileName: file, backend });
  for (const note of loaded.notes) output.warn('NF3210', `${file}: ${note}`);
  const { model, classNames, preprocessing } = loaded;
  if (run.status === 'running') {
    output.warn('NF3211', 'this run has not ended: the model is its best so far', 'or it was killed');
  }
  return {
    folder,
    file,
    config,
    dataHashes: hashesOf(run),
    model,
    scaling: preprocessing ?? { kind: 'none', offset: [0], factor: [1] },
    classNames,
    weights: await weightsHash(model.parameters),
    about: aboutOf(loaded.about ?? {}, sizeOf(model.inputShape), preprocessing),
  };
}

async function readConfig(folder: string): Promise<Config | null> {
  const path = files.join(folder, 'config.json');
  if (!(await files.exists(path))) return null;
  return resolveConfig({}, await readConfigFile(path, files), {});
}

const aRunJson = { most: 2 ** 24, what: 'a run.json' };

async function readRun(folder: string): Promise<Record<string, unknown>> {
  try {
    const run: unknown = parsePlain(
      new TextDecoder().decode(await readWhole(files, files.join(folder, 'run.json'), aRunJson)),
      'run.json',
    );
    return typeof run === 'object' && run !== null ? (run as Record<string, unknown>) : {};
  } catch {
    return {}; // The model says what is needed; run.json adds to it.
  }
}

function hashesOf(run: Record<string, unknown>): Record<string, string> {
  const { hashes } = (run.data ?? {}) as { hashes?: unknown };
  if (typeof hashes !== 'object' || hashes === null) return {};
  return Object.fromEntries(Object.entries(hashes).filter((entry) => typeof entry[1] === 'string'));
}

function aboutOf(about: Readonly<Record<string, unknown>>, features: number, scaling?: Scaling): ModelAbout {
  const number = (v: unknown): number | undefined => (typeof v === 'number' && Number.isFinite(v) ? v : undefined);
  const shape = (v: unknown): Shape | undefined =>
    Array.isArray(v) && v.every((d) => Number.isInteger(d) && d > 0) && sizeOf(v) === features ? v : undefined;
  const names = (v: unknown): readonly string[] | undefined =>
    Array.isArray(v) && v.length === features && v.every((n) => typeof n === 'string') ? v : undefined;
  const unit = scaling?.kind === 'unit' && scaling.factor.length === 1 ? 1 / scaling.factor[0] : undefined;
  const maxValue = number(about.maxValue) ?? unit;
  const featureNames = names(about.featureNames);
  return {
    ...(typeof about.data === 'string' ? { data: about.data } : {}),
    exampleShape: shape(about.exampleShape) ?? [features],
    ...(maxValue === undefined ? {} : { maxValue }),
    ...(featureNames === undefined ? {} : { featureNames }),
    threshold: number(about.threshold) ?? 0.5,
    mean: number(about.targetMean) ?? 0,
    sd: number(about.targetSd) ?? 1,
  };
}

/** An empty data set of the form that the model was trained on, for `like` when a CSV file is read. */
export function formOf({ about, classNames, model }: OpenedRun): Dataset {
  const { data = 'the training data', exampleShape, maxValue, featureNames } = about;
  const pixels = exampleShape.length === 2;
  return {
    name: data,
    x: pixels ? new Uint8Array(0) : new Float64Array(0),
    count: 0,
    exampleShape,
    y: model.loss.task === 'regression' ? new Float64Array(0) : new Int32Array(0),
    ...(model.loss.task === 'classification' && classNames ? { classNames } : {}),
    ...(featureNames === undefined ? {} : { featureNames }),
    ...(pixels && maxValue !== undefined ? { maxValue } : {}),
    rowIds: new Int32Array(0),
    hashes: {},
  };
}
