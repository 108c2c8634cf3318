import { classCounts, type Dataset, featuresOf, type Scaling, type Split } from './dataset.ts';
import type { TargetScaling } from './tasks.ts';

/** What is odd about data but no reason to refuse them. */
export interface DataWarning {
  readonly code: string;
  /** What it is, with the numbers that show it. */
  readonly message: string;
  /** What to do. */
  readonly hint: string;
}

export interface WarningOptions {
  /** As the network will be fed; default unscaled. */
  readonly scaling?: Scaling;
  /** By which the targets of a regression were scaled, if they were. */
  readonly targetScaling?: TargetScaling | null;
}

/**
 * What matters before training: labels all equal, classes missing from a part, labels that look like the other task,
 * inputs that are not scaled, features that never change, accuracy that says nothing, rows that are in two parts.
 * Looks at every row.
 */
export function dataWarnings(split: Split, options: WarningOptions = {}): DataWarning[] {
  const { train } = split;
  const found = [
    equalLabels(train, options.targetScaling ?? null),
    unscaled(train, options.scaling),
    ...missingClasses(split),
    constantFeatures(train),
    manyClasses(train),
    fewValues(train, options.targetScaling ?? null),
    imbalance(train),
    ...sharedRows(split),
  ];
  return found.filter((w) => w !== null);
}

function equalLabels({ y, classNames, count }: Dataset, scaling: TargetScaling | null): DataWarning | null {
  if (count === 0 || y.some((v) => v !== y[0])) return null;
  const value = classNames ? classNames[y[0]] : short(y[0] * (scaling?.sd ?? 1) + (scaling?.mean ?? 0));
  return {
    code: 'NF3201',
    message: `all ${people(count)} training labels are equal (${value})`,
    hint: 'is --label the right column?',
  };
}

/** Rows whose sizes are looked at. */
const sampled = 4096;
/** Beyond this root mean square a first layer of the usual initialization is driven out of its range. */
const largeInput = 3;

function unscaled(train: Dataset, scaling: Scaling | undefined): DataWarning | null {
  const { x, count } = train;
  const features = featuresOf(train);
  const stride = Math.max(1, Math.floor(count / sampled));
  const offset = scaling?.offset ?? [0];
  const factor = scaling?.factor ?? [1];
  let [square, most, rows] = [0, 0, 0];
  for (let i = 0; i < count; i += stride, rows++) {
    for (let j = 0; j < features; j++) {
      const v = (x[i * features + j] - offset[offset.length > 1 ? j : 0]) * factor[factor.length > 1 ? j : 0];
      square += v * v;
      if (Math.abs(v) > most) most = Math.abs(v);
    }
  }
  const rms = Math.sqrt(square / Math.max(1, rows * features));
  if (!(rms > largeInput) || (scaling && scaling.kind === 'standard')) return null;
  return {
    code: 'NF3202',
    message: `the inputs are not scaled: root mean square ${short(rms)}, largest ${short(most)}`,
    hint: 'try --scale unit or --scale standard',
  };
}

function partsOf({ train, val, test }: Split): [string, Dataset][] {
  const parts: [string, Dataset | null][] = [
    ['training', train],
    ['validation', val],
    ['test', test],
  ];
  return parts.filter((part): part is [string, Dataset] => part[1] !== null);
}

function* missingClasses(split: Split): Iterable<DataWarning> {
  const names = split.train.classNames;
  if (names === undefined) return;
  for (const [part, dataset] of partsOf(split)) {
    const counts = classCounts(dataset);
    const absent = names.filter((_, k) => counts[k] === 0);
    const present = names.length - absent.length;
    if (absent.length === 0 || dataset.count === 0 || (present === 1 && part === 'training')) continue;
    yield {
      code: 'NF3203',
      message: `the ${part} set has no row of ${absent.length === 1 ? 'class' : `${absent.length} classes:`} ${absent.slice(0, 5).join(', ')}${absent.length > 5 ? ' …' : ''}`,
      hint:
        part === 'training'
          ? 'the network cannot learn what it never sees: give more rows, or draw others with --split-seed'
          : `what the ${part} set says of ${absent.length === 1 ? 'this class' : 'these classes'} is nothing: give more rows, or another --split-seed`,
    };
  }
}

