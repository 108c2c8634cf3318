import type { FileStat } from './files.ts';

/**
 * The primitive operations that `Files` is made of, and all that it touches a file system with: `node-disk.ts` is the
 * real one. Tests build the same `Files` over a disk that fails at the n-th call, or that loses, reorders and tears
 * what was not synced: killing a process cannot show a missing fsync. Failures are system errors, with a `code`.
 */
export interface Disk {
  /** `linux`, `darwin`, `win32`: whose rules for names, renames and folders hold. */
  readonly system: string;
  open(path: string, how: OpenMode): Promise<OpenFile>;
  /** The whole file, in a buffer of its own. */
  readFile(path: string): Promise<Uint8Array>;
  /** In one step for whoever looks: `to` is the old file or the new one. */
  rename(from: string, to: string): Promise<void>;
  /** A second name for a finished file. EEXIST when `to` is taken; not every file system can. */
  link(from: string, to: string): Promise<void>;
  /** A file, or a folder with all that is in it; fine if it does not exist. */
  remove(path: string): Promise<void>;
  /** One folder, whose parent is there. EEXIST. */
  makeFolder(path: string): Promise<void>;
  /** Names in the folder (new files, renames, removals) reach the medium. */
  syncFolder(path: string): Promise<void>;
  list(path: string): Promise<string[]>;
  stat(path: string): Promise<FileStat>;
  /** Waits before another attempt. */
  pause(milliseconds: number): Promise<void>;
}

/** `new`: must not exist yet; `append`: made when needed; `update`: exists, and may be synced. */
export type OpenMode = 'read' | 'new' | 'append' | 'update';

export interface OpenFile {
  /** Fills `into` from `position`; how many bytes there were. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** Adds to the end; how many bytes were taken, which may be fewer than given. */
  write(bytes: Uint8Array): Promise<number>;
  /** The bytes reach the medium. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** The code of a system error; empty for anything else. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** Opens, works, and closes whatever happens; a failure of the work is told rather than one of closing. */
export async function withFile<T>(
  disk: Disk,
  path: string,
  how: OpenMode,
  work: (file: OpenFile) => Promise<T>,
): Promise<T> {
  const file = await disk.open(path, how);
  let result: T;
  try {
    result = await work(file);
  } catch (cause) {
    await file.close().catch(() => {});
    throw cause;
  }
  await file.close(); // network file systems tell here what could not be written
  return result;
}

/** A disk may take less than it is given, most often the last bytes before it is full. */
export async function writeAll(file: OpenFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const taken = await file.write(bytes.subarray(at));
    if (taken <= 0) throw Object.assign(new Error('EIO: the disk took no bytes'), { code: 'EIO' });
    at += taken;
  }
}
