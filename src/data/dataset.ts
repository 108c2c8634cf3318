import type { Shape } from '../core/shape.ts';

/** How raw feature values become the numbers a network is fed: value' = (value - offset) * factor, per feature or for all. */
export interface Scaling {
  readonly kind: 'none' | 'unit' | 'signed' | 'standard';
  /** One number for all features, or one per feature. */
  readonly offset: readonly number[];
  readonly factor: readonly number[];
}

/**
 * A table of examples, in raw values. Images stay `Uint8Array` (MNIST is 47 MB, not 188) until a batch is made.
 * Row i of `x` is x[i * features .. (i + 1) * features).
 */
export interface Dataset {
  /** Short name: `mnist`, `digits`, or the file's name. */
  readonly name: string;
  readonly x: Uint8Array | Float32Array | Float64Array;
  readonly count: number;
  /** Shape of one example: [28, 28] for images, [30] for a table. */
  readonly exampleShape: Shape;
  /** Class indices (Int32Array), or values to predict (Float64Array) for regression. */
  readonly y: Int32Array | Float64Array;
  /** Names of the classes in the order of their indices; absent for regression. */
  readonly classNames?: readonly string[];
  readonly featureNames?: readonly string[];
  /** sha256 (hex) over the unpacked bytes of every file it came from, for run.json. */
  readonly hashes: Readonly<Record<string, string>>;
}

/** Row numbers into one Dataset, for each part. `test` is null where validation is the test set. */
export interface Split {
  readonly train: Dataset;
  readonly val: Dataset;
  readonly test: Dataset | null;
}
