import * as os from 'node:os';
import { posix, win32 } from 'node:path';
import process from 'node:process';
import { cannotRead, cannotWrite, isMissing } from './causes.ts';
import { codeOf, type Disk, withFile, writeAll } from './disk.ts';
import type { Files, HostInfo } from './files.ts';
import { checkNames } from './names.ts';
import { nodeDisk } from './node-disk.ts';
import { makeFile, moveOver, type Place, replaceFile, syncNames } from './replace.ts';
import { temporaryName } from './temporaries.ts';

/** `Files` over a disk: Node's, or one of a test. Paths are those of the disk's system. */
export function nodeFiles(disk: Disk): Files {
  const path = disk.system === 'win32' ? win32 : posix;

  async function reading<T>(where: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      throw cannotRead(where, cause);
    }
  }

  async function writing<T>(where: string, work: () => Promise<T>): Promise<T> {
    checkNames(where, disk.system);
    try {
      return await work();
    } catch (cause) {
      throw cannotWrite(where, cause, disk.system);
    }
  }

  const placeOf = (target: string): Place => {
    const folder = path.dirname(target);
    return {
      target,
      folder,
      temporary() {
        const { name, free } = temporaryName(path.basename(target), process.pid);
        return { path: path.join(folder, name), free };
      },
    };
  };

  const isThere = (file: string): Promise<boolean> =>
    disk.stat(file).then(
      () => true,
      (cause) => {
        if (isMissing(cause)) return false;
        throw cause;
      },
    );

  /** One folder, its name durable. */
  async function makeOne(folder: string): Promise<void> {
    await disk.makeFolder(folder);
    await syncNames(disk, path.dirname(folder));
  }

  /** A place may have no room for folders (`/proc`): what cannot be made in a parent that is there is not tried again. */
  async function makeAll(folder: string, parentIsThere = false): Promise<void> {
    const parent = path.dirname(folder);
    try {
      await disk.makeFolder(folder);
    } catch (cause) {
      if (codeOf(cause) === 'ENOENT' && parent !== folder && !parentIsThere) {
        await makeAll(parent);
        return makeAll(folder, true);
      }
      const there = await disk.stat(folder).catch(() => null);
      if (there?.kind === 'folder') return;
      throw there === null ? cause : Object.assign(new Error('ENOTDIR: not a folder'), { code: 'ENOTDIR' });
    }
    await syncNames(disk, parent);
  }

  return {
    available: true,
    readFile: (file) => reading(file, () => disk.readFile(file)),
    readPart: (file, start, length) =>
      reading(file, () =>
        withFile(disk, file, 'read', async (open) => {
          const bytes = new Uint8Array(length);
          let filled = 0;
          while (filled < length) {
            const got = await open.read(bytes.subarray(filled), start + filled);
            if (got === 0) break;
            filled += got;
          }
          return bytes.subarray(0, filled);
        }),
      ),
    writeFileAtomic: (file, bytes) => writing(file, () => replaceFile(disk, placeOf(file), toBytes(bytes))),
    replace: (from, to) => writing(to, () => moveOver(disk, path.dirname(to), from, to)),
    appendFile: (file, bytes) =>
      writing(file, async () => {
        const fresh = !(await isThere(file));
        await withFile(disk, file, 'append', (open) => writeAll(open, toBytes(bytes)));
        if (fresh) await syncNames(disk, path.dirname(file));
      }),
    sync: (file) => writing(file, () => withFile(disk, file, 'update', (open) => open.sync())),
    writeFileExclusive: (file, bytes) => writing(file, () => makeFile(disk, placeOf(file), toBytes(bytes))),
    exists: (file) => reading(file, () => isThere(file)),
    stat: (file) => reading(file, () => disk.stat(file)),
    list: (folder) => reading(folder, async () => (await disk.list(folder)).sort()),
    makeFolder: (folder) => writing(folder, () => makeAll(path.normalize(folder))),
    makeFolderExclusive: (folder) => writing(folder, () => makeOne(folder)),
    remove: (file) =>
      disk.remove(file).catch((cause) => {
        throw cannotWrite(file, cause, disk.system, 'removed');
      }),
    join: (...parts) => path.join(...parts),
    resolve: (file) => path.resolve(file),
    basename: (file) => path.basename(file),
    cacheFolder() {
      const named = env('NEUROFORGE_CACHE');
      if (named !== undefined) return path.resolve(named);
      const home = os.homedir();
      const xdg = env('XDG_CACHE_HOME');
      if (disk.system === 'win32') {
        return path.join(env('LOCALAPPDATA') ?? path.join(home, 'AppData', 'Local'), 'neuroforge');
      }
      if (xdg !== undefined && path.isAbsolute(xdg)) return path.join(xdg, 'neuroforge');
      if (disk.system === 'darwin') return path.join(home, 'Library', 'Caches', 'neuroforge');
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
}

/** The file system of Node. */
export const files: Files = nodeFiles(nodeDisk);

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
