import { NeuroForgeError } from '../core/errors.ts';
import { embeddedNames, idxNames, idxSets } from './catalog.ts';
import { classCounts, type Dataset, featuresOf, subset } from './dataset.ts';
import { isGzip } from './gzip.ts';
import { readIdx, unpackIdx } from './idx.ts';
import { idxKind, readIdxFileHeader } from './idx-files.ts';
import { type OpenedData, type OpenOptions, openData } from './open.ts';
import { testRows } from './splits.ts';

/** What is in one part of a data set. Values are raw, before scaling. */
export interface PartInfo {
  readonly count: number;
  /** Rows of each class, in the order of the classes; empty for regression. */
  readonly classes: readonly { readonly name: string; readonly count: number }[];
  readonly min: number;
  readonly max: number;
  /** Over all values of all rows. */
  readonly mean: number;
  readonly sd: number;
  /** Rows whose features equal those of an earlier row of this part. */
  readonly duplicates: number;
  /** For regression: the least and the largest value to predict. */
  readonly target?: { readonly min: number; readonly max: number };
}

export interface DataInfo {
  readonly name: string;
  readonly source: string;
  readonly exampleShape: readonly number[];
  /** The largest possible value where it is known: mean and sd are often quoted divided by it. */
  readonly maxValue?: number;
  readonly train: PartInfo;
  readonly test: PartInfo;
  /** Whether the test rows are the source's own; else they are the fifth that is fixed for ever. */
  readonly ownTest: boolean;
  /** Test rows whose features equal those of a training row. */
  readonly duplicatesAcross: number;
  readonly hashes: Readonly<Record<string, string>>;
  readonly featureNames?: readonly string[];
}

/** Counts, range, moments and exact duplicates of an opened data set. */
export function describeData(opened: OpenedData): DataInfo {
  let { train, test } = opened;
  if (test === null) {
    const rows = testRows(train);
    const inTest = new Set(rows);
    const rest = Array.from({ length: train.count }, (_, i) => i).filter((row) => !inTest.has(row));
    test = subset(train, rows);
    train = subset(train, rest);
  }
  const seen = new RowIndex(train);
  const testSeen = new RowIndex(test);
  let across = 0;
  for (let row = 0; row < test.count; row++) if (seen.has(test, row)) across++;
  return {
    name: train.name,
    source: opened.source,
    exampleShape: train.exampleShape,
    ...(train.maxValue === undefined ? {} : { maxValue: train.maxValue }),
    train: describePart(train, seen.duplicates),
    test: describePart(test, testSeen.duplicates),
    ownTest: opened.test !== null,
    duplicatesAcross: across,
    hashes: { ...train.hashes, ...test.hashes },
    ...(train.featureNames === undefined ? {} : { featureNames: train.featureNames }),
  };
}

function describePart(part: Dataset, duplicates: number): PartInfo {
  const counts = classCounts(part);
  const info = {
    count: part.count,
    classes: (part.classNames ?? []).map((name, k) => ({ name, count: counts[k] })),
    ...(part.x instanceof Uint8Array ? byteMoments(part.x).moments : moments(part.x)),
    duplicates,
  };
  if (part.classNames !== undefined) return info;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const v of part.y) {
    if (v < low) low = v;
    if (v > high) high = v;
  }
  return { ...info, target: { min: low, max: high } };
}

interface Moments {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly sd: number;
}

function moments(x: Float32Array | Float64Array): Moments {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < x.length; i++) {
    if (x[i] < min) min = x[i];
    if (x[i] > max) max = x[i];
    sum += x[i];
  }
  const mean = sum / x.length;
  for (let i = 0; i < x.length; i++) squares += (x[i] - mean) * (x[i] - mean);
  return { min, max, mean, sd: Math.sqrt(squares / x.length) };
}

/** From how often each value occurs: one pass over 47 MB. */
function byteMoments(x: Uint8Array): { counts: number[]; moments: Moments } {
  const table = new Float64Array(256);
  for (let i = 0; i < x.length; i++) table[x[i]]++;
  const counts = Array.from(table);
  const mean = counts.reduce((sum, n, v) => sum + n * v, 0) / x.length;
  const variance = counts.reduce((sum, n, v) => sum + n * (v - mean) * (v - mean), 0) / x.length;
  const min = counts.findIndex((n) => n > 0);
  return { counts, moments: { min, max: counts.findLastIndex((n) => n > 0), mean, sd: Math.sqrt(variance) } };
}

