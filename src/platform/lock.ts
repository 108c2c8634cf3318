import { NeuroForgeError } from '../core/errors.ts';
import type { Files } from './files.ts';

/**
 * A file that one living process holds. It appears whole (`writeFileExclusive`), so whoever finds it can tell whose it
 * is; on Linux the start of the process and of the machine tell a process from another of the same number.
 *
 * A holder that is gone is succeeded by exactly one: the right to succeed is a lock itself, `path.next`, under which the
 * lock is read once more. Only who has that right changes a dead holder's lock, so whoever comes late finds another
 * content and starts over; a successor that dies meanwhile is succeeded in the same way, in `path.next.next`.
 */
export interface Lock {
  readonly path: string;
  /** Gives it free. */
  release(): Promise<void>;
}

export interface LockOptions {
  /** When the holder began, for people: an ISO time. */
  readonly started?: string;
  /** Hears in one line why a lock was taken over. */
  readonly note?: (line: string) => void;
  /** Milliseconds after which an unreadable lock is looked at again, five times; default 50. */
  readonly patience?: number;
}

/** What stands in the file. */
interface Holder {
  readonly pid: number;
  readonly hostname: string;
  readonly started?: string;
  /** Linux: the machine's start, and the process's in ticks since. */
  readonly boot?: string;
  readonly ticks?: number;
}

let taken = 0;

/**
 * Takes the lock at `path`, in a folder that exists. Throws NF2905 when a living process of this machine has it (this
 * one too), NF2908 when one of another machine does, and NF2904 when it cannot be written.
 */
export async function takeLock(files: Files, path: string, options: LockOptions): Promise<Lock> {
  const { pid, hostname } = files.host;
  const self: Holder = { pid, hostname, started: options.started, ...(await birthOf(files, pid)) };
  const mine = `${JSON.stringify({ ...self, n: taken++ })}\n`;
  await acquire(files, path, mine, options, path);
  return {
    path,
    async release() {
      if ((await contentOf(files, path)) === mine) await files.remove(path);
    },
  };
}

/** `asked` is the lock that all this is about, for messages. */
async function acquire(files: Files, path: string, mine: string, options: LockOptions, asked: string): Promise<void> {
  for (let unreadable = 0; ; ) {
    if (await made(files, path, mine)) return;
    const found = await contentOf(files, path);
    if (found === null) continue; // given free meanwhile
    const holder = parse(found);
    if (holder === null && unreadable++ < 5) {
      await new Promise((resume) => setTimeout(resume, options.patience ?? 50));
      continue; // where files do not appear whole, its writer may be at it
    }
    const gone = holder === null ? 'its writer was cut off' : await whyGone(files, holder, asked);
    const right = `${path}.next`;
    await acquire(files, right, mine, { ...options, note: undefined }, asked);
    try {
      if ((await contentOf(files, path)) !== found) continue;
      await files.writeFileAtomic(path, mine);
    } finally {
      await files.remove(right);
    }
    const whose = holder === null ? 'an unreadable lock' : `the lock of ${who(holder)}`;
    options.note?.(`${path}: took over ${whose}: ${gone}`);
    return;
  }
}

async function made(files: Files, path: string, mine: string): Promise<boolean> {
  try {
    await files.writeFileExclusive(path, mine);
  } catch (error) {
    if (error instanceof NeuroForgeError && error.code === 'NF2903') return false;
    throw error;
  }
  return (await contentOf(files, path)) === mine;
}

async function contentOf(files: Files, path: string): Promise<string | null> {
  try {
    return new TextDecoder().decode(await files.readFile(path));
  } catch (error) {
    if (error instanceof NeuroForgeError && error.code === 'NF2901') return null;
    throw error;
  }
}

function parse(text: string): Holder | null {
  try {
    const holder = JSON.parse(text) as Holder;
    const whole = Number.isInteger(holder.pid) && holder.pid > 0 && typeof holder.hostname === 'string';
    return whole ? holder : null;
  } catch {
    return null;
  }
}

/** Why the holder is certainly gone; throws when it lives, or may. */
async function whyGone(files: Files, holder: Holder, asked: string): Promise<string> {
  if (holder.hostname !== files.host.hostname) {
    throw new NeuroForgeError('NF2908', `in use by ${who(holder)}, another machine`, {
      where: asked,
      hint: `whether that process lives cannot be seen from here: when you are sure that it does not, remove ${asked}`,
    });
  }
  const now = await birthOf(files, holder.pid);
  if (holder.boot !== undefined && now.boot !== undefined && holder.boot !== now.boot) {
    return 'the machine has been started again since';
  }
  if (now.ended || !files.processAlive(holder.pid)) return 'that process is gone';
  if (holder.ticks !== undefined && now.ticks !== undefined && holder.ticks !== now.ticks) {
    return 'that process is gone, and its number is now that of another';
  }
  const other = holder.pid !== files.host.pid;
  throw new NeuroForgeError('NF2905', `in use by ${other ? who(holder) : 'this process itself'}`, {
    where: asked,
    hint: other
      ? `wait for it or stop it (kill ${holder.pid}); when that process is none of neuroforge, remove ${asked}`
      : 'end the first use before the second',
  });
}

/** When a process began, where the system tells: its ticks after the machine's start, and whether it has ended. */
async function birthOf(files: Files, pid: number): Promise<{ boot?: string; ticks?: number; ended?: true }> {
  if (files.host.system !== 'linux') return {};
  const boot = (await contentOf(files, '/proc/sys/kernel/random/boot_id').catch(() => null))?.trim();
  const stat = await contentOf(files, `/proc/${pid}/stat`).catch(() => null);
  // `pid (name) state …`: the name may hold anything, the start is the 22nd field.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields?.[19] ?? Number.NaN);
  return {
    ...(boot ? { boot } : {}),
    ...(Number.isFinite(ticks) ? { ticks } : {}),
    ...(fields !== undefined && /^[ZX]$/.test(fields[0]) ? { ended: true } : {}), // dead, its parent has not asked yet
  };
}

function who({ pid, hostname, started }: Holder): string {
  const name = hostname.replace(/[^\w.-]/g, '?').slice(0, 80);
  return `process ${pid} on ${name}${/^[\dTZ:.-]{10,30}$/.test(started ?? '') ? ` since ${started}` : ''}`;
}
