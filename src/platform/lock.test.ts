import { describe, expect, test } from 'vitest';
import { CrashDisk } from '../../test/support/crash-disk.ts';
import { Turns } from '../../test/support/turns.ts';
import type { Files } from './files.ts';
import { type Lock, takeLock } from './lock.ts';
import { nodeFiles } from './node.ts';

const started = '2026-11-23T20:10:00.000Z';

/** A machine with processes; `births` are their ticks, where `/proc` tells them. */
interface Machine {
  readonly hostname: string;
  readonly alive: Set<number>;
  readonly boot?: string;
  readonly births?: Readonly<Record<number, string>>;
}

/** The files of one process of a machine, on a disk that others see too. */
function filesOf(files: Files, machine: Machine, pid: number): Files {
  const proc = (path: string): string | undefined => {
    if (path === '/proc/sys/kernel/random/boot_id') return machine.boot;
    return machine.births?.[Number(/^\/proc\/(\d+)\/stat$/.exec(path)?.[1])];
  };
  return {
    ...files,
    host: { ...files.host, hostname: machine.hostname, pid, system: 'linux' },
    processAlive: (other) => machine.alive.has(other),
    async readFile(path) {
      const text = proc(path);
      if (text !== undefined) return new TextEncoder().encode(text);
      return files.readFile(path);
    },
  };
}

/** As the system writes it: a name with blanks and brackets, the state, the start as 22nd field. */
const stat = (pid: number, ticks: number, state = 'S'): string =>
  `${pid} (node (x) 1) ${state} ${Array.from({ length: 18 }, (_, i) => i).join(' ')} ${ticks} 0 0\n`;

const machine = (alive: number[], more: Partial<Machine> = {}): Machine => ({
  hostname: 'here',
  alive: new Set(alive),
  ...more,
});

async function refusal(
  promise: Promise<unknown>,
): Promise<{ code: string; message: string; where: string; hint: string }> {
  return promise.then(
    () => ({ code: 'none', message: '', where: '', hint: '' }),
    (error) => error,
  );
}

describe('takeLock', () => {
  test('refused while the holder lives, saying who and what to do; free after it', async () => {
    const disk = nodeFiles(new CrashDisk());
    const [a, b] = [1, 2].map((pid) => filesOf(disk, machine([1, 2]), pid));
    const lock = await takeLock(a, '/lock', { started });
    const said = await refusal(takeLock(b, '/lock', { started }));
    expect(said).toMatchObject({ code: 'NF2905', where: '/lock' });
    expect(said.message).toBe(`in use by process 1 on here since ${started}`);
    expect(said.hint).toMatch(/kill 1.*remove \/lock/);
    expect(await refusal(takeLock(a, '/lock', { started }))).toMatchObject({ code: 'NF2905' });
    await lock.release();
    await (await takeLock(b, '/lock', { started })).release();
    expect(await disk.list('/')).toEqual([]);
  });

  const lines: string[] = [];
  const take = (files: Files): Promise<Lock> =>
    takeLock(files, '/lock', { started, patience: 0, note: (line) => void lines.push(line) });

  test.each<[string, Machine, Machine, RegExp]>([
    ['whose process is gone', machine([1]), machine([2]), /took over the lock of process 1 on here since .*is gone$/],
    [
      'whose number another process has',
      machine([1], { boot: 'b', births: { 1: stat(1, 500) } }),
      machine([1, 2], { boot: 'b', births: { 1: stat(1, 900) } }),
      /its number is now that of another/,
    ],
    [
      'from before the machine was started again',
      machine([1], { boot: 'b', births: { 1: stat(1, 500) } }),
      machine([1, 2], { boot: 'c', births: { 1: stat(1, 500) } }),
      /started again since/,
    ],
    [
      'whose process has ended and waits for its parent',
      machine([1], { boot: 'b', births: { 1: stat(1, 500) } }),
      machine([1, 2], { boot: 'b', births: { 1: stat(1, 500, 'Z') } }),
      /is gone$/,
    ],
  ])('takes over a lock %s', async (_, before, now, line) => {
    const disk = nodeFiles(new CrashDisk());
    await takeLock(filesOf(disk, before, 1), '/lock', { started });
    lines.length = 0;
    const lock = await take(filesOf(disk, now, 2));
    expect(lines).toEqual([expect.stringMatching(line)]);
    await lock.release();
    expect(await disk.list('/')).toEqual([]);
  });

  test('the same process is known again by its start', async () => {
    const disk = nodeFiles(new CrashDisk());
    const one = machine([1, 2], { boot: 'b', births: { 1: stat(1, 500) } });
    await takeLock(filesOf(disk, one, 1), '/lock', { started });
    expect(await refusal(take(filesOf(disk, one, 2)))).toMatchObject({ code: 'NF2905' });
  });

  test('of another machine: refused, with the file to remove when one is sure', async () => {
    const disk = nodeFiles(new CrashDisk());
    await takeLock(filesOf(disk, { hostname: 'there\x1b[2J', alive: new Set([1]) }, 1), '/lock', { started });
    const said = await refusal(take(filesOf(disk, machine([2]), 2)));
    expect(said.code).toBe('NF2908');
    expect(said.message).toContain('process 1 on there??2J');
    expect(said.hint).toContain('remove /lock');
  });

  test.each(['', '{"pid":1,"host', '\0\0\0\0', '{"pid":-1,"hostname":"here"}', 'null'])(
    'an unreadable lock (%j) is a crash while it was written',
    async (content) => {
      const disk = nodeFiles(new CrashDisk());
      await disk.writeFileAtomic('/lock', content);
      lines.length = 0;
      await take(filesOf(disk, machine([2]), 2));
      expect(lines).toEqual([expect.stringMatching(/unreadable lock: its writer was cut off$/)]);
      expect(await refusal(take(filesOf(disk, machine([2, 3]), 3)))).toMatchObject({ code: 'NF2905' });
    },
  );

  test('what an earlier version wrote is understood', async () => {
    const disk = nodeFiles(new CrashDisk());
    await disk.writeFileAtomic('/lock', JSON.stringify({ pid: 1, hostname: 'here', started }));
    expect(await refusal(take(filesOf(disk, machine([1, 2]), 2)))).toMatchObject({ code: 'NF2905' });
    await take(filesOf(disk, machine([2]), 2));
  });

  test('one that was taken from us is not given free', async () => {
    const disk = nodeFiles(new CrashDisk());
    const lock = await takeLock(filesOf(disk, machine([1]), 1), '/lock', { started });
    await take(filesOf(disk, machine([2]), 2));
    await lock.release();
    expect(await disk.exists('/lock')).toBe(true);
  });
});

