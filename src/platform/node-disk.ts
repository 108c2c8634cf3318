import { fsync as fsyncOf } from 'node:fs';
import * as fs from 'node:fs/promises';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { codeOf, type Disk, type OpenMode } from './disk.ts';
import type { FileStat } from './files.ts';

/** Windows syncs only a handle that may write, hence `r+` where syncing is all that is wanted. */
const flags: Record<OpenMode, string> = { read: 'r', new: 'wx', append: 'a', update: 'r+' };

/** By descriptor: under Yarn's Plug'n'Play, handles are of its own making and cannot sync. */
const fsync = promisify(fsyncOf);

/** Network and FUSE file systems that cannot sync a folder say so; they keep names by rules of their own. */
const cannotSyncFolders = ['EINVAL', 'ENOTSUP', 'ENOSYS'];

/** The file system of Node. */
export const nodeDisk: Disk = {
  system: process.platform,
  async open(path, how) {
    const handle = await fs.open(path, flags[how]);
    return {
      read: async (into, position) => (await handle.read(into, 0, into.length, position)).bytesRead,
      write: async (bytes) => (await handle.write(bytes, 0, bytes.length)).bytesWritten,
      sync: () => fsync(handle.fd),
      close: () => handle.close(),
    };
  },
  readFile: async (path) => plainView(await fs.readFile(path)),
  rename: (from, to) => fs.rename(from, to),
  link: (from, to) => fs.link(from, to),
  // Windows holds what a scanner has open: again, a little later.
  remove: (path) => fs.rm(path, { recursive: true, force: true, maxRetries: process.platform === 'win32' ? 5 : 0 }),
  makeFolder: (path) => fs.mkdir(path),
  async syncFolder(path) {
    const handle = await fs.open(path, 'r');
    try {
      await fsync(handle.fd);
    } catch (error) {
      if (!cannotSyncFolders.includes(codeOf(error))) throw error;
    } finally {
      await handle.close();
    }
  },
  list: (path) => fs.readdir(path),
  async stat(path): Promise<FileStat> {
    const s = await fs.stat(path);
    const kind = s.isFile() ? 'file' : s.isDirectory() ? 'folder' : 'other';
    return { kind, size: s.size, modified: s.mtimeMs };
  },
  pause: async (milliseconds) => void (await setTimeout(milliseconds)),
};

/** A `Uint8Array` proper: a `Buffer`'s `slice` shares memory, and small ones sit in a pool with other files' bytes. */
function plainView(buffer: Buffer): Uint8Array {
  if (buffer.byteLength !== buffer.buffer.byteLength) return new Uint8Array(buffer);
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
