import { NeuroForgeError } from '../core/errors.ts';
import { sha256Hex } from '../core/sha256.ts';
import type { Files } from '../platform/files.ts';
import { idxNames } from './catalog.ts';
import { gunzipHead, isGzip } from './gzip.ts';
import { checkIdxSize, type IdxHeader, readIdxHeader, unpackIdx } from './idx.ts';

export interface FoundFile {
  /** `train-images-idx3-ubyte`, however the file spells it. */
  readonly name: (typeof idxNames)[number];
  readonly path: string;
}

const largestPacked = 2 ** 30;

/** The IDX files of a folder: `train-images-idx3-ubyte` or `train-images.idx3-ubyte`, plain or `.gz`. */
export async function findIdxFolder(files: Files, folder: string): Promise<{ files: FoundFile[]; missing: string[] }> {
  const names = new Set(await files.list(folder));
  const found: FoundFile[] = [];
  const missing: string[] = [];
  for (const name of idxNames) {
    const dotted = name.replace('-idx', '.idx');
    const spelled = [name, dotted, `${name}.gz`, `${dotted}.gz`].find((n) => names.has(n));
    if (spelled === undefined) missing.push(name);
    else found.push({ name, path: files.join(folder, spelled) });
  }
  return { files: found, missing };
}

/** The header of an IDX file, judged with the file's size where it is plain; reads 64 KiB at most. */
export async function readIdxFileHeader(files: Files, { name, path }: FoundFile): Promise<IdxHeader> {
  const kind = name.includes('images') ? 'images' : 'labels';
  const { size } = await files.stat(path);
  const start = await files.readPart(path, 0, 65536);
  if (isGzip(start)) {
    if (size > largestPacked) {
      throw new NeuroForgeError('NF2204', 'the file is larger than an IDX file may be', {
        where: path,
        expected: `at most ${largestPacked.toLocaleString('en-US')} bytes`,
        got: size.toLocaleString('en-US'),
      });
    }
    return readIdxHeader(await gunzipHead(start, 32, path), path, kind);
  }
  const header = readIdxHeader(start.subarray(0, 1028), path, kind);
  checkIdxSize(header, size, path);
  return header;
}

/** The unpacked bytes of an IDX file and their hash, as `hash` tells it. */
export async function readIdxFile(
  files: Files,
  { name, path }: FoundFile,
  hash: (bytes: Uint8Array) => Promise<string> = sha256Hex,
): Promise<{ bytes: Uint8Array; where: string; sha256: string }> {
  const kind = name.includes('images') ? 'images' : 'labels';
  const bytes = await unpackIdx(await files.readFile(path), path, kind);
  return { bytes, where: path, sha256: await hash(bytes) };
}