/** Images have pixels at the edge that are always the ground: only tables are looked at. */
function constantFeatures(train: Dataset): DataWarning | null {
  const { x, count, exampleShape, featureNames } = train;
  if (exampleShape.length !== 1 || count < 2) return null;
  const features = featuresOf(train);
  const constant: string[] = [];
  for (let j = 0; j < features; j++) {
    let same = true;
    for (let i = 1; i < count && same; i++) same = x[i * features + j] === x[j];
    if (same) constant.push(featureNames?.[j] ?? String(j));
  }
  if (constant.length === 0) return null;
  const named = `${constant.slice(0, 5).join(', ')}${constant.length > 5 ? ` and ${constant.length - 5} more` : ''}`;
  return {
    code: 'NF3204',
    message: `${constant.length === 1 ? 'a feature has' : `${constant.length} features have`} one value in all ${people(count)} training rows: ${named}`,
    hint: 'it can teach nothing: leave it out, or see whether it was read rightly',
  };
}

function manyClasses({ classNames, count }: Dataset): DataWarning | null {
  const classes = classNames?.length ?? 0;
  const numbers = classNames?.every((name) => Number.isFinite(Number(name))) ?? false;
  if (!numbers || classes <= 20 || count >= 20 * classes) return null;
  return {
    code: 'NF3205',
    message: `the labels are ${classes} different numbers in ${people(count)} rows: they look like values, and are treated as classes`,
    hint: 'to predict a value: --task regression',
  };
}

function fewValues({ y, classNames, count }: Dataset, scaling: TargetScaling | null): DataWarning | null {
  if (classNames !== undefined) return null;
  const values = new Set(y);
  if (values.size < 2 || values.size > 10 || count < 10 * values.size) return null;
  const shown = [...values].map((v) => short(v * (scaling?.sd ?? 1) + (scaling?.mean ?? 0)));
  return {
    code: 'NF3206',
    message: `the values to predict are only ${values.size} different ones in ${people(count)} rows (${shown.sort().slice(0, 5).join(', ')}${values.size > 5 ? ' …' : ''}): they look like classes`,
    hint: 'to tell classes apart: --task classification',
  };
}

function imbalance(train: Dataset): DataWarning | null {
  const { classNames, count } = train;
  if (classNames === undefined) return null;
  const counts = classCounts(train);
  const most = counts.indexOf(Math.max(...counts));
  const share = counts[most] / count;
  if (!(share >= 0.95) || share === 1) return null;
  return {
    code: 'NF3208',
    message: `${short(100 * share)} % of the training rows are of class ${classNames[most]}: who always says so is right as often`,
    hint: 'judge it by recall and the area under the ROC curve (--positive), or by the errors of the rare classes',
  };
}

/** Rows of the validation and test sets that are training rows too, label included. */
function* sharedRows(split: Split): Iterable<DataWarning> {
  const { train } = split;
  const known = new Set<number>();
  for (const h of rowHashes(train)) known.add(h);
  const twice = 1 - known.size / Math.max(1, train.count);
  for (const [part, dataset] of partsOf(split).slice(1)) {
    if (dataset === train || dataset.x.constructor !== train.x.constructor) continue;
    let shared = 0;
    for (const h of rowHashes(dataset)) if (known.has(h)) shared++;
    const share = shared / Math.max(1, dataset.count);
    // Tables of few values repeat themselves: what the training set does within itself is no leak.
    if (shared < 5 || share < 0.05 + 2 * twice) continue;
    yield {
      code: 'NF3207',
      message: `${people(shared)} of ${people(dataset.count)} ${part} rows are training rows too`,
      hint:
        share === 1
          ? `is the ${part} set the training set? What it says of new data is nothing`
          : `take them out of one of the two: the ${part} figures are too good`,
    };
  }
}

/** 52 bits of each row's values and label: four bytes at a time where a row has a whole number of those. */
function* rowHashes(dataset: Dataset): Iterable<number> {
  const { x, y, count } = dataset;
  const bytes = featuresOf(dataset) * x.BYTES_PER_ELEMENT;
  const whole = bytes % 4 === 0 && x.byteOffset % 4 === 0;
  const all = whole
    ? new Int32Array(x.buffer, x.byteOffset, (count * bytes) / 4)
    : new Uint8Array(x.buffer, x.byteOffset, count * bytes);
  const n = whole ? bytes / 4 : bytes;
  const label = new Float64Array(1);
  const labelWords = new Int32Array(label.buffer);
  for (let i = 0; i < count; i++) {
    let [a, b] = [0x811c9dc5, 0x9e3779b9];
    label[0] = y[i];
    for (let k = -2; k < n; k++) {
      const word = k < 0 ? labelWords[k + 2] : all[i * n + k];
      a = Math.imul(a ^ word ^ (a >>> 15), 0x01000193);
      b = Math.imul(b ^ word ^ (b >>> 13), 0x85ebca6b);
    }
    yield (a >>> 0) * 2 ** 20 + ((b >>> 0) % 2 ** 20);
  }
}

function people(n: number): string {
  return n.toLocaleString('en-US');
}

function short(v: number): string {
  return String(Number(v.toPrecision(3)));
}
