import type { Address, Backend, RowScaling } from '../backends/backend.ts';
import { NeuroForgeError } from '../core/errors.ts';
import { type Dataset, featuresOf, type Scaling, type ScalingKind } from './dataset.ts';

export type { Scaling, ScalingKind };

/**
 * The scaling that `train` (and nothing else) asks for.
 * `unit`: [0, 1], by the largest value that is possible where `maxValue` says so (bytes / 255, digits / 16), else by
 * each feature's own range. `signed`: the same onto [-1, 1]. `standard`: mean 0, standard deviation 1 (over n) of each
 * feature. A feature that is constant in `train` is only centered (factor 1).
 */
export function fitScaling(kind: ScalingKind, train: Dataset): Scaling {
  if (kind === 'none') return { kind, offset: [0], factor: [1] };
  if (kind === 'standard') return { kind, ...standardize(train) };
  if (train.maxValue !== undefined) {
    const max = train.maxValue;
    return kind === 'unit' ? { kind, offset: [0], factor: [1 / max] } : { kind, offset: [max / 2], factor: [2 / max] };
  }
  const { low, high } = ranges(train);
  const width = low.map((l, j) => high[j] - l);
  if (kind === 'unit') return { kind, offset: low, factor: width.map((w) => (w > 0 ? 1 / w : 1)) };
  return { kind, offset: low.map((l, j) => l + width[j] / 2), factor: width.map((w) => (w > 0 ? 2 / w : 1)) };
}

function ranges({ x, count, ...rest }: Dataset): { low: number[]; high: number[] } {
  const features = featuresOf({ x, count, ...rest });
  const low = new Array<number>(features).fill(count > 0 ? Number.POSITIVE_INFINITY : 0);
  const high = new Array<number>(features).fill(count > 0 ? Number.NEGATIVE_INFINITY : 0);
  for (let i = 0, at = 0; i < count; i++) {
    for (let j = 0; j < features; j++, at++) {
      if (x[at] < low[j]) low[j] = x[at];
      if (x[at] > high[j]) high[j] = x[at];
    }
  }
  return { low, high };
}

/** Two passes: means, then squared deviations. */
function standardize(train: Dataset): { offset: number[]; factor: number[] } {
  const { x, count } = train;
  const features = featuresOf(train);
  const mean = new Float64Array(features);
  const square = new Float64Array(features);
  const { low, high } = ranges(train);
  for (let i = 0, at = 0; i < count; i++) for (let j = 0; j < features; j++) mean[j] += x[at++];
  for (let j = 0; j < features; j++) mean[j] = low[j] === high[j] ? low[j] : mean[j] / (count || 1);
  for (let i = 0, at = 0; i < count; i++) {
    for (let j = 0; j < features; j++) {
      const d = x[at++] - mean[j];
      square[j] += d * d;
    }
  }
  const factor = Array.from(square, (s) => {
    const sd = Math.sqrt(s / (count || 1));
    return sd > 0 && Number.isFinite(1 / sd) ? 1 / sd : 1;
  });
  return { offset: Array.from(mean), factor };
}

const ready = new WeakMap<Scaling, RowScaling>();

/** A scaling as typed arrays, made once. */
function prepare(scaling: Scaling): RowScaling {
  let made = ready.get(scaling);
  if (made === undefined) {
    const offset = Float64Array.from(scaling.offset);
    const factor = Float64Array.from(scaling.factor);
    made = { offset, factor, alike: offset.length === 1 && factor.length === 1 };
    ready.set(scaling, made);
  }
  return made;
}

/**
 * Writes rows `rows` of the data set, scaled, at `out` of the backend: (rows.length, features). The inner loop of making
 * a batch. Throws NF2504 for a row that is not there, or a scaling of another width.
 */
export function fillRows(backend: Backend, out: Address, dataset: Dataset, rows: Int32Array, scaling: Scaling): void {
  const features = featuresOf(dataset);
  for (let i = 0; i < rows.length; i++) {
    if (rows[i] < 0 || rows[i] >= dataset.count) {
      throw new NeuroForgeError('NF2504', 'no such row', {
        where: dataset.name,
        expected: `0 to ${dataset.count - 1}`,
        got: String(rows[i]),
      });
    }
  }
  const made = prepare(scaling);
  if (!made.alike && (made.offset.length !== features || made.factor.length !== features)) {
    throw new NeuroForgeError('NF2504', 'the scaling was fitted to another number of features', {
      where: dataset.name,
      expected: String(features),
      got: String(made.offset.length),
    });
  }
  backend.scaleRows(out, dataset.x, rows, features, made);
}
