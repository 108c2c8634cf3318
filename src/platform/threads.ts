/**
 * Threads: worker_threads in Node, dedicated workers in pages. A thread's script is text, so that no bundler, page or
 * policy has to find a file, unless `workerUrl` names one.
 */
import { NeuroForgeError } from '../core/errors.ts';

export interface Thread {
  /** Resolves when the script has called `ready`; rejects (NF1305) when it ends before, or says nothing for 4 seconds. */
  readonly started: Promise<void>;
  /** Ends the thread wherever it is, in a loop or asleep. */
  terminate(): void;
}

export interface ThreadOptions {
  /** What the script's function is called with. It is copied; shared memories and WebAssembly modules are shared. */
  readonly data: unknown;
  /** For pages whose policy forbids `blob:` workers: the address of `dist/wasm-worker.js`, used instead of `source`. */
  readonly workerUrl?: string | URL | undefined;
  /** The thread ended by itself, and why; called at most once, not after `terminate`. */
  readonly onEnd: (reason: string) => void;
}

/** How long the script may take to call `ready`, in milliseconds. */
const startLimit = 4000;

/** Where `data` comes from, and `ready` goes to, in each kind of thread; `source` stands for the script's function. */
const inNodeThread = (source: string): string =>
  `'use strict';const{parentPort,workerData}=require('worker_threads');(${source})(workerData,()=>parentPort.postMessage(0))`;
export const inPageThread = (source: string): string =>
  `'use strict';onmessage=({data})=>{onmessage=null;(${source})(data,()=>postMessage(0))}`;

/** True in Node and what imitates it; false in pages and their workers. */
export function inNode(): boolean {
  return typeof process === 'object' && typeof process.versions?.node === 'string';
}

/**
 * Starts a thread that runs `source`, the text of a function `(data, ready) => …`. A started thread keeps no process
 * alive.
 */
export function startThread(source: string, options: ThreadOptions): Thread {
  let over = false;
  let succeed: () => void = () => {};
  let refuse: (error: Error) => void = () => {};
  const started = new Promise<void>((resolve, reject) => {
    succeed = resolve;
    refuse = reject;
  });
  started.catch(() => {}); // whoever awaits it is told; nobody need
  const end = (reason: string): void => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    worker?.terminate();
    refuse(new NeuroForgeError('NF1305', `a thread could not be started: ${reason}`, { where: 'threads', hint }));
    options.onEnd(reason);
  };
  let worker: { terminate(): void } | undefined;
  const timer = setTimeout(() => end(`it said nothing for ${startLimit / 1000} seconds`), startLimit);
  const ready = (): void => {
    clearTimeout(timer);
    succeed();
  };
  try {
    worker = inNode() ? nodeWorker(source, options, ready, end) : pageWorker(source, options, ready, end);
  } catch (error) {
    end(String(error)); // out of processes or memory, or a page whose policy forbids workers
  }
  return {
    started,
    terminate() {
      over = true;
      clearTimeout(timer);
      worker?.terminate();
      refuse(new NeuroForgeError('NF1305', 'the thread was ended before it had started', { where: 'threads' }));
    },
  };
}

const hint = 'use one thread, or free memory and processes and try again';

type Starter = (
  source: string,
  options: ThreadOptions,
  ready: () => void,
  end: (reason: string) => void,
) => { terminate(): void };

const nodeWorker: Starter = (source, { data }, ready, end) => {
  const { Worker } = process.getBuiltinModule('worker_threads');
  // Nothing of the parent's flags or environment concerns the script, and some flags are refused in threads.
  const worker = new Worker(inNodeThread(source), { eval: true, workerData: data, execArgv: [], env: {} });
  worker.once('message', () => {
    worker.unref();
    ready();
  });
  worker.once('error', (error) => end(String(error)));
  worker.once('exit', (code) => end(`it ended with code ${code}`));
  return { terminate: () => void worker.terminate() };
};

const pageWorker: Starter = (source, { data, workerUrl }, ready, end) => {
  const blob = workerUrl ? '' : URL.createObjectURL(new Blob([inPageThread(source)], { type: 'text/javascript' }));
  const worker = new Worker(workerUrl || blob);
  const release = (): void => URL.revokeObjectURL(blob);
  worker.onmessage = () => {
    release();
    ready();
  };
  worker.onerror = (event) => {
    release();
    event.preventDefault?.();
    end(event.message || (workerUrl ? `${workerUrl} could not be loaded` : 'its script was refused (see workerUrl)'));
  };
  worker.postMessage(data);
  return { terminate: () => worker.terminate() };
};
