import type { Files } from '../platform/files.ts';
import { checkWhole } from './read-whole.ts';

/** Bytes that are read where they are asked for: a file, or memory. */
export interface ByteSource {
  readonly size: number;
  /** Up to `length` bytes from `start`: fewer at the end. */
  read(start: number, length: number): Promise<Uint8Array>;
}

export function memorySource(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: async (start, length) => bytes.subarray(start, start + length) };
}

const largest = 2 ** 31;

/** A file on disk, read part by part. Throws NF2003 and NF2004. */
export async function fileSource(files: Files, path: string): Promise<ByteSource> {
  const size = await checkWhole(files, path, { most: largest, what: 'an npz or npy file' });
  return { size, read: (start, length) => files.readPart(path, start, length) };
}
