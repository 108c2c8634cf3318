import { NeuroForgeError } from '../core/errors.ts';
import { type Shape, sizeOf } from '../core/shape.ts';

export type ScalingKind = 'none' | 'unit' | 'signed' | 'standard';

/**
 * How raw feature values become the numbers a network is fed: value' = (value - offset) * factor, in f64, then rounded
 * to the target's type. `offset` and `factor` have one entry for all features, or one per feature.
 */
export interface Scaling {
  readonly kind: ScalingKind;
  readonly offset: readonly number[];
  readonly factor: readonly number[];
}

/**
 * A table of examples, in raw values. Images stay `Uint8Array` (MNIST is 47 MB, not 188) until a batch is made.
 * Row i of `x` is x[i * features .. (i + 1) * features), features = the product of `exampleShape`.
 */
export interface Dataset {
  /** Short name: `mnist`, `digits`, or the file's name. */
  readonly name: string;
  readonly x: Uint8Array | Float32Array | Float64Array;
  readonly count: number;
  /** Shape of one example: [28, 28] for images, [30] for a table. */
  readonly exampleShape: Shape;
  /** Class indices (Int32Array; -1 where a row has no label), or values to predict (Float64Array) for regression. */
  readonly y: Int32Array | Float64Array;
  /** Names of the classes in the order of their indices; absent for regression. */
  readonly classNames?: readonly string[];
  readonly featureNames?: readonly string[];
  /** The largest value that a feature can have, where that is known (255 for bytes, 16 for the digits). */
  readonly maxValue?: number;
  /** Row numbers in the file (from 0, header not counted), carried through {@link subset}. */
  readonly rowIds: Int32Array;
  /** sha256 (hex) over the unpacked bytes of every file it came from, for run.json. */
  readonly hashes: Readonly<Record<string, string>>;
}

/** A data set whose rows have classes. */
export interface LabelledDataset extends Dataset {
  readonly y: Int32Array;
  readonly classNames: readonly string[];
}

/** The parts of one task. `test` is null where validation is the test set. */
export interface Split<D extends Dataset = Dataset> {
  readonly train: D;
  readonly val: D;
  readonly test: D | null;
}

/** A data set as it was found. `test` is null where the source has no test rows of its own: `splitData` draws them. */
export interface OpenedData {
  readonly train: Dataset;
  readonly test: Dataset | null;
  /** Where it was found: `embedded`, or a path. */
  readonly source: string;
}

export function featuresOf(dataset: Dataset): number {
  return sizeOf(dataset.exampleShape);
}

/** How a file is called in `hashes`: its name without folder and `.gz`. */
export function hashKey(path: string): string {
  return path.replace(/^.*[\\/]/, '').replace(/\.gz$/i, '');
}

/** 0, 1, 2 … count - 1. */
export function firstRows(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => i);
}

/** The rows of `dataset` that are named, in that order, copied. Throws NF2501 for a row that is not there. */
export function subset<D extends Dataset>(dataset: D, rows: ArrayLike<number>): D {
  const features = featuresOf(dataset);
  const count = rows.length;
  const x = emptyLike(dataset.x, count * features);
  const y = dataset.y instanceof Int32Array ? new Int32Array(count) : new Float64Array(count);
  const rowIds = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const row = rows[i];
    if (!(Number.isInteger(row) && row >= 0 && row < dataset.count)) {
      throw new NeuroForgeError('NF2501', 'no such row', {
        where: dataset.name,
        expected: `0 to ${dataset.count - 1}`,
        got: String(row),
      });
    }
    x.set(dataset.x.subarray(row * features, (row + 1) * features), i * features);
    y[i] = dataset.y[row];
    rowIds[i] = dataset.rowIds[row];
  }
  return { ...dataset, x, y, rowIds, count };
}

function emptyLike(x: Dataset['x'], length: number): Dataset['x'] {
  if (x instanceof Uint8Array) return new Uint8Array(length);
  return x instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);
}

/** How many rows each class has; empty for regression. Rows without a label are not counted. */
export function classCounts(dataset: Dataset): number[] {
  if (dataset.classNames === undefined) return [];
  const counts = new Array<number>(dataset.classNames.length).fill(0);
  for (const label of dataset.y) if (label >= 0) counts[label]++;
  return counts;
}
