/** What happens in the process of a learner's code: `neuroforge learn --inside`, started by outside.ts. */
import { Worker } from 'node:worker_threads';
import { backend } from '../../backends/default.ts';
import { NeuroForgeError } from '../../core/errors.ts';
import { type ExerciseId, exercises } from '../../verify/exercises.ts';
import { forgeNetwork } from '../../verify/forged.ts';
import { type Grade, grade } from '../../verify/grade.ts';
import { scope } from '../../verify/scope.ts';
import { functionsOf } from './evaluate.ts';
import type { Solution } from './folder.ts';
import { type EpochResult, network, train } from './training.ts';

export type Job =
  | { readonly job: 'grade'; readonly solution: Solution }
  | { readonly job: 'train'; readonly solutions: readonly Solution[] };

export type Sign =
  | { readonly sign: 'ready' | 'beat' }
  | { readonly sign: 'grade'; readonly grade: Grade }
  | { readonly sign: 'epoch'; readonly result: EpochResult }
  | { readonly sign: 'trained'; readonly weights: string }
  | { readonly sign: 'failed'; readonly exercise: ExerciseId | null; readonly message: string };

/** Milliseconds between two signs of life in training. */
const often = 200;
/** Where the name of a function that does not come to its end is written: the pipe beside the messages. */
export const namePipe = 4;

/** Which function runs, in training: its place among the exercises from 1, else 0; and a number that each call raises. */
const running = new Int32Array(new SharedArrayBuffer(8));

/**
 * A thread of its own, which goes on where a loop does not end: it ends this process when the other one is gone, and
 * writes the name of a function that has run for a second. A message would wait for the loop.
 */
const guard = (other: number): string => `
  const { workerData: { running, names } } = require('node:worker_threads');
  const { writeSync } = require('node:fs');
  const other = ${other};
  let [call, since, named] = [0, 0, 0];
  setInterval(() => {
    const now = Atomics.load(running, 1);
    if (now !== call) [call, since] = [now, Date.now()];
    const at = Atomics.load(running, 0);
    if (at > 0 && named !== call && Date.now() - since > 1000) {
      named = call;
      writeSync(${namePipe}, names[at - 1] + '\\n');
    }
    try {
      if (process.ppid !== other) throw new Error('gone');
      process.kill(other, 0);
    } catch {
      process.kill(process.pid, 'SIGKILL');
    }
  }, 250);
`;

/** Does what it is told until the process that started it lets it go. */
export function serveInside(): Promise<number> {
  const tell = (sign: Sign): void => {
    process.send!(sign);
  };
  // A promise that nobody awaits, or a timer of the learner's, is to end nothing.
  process.on('unhandledRejection', () => {});
  process.on('uncaughtException', () => {});
  Object.assign(globalThis, scope);
  const names = exercises.map(({ id }) => id);
  new Worker(guard(process.ppid), { eval: true, workerData: { running, names } }).unref();
  return new Promise((done) => {
    process.on('disconnect', () => {
      done(0);
      process.exit(0);
    });
    process.on('message', (job: Job) => {
      if (job.job === 'grade') {
        const { id, code } = job.solution;
        tell({ sign: 'grade', grade: grade(id, functionsOf([job.solution]), { code }) });
      } else trainWith(job.solutions, tell);
    });
    tell({ sign: 'ready' });
  });
}

async function trainWith(solutions: readonly Solution[], tell: (sign: Sign) => void): Promise<void> {
  let last = 0;
  const beating = (name: string, f: unknown): unknown => {
    if (typeof f !== 'function') return f;
    const place = exercises.findIndex((e) => e.functionName === name) + 1;
    return (...args: unknown[]) => {
      if (performance.now() - last > often) {
        last = performance.now();
        tell({ sign: 'beat' });
      }
      const outer = Atomics.exchange(running, 0, place); // the chain calls the others
      Atomics.add(running, 1, 1);
      try {
        return f(...args);
      } finally {
        Atomics.store(running, 0, outer);
        Atomics.add(running, 1, 1);
      }
    };
  };
  try {
    const functions = Object.entries(functionsOf(solutions)).map(([name, f]) => [name, beating(name, f)]);
    const forged = forgeNetwork(Object.fromEntries(functions), network);
    const weights = await train(forged, backend(), (result) => tell({ sign: 'epoch', result }));
    tell({ sign: 'trained', weights });
  } catch (error) {
    const where = error instanceof NeuroForgeError ? error.where : undefined;
    const exercise = exercises.find((e) => e.id === where)?.id ?? null;
    tell({ sign: 'failed', exercise, message: error instanceof Error ? error.message : String(error) });
  }
}
