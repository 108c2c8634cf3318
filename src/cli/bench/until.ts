import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listData } from '../../data/list.ts';
import { openData } from '../../data/open.ts';
import { splitData } from '../../data/splits.ts';
import { files } from '../../platform/index.ts';
import { exitCodes } from '../output.ts';
import type { Missing, Until97, UntilResult, UntilRun, UntilTask } from './document.ts';
import type { Choice } from './participants.ts';
import { howToGet, peerCommand } from './peers.ts';
import { type Command, type Ended, lastJson, runProcess } from './process.ts';
import { type Summary, summary } from './statistics.ts';

/** What everybody trains: the mission's network on MNIST, to the first epoch's end with the target reached. */
export const untilTask: UntilTask = {
  data: 'mnist',
  model: 'mlp:512,128',
  batch: 32,
  lr: 0.15,
  validation: 5000,
  target: 0.97,
  epochs: 10,
};

/** One that takes part: `read` turns its last line into figures, or says what is wrong with them. */
export interface Racer {
  readonly who: string;
  readonly kind: 'ours' | 'peer';
  readonly command: (seed: number) => Command;
  readonly read: (ended: Ended) => Finish | { readonly absent: string } | { readonly failed: string };
  readonly absent?: string;
  readonly get?: string;
}

interface Finish {
  readonly version: string;
  readonly backend: string;
  readonly threads: number;
  readonly steps: number;
  readonly valAccuracy: number;
  readonly testAccuracy: number;
}

/** Runs everybody once a round, round r with seed r, who goes first alternating. Runs leave their folders in a temporary one. */
export async function timeTo97(choice: Choice, rounds: number, told: (message: string) => void): Promise<Until97> {
  const folder = (await listData(files)).find((set) => set.name === untilTask.data)?.where ?? null;
  if (folder === null) {
    const missing = { case: null, who: 'everybody', state: 'absent', reason: 'MNIST is not here' } as const;
    return { task: untilTask, results: [], missing: [{ ...missing, get: 'neuroforge data get mnist' }] };
  }
  const scratch = mkdtempSync(join(tmpdir(), 'neuroforge-bench-'));
  const remove = (): void => rmSync(scratch, { recursive: true, force: true });
  const leave = (signal: NodeJS.Signals): void => {
    remove();
    process.exit(signal === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated);
  };
  process.once('SIGINT', leave).once('SIGTERM', leave);
  try {
    const rows = join(scratch, 'validation');
    writeFileSync(rows, await validationRows());
    return await race([...ourRacers(choice, scratch), ...peerRacers(choice, folder, rows)], rounds, runProcess, told);
  } catch (error) {
    // What was measured before is not to be lost.
    const reason = error instanceof Error ? error.message : String(error);
    const missing = { case: null, who: 'everybody', state: 'failed', reason, get: null } as const;
    return { task: untilTask, results: [], missing: [missing] };
  } finally {
    process.off('SIGINT', leave).off('SIGTERM', leave);
    remove();
  }
}

/** The row numbers that ours validates on (int32, as the machine has them): which rows they are decides how soon 97 % is reached. */
async function validationRows(): Promise<Int32Array> {
  const { train, test } = await openData(untilTask.data, { files });
  return splitData(train, test, { val: untilTask.validation }).val.rowIds;
}

