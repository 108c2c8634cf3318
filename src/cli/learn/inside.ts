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
  /** A function begins, or has come to its end: told of its first calls in training. */
  | { readonly sign: 'enter' | 'leave'; readonly exercise: ExerciseId }
  | { readonly sign: 'grade'; readonly grade: Grade }
  | { readonly sign: 'epoch'; readonly result: EpochResult }
  | { readonly sign: 'trained'; readonly weights: string }
  | { readonly sign: 'failed'; readonly exercise: ExerciseId | null; readonly message: string };

/** Milliseconds between two signs of life in training. */
const often = 200;
/** So many calls of each function are told, so that one that does not end has a name. */
const signed = 200;

/** Ends this process when the other one is gone, which a loop that does not end would never notice. */
const guard = (other: number): string => `
  const other = ${other};
  setInterval(() => {
    try {
      if (process.ppid !== other) throw new Error('gone');
      process.kill(other, 0);
    } catch {
      process.kill(process.pid, 'SIGKILL');
    }
  }, 500);
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
  new Worker(guard(process.ppid), { eval: true }).unref();
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
    const exercise = exercises.find((e) => e.functionName === name)!.id;
    let calls = 0;
    return (...args: unknown[]) => {
      if (performance.now() - last > often) {
        last = performance.now();
        tell({ sign: 'beat' });
      }
      if (++calls > signed) return f(...args);
      tell({ sign: 'enter', exercise });
      const result = f(...args);
      tell({ sign: 'leave', exercise });
      return result;
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
