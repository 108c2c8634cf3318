import type { CrashDisk } from './crash-disk.ts';
import { type Survivor, survivors } from './crash-states.ts';

export type Found = ReturnType<Survivor['read']>;
type Holds = (found: Found) => boolean;

interface Kept {
  readonly path: string;
  /** The work ran from this many calls of the disk to that many. */
  readonly from: number;
  readonly to: number;
  readonly holds: Holds;
  /** What may be there while the work runs, beside what was before and what is to come. */
  readonly meanwhile: Holds;
}

/**
 * What code that writes has promised: once a call has returned, its file has what was written, whatever happens; while
 * it runs, that or what was there before.
 */
export class Promises {
  readonly disk: CrashDisk;
  readonly #kept: Kept[] = [];

  constructor(disk: CrashDisk) {
    this.disk = disk;
  }

  /** Runs `work`, which is to put `what` (bytes, a folder, what holds) at `path`. */
  async keep<T>(
    path: string,
    what: Uint8Array | string | Holds,
    work: () => Promise<T>,
    meanwhile: Holds = () => false,
  ): Promise<T> {
    const from = this.disk.calls.length;
    const result = await work();
    this.add(path, what, from, meanwhile);
    return result;
  }

  /** As `keep`, for work that has just ended and began at call `from`. */
  add(path: string, what: Uint8Array | string | Holds, from: number, meanwhile: Holds = () => false): void {
    const holds = typeof what === 'function' ? what : (found: Found) => same(found, what);
    this.#kept.push({ path, from, to: this.disk.calls.length, holds, meanwhile });
  }

  /**
   * Cuts the power after each call in turn and looks at every state that may be left: how many these were, and what was
   * promised and is not there. `also` judges each state further, answering what it finds wrong.
   */
  judge(also: (survivor: Survivor, calls: number) => string | null = () => null): { states: number; losses: string[] } {
    const paths = [...new Set(this.#kept.map(({ path }) => path))];
    const losses: string[] = [];
    let states = 0;
    for (let calls = 0; calls <= this.disk.calls.length; calls++) {
      const allowed = paths.map((path) => this.#allowed(path, calls));
      for (const survivor of survivors(this.disk, calls)) {
        states++;
        paths.forEach((path, i) => {
          const found = survivor.read(path);
          if (!allowed[i].some((holds) => holds(found))) losses.push(`${path} after ${calls} calls: ${brief(found)}`);
        });
        const wrong = also(survivor, calls);
        if (wrong !== null) losses.push(`after ${calls} calls: ${wrong}`);
      }
    }
    return { states, losses };
  }

  #allowed(path: string, calls: number): Holds[] {
    const begun = this.#kept.filter((kept) => kept.path === path && kept.from < calls);
    const done = begun.filter(({ to }) => to <= calls).at(-1);
    const running = begun.filter(({ to }) => to > calls);
    return [
      done?.holds ?? ((found: Found) => found === null),
      ...running.flatMap(({ holds, meanwhile }) => [holds, meanwhile]),
    ];
  }
}

/** Appended and synced text: a file that begins with it. What follows may be torn, and is cut off by who resumes. */
export const begins =
  (text: string): Holds =>
  (found) =>
    text === '' || (found instanceof Uint8Array && Buffer.from(found).toString('latin1').startsWith(text));

function same(found: Found, what: Uint8Array | string): boolean {
  if (found === null || found === 'folder' || what === 'folder') return found === what;
  return Buffer.compare(found, typeof what === 'string' ? Buffer.from(what) : what) === 0;
}

function brief(found: Found): string {
  return found === null || found === 'folder' ? String(found) : `${found.length} bytes`;
}
