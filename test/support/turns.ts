import type { Disk, OpenFile } from '../../src/platform/disk.ts';

/**
 * Processes that share a disk, in one: each waits for its turn before every call of the disk, and a seed says whose turn
 * it is, and who is killed at which.
 */
export class Turns {
  readonly #waiting = new Map<number, () => void>();
  readonly #running = new Set<number>();
  readonly #dead = new Set<number>();
  readonly #onKill: (pid: number) => void;
  readonly #failures: unknown[] = [];
  #state: number;

  constructor(seed: number, onKill: (pid: number) => void) {
    this.#state = seed + 1;
    this.#onKill = onKill;
  }

  start(pid: number, work: () => Promise<void>): void {
    this.#running.add(pid);
    work().then(
      () => this.#running.delete(pid),
      (error) => {
        this.#running.delete(pid);
        this.#failures.push(error);
      },
    );
  }

  /** The disk as process `pid` uses it. */
  disk(disk: Disk, pid: number): Disk {
    const turned = <A extends unknown[], R>(call: (...args: A) => Promise<R>): ((...args: A) => Promise<R>) => {
      return async (...args) => {
        await this.#turn(pid);
        return call(...args);
      };
    };
    const opened = (file: OpenFile): OpenFile => ({
      read: turned((into: Uint8Array, position: number) => file.read(into, position)),
      write: turned((bytes: Uint8Array) => file.write(bytes)),
      sync: turned(() => file.sync()),
      close: turned(() => file.close()),
    });
    return {
      system: disk.system,
      open: turned(async (path: string, how) => opened(await disk.open(path, how as 'read'))) as Disk['open'],
      readFile: turned((path: string) => disk.readFile(path)),
      rename: turned((from: string, to: string) => disk.rename(from, to)),
      link: turned((from: string, to: string) => disk.link(from, to)),
      remove: turned((path: string) => disk.remove(path)),
      makeFolder: turned((path: string) => disk.makeFolder(path)),
      syncFolder: turned((path: string) => disk.syncFolder(path)),
      list: turned((path: string) => disk.list(path)),
      stat: turned((path: string) => disk.stat(path)),
      pause: turned((milliseconds: number) => disk.pause(milliseconds)),
    };
  }

  /** Gives turns until all have ended, killing `kills` of them at some. */
  async run(kills: number): Promise<void> {
    for (let left = kills; ; ) {
      const living = [...this.#running].filter((pid) => !this.#dead.has(pid));
      if (living.length === 0) break;
      if (living.some((pid) => !this.#waiting.has(pid))) {
        await new Promise(setImmediate);
        continue;
      }
      const pid = living[this.#random(living.length)];
      if (left > 0 && this.#random(12) === 0) {
        left--;
        this.#dead.add(pid);
        this.#onKill(pid);
        continue;
      }
      const go = this.#waiting.get(pid)!;
      this.#waiting.delete(pid);
      go();
    }
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  #turn(pid: number): Promise<void> {
    return new Promise((go) => this.#waiting.set(pid, go));
  }

  /** mulberry32 */
  #random(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  }
}
