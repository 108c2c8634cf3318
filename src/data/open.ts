import { NeuroForgeError } from '../core/errors.ts';
import { sha256Hex } from '../core/sha256.ts';
import { fileSource } from './byte-source.ts';
import { dataNames, type IdxSet, idxSets, ownName } from './catalog.ts';
import { scanCsvFile } from './csv-scan.ts';
import type { Dataset, OpenedData } from './dataset.ts';
import { type DownloadOptions, fetchVerified } from './download.ts';
import { breastCancer } from './embedded/breast-cancer.ts';
import { digits } from './embedded/digits.ts';
import { iris } from './embedded/iris.ts';
import { gunzip, isGzip } from './gzip.ts';
import { idxDataset } from './idx.ts';
import { findIdxFolder } from './idx-files.ts';
import { openIdxFolder } from './idx-folder.ts';
import { openNpz } from './npz.ts';
import { npzDataset } from './npz-dataset.ts';
import { checkWhole } from './read-whole.ts';
import { type TableOptions, tableDataset } from './table.ts';
import { isZip } from './zip-directory.ts';

export type { OpenedData } from './dataset.ts';

export interface OpenOptions extends DownloadOptions, Pick<TableOptions, 'label' | 'header' | 'task' | 'like'> {}

const largestTable = 2 ** 30;

/**
 * Opens a data set by name, or a CSV or npz file, or a folder with IDX files (`train-images-idx3-ubyte` …, gzip or not) or with
 * `train.csv` and perhaps `test.csv`. A name is looked for in NEUROFORGE_DATA/name, then in the cache folder, then
 * downloaded there. A folder that has the name of a data set is reached as `./name`.
 * Throws NF2001 (nothing there), and what reading IDX, gzip and CSV throws.
 */
export async function openData(source: string, options: OpenOptions): Promise<OpenedData> {
  const embedded = source === 'digits' ? digits() : source === 'breast-cancer' ? breastCancer() : null;
  if (embedded !== null) return openEmbedded(embedded);
  if (source === 'iris') return openEmbedded(iris());
  const set = idxSets.find((s) => s.name === source);
  if (set !== undefined) return openSet(set, options);
  return openPath(source, options);
}

async function openEmbedded(data: Dataset): Promise<OpenedData> {
  const x = new Uint8Array(data.x.buffer, data.x.byteOffset, data.x.byteLength);
  const y = new Uint8Array(data.y.buffer, data.y.byteOffset, data.y.byteLength);
  const both = new Uint8Array(x.length + y.length);
  both.set(x);
  both.set(y, x.length);
  return {
    train: { ...data, hashes: { [`embedded ${data.name}`]: await sha256Hex(both) } },
    test: null,
    source: 'embedded',
  };
}

async function openSet(set: IdxSet, options: OpenOptions): Promise<OpenedData> {
  const { files, log } = options;
  const root = files.env('NEUROFORGE_DATA');
  if (root !== undefined) {
    const folder = files.join(root, set.name);
    if (await files.exists(folder)) {
      const found = await findIdxFolder(files, folder);
      if (found.missing.length === 0) return openIdxFolder(folder, found.files, options, set);
      log?.(`${folder} lacks ${found.missing.join(', ')}`);
    }
  }
  const folder = files.join(files.cacheFolder(), set.name);
  const part = async (i: number) => {
    const bytes = await fetchVerified(set, set.files[i], folder, options);
    return { bytes, where: set.files[i].name, sha256: set.files[i].sha256 };
  };
  const pair = async (i: number) =>
    idxDataset({ name: set.name, images: await part(i), labels: await part(i + 1), classNames: set.classNames });
  return { train: await pair(0), test: await pair(2), source: folder };
}

async function openPath(path: string, options: OpenOptions): Promise<OpenedData> {
  const { files } = options;
  if (!(await files.exists(path))) {
    throw new NeuroForgeError('NF2001', 'there is no data set, file or folder of this name', {
      where: path,
      expected: `${dataNames.join(', ')}, or a path`,
      hint: files.available ? `looked at ${files.resolve(path)}` : undefined,
    });
  }
  const { kind } = await files.stat(path);
  if (kind === 'file' && (isZip(await files.readPart(path, 0, 4)) || /\.npz$/i.test(path))) {
    return { ...(await openNpzData(path, options)), source: path };
  }
  if (kind !== 'folder') return { train: await openTable(path, options), test: null, source: path };
  const found = await findIdxFolder(files, path);
  if (found.files.length > 0) {
    const trainMissing = found.missing.filter((name) => name.startsWith('train'));
    if (trainMissing.length === 0) return openIdxFolder(path, found.files, options);
    throw new NeuroForgeError('NF2001', 'the folder lacks a file of the data set', {
      where: path,
      expected: trainMissing.join(', '),
      got: found.files.map((file) => file.name).join(', '),
    });
  }
  const table = async (names: string[], like?: Dataset) => {
    for (const name of names) {
      const file = files.join(path, name);
      if (await files.exists(file)) return openTable(file, { ...options, like: like ?? options.like });
    }
    return null;
  };
  const train = await table(['train.csv', 'train.csv.gz']);
  if (train !== null) return { train, test: await table(['test.csv', 'test.csv.gz'], train), source: path };
  throw new NeuroForgeError('NF2001', 'the folder has no data that can be read', {
    where: path,
    expected: 'train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-… (gzip or not), or train.csv',
  });
}

/** The arrays of an npz file; its hash is that of the file as it is. */
async function openNpzData(path: string, { files, task, like }: OpenOptions) {
  const members = await openNpz(await fileSource(files, path), path);
  const base = files.basename(path);
  const name = like?.name ?? ownName(base.replace(/\.npz$/i, '') || base, base);
  return npzDataset(members, { name, where: path, sha256: await sha256Hex(await files.readFile(path)), task, like });
}

/** A CSV file, gzip or not. */
export async function openTable(path: string, options: OpenOptions): Promise<Dataset> {
  const { files } = options;
  const size = await checkWhole(files, path, { most: largestTable, what: 'a table' });
  const head = await files.readPart(path, 0, 4);
  if (head[0] === 0 && head[1] === 0 && head[2] >= 8 && head[2] <= 14) {
    throw new NeuroForgeError('NF2001', 'this is one IDX file: images and labels come in two', {
      where: path,
      hint: 'give the folder that holds both',
    });
  }
  if (!isGzip(head)) await scanCsvFile(files, path, size);
  let bytes = await files.readFile(path);
  if (isGzip(bytes)) bytes = await gunzip(bytes, { where: path, limit: largestTable });
  const { label, header, task, like } = options;
  const base = files.basename(path);
  const stem = base.replace(/\.(csv|txt|gz)$/i, '').replace(/\.csv$/i, '');
  const name = like?.name ?? ownName(stem || base, base);
  return tableDataset(bytes, {
    name,
    where: path,
    sha256: await sha256Hex(bytes),
    label,
    header,
    task,
    like,
  });
}
