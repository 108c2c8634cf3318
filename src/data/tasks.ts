import { NeuroForgeError } from '../core/errors.ts';
import type { Dataset } from './dataset.ts';

/** The class that `name` means: its name, or its index. Throws NF2505. */
export function classIndex(dataset: Dataset, name: string): number {
  const names = dataset.classNames ?? [];
  const found = names.indexOf(name);
  if (found >= 0) return found;
  const index = /^\d+$/.test(name) ? Number(name) : -1;
  if (index >= 0 && index < names.length) return index;
  throw new NeuroForgeError('NF2505', 'there is no such class', {
    where: '--positive',
    expected: names.length > 0 ? `one of ${names.slice(0, 12).join(', ')}` : 'a data set with classes',
    got: name,
  });
}

/** The same examples with labels 1 for the class `positive` and 0 for the rest. */
export function oneAgainstRest(dataset: Dataset, positive: number): Dataset {
  const names = dataset.classNames ?? [];
  const rest = names.length === 2 ? names[1 - positive] : `not ${names[positive]}`;
  return {
    ...dataset,
    y: Int32Array.from(dataset.y, (c) => (c === positive ? 1 : 0)),
    classNames: [rest, names[positive]],
  };
}

/** Mean and standard deviation of the targets of `train`, so that a regression learns (y - mean) / sd. */
export interface TargetScaling {
  readonly mean: number;
  readonly sd: number;
}

/** The scaling that a regression's training targets ask for; constant targets have sd 1. */
export function fitTargetScaling({ y }: Dataset): TargetScaling {
  let mean = 0;
  for (const v of y) mean += v / y.length;
  let square = 0;
  for (const v of y) square += (v - mean) * (v - mean);
  return { mean, sd: Math.sqrt(square / y.length) || 1 };
}

/** The same examples with targets (y - mean) / sd. */
export function scaleTargets(dataset: Dataset, { mean, sd }: TargetScaling): Dataset {
  return { ...dataset, y: Float64Array.from(dataset.y, (v) => (v - mean) / sd) };
}
