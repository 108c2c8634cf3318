import { sha256Hex } from '../core/sha256.ts';
import { classCounts } from '../data/dataset.ts';
import { mlp } from '../models/mlp.ts';
import { build } from '../models/model.ts';
import { sgd } from '../optim/sgd.ts';
import type { Files } from '../platform/files.ts';
import { fit } from '../train/fit.ts';
import type { Loaders, Prepared } from './setup.ts';

/** What a result is to be held against: accuracy on the test set (validation without one), or R^2. */
export interface Baseline {
  readonly name: string;
  readonly value: number;
}

/** Always the commonest class (or the mean), and a linear model trained for at most two seconds, kept by content. */
export async function baselines(prepared: Prepared, loaders: Loaders, files: Files): Promise<Baseline[]> {
  return [majority(prepared), await linearBaseline(prepared, loaders, files)];
}

function majority({ split, loss }: Prepared): Baseline {
  if (loss.task === 'regression') return { name: 'mean', value: 0 };
  const counts = classCounts(split.train);
  const commonest = counts.indexOf(Math.max(...counts));
  const on = split.test ?? split.val;
  return { name: 'majority', value: classCounts(on)[commonest] / on.count };
}

async function linearBaseline(prepared: Prepared, loaders: Loaders, files: Files): Promise<Baseline> {
  const { config, split, loss } = prepared;
  const key = JSON.stringify([
    2,
    split.train.hashes,
    split.test?.hashes,
    loss.name,
    ...['scale', 'split', 'splitSeed', 'testSplit', 'val', 'positive', 'label', 'threshold'].map(
      (k) => config[k as keyof typeof config] ?? null,
    ),
  ]);
  const folder = files.join(files.cacheFolder(), 'baselines');
  const path = files.join(folder, `${await sha256Hex(new TextEncoder().encode(key))}.json`);
  try {
    const kept = JSON.parse(new TextDecoder().decode(await files.readFile(path)));
    if (typeof kept.value === 'number') return { name: 'linear', value: kept.value };
  } catch {
    // Not there yet, or not readable: it is computed below.
  }
  const value = await trainLinear(prepared, loaders);
  try {
    await files.makeFolder(folder);
    await files.writeFileAtomic(path, JSON.stringify({ value }));
  } catch {
    // A cache that cannot be written costs two seconds the next time, no more.
  }
  return { name: 'linear', value };
}

async function trainLinear({ split, loss, config }: Prepared, loaders: Loaders): Promise<number> {
  const outputs = loss.task === 'classification' ? split.train.classNames!.length : 1;
  const model = build(mlp({ hidden: [], outputs, init: 'zero' }), {
    input: [loaders.train.dataset.exampleShape.reduce((a, b) => a * b, 1)],
    loss,
    backend: loaders.train.backend,
  });
  const batch = Math.min(64, split.train.count);
  const epochs = Math.max(5, Math.ceil(2000 / loaders.train.steps(batch)));
  const run = fit(
    model,
    { ...loaders, test: loaders.test ?? loaders.val },
    { optimizer: sgd(0.1), batch, epochs, probe: false, autopsy: false, threshold: config.threshold },
  );
  const limit = setTimeout(() => run.stop(), 2000);
  const { test } = await run;
  clearTimeout(limit);
  model.dispose();
  return (loss.task === 'regression' ? test?.r2 : test?.accuracy) ?? Number.NaN;
}
