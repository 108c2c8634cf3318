import { NeuroForgeError } from '../../core/errors.ts';
import { startThread, type Thread } from '../../platform/threads.ts';
import { Balance } from './balance.ts';
import { workerSource } from './worker.generated.ts';
import { failed, slotLayout as layout, loadModule, type WorkerStart } from './worker.ts';

/** Milliseconds that a thread spins for its next command before it sleeps. */
const spinTime = 0.2;
/** Looks at a thread's answer before main sleeps too: some 20 us. */
const patience = 20_000;
/**
 * Main waits at most so many times so many milliseconds for an answer. Time is counted in naps, so that a process that
 * was stopped and goes on is not taken for one with a dead thread.
 */
const naps = 40;
const nap = 100;

export interface PoolOptions {
  /** Main included. */
  readonly threads: number;
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Main's instance of the module. */
  readonly kernels: WebAssembly.Exports;
  /** The exports that commands name by their place here. */
  readonly names: readonly string[];
  readonly workerUrl?: string | URL | undefined;
  /** Whether main may go on alone where threads do not pay (balance.ts). */
  readonly balanced: boolean;
  /** Told once, before the error is thrown: nothing works from here on. */
  readonly onFailure: (error: NeuroForgeError) => void;
}

/** As many numbers as a command carries. */
export const mostArguments: number = layout.arguments;

export type Call = (...args: number[]) => unknown;

/** A module that runs in all threads: its exports in main, and their numbers in commands. */
export interface LoadedModule {
  readonly exports: Readonly<Record<string, Call>>;
  readonly numbers: Readonly<Record<string, number>>;
}

/**
 * Threads that run functions over one shared memory, fork and join. A command costs a few stores here and a load there
 * while the threads spin; sleeping ones are woken by the next command.
 * A thread that dies, fails or does not answer for 4 seconds ends the pool: NF1305, now and at every later command.
 */
export class Pool {
  readonly threads: number;
  readonly #options: PoolOptions;
  readonly #control: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #numbers: Float64Array;
  /** The number of the last command to each thread. */
  readonly #sent: Int32Array;
  #workers: Thread[] = [];
  #functions: number;
  #failure: NeuroForgeError | null = null;
  readonly #balance: Balance | null;

  private constructor(options: PoolOptions) {
    this.#options = options;
    this.threads = options.threads;
    this.#control = new SharedArrayBuffer(this.threads * layout.bytes + layout.mailbox);
    this.#words = new Int32Array(this.#control);
    this.#numbers = new Float64Array(this.#control);
    this.#sent = new Int32Array(this.threads);
    this.#functions = options.names.length;
    this.#balance = options.balanced ? new Balance() : null;
  }

