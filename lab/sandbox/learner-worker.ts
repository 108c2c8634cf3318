import type { Frame } from './frame.ts';
import type { Program } from './program.ts';
import { Watch } from './watch.ts';
import type { Job, Sign } from './worker/jobs.ts';

/** What can end a learner's worker, beside its work being done. */
export type Ending =
  | { readonly why: 'stuck' }
  /** It never began. */
  | { readonly why: 'silent' }
  /** The frame went down, with all its workers. */
  | { readonly why: 'lost' }
  /** The script did not parse, or threw at its top. */
  | { readonly why: 'failed'; readonly message: string; readonly line: number };

/** Milliseconds from birth to the first sign of life. */
const startLimit = 10_000;

export interface LearnerWorker {
  end(): void;
}

/**
 * Starts `program` in a worker of the frame with one job, and watches it. `hear` gets its signs, `ended` at most one
 * ending, after which the worker is gone. `seconds`: how long it may be at work without a sign; default `patience`.
 */
export function startLearner(
  frame: Frame,
  program: Program,
  job: Job,
  on: { hear: (sign: Sign) => void; ended: (ending: Ending) => void },
  seconds?: number,
): LearnerWorker {
  const { port1, port2 } = new MessageChannel();
  let over = false;
  let end = (): void => {};
  const finish = (): void => {
    over = true;
    watch.end();
    port1.close();
    end();
  };
  const ended = (ending: Ending): void => {
    if (over) return;
    finish();
    on.ended(ending);
  };
  let begun = false;
  const watch = new Watch(
    () => ended({ why: begun ? 'stuck' : 'silent' }),
    () => port1.postMessage('ping'),
    seconds,
  );
  port1.onmessage = ({ data }: { data: Sign }) => {
    if (over || typeof data !== 'object' || data === null) return;
    begun = true;
    if (data.sign === 'beat') watch.beat();
    else if (data.sign === 'calm') watch.calm();
    else if (data.sign === 'pong') watch.pong();
    else on.hear(data);
  };
  const ports = job.job === 'train' ? [port2, job.opening.port] : [port2];
  const buffers = job.job === 'train' ? buffersOf(job.opening.spec.data) : [];
  const message = { data: job, control: port2 };
  watch.beat(startLimit);
  frame
    .birth(
      { script: program.script, message, ports, buffers },
      {
        failed: ({ message: said, line }) => ended({ why: 'failed', message: said, line }),
        lost: () => ended({ why: 'lost' }),
      },
    )
    .then(
      (worker) => {
        end = () => worker.end();
        if (over) end();
      },
      (error) => ended({ why: 'failed', message: String(error), line: 0 }),
    );
  return {
    end() {
      if (!over) finish();
    },
  };
}

/** Of the page's files the frame gets a copy, and hands that on. */
function buffersOf(data: object): ArrayBuffer[] {
  if (!('files' in data)) return [];
  const files = Object.values(data.files as Record<string, Uint8Array>);
  return [...new Set(files.map((bytes) => bytes.buffer as ArrayBuffer))];
}
