import { type Change, type CrashDisk, isFolder, partsOf, root } from './crash-disk.ts';

/** What a power cut left. */
export interface Survivor {
  /** A file's bytes, `folder`, or null where there is nothing. */
  read(path: string): Uint8Array | 'folder' | null;
}

/**
 * Every state that may be left when the power fails after `calls` calls: the product of what may have become of each
 * file's unsynced bytes and of each unsynced name.
 *
 * - Only the sync of a file orders its bytes: each write since is there whole, not at all, as zeros, as garbage, or torn
 *   (a beginning with nothing, zeros or garbage after it; an end after zeros).
 * - Only the sync of a folder orders its names: each name is as it was then, or as any call since has made it,
 *   independently of all others; a rename is two names. On `win32` names are journaled: they come in their order, and
 *   the sync of any file writes the journal.
 */
export function* survivors(disk: CrashDisk, calls: number): Generator<Survivor> {
  const medium = new Medium(disk.system === 'win32');
  for (const changes of disk.log.slice(0, calls)) medium.apply(changes);
  yield* medium.states();
}

interface FileState {
  base: Uint8Array;
  pending: { at: number; bytes: Uint8Array }[];
}

type NameChange = Extract<Change, { kind: 'name' }>;
type Names = Map<number, Map<string, number>>;

class Medium {
  readonly #journaled: boolean;
  readonly #files = new Map<number, FileState>();
  readonly #durable: Names = new Map([[root, new Map()]]);
  #pending: NameChange[] = [];

  constructor(journaled: boolean) {
    this.#journaled = journaled;
  }

  apply(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.kind === 'write') this.#file(change.file).pending.push(change);
      if (change.kind === 'name') this.#pending.push(change);
      if (change.kind === 'sync') {
        const file = this.#file(change.file);
        file.base = assemble(file.base, file.pending);
        file.pending = [];
        if (this.#journaled) this.#settle(() => true);
      }
      if (change.kind === 'syncFolder') this.#settle(({ folder }) => folder === change.folder);
    }
  }

  #file(id: number): FileState {
    let state = this.#files.get(id);
    if (state === undefined) this.#files.set(id, (state = { base: new Uint8Array(0), pending: [] }));
    return state;
  }

  #settle(which: (change: NameChange) => boolean): void {
    for (const change of this.#pending.filter(which)) setName(this.#durable, change);
    this.#pending = this.#pending.filter((change) => !which(change));
  }

  *states(): Generator<Survivor> {
    const uncertain = [...this.#files].filter(([, file]) => file.pending.length > 0);
    const contents = uncertain.map(([, file]) => contentsAfter(file));
    for (const names of this.#journaled ? this.#journalStates() : this.#nameStates()) {
      for (const chosen of product(contents)) {
        const bytes = new Map(uncertain.map(([id], i) => [id, chosen[i]]));
        yield {
          read: (path) => {
            let id: number | undefined = root;
            for (const part of partsOf(path)) id = id === undefined ? undefined : names.get(id)?.get(part);
            if (id === undefined) return null;
            if (isFolder(id)) return 'folder';
            return bytes.get(id) ?? this.#files.get(id)?.base ?? new Uint8Array(0);
          },
        };
      }
    }
  }

  *#nameStates(): Generator<Names> {
    const options = new Map<string, (NameChange | null)[]>();
    for (const change of this.#pending) {
      const key = `${change.folder}/${change.name}`;
      const known = options.get(key) ?? [null];
      if (!known.some((other) => other?.to === change.to)) known.push(change);
      options.set(key, known);
    }
    for (const chosen of product([...options.values()])) yield this.#with(chosen.filter((change) => change !== null));
  }

  *#journalStates(): Generator<Names> {
    for (let n = 0; n <= this.#pending.length; n++) yield this.#with(this.#pending.slice(0, n));
  }

  #with(changes: readonly NameChange[]): Names {
    const names: Names = new Map([...this.#durable].map(([folder, entries]) => [folder, new Map(entries)]));
    for (const change of changes) setName(names, change);
    return names;
  }
}

function setName(names: Names, { folder, name, to }: NameChange): void {
  if (!names.has(folder)) names.set(folder, new Map());
  if (to === null) names.get(folder)!.delete(name);
  else names.get(folder)!.set(name, to);
}

type Fate = (bytes: Uint8Array) => Uint8Array;

/** What may become of one unsynced write of n bytes, lost ones aside. */
function fatesOf(n: number): Fate[] {
  const cuts = n <= 8 ? Array.from({ length: n }, (_, i) => i + 1).slice(0, -1) : [1, n >> 1, n - 1];
  const spoiled = (byte: number, i: number): number => byte ^ (1 + ((i * 37) % 255));
  const fates: Fate[] = [(bytes) => bytes, (bytes) => new Uint8Array(bytes.length), (bytes) => bytes.map(spoiled)];
  for (const cut of cuts) {
    fates.push(
      (bytes) => bytes.slice(0, cut),
      (bytes) => bytes.map((byte, i) => (i < cut ? byte : 0)),
      (bytes) => bytes.map((byte, i) => (i < cut ? byte : spoiled(byte, i))),
      (bytes) => bytes.map((byte, i) => (i < cut ? 0 : byte)),
    );
  }
  return fates;
}

/** All bytes that a file may have, each once. */
function contentsAfter({ base, pending }: FileState): Uint8Array[] {
  const fates = pending.map(({ at, bytes }) => [
    null,
    ...fatesOf(bytes.length).map((fate) => ({ at, bytes: fate(bytes) })),
  ]);
  const found = new Map<string, Uint8Array>();
  for (const chosen of product(fates)) {
    const bytes = assemble(
      base,
      chosen.filter((write) => write !== null),
    );
    found.set(Buffer.from(bytes).toString('latin1'), bytes);
  }
  return [...found.values()];
}

/** Writes over `base`; what lies between them and was lost is zeros. */
function assemble(base: Uint8Array, writes: readonly { at: number; bytes: Uint8Array }[]): Uint8Array {
  const length = Math.max(base.length, ...writes.map(({ at, bytes }) => at + bytes.length));
  const whole = new Uint8Array(length);
  whole.set(base);
  for (const { at, bytes } of writes) whole.set(bytes, at);
  return whole;
}

/** One of each, in every combination. */
export function* product<T>(options: readonly (readonly T[])[]): Generator<T[]> {
  if (options.length === 0) return yield [];
  for (const rest of product(options.slice(1))) for (const one of options[0]) yield [one, ...rest];
}
