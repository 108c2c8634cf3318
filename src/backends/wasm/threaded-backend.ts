import { NeuroForgeError } from '../../core/errors.ts';
import { inNode } from '../../platform/threads.ts';
import { type UnaryOp, unaryOps } from '../operations.ts';
import type { Program, Step } from '../program.ts';
import type { FusedCall } from './compiler.ts';
import type { Emitted } from './emit/emit.ts';
import { type Kernels, kernelModule } from './module.ts';
import { type Call, type LoadedModule, mostArguments, Pool } from './pool.ts';
import { type Args, type Split, unaryWork } from './splits.ts';
import { defaultThresholds, Splitter, splitKernels, type Thresholds } from './splitter.ts';
import { defaultMemoryLimit, WasmBackend, type WasmOptions } from './wasm-backend.ts';

export interface ThreadedWasmOptions extends WasmOptions {
  /** 1 to 64, the calling one included; at most one a core is of use. */
  threads: number;
  /** In pages whose policy forbids `blob:` workers: the address of a copy of `dist/wasm-worker.js`. */
  workerUrl?: string | URL;
  /** When an operation is split; for tests. */
  thresholds?: Thresholds;
}

/**
 * The wasm backend on several threads over one shared memory, with the same bits for any number of them. Made by
 * {@link createThreadedWasmBackend}. When a thread dies or does not answer, the running operation and all later ones
 * throw NF1305.
 */
export class ThreadedWasmBackend extends WasmBackend {
  override readonly threads: number;
  readonly #module: object;
  #pool: Pool | undefined;
  #splitter: Splitter | undefined;

  constructor(module: object, maxBytes: number, threads: number) {
    super(module, maxBytes, true);
    this.#module = module;
    this.threads = threads;
  }

  /** Starts the threads; until then, and with one, everything runs on the calling one. */
  async start(workerUrl: string | URL | undefined, thresholds: Thresholds): Promise<void> {
    const pool = await Pool.start({
      threads: this.threads,
      module: this.#module as WebAssembly.Module,
      memory: this.memory!,
      kernels: this.kernels as unknown as WebAssembly.Exports,
      names: splitKernels,
      workerUrl,
      balanced: thresholds.balanced,
      onFailure: (error) => {
        this.calls = refusing(this.kernels, error);
      },
    });
    this.#pool = pool;
    const scratch = [this.scratch];
    while (scratch.length < this.threads) scratch.push(this.allocateScratch());
    this.#splitter = new Splitter(pool, scratch, thresholds);
    this.calls = this.#splitter.over(this.kernels, (offsets, groups) => this.integers()[offsets / 4 + groups]);
  }

  /** Makes a module known to all threads; it may import env.memory and, as `kernels`, the kernels' exports. */
  load(bytes: Uint8Array): LoadedModule {
    return this.#pool!.load(bytes);
  }

  /** Runs a function of a loaded module in parts; `split` says how it is cut. */
  runSplit(module: LoadedModule, name: string, split: Split, args: Args): void {
    this.#splitter!.run(module.exports[name], module.numbers[name], split, args);
  }

  protected override fusedCall(program: Program, emitted: Emitted, run: FusedCall): FusedCall {
    const [pool, splitter] = [this.#pool, this.#splitter];
    if (!pool || !splitter) return run;
    const tooLarge = 4 * emitted.scratch > this.kernels.matmulScratch();
    if (!emitted.split || tooLarge || program.inputs.length + program.outputs.length + 3 > mostArguments) {
      return (numbers) => {
        pool.check();
        run(numbers);
      };
    }
    const { exports, numbers: ids } = pool.load(emitted.bytes);
    const work = program.steps.reduce((sum, step) => sum + workOfStep(step), 0) / emitted.extent;
    return (numbers) => splitter.range(exports.run, ids.run, numbers, emitted.extent, work);
  }

  override dispose(): void {
    this.#pool?.dispose();
    super.dispose();
  }
}

/** In additions of one element. */
function workOfStep({ op, rows, cols }: Step): number {
  const each = unaryWork[unaryOps.indexOf(op as UnaryOp)] ?? 1;
  return op === 'constant' ? 0 : each * rows * cols;
}

function refusing(kernels: Kernels, error: NeuroForgeError): Kernels {
  const refuse: Call = () => {
    throw error;
  };
  return Object.fromEntries(Object.keys(kernels).map((name) => [name, refuse])) as unknown as Kernels;
}

/**
 * Throws NF4106 for a bad number of threads, NF1304 where threads cannot be had (the main thread of a page, a page that
 * is not cross-origin isolated), NF1305 when they do not start, and what {@link createWasmBackend} throws.
 */
export async function createThreadedWasmBackend(options: ThreadedWasmOptions): Promise<ThreadedWasmBackend> {
  const { threads, workerUrl } = options;
  if (!(Number.isInteger(threads) && threads >= 1 && threads <= 64)) {
    throw new NeuroForgeError('NF4106', 'the number of threads must be a whole number', {
      expected: '1 to 64',
      got: String(threads),
    });
  }
  requireThreads();
  const backend = new ThreadedWasmBackend(
    options.module ?? kernelModule(true),
    options.maxBytes ?? defaultMemoryLimit(),
    threads,
  );
  try {
    await backend.start(workerUrl, options.thresholds ?? defaultThresholds);
  } catch (error) {
    backend.dispose();
    throw error;
  }
  return backend;
}

function requireThreads(): void {
  if (inNode()) return;
  if (typeof document !== 'undefined') {
    throw new NeuroForgeError('NF1304', 'the main thread of a page may not wait for other threads', {
      where: 'wasm',
      hint: 'use one thread here, or make the backend in a worker of the page',
    });
  }
  // WebKitGTK says that a page is isolated, and has no shared memory all the same.
  if (globalThis.crossOriginIsolated !== true || typeof SharedArrayBuffer === 'undefined') {
    throw new NeuroForgeError('NF1304', 'threads share memory, which this page may not have', {
      where: 'wasm',
      expected: 'a cross-origin isolated page',
      hint:
        'serve the page with the headers Cross-Origin-Opener-Policy: same-origin and ' +
        'Cross-Origin-Embedder-Policy: require-corp, or use one thread',
    });
  }
}
