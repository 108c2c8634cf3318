import { NeuroForgeError } from '../core/errors.ts';
import { idxSets } from '../data/catalog.ts';
import { eachCsvRow } from '../data/csv.ts';
import { scanCsvFile } from '../data/csv-scan.ts';
import { type Dataset, featuresOf, firstRows } from '../data/dataset.ts';
import { fedImage } from '../data/digit-image.ts';
import { gunzip, isGzip, refuseImpostors } from '../data/gzip.ts';
import { readIdx, unpackIdx } from '../data/idx.ts';
import { readIdxFileHeader } from '../data/idx-files.ts';
import { isNpy } from '../data/npy-header.ts';
import { checkWhole } from '../data/read-whole.ts';
import { tableDataset } from '../data/table.ts';
import { isZip } from '../data/zip-directory.ts';
import { files } from '../platform/index.ts';
import { formOf, type OpenedRun } from './open-run.ts';
import { isPng, readPng } from './png.ts';

/** Rows to predict, in raw values, of one file. */
export interface PredictInput {
  readonly source: string;
  readonly kind: 'png' | 'idx' | 'csv';
  readonly data: Dataset;
  /** Class index (1 is yes for a binary model) or value of each row; null where the file has no labels. */
  readonly truth: ArrayLike<number> | null;
}

const largest = 2 ** 30;
const largestPng = 2 ** 26;

/**
 * Reads a PNG picture, an IDX file of images (labels from the file beside it, if there is one) or a CSV file with or
 * without labels. Throws what reading them throws, and NF4134 when rows are not what the model takes.
 */
export async function readInput(path: string, run: OpenedRun, options: { raw: boolean }): Promise<PredictInput> {
  if ((await files.stat(path)).kind === 'folder') {
    throw new NeuroForgeError('NF4134', 'this is a folder', {
      where: path,
      hint: 'name the files in it, e.g. FOLDER/*.png',
    });
  }
  await judgeFile(path);
  return inputOf(await files.readFile(path), path, run, options);
}

/** Refuses by size and beginning what would take memory to no end. */
async function judgeFile(path: string): Promise<void> {
  const size = await checkWhole(files, path, { most: largest, what: 'an input of predict' });
  const head = await files.readPart(path, 0, 64);
  if (isPng(head)) await checkWhole(files, path, { most: largestPng, what: 'a picture' });
  else if (isIdx(head)) await readIdxFileHeader(files, path, 'images');
  else if (!isGzip(head)) await scanCsvFile(files, path, size);
}

function isIdx(bytes: Uint8Array): boolean {
  return bytes[0] === 0 && bytes[1] === 0 && bytes[2] >= 8 && bytes[2] <= 14;
}

/** The rows in the bytes of a file; see {@link readInput}. */
export async function inputOf(
  bytes: Uint8Array,
  path: string,
  run: OpenedRun,
  options: { raw: boolean },
): Promise<PredictInput> {
  if (isPng(bytes)) return pngInput(bytes, path, run, options.raw);
  if (bytes[0] === 0xff && bytes[1] === 0xd8) {
    throw new NeuroForgeError('NF2601', 'this is a JPEG image, not PNG', { where: path, hint: 'convert it to PNG' });
  }
  if (/\.png$/i.test(path)) readPng(bytes, path);
  if (isZip(bytes) || isNpy(bytes)) {
    throw new NeuroForgeError('NF4134', 'predict does not read npz and npy files', {
      where: path,
      expected: 'PNG images, IDX files or CSV rows',
      hint: 'for whole-set metrics: neuroforge eval RUN --data FILE.npz',
    });
  }
  const plain = await unpacked(bytes, path);
  return isIdx(plain) ? idxInput(plain, path, run) : csvInput(plain, path, run);
}

async function unpacked(bytes: Uint8Array, where: string): Promise<Uint8Array> {
  refuseImpostors(bytes, where);
  if (!isGzip(bytes)) return bytes;
  return /idx\d-ubyte|\.idx/.test(where) ? unpackIdx(bytes, where) : gunzip(bytes, { where, limit: largest });
}

function pngInput(bytes: Uint8Array, path: string, run: OpenedRun, raw: boolean): PredictInput {
  const { about, classNames = [] } = run;
  const { exampleShape, maxValue } = about;
  if (exampleShape.length !== 2 || maxValue === undefined) {
    throw new NeuroForgeError('NF4134', 'the model was not trained on pictures', {
      where: path,
      expected: `CSV rows of ${exampleShape.join(' x ')} features`,
      got: 'a PNG image',
    });
  }
  const [height, width] = exampleShape;
  const digits = ['mnist', 'digits'].includes(about.data ?? '') || classNames.every((name) => /^(not )?\d$/.test(name));
  const { values } = fedImage(readPng(bytes, path), { height, width, maxValue, digits }, { raw, where: path });
  return { source: path, kind: 'png', data: { ...formOf(run), name: path, ...rows(values, 1) }, truth: null };
}

