import type { Batch } from '../data/batch.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** The value of a loss on a batch, and its derivative: one function computes both, since they share their work. */
export interface LossResult {
  /** A scalar: the mean over the batch. */
  readonly loss: Tensor;
  /** dLoss/dOutput, of the output's shape. */
  readonly dOutput: Tensor;
  /** Parts of the loss that a reader may want, scalars. */
  readonly metrics?: Readonly<Record<string, Tensor>>;
}

/** What a network's output means, and how far it is from the truth. */
export interface Loss {
  readonly name: string;
  /** Labels as indices, labels 0 or 1, or values. */
  readonly task: 'classification' | 'binary' | 'regression';
  /** output (B, K) and the batch's targets -> mean loss and its gradient. */
  apply(output: Tensor, batch: Pick<Batch, 'y'>): LossResult;
  /** What the output says: probabilities (B, C), the probability of class 1 (B, 1), or values (B, K). */
  predict(output: Tensor): Tensor;
}
