import { NeuroForgeError } from '../core/errors.ts';
import type { Files } from '../platform/files.ts';
import { type IdxSet, idxSets, ownName } from './catalog.ts';
import type { OpenedData } from './dataset.ts';
import { checkIdxCounts, idxDataset } from './idx.ts';
import { type FoundFile, idxKind, readIdxFile, readIdxFileHeader } from './idx-files.ts';

export interface IdxFolderOptions {
  readonly files: Files;
  readonly log?: (message: string) => void;
  /** Of the unpacked files; default sha256, which takes seconds where the platform has none. */
  readonly hash?: (bytes: Uint8Array) => Promise<string>;
}

/** A folder of IDX files; it is one of the known sets when all its hashes say so. */
export async function openIdxFolder(
  folder: string,
  found: readonly FoundFile[],
  { files, log, hash }: IdxFolderOptions,
  named?: IdxSet,
): Promise<OpenedData> {
  await checkHeaders(found, files);
  const read = async (name: string) => {
    const file = found.find((f) => f.name === name);
    return file === undefined ? undefined : readIdxFile(files, file, hash);
  };
  const trainImages = await read('train-images-idx3-ubyte');
  const trainLabels = await read('train-labels-idx1-ubyte');
  const testImages = await read('t10k-images-idx3-ubyte');
  const testLabels = await read('t10k-labels-idx1-ubyte');
  if (trainImages === undefined || trainLabels === undefined) {
    throw new NeuroForgeError('NF2001', 'the folder lacks the training files', { where: folder });
  }
  const hashes = [trainImages, trainLabels, testImages, testLabels].map((file) => file?.sha256);
  const known = idxSets.find((set) =>
    set.files.every((file, i) => hashes[i] === undefined || hashes[i] === file.sha256),
  );
  if (named !== undefined && known !== named) log?.(`${folder} does not hold ${named.name} as it was published`);
  const set = named ?? known;
  const name = set?.name ?? ownName(files.basename(files.resolve(folder)), folder);
  let classNames = set?.classNames;
  if (classNames === undefined) {
    let largest = 0;
    for (const labels of [trainLabels, testLabels])
      for (const y of labels?.bytes.subarray(8) ?? []) if (y > largest) largest = y;
    classNames = Array.from({ length: largest + 1 }, (_, i) => String(i));
  }
  const train = idxDataset({ name, images: trainImages, labels: trainLabels, classNames });
  if (testImages === undefined || testLabels === undefined) return { train, test: null, source: folder };
  const test = idxDataset({ name, images: testImages, labels: testLabels, classNames });
  return { train, test, source: folder };
}

/** Counts and image sizes must agree before anything large is read. */
async function checkHeaders(found: readonly FoundFile[], files: Files): Promise<void> {
  const headers = new Map<string, { path: string; shape: readonly number[] }>();
  for (const file of found) {
    const { shape } = await readIdxFileHeader(files, file.path, idxKind(file.name));
    headers.set(file.name, { path: file.path, shape });
  }
  for (const part of ['train', 't10k']) {
    const images = headers.get(`${part}-images-idx3-ubyte`);
    const labels = headers.get(`${part}-labels-idx1-ubyte`);
    if (images && labels) checkIdxCounts(images.shape, labels.shape, images.path, labels.path);
  }
  const train = headers.get('train-images-idx3-ubyte');
  const test = headers.get('t10k-images-idx3-ubyte');
  const size = (shape: readonly number[]) => shape.slice(1).join(' x ');
  if (!train || !test || size(train.shape) === size(test.shape)) return;
  throw new NeuroForgeError('NF2209', 'training and test images differ in size', {
    where: test.path,
    expected: size(train.shape),
    got: size(test.shape),
  });
}