/** As {@link timeTo97}, of any racers and any way of running a program. */
export async function race(
  racers: readonly Racer[],
  rounds: number,
  run: (command: Command) => Promise<Ended>,
  told: (message: string) => void = () => {},
): Promise<Until97> {
  const finishes = new Map<Racer, (Finish & UntilRun)[]>(racers.map((racer) => [racer, []]));
  const out = new Map<Racer, Missing>();
  const leave = (racer: Racer, state: Missing['state'], reason: string): void => {
    const get = state === 'absent' ? (racer.get ?? null) : null;
    out.set(racer, { case: null, who: racer.who, state, reason, get });
  };
  for (const racer of racers) if (racer.absent !== undefined) leave(racer, 'absent', racer.absent);
  for (let seed = 0; seed < rounds; seed++) {
    for (const racer of seed % 2 === 0 ? racers : racers.toReversed()) {
      if (out.has(racer)) continue;
      const ended = await run(racer.command(seed));
      const read = racer.read(ended);
      if ('absent' in read) leave(racer, 'absent', read.absent);
      else if ('failed' in read) leave(racer, 'failed', read.failed);
      else if (!(read.valAccuracy >= untilTask.target)) {
        leave(racer, 'failed', `reached ${read.valAccuracy} in ${untilTask.epochs} epochs with seed ${seed}`);
      } else finishes.get(racer)!.push({ ...read, seed, seconds: ended.seconds });
      told(`97 %, seed ${seed}  ${racer.who}  ${out.get(racer)?.reason ?? `${ended.seconds.toFixed(2)} s`}`);
    }
  }
  const results = racers.flatMap(({ who, kind }, i): UntilResult[] => {
    const runs = finishes.get(racers[i])!;
    if (runs.length === 0) return [];
    const { version, backend, threads } = runs[0];
    const of = (key: 'seconds' | 'testAccuracy'): Summary => summary(runs.map((r) => r[key]));
    const plain = runs.map(({ seed, seconds, steps, valAccuracy, testAccuracy }) => ({
      seed,
      seconds,
      steps,
      valAccuracy,
      testAccuracy,
    }));
    return [
      { who, kind, version, backend, threads, seconds: of('seconds'), testAccuracy: of('testAccuracy'), runs: plain },
    ];
  });
  return { task: untilTask, results, missing: [...out.values()] };
}

/** The command line itself, as a user types it. */
function ourRacers({ backends, threads }: Choice, scratch: string): Racer[] {
  const { data, model, batch, lr, validation, target, epochs } = untilTask;
  const settings = { data, model, batch, lr, val: validation, epochs, until: `val.accuracy=${target}` };
  return backends
    .filter((backend) => backend !== 'js')
    .flatMap((backend) => threads.map((n) => ({ backend, n })))
    .map(({ backend, n }): Racer => {
      const run = { ...settings, backend, threads: n, 'run-dir': join(scratch, `${backend}-${n}`) };
      const flags = Object.entries(run).flatMap(([key, value]) => [`--${key}`, String(value)]);
      return {
        who: n === 1 ? backend : `${backend}-${n}`,
        kind: 'ours',
        command: (seed) => ({
          file: process.execPath,
          args: [process.argv[1], 'train', ...flags, '--seed', String(seed), '--quiet', '--json'],
        }),
        read: readOurs,
      };
    });
}

function readOurs({ code, stdout, stderr, error }: Ended): ReturnType<Racer['read']> {
  let said: { [key: string]: unknown } = {};
  try {
    said = JSON.parse(stdout);
  } catch {
    // what stderr says is told below
  }
  if (code !== 0 || said.schema !== 'neuroforge/train@1') {
    const refusal = said.error as { code: string; message: string } | undefined;
    if (refusal && ['NF1302', 'NF1303'].includes(refusal.code)) return { absent: refusal.message };
    return { failed: refusal?.message ?? error?.message ?? (stderr.trim().split('\n')[0] || `exit status ${code}`) };
  }
  const { backend, threads, steps, val, test } = said as {
    backend: string;
    threads: number;
    steps: number;
    val: { accuracy: number };
    test: { accuracy: number };
  };
  return {
    version: NEUROFORGE_VERSION,
    backend,
    threads,
    steps,
    valAccuracy: val.accuracy,
    testAccuracy: test.accuracy,
  };
}

function peerRacers({ peers, peersFolder }: Choice, folder: string, validation: string): Racer[] {
  const { batch, lr, target, epochs } = untilTask;
  const task = { data: folder, validation, batch, lr, target, epochs };
  const flags = Object.entries(task).flatMap(([key, value]) => [`--${key}`, String(value)]);
  return peers.flatMap((found): Racer[] => {
    const { peer, name, absent } = found;
    if (peer.until === undefined) return [];
    return [
      {
        who: name,
        kind: 'peer',
        command: (seed) => peerCommand(found, peersFolder!, peer.until!, [...flags, '--seed', String(seed)]),
        read: (ended) => {
          const said = lastJson<Finish>(ended);
          return 'value' in said ? said.value : said;
        },
        absent,
        get: howToGet(peer, peersFolder),
      },
    ];
  });
}
