import type { GrayImage } from './gray-image.ts';

/** The first layer's W, (in, out) as it lies in memory: `values[input * cols + unit]`. */
export interface WeightTable {
  /** Inputs. */
  readonly rows: number;
  /** Units. */
  readonly cols: number;
  readonly values: ArrayLike<number>;
  /** [height, width] when the inputs are the pixels of an image. */
  readonly imageShape?: readonly [number, number];
  readonly featureNames?: readonly string[];
  /** Names of the units, where they have any (the classes of a one-layer model). */
  readonly unitNames?: readonly string[];
}

/** Whether there is something to draw: sides and values that fit. */
export function isWeightTable(table: WeightTable | undefined): table is WeightTable {
  return table !== undefined && table.rows > 0 && table.cols > 0 && table.values.length >= table.rows * table.cols;
}

/**
 * End of the symmetric color scale that all units share: the 99.5 % quantile of |w|, so that one outlier does not
 * bleach the rest; 1 when there is nothing to see.
 */
export function weightLimit(table: WeightTable): number {
  const sizes = Float64Array.from({ length: table.rows * table.cols }, (_, i) => Math.abs(table.values[i]))
    .filter(Number.isFinite)
    .sort();
  const limit = sizes[Math.min(sizes.length - 1, Math.ceil(0.995 * sizes.length) - 1)];
  const most = sizes[sizes.length - 1];
  return limit > 0 ? limit : most > 0 ? most : 1;
}

/** At most `limit` units: those with the largest norm, in the order of their norms; all of them in their own order. */
export function chosenUnits(table: WeightTable, limit: number): number[] {
  const units = Array.from({ length: table.cols }, (_, unit) => unit);
  if (table.cols <= limit) return units;
  const norms = units.map((unit) => {
    let sum = 0;
    for (let i = 0; i < table.rows; i++) sum += table.values[i * table.cols + unit] ** 2;
    return Number.isFinite(sum) ? sum : Infinity;
  });
  return units.sort((a, b) => (norms[a] === norms[b] ? a - b : norms[b] - norms[a])).slice(0, limit);
}

/** The weights into one unit, as a picture of its inputs. */
export function unitImage(table: WeightTable, unit: number): GrayImage {
  const [height, width] = table.imageShape ?? [table.rows, 1];
  const values = Float64Array.from({ length: height * width }, (_, i) => table.values[i * table.cols + unit]);
  return { height, width, values };
}
