import type { Disk, OpenFile, OpenMode } from '../../src/platform/disk.ts';
import type { FileStat } from '../../src/platform/files.ts';

/** What a call changed: bytes of a file, a name in a folder, or what is durable. Files are numbers from 1, folders up to 0. */
export type Change =
  | { readonly kind: 'write'; readonly file: number; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'name'; readonly folder: number; readonly name: string; readonly to: number | null }
  | { readonly kind: 'sync'; readonly file: number }
  | { readonly kind: 'syncFolder'; readonly folder: number };

/** A call of the write path: `open`, `write`, `sync`, `close`, `rename`, … */
export interface Call {
  readonly number: number;
  readonly name: string;
  readonly path: string;
}

export interface CrashDiskOptions {
  readonly system?: string;
  /** The code of the error that a call ends in, or `short`: a write that takes half. */
  readonly fault?: (call: Call) => string | undefined;
  /** The number of a sync (of files and folders, from 0) that does nothing. */
  readonly ignoredSync?: number;
}

export const root = 0;
export const isFolder = (id: number): boolean => id <= root;

/**
 * A disk in memory that does at once what it is told, for whoever looks, and notes what each call changed: from these
 * notes `crash-states.ts` tells what a power cut may leave.
 */
export class CrashDisk implements Disk {
  readonly system: string;
  /** What each call changed, in order. */
  readonly log: Change[][] = [];
  readonly calls: Call[] = [];
  syncs = 0;
  /** Milliseconds that were waited in all. */
  paused = 0;
  readonly #options: CrashDiskOptions;
  readonly #bytes = new Map<number, Uint8Array>();
  readonly #folders = new Map<number, Map<string, number>>([[root, new Map()]]);
  readonly #open = new Map<number, number>();
  #next = 1;

  constructor(options: CrashDiskOptions = {}) {
    this.#options = options;
    this.system = options.system ?? 'linux';
  }

