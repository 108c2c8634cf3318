import os from 'node:os';

/** Where it was measured, and what else the machine had to do. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly runtime: string;
  /** Processes that wanted a core, over 1, 5 and 15 minutes; zeros where the system does not say. */
  readonly load: { readonly before: readonly number[]; readonly after: readonly number[] };
}

/** `before`: `os.loadavg()` at the start. */
export function machineNow(before: readonly number[]): Machine {
  return {
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.cpus().length,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.platform()} ${os.release()} ${os.arch()}`,
    runtime: `Node ${process.version}`,
    load: { before, after: os.loadavg() },
  };
}
