import type { Loader } from '../data/loader.ts';
import type { Model } from '../models/model.ts';
import { autopsy, type Seen } from './autopsy/autopsy.ts';
import { autopsyText } from './autopsy/text.ts';
import type { WarningEvent } from './events.ts';
import type { FitOptions } from './fit-options.ts';
import type { GoodState } from './state.ts';

/** The warning NF3105 of a run that lost its numbers, with the autopsy from the state `past` unless that is turned off. */
export function divergence(
  model: Model,
  train: Loader,
  options: FitOptions,
  past: ReturnType<GoodState['before']>,
  seen: Seen,
): WarningEvent {
  const { optimizer, batch = 32, seed = model.seed } = options;
  const lr = optimizer.learningRate(seen.step - 1);
  const message = `the ${seen.what} became ${seen.value} by step ${seen.step}; lr ${lr}`;
  const plain: WarningEvent = {
    type: 'warning',
    code: 'NF3105',
    message,
    hint: `try lr ${lr / 10}, or scale the inputs`,
  };
  if (options.autopsy === false) return plain;
  try {
    const found = autopsy({ model, optimizer, train, batch, seed }, past, seen);
    return { ...plain, ...autopsyText(found), autopsy: found };
  } catch (error) {
    // What the run saw is told all the same: an autopsy that fails is not to hide it.
    const why = error instanceof Error ? error.message : error;
    return { ...plain, hint: `${plain.hint} (the autopsy failed: ${why})` };
  }
}
