/**
 * The few operations that replacing a file needs. Tests hand in a disk that loses, reorders or tears what was not yet
 * synced: killing a process cannot show a missing fsync.
 */
export interface Disk {
  /** Makes `path`, which must not exist, and writes all of `bytes` (not yet synced). */
  create(path: string, bytes: Uint8Array): Promise<void>;
  /** Bytes of the file reach the medium. */
  sync(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Names in the folder (renames, new files) reach the medium. */
  syncFolder(path: string): Promise<void>;
  remove(path: string): Promise<void>;
}

/** Puts `bytes` at `target` so that a crash at any instant leaves the old file or the new one, whole. */
export async function replaceFile(
  disk: Disk,
  folder: string,
  temporary: string,
  target: string,
  bytes: Uint8Array,
): Promise<void> {
  try {
    await disk.create(temporary, bytes);
    await moveOver(disk, folder, temporary, target);
  } catch (cause) {
    await disk.remove(temporary).catch(() => {});
    throw cause;
  }
}

/** The second half of {@link replaceFile}, for a file that was written piece by piece. */
export async function moveOver(disk: Disk, folder: string, from: string, target: string): Promise<void> {
  await disk.sync(from);
  await disk.rename(from, target);
  await disk.syncFolder(folder);
}
