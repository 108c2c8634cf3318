import type { Dataset } from './dataset.ts';
import type { ScalingKind } from './scaling.ts';
import { defaultValidation } from './splits.ts';

/** What a data set is trained with unless the user says otherwise. */
export interface DataDefaults {
  readonly scale: ScalingKind;
  /** Share of the training rows, or a number of rows. */
  readonly val: number;
  /** The class that counts as positive in a binary task. */
  readonly positive?: number;
}

const byName: Readonly<Record<string, DataDefaults>> = {
  mnist: { scale: 'unit', val: 5000 }, // as in the original, pixels / 255
  'fashion-mnist': { scale: 'unit', val: 5000 },
  digits: { scale: 'unit', val: 0.1 }, // values / 16
  'breast-cancer': { scale: 'standard', val: 0.2, positive: 1 }, // features of very different sizes; malignant
  iris: { scale: 'standard', val: 0.2 },
};

/** The defaults of `dataset` (its training part before validation is taken), by its name or by what it looks like. */
export function dataDefaults(dataset: Dataset): DataDefaults {
  if (Object.hasOwn(byName, dataset.name)) return byName[dataset.name];
  return { scale: dataset.maxValue === undefined ? 'standard' : 'unit', val: defaultValidation(dataset.count) };
}
