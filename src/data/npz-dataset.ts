import { NeuroForgeError } from '../core/errors.ts';
import { formatShape, sizeOf } from '../core/shape.ts';
import { type Dataset, featuresOf, firstRows, hashKey } from './dataset.ts';
import { classLabels, numericLabels, type Task } from './labels.ts';
import type { NpyArray, NpyData } from './npy.ts';
import type { NpzMember } from './npz.ts';

export interface NpzDatasetOptions {
  readonly name: string;
  /** The file's name, for messages. */
  readonly where: string;
  readonly sha256: string;
  readonly task?: Task;
  /** Reads the file as a further part of this data set: same features, same classes. */
  readonly like?: Dataset;
}

const layouts = [
  { train: ['x_train', 'y_train'], test: ['x_test', 'y_test'] },
  { train: ['x', 'y'], test: null },
] as const;

/**
 * Examples and labels of an npz file: `x_train`, `y_train`, `x_test`, `y_test`, as Keras's mnist.npz has them, or `x`, `y`.
 * x is (count, features) or images (count, rows, columns), y is (count). Other arrays are not read.
 * Throws NF2261 (no such arrays), NF2262 (shapes that do not fit), NF2105 (a feature that is not finite), NF2106 (a label
 * that cannot be used), NF2108 (other features than `like`), and what reading the arrays throws.
 */
export async function npzDataset(
  members: readonly NpzMember[],
  options: NpzDatasetOptions,
): Promise<{ train: Dataset; test: Dataset | null }> {
  const find = (name: string) => members.find((m) => m.name === name);
  const layout = layouts.find(({ train }) => train.every(find));
  if (layout === undefined) {
    throw new NeuroForgeError('NF2261', 'the file has no arrays of examples and labels', {
      where: options.where,
      expected: 'x_train and y_train, perhaps x_test and y_test; or x and y',
      got:
        members.length === 0
          ? 'no arrays'
          : members
              .slice(0, 12)
              .map((m) => m.name)
              .join(', '),
    });
  }
  const read = async ([x, y]: readonly [string, string], like: Dataset | undefined) =>
    partOf(await find(x)!.read(), await find(y)!.read(), { x, y }, { ...options, like });
  checkShapes(layout.train, find, options.where);
  const hasTest = layout.test?.every(find) === true;
  if (hasTest) checkShapes(layout.test!, find, options.where);
  const train = await read(layout.train, options.like);
  return { train, test: hasTest ? await read(layout.test!, options.like ?? train) : null };
}

/** Before any values are read. */
function checkShapes(
  names: readonly [string, string],
  find: (name: string) => NpzMember | undefined,
  where: string,
): void {
  const [x, y] = names.map((name) => find(name)!.shape);
  const flat = y.length === 1 || (y.length === 2 && y[1] === 1);
  const misfit = (name: string, expected: string, got: readonly number[]): NeuroForgeError =>
    new NeuroForgeError('NF2262', `the array ${name} has a shape that does not fit`, {
      where: `${where}, ${name}.npy`,
      expected,
      got: formatShape(got.slice(0, 8)),
      hint:
        name === names[1] && got.length === 2 ? 'one-hot labels become class numbers by y.argmax(axis=1)' : undefined,
    });
  if (x.length < 2 || x.length > 4 || (x.length === 4 && x[3] !== 1) || x.slice(1).includes(0)) {
    throw misfit(names[0], '(count, features) or (count, rows, columns)', x);
  }
  if (!flat || y[0] !== x[0]) throw misfit(names[1], `(${x[0]})`, y);
  if (x[0] === 0) throw misfit(names[0], 'at least one row', x);
}

function partOf(x: NpyArray, y: NpyArray, names: { x: string; y: string }, options: NpzDatasetOptions): Dataset {
  const { name, where, sha256, task = 'classification', like } = options;
  const [count, ...rest] = x.shape;
  const exampleShape = rest.length === 3 ? rest.slice(0, 2) : rest;
  if (like !== undefined && featuresOf(like) !== sizeOf(exampleShape)) {
    throw new NeuroForgeError('NF2108', 'these examples have other features than the training file', {
      where: `${where}, ${names.x}.npy`,
      expected: like.exampleShape.join(' x '),
      got: exampleShape.join(' x '),
    });
  }
  const at = (row: number): string => `${where}, ${names.y}.npy, row ${row}`;
  refuseNotFinite(y.data, at);
  const labels = Array.from(y.data as ArrayLike<number | bigint>, String);
  const target =
    task === 'regression'
      ? { y: numericLabels(labels, at), classNames: undefined }
      : classLabels(labels, at, like?.classNames);
  const pixels = x.type === 'u1' && exampleShape.length === 2;
  return {
    name,
    x: valuesOf(x, sizeOf(exampleShape), `${where}, ${names.x}.npy`),
    count,
    exampleShape: like?.exampleShape ?? exampleShape,
    y: target.y,
    ...(target.classNames === undefined ? {} : { classNames: target.classNames }),
    ...(like?.maxValue !== undefined ? { maxValue: like.maxValue } : pixels ? { maxValue: 255 } : {}),
    rowIds: firstRows(count),
    hashes: { [hashKey(where)]: sha256 },
  };
}

function refuseNotFinite(labels: NpyData, at: (row: number) => string): void {
  for (let row = 0; row < labels.length; row++) {
    if (Number.isFinite(Number(labels[row]))) continue;
    throw new NeuroForgeError('NF2106', 'the label is not a finite number', {
      where: at(row),
      got: String(labels[row]),
    });
  }
}

function valuesOf({ data, type }: NpyArray, features: number, where: string): Dataset['x'] {
  if (data instanceof Uint8Array) return data;
  const values = data instanceof Float32Array || data instanceof Float64Array ? data : wide(data);
  const bad = values.findIndex((v) => !Number.isFinite(v));
  if (bad < 0) return values;
  throw new NeuroForgeError('NF2105', `feature ${bad % features} is not a finite number`, {
    where: `${where}, row ${Math.floor(bad / features)}`,
    expected: `a finite ${type}`,
    got: String(values[bad]),
  });
}

function wide(data: NpyData): Float64Array {
  const out = new Float64Array(data.length);
  for (let i = 0; i < data.length; i++) out[i] = Number(data[i]);
  return out;
}
