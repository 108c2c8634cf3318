import { codeOf, type Disk, withFile, writeAll } from './disk.ts';

/** What Windows says of a file that another program (a virus scanner, a reader) has open: it passes. */
const passing = ['EPERM', 'EACCES', 'EBUSY'];
/** Milliseconds before each further attempt: 2.0 s in all. */
const pauses = [5, 10, 20, 40, 80, 160, 320, 640, 725];
/** What file systems without hard links say. */
const cannotLink = ['EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL', 'EXDEV', 'UNKNOWN'];

/** Where a file comes to stand: its path, the folder that holds it, and names for the time until it is whole. */
export interface Place {
  readonly target: string;
  readonly folder: string;
  /** Another one with every call; `free` says that it is not used any more. */
  temporary(): { readonly path: string; free(): void };
}

/** Puts `bytes` at the target so that a crash at any instant leaves the old file or the new one, whole. */
export async function replaceFile(disk: Disk, place: Place, bytes: Uint8Array): Promise<void> {
  await withTemporary(disk, place, bytes, (path) => rename(disk, path, place.target));
  await syncNames(disk, place.folder);
}

/** The second half of {@link replaceFile}, for a file that was written piece by piece. */
export async function moveOver(disk: Disk, folder: string, from: string, target: string): Promise<void> {
  await withFile(disk, from, 'update', (file) => file.sync());
  await rename(disk, from, target);
  await syncNames(disk, folder);
}

/**
 * Makes the target, which must not exist (EEXIST): it appears whole, or not at all. Where the file system has no hard
 * links it appears empty first, and a crash may leave it so.
 */
export async function makeFile(disk: Disk, place: Place, bytes: Uint8Array): Promise<void> {
  const { target, folder } = place;
  await withTemporary(disk, place, bytes, async (path) => {
    try {
      await disk.link(path, target);
    } catch (cause) {
      if (!cannotLink.includes(codeOf(cause))) throw cause;
      await writeNew(disk, target, bytes);
    }
    await disk.remove(path).catch(() => {});
  });
  try {
    await syncNames(disk, folder);
  } catch (cause) {
    await disk.remove(target).catch(() => {});
    throw cause;
  }
}

/** Names in a folder reach the medium. Windows opens no folders; NTFS keeps names by its journal. */
export async function syncNames(disk: Disk, folder: string): Promise<void> {
  if (disk.system !== 'win32') await disk.syncFolder(folder);
}

/** Writes and syncs a temporary file, of which nothing stays when `then` fails. */
async function withTemporary(
  disk: Disk,
  place: Place,
  bytes: Uint8Array,
  then: (path: string) => Promise<void>,
): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const { path, free } = place.temporary();
    try {
      await writeNew(disk, path, bytes);
    } catch (cause) {
      free();
      // An earlier process with this one's number may have left one of this name.
      if (codeOf(cause) === 'EEXIST' && attempt < 1000) continue;
      throw cause;
    }
    try {
      return await then(path);
    } catch (cause) {
      await disk.remove(path).catch(() => {});
      throw cause;
    } finally {
      free();
    }
  }
}

/** Makes a file and syncs its bytes; none stays behind when that fails. */
async function writeNew(disk: Disk, path: string, bytes: Uint8Array): Promise<void> {
  let made = false;
  try {
    await withFile(disk, path, 'new', async (file) => {
      made = true;
      await writeAll(file, bytes);
      await file.sync();
    });
  } catch (cause) {
    if (made) await disk.remove(path).catch(() => {});
    throw cause;
  }
}

async function rename(disk: Disk, from: string, to: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await disk.rename(from, to);
    } catch (cause) {
      const passes = disk.system === 'win32' && passing.includes(codeOf(cause));
      if (!passes || attempt === pauses.length) throw cause;
    }
    await disk.pause(pauses[attempt]);
  }
}
