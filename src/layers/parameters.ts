import type { Backend } from '../backends/backend.ts';
import { NeuroForgeError } from '../core/errors.ts';
import { ceil } from '../core/math.ts';
import { type Shape, sizeOf } from '../core/shape.ts';
import { scratchOf } from '../tensor/compute.ts';
import { Block, Storage } from '../tensor/storage.ts';
import { Tensor } from '../tensor/tensor.ts';
import { Gradient } from './gradient.ts';

/** Fills a parameter before training; random ones draw from the stream `init/<path>.<name>` of the seed. */
export interface Initializer {
  readonly name: string;
  fill(target: Tensor, draw: { seed: number; stream: string }): void;
}

interface Declared {
  readonly path: string;
  readonly shape: Shape;
  readonly initializer: Initializer;
}

/** The state of a model at one instant. */
export interface Snapshot {
  readonly values: Float32Array | Float64Array;
  readonly buffers: Float32Array | Float64Array;
}

/**
 * The parameters, gradients and buffers of a model: each kind contiguous in one block, so that a norm, an update or a
 * save is one pass. Names are paths, `0.W`, `2.runningMean`.
 */
export class Parameters {
  readonly backend: Backend;
  /** All parameters as one vector; gaps between them (to 64 bytes) are zero. */
  readonly values: Tensor;
  #gradients: Tensor | null = null;
  readonly #bufferValues: Tensor;
  readonly #params = new Map<string, Tensor>();
  readonly #grads = new Map<string, Tensor>();
  readonly #declared: readonly Declared[];
  readonly #sinks = new Map<string, Gradient>();
  readonly #buffers = new Map<string, Tensor>();
  readonly #blocks: Block[] = [];
  #disposed = false;

  constructor(backend: Backend, params: readonly Declared[], buffers: readonly Declared[], seed: number) {
    this.backend = backend;
    this.#declared = params;
    const length = params.reduce((n, p) => n + padded(p.shape), 0);
    const bufferLength = buffers.reduce((n, p) => n + padded(p.shape), 0);
    try {
      this.values = this.#flat(length, 'parameters');
      this.#bufferValues = this.#flat(bufferLength, 'buffers');
      this.#fill(params, buffers, seed);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  #fill(params: readonly Declared[], buffers: readonly Declared[], seed: number): void {
    this.#place(params, this.values, this.#params);
    this.#place(buffers, this.#bufferValues, this.#buffers);
    for (const [path, value] of this.#params) {
      this.#sinks.set(path, new Gradient(value, () => this.#gradientOf(path), path));
    }
    for (const [declared, placed] of [
      [params, this.#params],
      [buffers, this.#buffers],
    ] as const) {
      for (const { path, initializer } of declared) {
        initializer.fill(placed.get(path)!, { seed, stream: `init/${path}` });
      }
    }
  }

  /** The gradients' memory, taken when it is first needed, which a step that folds its update does not. */
  #gradientVector(): Tensor {
    if (!this.#gradients) {
      this.#gradients = this.state('gradients');
      this.#place(this.#declared, this.#gradients, this.#grads);
    }
    return this.#gradients;
  }

  #gradientOf(path: string): Tensor {
    this.#gradientVector();
    return this.#find(this.#grads, path, 'parameter');
  }

  /** A zeroed vector as long as `values`, held until `dispose`: the state of an optimizer. */
  state(holder: string): Tensor {
    if (this.#disposed) {
      throw new NeuroForgeError('NF1202', `${holder}: these parameters belong to a model that dispose() has freed`);
    }
    return this.#flat(this.values.size, holder);
  }

  #flat(length: number, holder: string): Tensor {
    const block = new Block(this.backend, length, holder);
    this.#blocks.push(block);
    return new Tensor(Storage.inBlock(block, 0, length), [length]);
  }

