import { describe, expect, test } from 'vitest';
import { type Disk, replaceFile } from './replace.ts';

const old = Uint8Array.of(1, 1, 1, 1);
const fresh = Uint8Array.of(2, 2, 2, 2, 2);

/**
 * A disk that keeps apart what programs see and what survives a crash. Bytes survive after `sync`, else all, none or a
 * part of them do; names survive after `syncFolder`, else they may or may not.
 */
class CrashingDisk implements Disk {
  #contents = new Map<number, { bytes: Uint8Array; synced: boolean }>([[0, { bytes: old, synced: true }]]);
  #names = new Map<string, number>([['f', 0]]);
  #durable = new Map<string, number>([['f', 0]]);
  #operations = 0;
  readonly crashAt: number;

  constructor(crashAt: number) {
    this.crashAt = crashAt;
  }

  #tick(): void {
    if (this.#operations++ === this.crashAt) throw new Error('power cut');
  }
  async create(path: string, bytes: Uint8Array): Promise<void> {
    this.#tick();
    if (this.#names.has(path)) throw new Error('exists');
    const id = this.#contents.size;
    this.#contents.set(id, { bytes, synced: false });
    this.#names.set(path, id);
  }
  async sync(path: string): Promise<void> {
    this.#tick();
    this.#contents.get(this.#names.get(path)!)!.synced = true;
  }
  async rename(from: string, to: string): Promise<void> {
    this.#tick();
    this.#names.set(to, this.#names.get(from)!);
    this.#names.delete(from);
  }
  async syncFolder(): Promise<void> {
    this.#tick();
    this.#durable = new Map(this.#names);
  }
  async remove(path: string): Promise<void> {
    if (this.#operations > this.crashAt) throw new Error('power is off');
    this.#names.delete(path);
  }

  /** All contents that `f` may have after the crash. */
  *survivors(): Generator<Uint8Array | undefined> {
    for (const names of [this.#durable, this.#names]) {
      const id = names.get('f');
      const content = id === undefined ? undefined : this.#contents.get(id);
      yield content?.bytes;
      if (content && !content.synced) yield* [content.bytes.subarray(0, 2), new Uint8Array(0)];
    }
  }
}

async function run(crashAt: number, replace: typeof replaceFile): Promise<{ disk: CrashingDisk; done: boolean }> {
  const disk = new CrashingDisk(crashAt);
  const done = await replace(disk, '.', '.f.tmp', 'f', fresh).then(
    () => true,
    () => false,
  );
  return { disk, done };
}

const whole = (bytes: Uint8Array | undefined) => bytes === old || bytes === fresh;

describe('replaceFile on a disk that loses what was not synced', () => {
  test('a crash before any operation leaves the old file or the new one', async () => {
    let completed = 0;
    for (let crashAt = 0; crashAt < 8; crashAt++) {
      const { disk, done } = await run(crashAt, replaceFile);
      for (const bytes of disk.survivors()) expect(whole(bytes)).toBe(true);
      if (done) {
        completed++;
        for (const bytes of disk.survivors()) expect(bytes).toBe(fresh);
      }
    }
    expect(completed).toBe(4);
  });

  test('the disk shows a missing fsync', async () => {
    const careless: typeof replaceFile = async (disk, folder, temporary, target, bytes) => {
      await disk.create(temporary, bytes);
      await disk.rename(temporary, target);
      await disk.syncFolder(folder);
    };
    const { disk } = await run(99, careless);
    expect([...disk.survivors()].every(whole)).toBe(false);
  });

  test('the disk shows a missing sync of the folder', async () => {
    const careless: typeof replaceFile = async (disk, _folder, temporary, target, bytes) => {
      await disk.create(temporary, bytes);
      await disk.sync(temporary);
      await disk.rename(temporary, target);
    };
    const { disk, done } = await run(99, careless);
    expect(done).toBe(true);
    expect([...disk.survivors()].every((bytes) => bytes === fresh)).toBe(false);
  });
});
