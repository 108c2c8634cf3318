import type { Files } from '../../src/platform/files.ts';
import { nodeFiles } from '../../src/platform/node.ts';
import type { CrashDisk } from './crash-disk.ts';
import { type Survivor, survivors } from './crash-states.ts';

export type Found = ReturnType<Survivor['read']>;
type Holds = (found: Found) => boolean;

interface Kept {
  readonly path: string;
  /** The call of `Files` ran from this many calls of the disk to that many. */
  readonly from: number;
  readonly to: number;
  readonly holds: Holds;
  /** What may be there while it runs, beside what was before and what is to come. */
  readonly meanwhile: Holds;
}

/**
 * What `Files` promises of each call that writes: once it has returned, its file has what was written, whatever happens;
 * while it runs, that or what was there before. Code under test writes through `files`, and `judge` cuts the power.
 */
export class Promises {
  readonly disk: CrashDisk;
  readonly files: Files;
  readonly #kept: Kept[] = [];

  constructor(disk: CrashDisk) {
    this.disk = disk;
    const plain = nodeFiles(disk);
    const [whole, synced] = [new Map<string, string>(), new Map<string, string>()];
    const put = (path: string, bytes: Uint8Array | string, work: () => Promise<void>): Promise<void> => {
      for (const texts of [whole, synced]) texts.set(path, text(bytes));
      return this.#keep(path, is(bytes), work);
    };
    this.files = {
      ...plain,
      writeFileAtomic: (path, bytes) => put(path, bytes, () => plain.writeFileAtomic(path, bytes)),
      writeFileExclusive: (path, bytes) => put(path, bytes, () => plain.writeFileExclusive(path, bytes)),
      replace: async (from, to) => {
        const bytes = await plain.readFile(from);
        await this.#keep(from, anything, () => put(to, bytes, () => plain.replace(from, to)), anything);
      },
      // Of what was appended only what was synced is sure: the rest may be torn, and whoever resumes cuts it off.
      appendFile: async (path, bytes) => {
        const sure = synced.get(path) ?? '';
        whole.set(path, (whole.get(path) ?? '') + text(bytes));
        const begun = sure === '' ? anything : begins(sure);
        await this.#keep(path, begins(sure), () => plain.appendFile(path, bytes), begun);
      },
      sync: async (path) => {
        const sure = synced.get(path) ?? '';
        synced.set(path, whole.get(path) ?? '');
        await this.#keep(path, begins(synced.get(path)!), () => plain.sync(path), begins(sure));
      },
      makeFolder: (path) =>
        this.#keep(
          path,
          (found) => found === 'folder',
          () => plain.makeFolder(path),
        ),
      makeFolderExclusive: (path) =>
        this.#keep(
          path,
          (found) => found === 'folder',
          () => plain.makeFolderExclusive(path),
        ),
      // Not promised to last.
      remove: (path) => this.#keep(path, anything, () => plain.remove(path), anything),
    };
  }

  async #keep(path: string, holds: Holds, work: () => Promise<void>, meanwhile: Holds = () => false): Promise<void> {
    const from = this.disk.calls.length;
    await work();
    this.#kept.push({ path, from, to: this.disk.calls.length, holds, meanwhile });
  }

  /**
   * Cuts the power after each call in turn and looks at every state that may be left: how many these were, and what was
   * promised and is not there. `also` judges each state further, answering what it finds wrong.
   */
  judge(also: (survivor: Survivor) => string | null = () => null): { states: number; losses: string[] } {
    const paths = [...new Set(this.#kept.map(({ path }) => path))];
    const losses: string[] = [];
    let states = 0;
    for (let calls = 0; calls <= this.disk.calls.length; calls++) {
      const allowed = paths.map((path) => this.#allowed(path, calls));
      for (const survivor of survivors(this.disk, calls)) {
        states++;
        paths.forEach((path, i) => {
          const found = survivor.read(path);
          if (allowed[i].some((holds) => holds(found))) return;
          losses.push(`${path} after ${calls} calls: ${found instanceof Uint8Array ? `${found.length} bytes` : found}`);
        });
        const wrong = also(survivor);
        if (wrong !== null) losses.push(`after ${calls} calls: ${wrong}`);
      }
    }
    return { states, losses };
  }

  #allowed(path: string, calls: number): Holds[] {
    const begun = this.#kept.filter((kept) => kept.path === path && kept.from < calls);
    const done = begun.filter(({ to }) => to <= calls).at(-1);
    const running = begun.filter(({ to }) => to > calls);
    return [done?.holds ?? ((found) => found === null), ...running.flatMap((kept) => [kept.holds, kept.meanwhile])];
  }
}

/** A file of these bytes. */
export const is =
  (bytes: Uint8Array | string): Holds =>
  (found) =>
    found instanceof Uint8Array && Buffer.compare(found, Buffer.from(bytes)) === 0;

/** A file whose first bytes these are. */
export const begins =
  (start: string): Holds =>
  (found) =>
    found instanceof Uint8Array && text(found).startsWith(start);

const anything: Holds = () => true;

function text(bytes: Uint8Array | string): string {
  return Buffer.from(bytes).toString('latin1');
}