  /** Starts all threads; rejects with NF1305, and none left, when one of them does not come up. */
  static async start(options: PoolOptions): Promise<Pool> {
    const pool = new Pool(options);
    const { threads, module, memory, names, workerUrl } = options;
    try {
      for (let index = 1; index < threads; index++) {
        const data: WorkerStart = { control: pool.#control, memory, module, names, index, threads, spinTime };
        const onEnd = (reason: string): void => void pool.#fail(`thread ${index} has ended: ${reason}`);
        pool.#workers.push(startThread(workerSource, { data, workerUrl, onEnd }));
      }
      await Promise.all(pool.#workers.map(({ started }) => started));
    } catch (error) {
      pool.dispose();
      throw error;
    }
    return pool;
  }

  /** Throws NF1305 when the pool has ended: what its last operation wrote is not whole. */
  check(): void {
    if (this.#failure) throw this.#failure;
  }

  /** True when this operation had better be done by main alone, since other programs keep the threads from running. */
  backsOff(): boolean {
    return this.#balance?.alone() === true;
  }

  /** True when every thread spins; the sleeping ones are woken, and will do so soon. */
  awake(): boolean {
    let all = true;
    for (let w = 1; w < this.threads; w++) {
      if (Atomics.load(this.#words, this.#word(w, layout.parked)) === 0) continue;
      this.#wake(w);
      all = false;
    }
    return all;
  }

  /** Has thread w run function `id`; it must have joined since its last command. Throws NF1305 when the pool has ended. */
  post(w: number, id: number, args: readonly number[]): void {
    this.check();
    if (args.length > layout.arguments) {
      throw new NeuroForgeError('NF9001', `a command has at most ${layout.arguments} arguments, not ${args.length}`);
    }
    const words = this.#words;
    const slot = (w * layout.bytes) / 4;
    const first = slot / 2 + layout.argument;
    for (let i = 0; i < args.length; i++) this.#numbers[first + i] = args[i];
    words[slot + layout.function] = id;
    words[slot + layout.count] = args.length;
    const sequence = (this.#sent[w] + 1) & 0x3fffffff;
    this.#sent[w] = sequence;
    Atomics.store(words, slot + layout.sequence, sequence);
    if (Atomics.load(words, slot + layout.parked) !== 0) this.#wake(w);
  }

  /** Runs main's own part, then waits for the threads' parts. Throws NF1305 when one does not come. */
  join(call: Call, args: readonly number[]): void {
    const begun = performance.now();
    try {
      call(...args);
    } finally {
      const finished = performance.now();
      const slept = this.#await();
      this.#balance?.add(this.threads, finished - begun, slept ? performance.now() - finished : 0);
    }
  }

  /** Waits for all threads; true if main slept meanwhile. */
  #await(): boolean {
    let slept = false;
    for (let w = 1; w < this.threads; w++) {
      const done = this.#word(w, layout.done);
      const sent = this.#sent[w];
      let looks = 0;
      for (let now = Atomics.load(this.#words, done); now !== sent; now = Atomics.load(this.#words, done)) {
        if (now === failed) throw this.#fail(`thread ${w} failed: ${this.#lastWords()}`);
        if (looks++ < patience) continue;
        slept = true;
        this.#sleepUntilDone(w, sent);
      }
    }
    return slept;
  }

  /** Makes a module known to all threads. It may import env.memory and, as `kernels`, the exports of the kernels. */
  load(bytes: Uint8Array): LoadedModule {
    const { memory, kernels } = this.#options;
    const module = new WebAssembly.Module(new Uint8Array(bytes));
    const { exports } = new WebAssembly.Instance(module, {
      env: { memory },
      kernels: kernels as WebAssembly.ModuleImports,
    });
    this.#send(bytes);
    const names = Object.keys(exports).filter((name) => typeof exports[name] === 'function');
    const numbers = Object.fromEntries(names.map((name, i) => [name, this.#functions + i]));
    this.#functions += names.length;
    return { exports: exports as LoadedModule['exports'], numbers };
  }

  #send(bytes: Uint8Array): void {
    const mailbox = new Uint8Array(this.#control, this.threads * layout.bytes, layout.mailbox);
    for (let at = 0; at < bytes.length; at += layout.mailbox) {
      const part = bytes.subarray(at, at + layout.mailbox);
      mailbox.set(part);
      for (let w = 1; w < this.threads; w++) {
        this.post(w, loadModule, [part.length, bytes.length]);
      }
      this.#await();
    }
  }

  /** Ends all threads. */
  dispose(): void {
    for (const worker of this.#workers) worker.terminate();
    this.#workers = [];
    this.#failure ??= new NeuroForgeError('NF1305', 'the threads were ended by dispose()', { where: 'wasm' });
  }

  #word(w: number, field: number): number {
    return (w * layout.bytes) / 4 + field;
  }

  #wake(w: number): void {
    const parked = this.#word(w, layout.parked);
    Atomics.store(this.#words, parked, 0);
    Atomics.notify(this.#words, parked);
  }

  #sleepUntilDone(w: number, sent: number): void {
    const [awaited, done] = [this.#word(w, layout.awaited), this.#word(w, layout.done)];
    Atomics.store(this.#words, awaited, 1);
    for (let slept = 0; ; slept++) {
      const now = Atomics.load(this.#words, done);
      if (now === sent || now === failed) break;
      if (slept === naps) throw this.#fail(`thread ${w} has not answered for ${(naps * nap) / 1000} seconds`);
      Atomics.wait(this.#words, done, now, nap);
    }
    Atomics.store(this.#words, awaited, 0);
  }

  #lastWords(): string {
    const mailbox = new Uint8Array(this.#control, this.threads * layout.bytes, layout.mailbox);
    return String.fromCharCode(...mailbox.slice(0, mailbox.indexOf(0)));
  }

  #fail(what: string): NeuroForgeError {
    if (this.#failure) return this.#failure;
    const error = new NeuroForgeError('NF1305', `wasm on ${this.threads} threads has stopped: ${what}`, {
      where: 'wasm',
      hint: 'results since the last saved checkpoint are lost: start again from it, on one thread if it happens twice',
    });
    this.dispose();
    this.#failure = error;
    this.#options.onFailure(error);
    return error;
  }
}
