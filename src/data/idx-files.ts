import { sha256Hex } from '../core/sha256.ts';
import type { Files } from '../platform/files.ts';
import { idxNames } from './catalog.ts';
import { gunzipHead, isGzip } from './gzip.ts';
import { checkIdxSize, type IdxHeader, largestIdx, readIdxHeader, unpackIdx } from './idx.ts';
import { checkWhole } from './read-whole.ts';

/** What the name of an IDX file says of its content. */
export function idxKind(name: string): 'images' | 'labels' | undefined {
  return /images.*idx/.test(name) ? 'images' : /labels.*idx/.test(name) ? 'labels' : undefined;
}

export interface FoundFile {
  /** `train-images-idx3-ubyte`, however the file spells it. */
  readonly name: (typeof idxNames)[number];
  readonly path: string;
}

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
export async function readIdxFileHeader(files: Files, path: string, kind?: 'images' | 'labels'): Promise<IdxHeader> {
  const size = await checkWhole(files, path, { most: largestIdx, what: 'an IDX file' });
  const start = await files.readPart(path, 0, 65536);
  if (isGzip(start)) return readIdxHeader(await gunzipHead(start, 32, path), path, kind);
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
  const bytes = await unpackIdx(await files.readFile(path), path, idxKind(name));
  return { bytes, where: path, sha256: await hash(bytes) };
}
