import type { Backend } from '../backends/backend.ts';
import { NeuroForgeError } from '../core/errors.ts';
import { classCounts, type Dataset, featuresOf } from '../data/dataset.ts';
import { dataDefaults } from '../data/defaults.ts';
import { Loader } from '../data/loader.ts';
import { type OpenOptions, openData } from '../data/open.ts';
import { type PreparedData, prepareData as prepareSplit } from '../data/prepare.ts';
import type { InitName } from '../layers/initializers.ts';
import type { Layer } from '../layers/layer.ts';
import type { Loss } from '../losses/loss.ts';
import { lossFor } from '../losses/registry.ts';
import { logistic } from '../models/logistic.ts';
import { mlp } from '../models/mlp.ts';
import { build, type Model } from '../models/model.ts';
import type { Config } from './config.ts';
import { trainDefaults } from './train-defaults.ts';

/** A configuration with every default filled in: what config.json records. */
export type Resolved = Config & Required<Pick<Config, 'scale' | 'model' | 'init' | 'lr' | 'epochs'>>;

export interface Prepared extends Omit<PreparedData, 'task'> {
  readonly config: Resolved;
  readonly source: string;
  readonly loss: Loss;
}

export interface Loaders {
  readonly train: Loader;
  readonly val: Loader;
  readonly test: Loader | null;
}

/** Opens and splits the data, and fills in the defaults that depend on them. */
export async function prepareData(config: Config, open: OpenOptions): Promise<Prepared> {
  const opened = await openData(config.data, {
    ...open,
    label: config.label,
    header: config.header,
    task: config.task,
  });
  const usual = dataDefaults(opened.train);
  const defaults = trainDefaults(opened.train.name, config);
  const scale = config.scale ?? usual.scale;
  const resolved: Resolved = {
    ...config,
    ...defaults,
    scale,
    val: config.val ?? usual.val,
    positive:
      config.positive ?? (defaults.model === 'logistic' ? usualPositive(opened.train, usual.positive) : undefined),
  };
  const { task, ...prepared } = prepareSplit(opened, { ...resolved, test: resolved.testSplit });
  return { config: resolved, source: opened.source, ...prepared, loss: lossFor(task) };
}

/** A two-class task for `logistic` without --positive: the data set's own, else its second class. */
function usualPositive(train: Dataset, positive: number | undefined): string | undefined {
  const names = train.classNames;
  if (!names) return undefined;
  if (positive !== undefined) return names[positive];
  if (names.length === 2) return names[1];
  throw new NeuroForgeError('NF4113', 'logistic tells one class from the rest', {
    where: '--model',
    expected: '--positive with one of the classes',
    got: `${names.length} classes`,
    hint: `e.g. --positive ${names.at(-1)}, or --model mlp:128`,
  });
}

/** The model that the configuration names, for these data, on `backend`. */
export function makeModel({ config, split, loss }: Prepared, backend: Backend): Model {
  return build(makeLayer(config, split.train, loss), {
    input: [featuresOf(split.train)],
    loss,
    backend,
    seed: config.seed,
  });
}

function makeLayer(config: Resolved, train: Dataset, loss: Loss): Layer {
  const { outputInit, hiddenInit } = initOf(config.init);
  const outputBias = config.init === 'prior' ? priorBias(train, loss) : undefined;
  if (config.model === 'logistic') {
    return loss.task === 'regression'
      ? mlp({ hidden: [], outputs: 1, init: outputInit })
      : logistic({ init: outputInit, bias: outputBias?.[0] });
  }
  const hidden = config.model.slice('mlp:'.length).split(',').map(Number);
  const outputs = loss.task === 'classification' ? train.classNames!.length : 1;
  return mlp({ hidden, outputs, init: hiddenInit, outputInit, outputBias });
}

function initOf(init: Resolved['init']): { hiddenInit: InitName; outputInit: InitName } {
  if (init === 'zero-output' || init === 'prior') return { hiddenInit: 'he', outputInit: 'zero' };
  return { hiddenInit: init, outputInit: init };
}

/** Log odds of the positive class, or the log of each class's share: the network begins at the classes' shares. */
function priorBias(train: Dataset, loss: Loss): number[] | undefined {
  if (loss.task === 'regression') return undefined;
  const counts = classCounts(train).map((n) => Math.max(n, 0.5));
  if (loss.task === 'binary') return [Math.log(counts[1] / counts[0])];
  return counts.map((n) => Math.log(n / train.count));
}

export function makeLoaders({ split, scaling }: Prepared, model: Model): Loaders {
  const load = (d: Dataset): Loader => new Loader(d, { scaling, backend: model.backend });
  return { train: load(split.train), val: load(split.val), test: split.test && load(split.test) };
}