describe('whatever the order in which processes come to their turn', () => {
  /** Takes the lock up to three times and gives it free; `holding` are those that live and have it. */
  async function contend(files: Files, holding: Set<number>, wins: number[], keep: boolean): Promise<void> {
    const { pid } = files.host;
    for (let attempt = 0; attempt < (keep ? 1 : 3); attempt++) {
      const lock = await takeLock(files, '/lock', { started }).catch((error) => {
        if (error.code !== 'NF2905') throw error;
        return null;
      });
      if (lock === null) continue;
      holding.add(pid);
      expect([...holding]).toEqual([pid]);
      wins.push(pid);
      if (keep) return;
      await files.exists('/lock'); // others have turns
      holding.delete(pid);
      await lock.release();
    }
  }

  async function race(
    seed: number,
    options: { keep: boolean; kills: number },
  ): Promise<{ wins: number[]; calls: number }> {
    const disk = new CrashDisk();
    const here = machine([1, 2, 3, 4]);
    const plain = nodeFiles(disk);
    await takeLock(filesOf(plain, machine([9]), 9), '/lock', { started });
    const holding = new Set<number>();
    const wins: number[] = [];
    const turns = new Turns(seed, (pid) => {
      here.alive.delete(pid);
      holding.delete(pid);
    });
    for (const pid of [1, 2, 3, 4]) {
      const files = filesOf(nodeFiles(turns.disk(disk, pid)), here, pid);
      turns.start(pid, () => contend(files, holding, wins, options.keep));
    }
    await turns.run(options.kills);
    // Whatever the dead left, one who comes later is refused only by one who lives.
    here.alive.add(5);
    const late = takeLock(filesOf(plain, here, 5), '/lock', { started });
    if (holding.size > 0) expect(await refusal(late)).toMatchObject({ code: 'NF2905' });
    else await late;
    return { wins, calls: disk.calls.length };
  }

  test('exactly one of four succeeds a dead holder', async () => {
    for (let seed = 0; seed < 300; seed++) expect((await race(seed, { keep: true, kills: 0 })).wins).toHaveLength(1);
  });

  test('taken, given free and taken again: never two at once', async () => {
    let wins = 0;
    for (let seed = 0; seed < 200; seed++) wins += (await race(seed, { keep: false, kills: 0 })).wins.length;
    expect(wins).toBeGreaterThan(400);
  });

  test('killed at any instant, in the act of succeeding too: never two at once, and never none for ever', async () => {
    for (let seed = 0; seed < 300; seed++) {
      await race(seed, { keep: true, kills: 3 });
      await race(seed, { keep: false, kills: 2 });
    }
  });
});
