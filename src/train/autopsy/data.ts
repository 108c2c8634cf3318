import type { Loader } from '../../data/loader.ts';

/** The size of some numbers. */
export interface Size {
  readonly rms: number;
  /** Largest absolute value; NaN or Infinity if there is one. */
  readonly max: number;
}

/** A number of the data that stands out, with its place. */
export interface DataPoint {
  /** As the data set numbers its rows. */
  readonly row: number;
  /** The feature's name or number; null for a target. */
  readonly feature: string | null;
  /** As the network is fed it. */
  readonly value: number;
}

/** What the examples are like as the network is fed them. */
export interface DataFacts {
  readonly rows: number;
  readonly features: number;
  readonly scaling: string;
  readonly input: Size;
  /** The largest |x| of a row that 99 of 100 rows stay below. */
  readonly usualInput: number;
  /** Null for classes. */
  readonly target: (Size & { readonly usual: number }) | null;
  /** The first rows whose x or y is no finite number, and how many such rows there are. */
  readonly bad: readonly DataPoint[];
  readonly badRows: number;
  /** Features that are no finite number in every row. */
  readonly badFeatures: readonly string[];
  /** Features whose scaling divides by zero. */
  readonly badScaling: readonly string[];
  /** The row of the largest |x|, and of the largest |y|. */
  readonly largestInput: DataPoint;
  readonly largestTarget: DataPoint | null;
}

/** Rows whose sizes are looked at for what is usual. */
const sampled = 4096;

/** Reads the whole data set once, without a backend. */
export function dataFacts({ dataset, scaling }: Loader): DataFacts {
  const { x, y, count, rowIds, featureNames } = dataset;
  const features = count > 0 ? Math.floor(x.length / count) : 0;
  const name = (j: number): string => featureNames?.[j] ?? String(j);
  const { offset, factor } = scaling;
  const [manyOffsets, manyFactors] = [offset.length > 1, factor.length > 1];
  const badIn = new Int32Array(features);
  const bad: DataPoint[] = [];
  const rowMax = new Float64Array(count);
  let [badRows, square] = [0, 0];
  let largest: DataPoint = { row: -1, feature: null, value: 0 };
  for (let i = 0, at = 0; i < count; i++) {
    let firstBad = -1;
    for (let j = 0; j < features; j++, at++) {
      const v = (x[at] - offset[manyOffsets ? j : 0]) * factor[manyFactors ? j : 0];
      const size = v < 0 ? -v : v;
      if (!(size < Infinity)) {
        badIn[j]++;
        if (firstBad < 0) firstBad = j;
        continue;
      }
      square += v * v;
      if (size > rowMax[i]) rowMax[i] = size;
      if (size > Math.abs(largest.value)) largest = { row: rowIds[i], feature: name(j), value: v };
    }
    if (firstBad >= 0) {
      badRows++;
      if (bad.length < 10) bad.push({ row: rowIds[i], feature: name(firstBad), value: x[i * features + firstBad] });
    }
  }
  const target = y instanceof Float64Array ? targetFacts(y, rowIds, bad) : null;
  return {
    rows: count,
    features,
    scaling: scaling.kind,
    input: { rms: Math.sqrt(square / Math.max(1, count * features)), max: Math.abs(largest.value) },
    usualInput: usual(rowMax),
    target: target?.facts ?? null,
    bad,
    badRows: badRows + (target?.badRows ?? 0),
    badFeatures: Array.from(badIn).flatMap((n, j) => (n === count && count > 0 ? [name(j)] : [])),
    badScaling: factor.flatMap((f, j) =>
      Number.isFinite(f) && Number.isFinite(offset[manyOffsets ? j : 0]) ? [] : [name(j)],
    ),
    largestInput: largest,
    largestTarget: target?.largest ?? null,
  };
}

function targetFacts(y: Float64Array, rowIds: Int32Array, bad: DataPoint[]) {
  let [square, badRows] = [0, 0];
  let largest: DataPoint = { row: -1, feature: null, value: 0 };
  for (let i = 0; i < y.length; i++) {
    if (!Number.isFinite(y[i])) {
      badRows++;
      if (bad.length < 10) bad.push({ row: rowIds[i], feature: null, value: y[i] });
      continue;
    }
    square += y[i] * y[i];
    if (Math.abs(y[i]) > Math.abs(largest.value)) largest = { row: rowIds[i], feature: null, value: y[i] };
  }
  const facts = { rms: Math.sqrt(square / y.length), max: Math.abs(largest.value), usual: usual(y.map(Math.abs)) };
  return { facts, badRows, largest };
}

/** What 99 of 100 stay below, of some 4,000 of them. */
function usual(sizes: Float64Array): number {
  const stride = Math.max(1, Math.floor(sizes.length / sampled));
  const some = sizes.filter((v, i) => i % stride === 0 && Number.isFinite(v)).sort();
  return some.length === 0 ? 0 : some[Math.floor(0.99 * (some.length - 1))];
}