/** Rows by content: a 32-bit hash, then an exact comparison. */
class RowIndex {
  readonly #dataset: Dataset;
  readonly #width: number;
  readonly #byHash = new Map<number, number[]>();
  /** Rows that equal an earlier one. */
  duplicates = 0;

  constructor(dataset: Dataset) {
    this.#dataset = dataset;
    this.#width = featuresOf(dataset);
    for (let row = 0; row < dataset.count; row++) {
      const hash = this.#hash(dataset, row);
      const rows = this.#byHash.get(hash);
      if (rows === undefined) this.#byHash.set(hash, [row]);
      else if (rows.some((other) => this.#equal(dataset, row, other))) this.duplicates++;
      else rows.push(row);
    }
  }

  has(dataset: Dataset, row: number): boolean {
    const rows = this.#byHash.get(this.#hash(dataset, row));
    return rows?.some((other) => this.#equal(dataset, row, other)) ?? false;
  }

  #hash({ x }: Dataset, row: number): number {
    let h = 0x811c9dc5;
    const end = (row + 1) * this.#width;
    if (x instanceof Uint8Array) {
      for (let i = row * this.#width; i < end; i++) h = Math.imul(h ^ x[i], 0x01000193);
    } else {
      for (let i = row * this.#width; i < end; i++) {
        double[0] = x[i] + 0; // -0 equals 0
        h = Math.imul(h ^ halves[0], 0x01000193);
        h = Math.imul(h ^ halves[1], 0x01000193);
      }
    }
    return h;
  }

  #equal(dataset: Dataset, row: number, other: number): boolean {
    const a = row * this.#width;
    const b = other * this.#width;
    for (let j = 0; j < this.#width; j++) if (dataset.x[a + j] !== this.#dataset.x[b + j]) return false;
    return true;
  }
}

const double = new Float64Array(1);
const halves = new Int32Array(double.buffer);

/** One IDX file by itself: what is in it. */
export interface IdxFileInfo extends Moments {
  readonly kind: 'images' | 'labels' | 'other';
  readonly shape: readonly number[];
  /** How often each value occurs, for labels. */
  readonly counts?: readonly number[];
}

/** Describes a data set, folder or CSV file, or one IDX file; throws what is wrong with it. */
export async function inspectData(source: string, options: OpenOptions): Promise<DataInfo | IdxFileInfo> {
  const { files } = options;
  const isName = (embeddedNames as readonly string[]).includes(source) || idxSets.some((set) => set.name === source);
  if (!isName && (await files.exists(source)) && (await files.stat(source)).kind === 'file') {
    const spelled = files.basename(source).replace('.idx', '-idx').replace(/\.gz$/, '');
    const head = await files.readPart(source, 0, 4);
    const looksIdx = head[0] === 0 && head[1] === 0 && head[2] >= 8 && head[2] <= 14;
    if (looksIdx || /-idx\d-u?byte$/.test(spelled) || (idxNames as readonly string[]).includes(spelled)) {
      await readIdxFileHeader(files, source, idxKind(spelled));
      return inspectIdx(await files.readFile(source), source, spelled);
    }
  }
  return describeData(await openData(source, options));
}

async function inspectIdx(bytes: Uint8Array, where: string, spelled: string): Promise<IdxFileInfo> {
  const wanted = idxKind(spelled);
  const unpacked = isGzip(bytes) ? await unpackIdx(bytes, where, wanted) : bytes;
  const { shape, data } = readIdx(unpacked, where, wanted);
  if (data.length === 0) throw new NeuroForgeError('NF2205', 'the file has a header and no values', { where });
  const { counts, moments } = byteMoments(data);
  const kind = shape.length === 3 ? 'images' : shape.length === 1 ? 'labels' : 'other';
  return {
    kind,
    shape,
    ...moments,
    ...(kind === 'labels' ? { counts: counts.slice(0, moments.max + 1) } : {}),
  };
}
