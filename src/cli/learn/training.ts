import type { Backend } from '../../backends/backend.ts';
import { digits } from '../../data/embedded/digits.ts';
import { Loader } from '../../data/loader.ts';
import { fitScaling } from '../../data/scaling.ts';
import { splitData } from '../../data/splits.ts';
import { weightsHash } from '../../io/weights.ts';
import type { AnyLayer } from '../../layers/layer.ts';
import type { Loss } from '../../losses/loss.ts';
import { build } from '../../models/model.ts';
import { sgd } from '../../optim/sgd.ts';
import { fit } from '../../train/fit.ts';

/** As `neuroforge train` on the digits without further flags. */
export const network = { hidden: [128, 64], outputs: 10 };
const settings = { epochs: 40, batch: 32, learningRate: 0.1, seed: 0 };

/** One epoch of training; epoch 0 is before it. */
export interface EpochResult {
  readonly epoch: number;
  /** Of each step, before its update. */
  readonly losses: Float64Array;
  readonly valLoss: number;
  readonly valAccuracy: number;
}

/** Trains a network on the digits and answers the hash of its weights. */
export async function train(
  { layer, loss }: { layer: AnyLayer; loss: Loss },
  backend: Backend,
  onEpoch: (result: EpochResult) => void,
): Promise<string> {
  const { epochs, batch, learningRate, seed } = settings;
  const split = splitData(digits(), null);
  const scaling = fitScaling('unit', split.train);
  const model = build(layer, { input: [64], loss, backend, seed });
  try {
    const [train, val] = [split.train, split.val].map((part) => new Loader(part, { scaling, backend }));
    const run = fit(
      model,
      { train, val },
      { optimizer: sgd(learningRate), epochs, batch, stepEvents: 1, probe: false },
    );
    let losses: number[] = [];
    for await (const event of run) {
      if (event.type === 'step') losses.push(event.loss);
      if (event.type !== 'epoch') continue;
      const { loss: valLoss, accuracy: valAccuracy } = event.val!;
      onEpoch({ epoch: event.epoch, losses: Float64Array.from(losses), valLoss, valAccuracy: valAccuracy! });
      losses = [];
    }
    await run;
    return await weightsHash(model.parameters);
  } finally {
    model.dispose();
  }
}
