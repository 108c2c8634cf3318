import type { Batch } from '../data/batch.ts';
import type { Model } from '../models/model.ts';
import type { Optimizer } from '../optim/optimizer.ts';
import type { Arena } from '../tensor/arena.ts';

/**
 * One update of a model: forward, loss, backward, and, if the loss is finite, the optimizer. Returns the mean loss of
 * the batch before the update. The next call is the next step, with random numbers of its own. `arena` is the step's:
 * after its reset the gradients of an optimizer that folds can no longer be read.
 */
export function trainStep(model: Model, optimizer: Optimizer, batch: Pick<Batch, 'x' | 'y'>, arena: Arena): number {
  const loss = model.backpropagate(batch, true).loss.item();
  if (Number.isFinite(loss)) optimizer.step(model.parameters, arena, true);
  model.pass.step++;
  return loss;
}
