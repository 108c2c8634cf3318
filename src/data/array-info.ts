import type { Files } from '../platform/files.ts';
import { fileSource } from './byte-source.ts';
import { checkNpySize, type NpyArray, readNpy } from './npy.ts';
import { isNpy, npyHeadBytes, readNpyHeader } from './npy-header.ts';
import { openNpz } from './npz.ts';
import { isZip } from './zip-directory.ts';

/** One array of a file. `min` and `max` over all values; absent where there are none, or they are not looked at. */
export interface ArrayInfo {
  readonly name: string;
  /** `f4`, `u1` … in npy and npz files, `F32`, `BF16` … in safetensors. */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: number;
  readonly min?: number;
  readonly max?: number;
}

/** A file that holds arrays by name. */
export interface ArraysInfo {
  readonly format: 'npy' | 'npz' | 'safetensors';
  readonly arrays: readonly ArrayInfo[];
  /** Entries of text, in safetensors. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What is in an npy or npz file, every value read once; null for other files. Throws what is wrong with it. */
export async function inspectArrays(files: Files, path: string): Promise<ArraysInfo | null> {
  const head = await files.readPart(path, 0, 8);
  if (isZip(head) || /\.npz$/i.test(path)) {
    const arrays: ArrayInfo[] = [];
    for (const member of await openNpz(await fileSource(files, path), path)) {
      arrays.push(described(member.name, await member.read()));
    }
    return { format: 'npz', arrays };
  }
  if (!isNpy(head) && !/\.npy$/i.test(path)) return null;
  const source = await fileSource(files, path);
  checkNpySize(readNpyHeader(await source.read(0, npyHeadBytes), path), source.size, path);
  return { format: 'npy', arrays: [described('', readNpy(await files.readFile(path), path))] };
}

function described(name: string, { type, shape, data }: NpyArray): ArrayInfo {
  const info = { name, dtype: type, shape, bytes: data.byteLength };
  if (data.length === 0) return info;
  let [min, max] = [Number(data[0]), Number(data[0])];
  for (let i = 1; i < data.length; i++) {
    const v = Number(data[i]);
    if (v < min || Number.isNaN(v)) min = v;
    if (v > max || Number.isNaN(v)) max = v;
  }
  return { ...info, min, max };
}
