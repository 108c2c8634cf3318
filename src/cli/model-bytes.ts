import { saveModel } from '../io/model-file.ts';
import type { Model } from '../models/model.ts';
import type { EpochEvent } from '../train/events.ts';
import type { Prepared } from './setup.ts';

/** The model as it stands at an epoch's end, with all that `eval` and `predict` need to use it elsewhere. */
export function modelBytes(
  model: Model,
  { config, split, scaling, targetScaling }: Prepared,
  at: EpochEvent,
): Promise<Uint8Array> {
  const { train } = split;
  const { positive, threshold } = config;
  return saveModel(model, {
    preprocessing: scaling,
    classNames: train.classNames,
    training: { seed: config.seed, step: at.step, epoch: at.epoch },
    about: {
      data: train.name,
      exampleShape: train.exampleShape,
      ...(train.maxValue === undefined ? {} : { maxValue: train.maxValue }),
      ...(train.featureNames === undefined ? {} : { featureNames: train.featureNames }),
      ...(positive === undefined ? {} : { positive, threshold }),
      ...(targetScaling === null ? {} : { targetMean: targetScaling.mean, targetSd: targetScaling.sd }),
    },
  });
}