async function idxInput(bytes: Uint8Array, path: string, run: OpenedRun): Promise<PredictInput> {
  const { shape, data } = readIdx(bytes, path, 'images');
  const [count, ...example] = shape;
  const wanted = run.about.exampleShape;
  if (example.join() !== wanted.join()) {
    throw new NeuroForgeError('NF4134', 'the images have another size than the model takes', {
      where: path,
      expected: wanted.join(' x '),
      got: example.join(' x '),
    });
  }
  const input = { ...formOf(run), name: path, ...rows(data, count) };
  return { source: path, kind: 'idx', data: input, truth: await labelsBeside(path, count, run) };
}

/** The labels of `train-images-idx3-ubyte` are in `train-labels-idx1-ubyte`, if that is there. */
async function labelsBeside(path: string, count: number, run: OpenedRun): Promise<ArrayLike<number> | null> {
  const name = files.basename(path);
  const beside = path.slice(0, path.length - name.length) + name.replace('images', 'labels').replace('idx3', 'idx1');
  const { classNames, model, about } = run;
  if (beside === path || classNames === undefined || !(await files.exists(beside))) return null;
  const labels = readIdx(await unpacked(await labelsOf(beside), beside), beside, 'labels').data;
  if (labels.length !== count) return null;
  const names = idxSets.find((set) => set.name === about.data)?.classNames;
  if (model.loss.task === 'binary') {
    return Int32Array.from(labels, (k) => ((names?.[k] ?? String(k)) === classNames[1] ? 1 : 0));
  }
  return labels.every((k) => k < classNames.length) ? labels : null;
}

async function labelsOf(path: string): Promise<Uint8Array> {
  await readIdxFileHeader(files, path, 'labels');
  return files.readFile(path);
}

function csvInput(bytes: Uint8Array, path: string, run: OpenedRun): PredictInput {
  const { about, model, classNames = [], config } = run;
  const { task } = model.loss;
  const like = formOf(run);
  const features = featuresOf(like);
  const first = firstRow(bytes, path);
  const labeled = first.length === features + 1;
  if (!labeled && first.length !== features) {
    throw new NeuroForgeError('NF4134', 'the file has another number of columns than the model takes', {
      where: path,
      expected: `${features} features, or ${features + 1} columns with the label`,
      got: `${first.length} columns`,
      hint: about.data === undefined ? undefined : `the model was trained on ${about.data}`,
    });
  }
  const data = tableDataset(bytes, {
    name: path,
    where: path,
    sha256: '',
    label: labeled ? (config?.label ?? unknownColumn(first, about.featureNames)) : null,
    header: config?.header,
    task: task === 'regression' ? 'regression' : 'classification',
    like,
  });
  if (!labeled) return { source: path, kind: 'csv', data, truth: null };
  if (task === 'regression') return { source: path, kind: 'csv', data, truth: data.y };
  if (task === 'classification') return { source: path, kind: 'csv', data, truth: data.y };
  const names = data.classNames ?? [];
  const strange = names.find((name) => !classNames.includes(name) && !classNames[0].startsWith('not '));
  if (strange !== undefined) {
    throw new NeuroForgeError('NF2106', 'this label is not among the classes', {
      where: path,
      expected: classNames.join(', '),
      got: JSON.stringify(strange),
    });
  }
  const truth = Int32Array.from(data.y, (k) => (names[k] === classNames[1] ? 1 : 0));
  return { source: path, kind: 'csv', data, truth };
}

/** The one column of the header that is no feature; undefined for the usual rule. */
function unknownColumn(header: readonly string[], features: readonly string[] | undefined): number | undefined {
  if (features === undefined) return undefined;
  const unknown = header.flatMap((name, j) => (features.includes(name.trim()) ? [] : [j]));
  return unknown.length === 1 ? unknown[0] : undefined;
}

function firstRow(bytes: Uint8Array, where: string): string[] {
  const enough = new Error('one row is enough');
  let row: string[] = [];
  try {
    eachCsvRow(bytes, where, (cells) => {
      row = cells;
      throw enough;
    });
  } catch (error) {
    if (error !== enough) throw error;
  }
  return row;
}

/** Rows without labels. */
function rows(x: Uint8Array | Float64Array, count: number): Pick<Dataset, 'x' | 'count' | 'y' | 'rowIds'> {
  return { x, count, y: new Int32Array(count).fill(-1), rowIds: firstRows(count) };
}