  #place(declared: readonly Declared[], flat: Tensor, into: Map<string, Tensor>): void {
    let offset = 0;
    for (const { path, shape } of declared) {
      if (into.has(path)) {
        throw new NeuroForgeError('NF1110', `two parameters have the name ${path}`, {
          hint: 'name the children of a layer differently',
        });
      }
      into.set(path, new Tensor(flat.storage, shape, offset));
      offset += padded(shape);
    }
  }

  get names(): readonly string[] {
    return [...this.#params.keys()];
  }
  get bufferNames(): readonly string[] {
    return [...this.#buffers.keys()];
  }
  /** How many numbers are trained. */
  get count(): number {
    let n = 0;
    for (const p of this.#params.values()) n += p.size;
    return n;
  }

  /** The parameter of that path, e.g. `0.W`; throws NF1111 if there is none. */
  param(path: string): Tensor {
    return this.#find(this.#params, path, 'parameter');
  }
  /**
   * dL/dparam of the last step. A step that folds its update does not have it: it is then computed once more, from the
   * step's tensors, and asking after the step has ended throws NF1206.
   */
  gradient(path: string): Tensor {
    this.collect();
    return this.#gradientOf(path);
  }
  /** The same of all parameters, as one vector laid out like `values`. */
  get gradients(): Tensor {
    this.collect();
    return this.#gradientVector();
  }
  buffer(path: string): Tensor {
    return this.#find(this.#buffers, path, 'buffer');
  }
  /** @internal */
  sink(path: string): Gradient {
    return this.#find(this.#sinks, path, 'parameter');
  }

  #find<T>(among: Map<string, T>, path: string, what: string): T {
    const found = among.get(path);
    if (found === undefined) {
      throw new NeuroForgeError('NF1111', `no ${what} named ${path}`, {
        expected: [...among.keys()].join(', ') || `a layer with a ${what}`,
        hint: 'declare it in init(ctx)',
      });
    }
    return found;
  }

  /** A copy of all parameters and buffers, for {@link restore}; written into `into`, an earlier one, if given. */
  snapshot(into?: Snapshot): Snapshot {
    return { values: copyOf(this.values, into?.values), buffers: copyOf(this.#bufferValues, into?.buffers) };
  }
  restore(snapshot: Snapshot): void {
    this.values.set(snapshot.values);
    this.#bufferValues.set(snapshot.buffers);
  }

  /** Whether every parameter and buffer is a finite number. */
  finite(): boolean {
    return [this.values, this.#bufferValues].every(isFiniteTensor);
  }

  /** @internal */
  beginStep(): void {
    for (const s of this.#sinks.values()) s.begin();
  }

  /** Computes what the backward pass handed over, where that has not been done. @internal */
  collect(): void {
    try {
      for (const s of this.#sinks.values()) s.collect();
    } catch (error) {
      if (!(error instanceof NeuroForgeError && error.code === 'NF1201')) throw error;
      throw new NeuroForgeError('NF1206', 'the gradients of a folded step are gone with the step', {
        expected: 'reading them before the next batch is asked for',
        hint: 'or keep them: sgd(lr, { fold: false })',
        cause: error,
      });
    }
  }

  /** values <- values - lr dL/dvalues, each gradient folded into the update where that gives the same. @internal */
  descend(lr: number): void {
    for (const s of this.#sinks.values()) s.check(); // before anything is written
    for (const s of this.#sinks.values()) if (!s.folds) s.collect();
    for (const s of this.#sinks.values()) s.descend(lr);
  }

  /** Gives the memory back, optimizer state included; using any of these tensors afterwards throws NF1202. */
  dispose(): void {
    this.#disposed = true;
    for (const b of this.#blocks) b.free();
  }
}

/** A copy of a vector that lives in a block, in an array that is made when `into` is not given. */
export function copyOf(t: Tensor, into?: Float32Array | Float64Array): Float32Array | Float64Array {
  if (!into) return t.dataSync();
  const at = t.address(scratchOf(t.backend));
  into.set(t.backend.heap().subarray(at, at + t.size));
  return into;
}

/** A sum is finite only where all terms are; one that overflows is looked at element by element. */
function isFiniteTensor(t: Tensor): boolean {
  const at = t.address(scratchOf(t.backend));
  const heap = t.backend.heap();
  let sum = 0;
  for (let i = at; i < at + t.size; i++) sum += heap[i];
  return Number.isFinite(sum) || heap.subarray(at, at + t.size).every(Number.isFinite);
}

/** Elements that a tensor takes in a block: a multiple of 16, so that each begins at 64 bytes. */
function padded(shape: Shape): number {
  return 16 * ceil(sizeOf(shape) / 16);
}
