import { NeuroForgeError } from '../core/errors.ts';
import { checkWhole } from '../data/read-whole.ts';
import type { Files } from '../platform/files.ts';
import { judgeModel } from './model-file.ts';
import { headerSize, readHeader, type SafetensorsHeader } from './safetensors-header.ts';

/** In bytes: 50,000 tensors fit. The format allows 100 MB, which takes ten times as much memory to hold. */
const longestModelHeader = 2 ** 22;
const largestModel = 2 ** 32;
const largeModel = 2 ** 26;

/**
 * The header of a safetensors file, held against the file's size before any data are read. Throws NF2003 and NF2004 (no
 * file of that kind or size), NF222x (no safetensors), NF2222 for a header that no model has.
 */
export async function readHeaderOfFile(files: Files, path: string): Promise<SafetensorsHeader> {
  const size = await checkWhole(files, path, { most: largestModel, what: 'a model' });
  const needed = headerSize(await files.readPart(path, 0, 8), size, path);
  if (needed > longestModelHeader) {
    throw new NeuroForgeError('NF2222', `the header has ${needed.toLocaleString('en-US')} bytes`, {
      where: path,
      expected: `at most ${longestModelHeader.toLocaleString('en-US')} in a model`,
      hint: 'this is no safetensors file, or a damaged one',
    });
  }
  return readHeader(await files.readPart(path, 0, needed), size, path);
}

/**
 * The bytes of a model file whose header is in order; a large one is also held against its own architecture before it is
 * read. Throws what {@link readHeaderOfFile} and {@link judgeModel} throw.
 */
export async function readModelFile(files: Files, path: string): Promise<Uint8Array> {
  const { tensors, dataStart, ...header } = await readHeaderOfFile(files, path);
  if (dataStart + (tensors.at(-1)?.end ?? 0) > largeModel) judgeModel({ tensors, dataStart, ...header }, path);
  return files.readFile(path);
}
