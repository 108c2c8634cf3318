import { backend as named } from '../backends/default.ts';
import { NeuroForgeError } from '../core/errors.ts';
import { idxSets } from '../data/catalog.ts';
import { featuresOf, type OpenedData } from '../data/dataset.ts';
import { breastCancer } from '../data/embedded/breast-cancer.ts';
import { digits } from '../data/embedded/digits.ts';
import { iris } from '../data/embedded/iris.ts';
import { findIdxFolder } from '../data/idx-files.ts';
import { openIdxFolder } from '../data/idx-folder.ts';
import { Loader } from '../data/loader.ts';
import { prepareData } from '../data/prepare.ts';
import type { LayerRegistry } from '../layers/layer.ts';
import type { Loss } from '../losses/loss.ts';
import { losses, lossFor } from '../losses/registry.ts';
import { build, type Model } from '../models/model.ts';
import { assemble } from '../models/registry.ts';
import { sgd } from '../optim/sgd.ts';
import { memoryFiles } from '../platform/memory.ts';
import type { FitData, FitOptions } from '../train/fit-options.ts';
import type { Metrics } from '../train/metrics.ts';
import { checkSpec, type DataSpec, type FitSpec } from './spec.ts';

/** Layers and losses of one's own, by name: nothing else can be made from a specification. */
export interface OwnParts {
  readonly layers?: LayerRegistry;
  readonly losses?: Readonly<Record<string, () => Loss>>;
}

/** What `fit` is called with. Throws NF4180, and what data, layers and options throw. */
export async function prepareRun(
  spec: FitSpec,
  own: OwnParts,
): Promise<{ model: Model; data: FitData; options: FitOptions }> {
  checkSpec(spec);
  const { split, scaling, task } = prepareData(await openSpec(spec.data), spec.prepare ?? {});
  const backend = named(spec.backend);
  const layer = assemble(spec.layer, own.layers);
  const loss = spec.loss === undefined ? lossFor(task) : findLoss(spec.loss, own);
  const model = build(layer, { input: [featuresOf(split.train)], loss, backend, seed: spec.seed });
  const load = (d: typeof split.train): Loader => new Loader(d, { scaling, backend });
  const { epochs, steps, batch, patience, threshold, stepEvents, probe, checkpoint, resume } = spec;
  return {
    model,
    data: { train: load(split.train), val: load(split.val), test: split.test && load(split.test) },
    options: {
      ...{ epochs, steps, batch, patience, threshold, stepEvents, probe, checkpoint, resume },
      optimizer: sgd(spec.optimizer.learningRate),
      until: untilRule(spec.until),
    },
  };
}

async function openSpec(data: DataSpec): Promise<Pick<OpenedData, 'train' | 'test'>> {
  if ('train' in data) return { train: data.train, test: data.test ?? null };
  if ('files' in data) {
    const files = memoryFiles(data.files);
    const { files: found } = await findIdxFolder(files, data.name);
    return openIdxFolder(
      data.name,
      found,
      { files, hash: async () => 'none' }, // no record is kept here, and the name is the caller's to know
      idxSets.find((set) => set.name === data.name),
    );
  }
  const tables = { digits, 'breast-cancer': breastCancer, iris };
  if (Object.hasOwn(tables, data.name)) return { train: tables[data.name](), test: null };
  throw new NeuroForgeError('NF2001', 'there is no data set of this name in a worker', {
    where: 'spec.data',
    expected: `${Object.keys(tables).join(', ')}, or files`,
    got: String(data.name).slice(0, 80),
  });
}

function findLoss(name: string, own: OwnParts): Loss {
  const known = own.losses && Object.hasOwn(own.losses, name) ? own.losses : losses;
  if (Object.hasOwn(known, name)) return known[name]();
  throw new NeuroForgeError('NF2238', 'there is no loss of this name', {
    where: 'spec.loss',
    expected: Object.keys({ ...losses, ...own.losses }).join(', '),
    got: name.slice(0, 80),
  });
}

function untilRule(until: FitSpec['until']): ((val: Metrics) => boolean) | undefined {
  if (!until) return undefined;
  const { metric, value } = until;
  const lower = metric === 'loss' || metric === 'rmse';
  return (val) => (lower ? val[metric] <= value : val[metric] >= value);
}