  async open(path: string, how: OpenMode): Promise<OpenFile> {
    this.#begin(how === 'new' ? 'create' : 'open', path);
    const { folder, name, id } = this.#find(path);
    let file = id;
    if (how === 'new' && id !== undefined) throw failure('EEXIST', path);
    if (file === undefined) {
      if (how === 'read' || how === 'update') throw failure('ENOENT', path);
      file = this.#next++;
      this.#bytes.set(file, new Uint8Array(0));
      this.#change({ kind: 'name', folder, name, to: file });
    }
    if (!this.#bytes.has(file)) throw failure('EISDIR', path);
    return this.#handle(file, path);
  }

  #handle(file: number, path: string): OpenFile {
    this.#open.set(file, (this.#open.get(file) ?? 0) + 1);
    return {
      read: async (into, position) => {
        this.#begin('read', path);
        const part = this.#bytes.get(file)!.subarray(position, position + into.length);
        into.set(part);
        return part.length;
      },
      write: async (bytes) => {
        const taken = this.#begin('write', path) === 'short' ? bytes.slice(0, bytes.length >> 1) : bytes.slice();
        const before = this.#bytes.get(file)!;
        const after = new Uint8Array(before.length + taken.length);
        after.set(before);
        after.set(taken, before.length);
        this.#bytes.set(file, after);
        this.#change({ kind: 'write', file, at: before.length, bytes: taken });
        return taken.length;
      },
      sync: async () => {
        this.#begin('sync', path);
        if (this.syncs++ !== this.#options.ignoredSync) this.#change({ kind: 'sync', file });
      },
      close: async () => {
        this.#open.set(file, this.#open.get(file)! - 1);
        this.#begin('close', path);
      },
    };
  }

  async readFile(path: string): Promise<Uint8Array> {
    this.#begin('readFile', path);
    const { id } = this.#find(path);
    if (id === undefined) throw failure('ENOENT', path);
    const bytes = this.#bytes.get(id);
    if (bytes === undefined) throw failure('EISDIR', path);
    return bytes.slice();
  }

  async rename(from: string, to: string): Promise<void> {
    this.#begin('rename', to);
    const [source, target] = [this.#find(from), this.#find(to)];
    if (source.id === undefined) throw failure('ENOENT', from);
    if (target.id !== undefined && this.#folders.has(target.id)) throw failure('EISDIR', to);
    this.#refuseOpen(target.id, to);
    this.#change(
      { kind: 'name', folder: target.folder, name: target.name, to: source.id },
      { kind: 'name', folder: source.folder, name: source.name, to: null },
    );
  }

  async link(from: string, to: string): Promise<void> {
    this.#begin('link', to);
    const [source, target] = [this.#find(from), this.#find(to)];
    if (source.id === undefined) throw failure('ENOENT', from);
    if (target.id !== undefined) throw failure('EEXIST', to);
    this.#change({ kind: 'name', folder: target.folder, name: target.name, to: source.id });
  }

  async remove(path: string): Promise<void> {
    this.#begin('remove', path);
    const { folder, name, id } = this.#find(path);
    if (id === undefined) return;
    this.#refuseOpen(id, path);
    this.#change({ kind: 'name', folder, name, to: null });
  }

  async makeFolder(path: string): Promise<void> {
    this.#begin('makeFolder', path);
    const { folder, name, id } = this.#find(path);
    if (id !== undefined) throw failure('EEXIST', path);
    const made = -this.#next++;
    this.#folders.set(made, new Map());
    this.#change({ kind: 'name', folder, name, to: made });
  }

  async syncFolder(path: string): Promise<void> {
    this.#begin('syncFolder', path);
    if (this.system === 'win32') throw failure('EPERM', path);
    const { id } = this.#find(path);
    if (id === undefined || !this.#folders.has(id)) throw failure('ENOTDIR', path);
    if (this.syncs++ !== this.#options.ignoredSync) this.#change({ kind: 'syncFolder', folder: id });
  }

  async list(path: string): Promise<string[]> {
    this.#begin('list', path);
    const { id } = this.#find(path);
    if (id === undefined) throw failure('ENOENT', path);
    if (!this.#folders.has(id)) throw failure('ENOTDIR', path);
    return [...this.#folders.get(id)!.keys()];
  }

  async stat(path: string): Promise<FileStat> {
    this.#begin('stat', path);
    const { id } = this.#find(path);
    if (id === undefined) throw failure('ENOENT', path);
    return { kind: this.#folders.has(id) ? 'folder' : 'file', size: this.#bytes.get(id)?.length ?? 0, modified: 0 };
  }

  async pause(milliseconds: number): Promise<void> {
    this.paused += milliseconds;
  }

  /** Counts the call, and lets it fail where a fault is planned. */
  #begin(name: string, path: string): string | undefined {
    const call = { number: this.calls.length, name, path };
    this.calls.push(call);
    this.log.push([]);
    const fault = this.#options.fault?.(call);
    if (fault !== undefined && fault !== 'short') throw failure(fault, path);
    return fault;
  }

  #change(...changes: Change[]): void {
    this.log.at(-1)!.push(...changes);
    for (const change of changes) {
      if (change.kind !== 'name') continue;
      const names = this.#folders.get(change.folder)!;
      if (change.to === null) names.delete(change.name);
      else names.set(change.name, change.to);
    }
  }

  #refuseOpen(id: number | undefined, path: string): void {
    if (this.system === 'win32' && id !== undefined && (this.#open.get(id) ?? 0) > 0) throw failure('EPERM', path);
  }

  #find(path: string): { folder: number; name: string; id: number | undefined } {
    const parts = partsOf(path);
    let folder = root;
    for (const part of parts.slice(0, -1)) {
      const next = this.#folders.get(folder)!.get(part);
      if (next === undefined) throw failure('ENOENT', path);
      if (!this.#folders.has(next)) throw failure('ENOTDIR', path);
      folder = next;
    }
    const name = parts.at(-1);
    if (name === undefined) return { folder: root, name: '', id: root };
    return { folder, name, id: this.#folders.get(folder)!.get(name) };
  }
}

/** The names of a path from the root, of either kind of system. */
export function partsOf(path: string): string[] {
  return path
    .replace(/^[a-z]:/i, '')
    .split(/[\\/]/)
    .filter((part) => part !== '' && part !== '.');
}

export function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
