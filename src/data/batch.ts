import type { Indices } from '../tensor/indices.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** Some examples, ready to be fed: they live for one step. */
export interface Batch<Y extends Indices | Tensor = Indices | Tensor> {
  /** (B, features), scaled. */
  readonly x: Tensor;
  /** Labels (B), or values to predict (B, K). */
  readonly y: Y;
  /** Row numbers in the data set that the examples came from. */
  readonly rows: Int32Array;
  readonly size: number;
  /** What augmentation did to each example; null without. */
  readonly augmentation: unknown;
}
