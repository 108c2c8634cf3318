import { NeuroForgeError } from '../core/errors.ts';
import type { Files } from '../platform/files.ts';

export interface WholeOptions {
  /** The most bytes that a file of this use can have. */
  readonly most: number;
  /** What the file is, for the message: `a table`. */
  readonly what: string;
}

/**
 * The bytes of a regular file, once its size is known to be meant. Throws NF2003 for a folder, a device or a pipe (which
 * may never end), NF2004 for a file larger than `most`: nothing is read then.
 */
export async function readWhole(files: Files, path: string, options: WholeOptions): Promise<Uint8Array> {
  await checkWhole(files, path, options);
  return files.readFile(path);
}

/** What {@link readWhole} refuses; answers the file's size. */
export async function checkWhole(files: Files, path: string, { most, what }: WholeOptions): Promise<number> {
  const { kind, size } = await files.stat(path);
  if (kind !== 'file') {
    throw new NeuroForgeError('NF2003', kind === 'folder' ? 'this is a folder' : 'this is no regular file', {
      where: path,
      expected: what,
      got: kind === 'folder' ? 'a folder' : 'a device, a pipe or a socket',
      hint: kind === 'folder' ? undefined : 'write what comes out of it into a file first',
    });
  }
  if (size <= most) return size;
  throw new NeuroForgeError('NF2004', `the file is larger than ${what} may be`, {
    where: path,
    expected: `at most ${most.toLocaleString('en-US')} bytes`,
    got: size.toLocaleString('en-US'),
  });
}
