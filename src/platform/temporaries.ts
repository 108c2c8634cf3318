import type { Files } from './files.ts';

/**
 * Names of the files that stand for their targets until they are whole: `.name.PID.N.tmp`, beside it. The process's
 * number tells whose they are: what a dead process left is nobody's.
 */
const form = /^\..+\.(\d+)\.\d+\.tmp$/;

let count = 0;
/** Those of this process that are being written now. */
const inUse = new Set<string>();

/** A name for a temporary sibling of `base`, in use until `free` is called. */
export function temporaryName(base: string, pid: number): { name: string; free(): void } {
  const name = `.${base.slice(0, 60)}.${pid}.${count++}.tmp`; // whole names may be no longer than 255 bytes
  inUse.add(name);
  return { name, free: () => void inUse.delete(name) };
}

/**
 * Removes from `folder` the temporaries of processes of this machine that are gone, and of an earlier process with this
 * one's number; answers their names. Whoever opens a run folder again calls it, once it holds the lock.
 */
export async function removeLeftovers(files: Files, folder: string): Promise<string[]> {
  const removed: string[] = [];
  for (const name of await files.list(folder)) {
    const pid = Number(form.exec(name)?.[1] ?? Number.NaN);
    if (Number.isNaN(pid)) continue;
    const alive = pid === files.host.pid ? inUse.has(name) : files.processAlive(pid);
    if (alive) continue;
    await files.remove(files.join(folder, name));
    removed.push(name);
  }
  return removed;
}
