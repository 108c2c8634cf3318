import type { Dataset, OpenedData, Split } from './dataset.ts';
import { dataDefaults } from './defaults.ts';
import { fitScaling, type Scaling, type ScalingKind } from './scaling.ts';
import { type SplitOptions, splitData } from './splits.ts';
import { classIndex, fitTargetScaling, oneAgainstRest, scaleTargets, type TargetScaling } from './tasks.ts';

export interface PrepareOptions extends SplitOptions {
  /** Default: the data set's own, {@link dataDefaults}; so is that of `val`. */
  readonly scale?: ScalingKind;
  /** This class against the rest: a binary task. */
  readonly positive?: string;
}

/** What loaders are made from. */
export interface PreparedData {
  /** With the task's labels: 0 and 1 for a binary task, scaled targets for a regression. */
  readonly split: Split;
  /** Fitted on the training part. */
  readonly scaling: Scaling;
  readonly targetScaling: TargetScaling | null;
  readonly task: 'classification' | 'binary' | 'regression';
}

/**
 * Splits a data set, fits its scaling, and gives its rows the labels of the task: the same for the command line, a
 * worker and a page, so that all train on the same rows. Throws NF2502, NF2503 (the split), NF2505 (no such class).
 */
export function prepareData(
  { train, test }: Pick<OpenedData, 'train' | 'test'>,
  options: PrepareOptions,
): PreparedData {
  const usual = dataDefaults(train);
  const { positive } = options;
  const raw = splitData(train, test, { ...options, val: options.val ?? usual.val });
  const scaling = fitScaling(options.scale ?? usual.scale, raw.train);
  const task = raw.train.classNames === undefined ? 'regression' : positive === undefined ? 'classification' : 'binary';
  const targetScaling = task === 'regression' ? fitTargetScaling(raw.train) : null;
  const convert = (d: Dataset): Dataset => {
    if (task === 'binary') return oneAgainstRest(d, classIndex(d, positive!));
    return targetScaling ? scaleTargets(d, targetScaling) : d;
  };
  const split = { train: convert(raw.train), val: convert(raw.val), test: raw.test && convert(raw.test) };
  return { split, scaling, targetScaling, task };
}
