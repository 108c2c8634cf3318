import { type ChildProcess, fork } from 'node:child_process';
import type { Readable } from 'node:stream';
import { type ExerciseId, exercises } from '../../verify/exercises.ts';
import { type Grade, grade } from '../../verify/grade.ts';
import type { Solution } from './folder.ts';
import { type Job, namePipe, type Sign } from './inside.ts';
import type { EpochResult } from './training.ts';

/** How long a learner's code may say nothing. */
const patience = 3000;

const stopped = 'your code did not come to an end within 3 s and was stopped: is there an endless loop?';

/** How training with the learner's functions ended. */
export type Trained = { readonly weights: string } | { readonly exercise: ExerciseId | null; readonly message: string };

/**
 * Runs learners' code in a process of its own, which serves many gradings and is ended when it says nothing for three
 * seconds. What that code prints appears on stderr.
 */
export class Outside {
  #child: ChildProcess | null = null;
  #closed = false;
  /** The function of the present process that has run for a second without an end. */
  #named: ExerciseId | null = null;

  /** The grade of one solution; never throws for what its code does. */
  async grade(solution: Solution): Promise<Grade> {
    const end = await this.#run({ job: 'grade', solution }, () => {});
    if (typeof end !== 'string') return (end as Extract<Sign, { sign: 'grade' }>).grade;
    return grade(solution.id, nobody(Object.assign(new Error(end), { name: 'Stopped', stack: '' })));
  }

  /** Trains with the learner's functions; `onEpoch` hears of each epoch. */
  async train(solutions: readonly Solution[], onEpoch: (result: EpochResult) => void): Promise<Trained> {
    const end = await this.#run({ job: 'train', solutions }, (sign) => {
      if (sign.sign === 'epoch') onEpoch(sign.result);
    });
    if (typeof end === 'string') return { exercise: end === stopped ? this.#named : null, message: end };
    return end as Extract<Sign, { sign: 'trained' | 'failed' }>;
  }

  /** Ends the process; what still runs in it gets no answer. */
  close(): void {
    this.#closed = true;
    this.#child?.kill('SIGKILL');
  }

  /** Answers the last sign of a job, or why there is none. */
  async #run(job: Job, hear: (sign: Sign) => void): Promise<Sign | string> {
    const child = this.#child ?? (await start());
    this.#child = child;
    this.#named = null;
    const pipe = child.stdio[namePipe] as Readable;
    const onName = (names: Buffer): void => {
      const name = names.toString().trim().split('\n').at(-1);
      this.#named = exercises.find(({ id }) => id === name)?.id ?? null;
    };
    return new Promise((done) => {
      let timer: NodeJS.Timeout;
      const end = (result: Sign | string): void => {
        clearTimeout(timer);
        child.off('message', onSign).off('exit', onExit);
        pipe.off('data', onName);
        if (typeof result === 'string') {
          child.kill('SIGKILL');
          this.#child = null;
        }
        if (!this.#closed) done(result);
      };
      const wait = (): void => {
        clearTimeout(timer);
        timer = setTimeout(() => end(stopped), patience);
      };
      const onSign = (sign: Sign): void => {
        if (['grade', 'trained', 'failed'].includes(sign.sign)) end(sign);
        else {
          hear(sign);
          wait();
        }
      };
      const onExit = (code: number | null, signal: string | null): void => {
        const how = signal ?? `exit code ${code}`;
        end(`the process of your code ended (${how}): did it call process.exit(), or take all memory?`);
      };
      child.on('message', onSign).on('exit', onExit);
      pipe.on('data', onName);
      child.send(job);
      wait();
    });
  }
}

/** A grade of what never came to an end: every function throws `error`. */
function nobody(error: Error): Record<string, unknown> {
  const f = (): never => {
    throw error;
  };
  return { dz: f, dW: f, db: f, dX: f, dReLU: f, backward: f };
}

/** A process that waits for jobs. */
function start(): Promise<ChildProcess> {
  const child = fork(process.argv[1], ['learn', '--inside'], {
    serialization: 'advanced',
    stdio: ['ignore', 2, 2, 'ipc', 'pipe'],
  });
  return new Promise((ready, failed) => {
    child.once('message', () => ready(child));
    child.once('error', failed);
    child.once('exit', (code) => failed(new Error(`the process for your code did not start (exit code ${code})`)));
  });
}
