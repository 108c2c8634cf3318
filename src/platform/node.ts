import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import process from 'node:process';
import { NeuroForgeError } from '../core/errors.ts';
import type { FileStat, Files, HostInfo } from './files.ts';
import { type Disk, moveOver, replaceFile } from './replace.ts';

const disk: Disk = {
  async create(file, bytes) {
    const handle = await fs.open(file, 'wx');
    try {
      await handle.writeFile(bytes);
    } finally {
      await handle.close();
    }
  },
  // Windows syncs only a handle that may write.
  sync: (file) => syncHandle(file, 'r+'),
  rename: (from, to) => fs.rename(from, to),
  async syncFolder(folder) {
    if (process.platform === 'win32') return; // folders cannot be opened there; NTFS journals the rename
    await syncHandle(folder, 'r');
  },
  remove: (file) => fs.rm(file, { force: true }),
};

async function syncHandle(file: string, flags: string): Promise<void> {
  const handle = await fs.open(file, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

let temporaries = 0;

/** The file system of Node. */
export const files: Files = {
  available: true,
  readFile: (file) => reading(file, async () => plainView(await fs.readFile(file))),
  readPart: (file, start, length) =>
    reading(file, async () => {
      const handle = await fs.open(file, 'r');
      try {
        const bytes = new Uint8Array(length);
        let filled = 0;
        while (filled < length) {
          const { bytesRead } = await handle.read(bytes, filled, length - filled, start + filled);
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return bytes.subarray(0, filled);
      } finally {
        await handle.close();
      }
    }),
  writeFileAtomic: (file, bytes) =>
    writing(file, () => {
      const folder = path.dirname(file);
      const temporary = path.join(folder, `.${path.basename(file)}.${process.pid}.${temporaries++}.tmp`);
      return replaceFile(disk, folder, temporary, file, toBytes(bytes));
    }),
  replace: (from, to) => writing(to, () => moveOver(disk, path.dirname(to), from, to)),
  appendFile: (file, bytes) => writing(file, () => fs.appendFile(file, bytes)),
  sync: (file) =>
    writing(file, async () => {
      await disk.sync(file);
      await disk.syncFolder(path.dirname(file));
    }),
  writeFileExclusive: (file, bytes) => writing(file, () => fs.writeFile(file, bytes, { flag: 'wx' })),
  async exists(file) {
    return fs.access(file).then(
      () => true,
      () => false,
    );
  },
  stat: (file) =>
    reading(file, async (): Promise<FileStat> => {
      const s = await fs.stat(file);
      const kind = s.isFile() ? 'file' : s.isDirectory() ? 'folder' : 'other';
      return { kind, size: s.size, modified: s.mtimeMs };
    }),
  list: (folder) => reading(folder, async () => (await fs.readdir(folder)).sort()),
  makeFolder: (folder) => writing(folder, async () => void (await fs.mkdir(folder, { recursive: true }))),
  makeFolderExclusive: (folder) => writing(folder, () => fs.mkdir(folder)),
  remove: (file) => writing(file, () => fs.rm(file, { recursive: true, force: true })),
  join: (...parts) => path.join(...parts),
  resolve: (file) => path.resolve(file),
  basename: (file) => path.basename(file),
  cacheFolder() {
    const named = env('NEUROFORGE_CACHE');
    if (named !== undefined) return path.resolve(named);
    const home = os.homedir();
    const xdg = env('XDG_CACHE_HOME');
    if (process.platform === 'win32') {
      return path.join(env('LOCALAPPDATA') ?? path.join(home, 'AppData', 'Local'), 'neuroforge');
    }
    if (xdg !== undefined && path.isAbsolute(xdg)) return path.join(xdg, 'neuroforge');
    if (process.platform === 'darwin') return path.join(home, 'Library', 'Caches', 'neuroforge');
    return path.join(home, '.cache', 'neuroforge');
  },
  env,
  get host() {
    return (hostInfo ??= describeHost());
  },
  processAlive(pid) {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      return codeOf(error) === 'EPERM';
    }
  },
};

let hostInfo: HostInfo | undefined;

function describeHost(): HostInfo {
  return {
    pid: process.pid,
    hostname: os.hostname(),
    system: process.platform,
    architecture: process.arch,
    runtime: `node ${process.versions.node}`,
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
  };
}

function env(name: string): string | undefined {
  return process.env[name] || undefined;
}

function toBytes(bytes: Uint8Array | string): Uint8Array {
  return typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
}

/** A `Uint8Array` proper: a `Buffer`'s `slice` shares memory, and small ones sit in a pool with other files' bytes. */
function plainView(buffer: Buffer): Uint8Array {
  if (buffer.byteLength !== buffer.buffer.byteLength) return new Uint8Array(buffer);
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

async function reading<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const code = codeOf(cause);
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new NeuroForgeError('NF2901', 'no such file or folder', { where, cause });
    }
    throw new NeuroForgeError('NF2902', `cannot be read: ${reasons[code] ?? String(cause)}`, { where, cause });
  }
}

async function writing<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const code = codeOf(cause);
    if (code === 'EEXIST') throw new NeuroForgeError('NF2903', 'exists already', { where, cause });
    throw new NeuroForgeError('NF2904', `cannot be written: ${reasons[code] ?? String(cause)}`, {
      where,
      hint: hints[code],
      cause,
    });
  }
}

const reasons: Record<string, string> = {
  EACCES: 'no permission',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is a file',
  ENOENT: 'its folder does not exist',
  EMFILE: 'too many files are open',
};

const hints: Record<string, string> = {
  EACCES: 'choose a folder that you may write to',
  EROFS: 'choose a folder that you may write to',
  ENOSPC: 'free some space or choose another disk',
};
