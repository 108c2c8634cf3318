/**
 * Files as ranks 0 to 9 see them: a value that is passed in, never imported. `node.ts` gives the real one,
 * `browser.ts` one that refuses, and tests their own. Paths are the platform's; `join` builds them.
 *
 * Every write that replaces a file goes through `writeFileAtomic` or `replace` (see `replace.ts`), so that killing the
 * process, or the machine, at any instant leaves the old file or the new one. On Windows all that makes a file or folder
 * throws NF2907 for names that it takes for something else (`con`, `a:b`).
 */
export interface Files {
  /** False in a page: everything below but `env` then throws NF2900. */
  readonly available: boolean;

  /** The whole file. Throws NF2901 when it does not exist, NF2902 when it cannot be read. */
  readFile(path: string): Promise<Uint8Array>;
  /** Up to `length` bytes from `start`: fewer at the end of the file. */
  readPart(path: string, start: number, length: number): Promise<Uint8Array>;
  /** Replaces `path` (or makes it): temporary sibling, fsync, rename, fsync of the folder. Throws NF2904. */
  writeFileAtomic(path: string, bytes: Uint8Array | string): Promise<void>;
  /** Moves the finished file `from` over `to`: fsync, rename, fsync of the folder. Throws NF2904. */
  replace(from: string, to: string): Promise<void>;
  /** Adds to the end; a file that is made so keeps its name, the bytes are not synced. Throws NF2904. */
  appendFile(path: string, bytes: Uint8Array | string): Promise<void>;
  /** What was appended to a file reaches the medium. Throws NF2904. */
  sync(path: string): Promise<void>;
  /** Makes a file that must not exist yet (a lock): it appears whole, and lasts. Throws NF2903 when it does. */
  writeFileExclusive(path: string, bytes: Uint8Array | string): Promise<void>;

  exists(path: string): Promise<boolean>;
  /** Throws NF2901 when there is nothing at `path`. */
  stat(path: string): Promise<FileStat>;
  /** Names (not paths) in a folder, sorted by code unit. Throws NF2901. */
  list(path: string): Promise<string[]>;
  /** Makes a folder and its parents, and they last; fine if it exists. Throws NF2904. */
  makeFolder(path: string): Promise<void>;
  /** Makes one folder that must not exist yet, and it lasts. Throws NF2903 when it does. */
  makeFolderExclusive(path: string): Promise<void>;
  /** Removes a file, or a folder with all that is in it; fine if it does not exist. */
  remove(path: string): Promise<void>;

  join(...parts: string[]): string;
  /** The absolute form of `path`. */
  resolve(path: string): string;
  /** The last part of a path. */
  basename(path: string): string;
  /** Where downloads are kept: NEUROFORGE_CACHE, else the platform's cache folder, in `neuroforge`. Not made here. */
  cacheFolder(): string;
  /** An environment variable; undefined when unset or empty. */
  env(name: string): string | undefined;
  readonly host: HostInfo;
  /** Whether a process of this machine lives (for locks). */
  processAlive(pid: number): boolean;
}

export interface FileStat {
  readonly kind: 'file' | 'folder' | 'other';
  /** In bytes. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

export interface HostInfo {
  readonly pid: number;
  readonly hostname: string;
  /** `linux`, `darwin`, `win32`, `browser`. */
  readonly system: string;
  readonly architecture: string;
  /** `node 20.19.0`, or the browser's user agent. */
  readonly runtime: string;
  readonly cpu: string;
  /** Logical cores that this process may use. */
  readonly cores: number;
}
