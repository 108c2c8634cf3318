import type { Backend } from '../backends/backend.ts';
import { NeuroForgeError } from '../core/errors.ts';
import { ceil } from '../core/math.ts';
import { formatShape, type Shape, sameShape, sizeOf } from '../core/shape.ts';
import { Block, Storage } from '../tensor/storage.ts';
import { Tensor } from '../tensor/tensor.ts';

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

/** Where a layer's backward hands over dL/dparam: the first write of a step writes, later ones add. */
export class Gradient {
  readonly #target: Tensor;
  readonly #path: string;
  #written = false;

  constructor(target: Tensor, path: string) {
    this.#target = target;
    this.#path = path;
  }

  /** dW += d, of the parameter's shape, else NF1102. */
  add(d: Tensor): void {
    this.#check(d.shape);
    if (this.#written) this.#target.axpy(1, d);
    else this.#target.set(d);
    this.#written = true;
  }

  /** dW += a b, of the parameter's shape, without the product in between. */
  addProduct(a: Tensor, b: Tensor): void {
    if (a.shape.length === 2 && b.shape.length === 2) this.#check([a.shape[0], b.shape[1]]);
    this.#target.setProduct(a, b, 1, this.#written ? 1 : 0);
    this.#written = true;
  }

  #check(shape: Shape): void {
    if (!sameShape(shape, this.#target.shape)) {
      throw new NeuroForgeError('NF1102', `the gradient handed over for ${this.#path} has another shape`, {
        where: this.#path,
        expected: `${formatShape(this.#target.shape)}, as the parameter`,
        got: formatShape(shape),
      });
    }
  }

  /** Starts a step. @internal */
  begin(): void {
    this.#written = false;
  }

  /** Ends the backward pass: a parameter that no path reached has gradient zero. @internal */
  end(): void {
    if (!this.#written) this.#target.fill(0);
  }
}

/**
 * The parameters, gradients and buffers of a model: each kind contiguous in one block, so that a norm, an update or a
 * save is one pass. Names are paths, `0.W`, `2.runningMean`.
 */
export class Parameters {
  readonly backend: Backend;
  /** All parameters as one vector; gaps between them (to 64 bytes) are zero. */
  readonly values: Tensor;
  readonly gradients: Tensor;
  readonly #bufferValues: Tensor;
  readonly #params = new Map<string, Tensor>();
  readonly #grads = new Map<string, Tensor>();
  readonly #sinks = new Map<string, Gradient>();
  readonly #buffers = new Map<string, Tensor>();
  readonly #blocks: Block[] = [];
  #disposed = false;

  constructor(backend: Backend, params: readonly Declared[], buffers: readonly Declared[], seed: number) {
    this.backend = backend;
    const length = params.reduce((n, p) => n + padded(p.shape), 0);
    const bufferLength = buffers.reduce((n, p) => n + padded(p.shape), 0);
    try {
      this.values = this.#flat(length, 'parameters');
      this.gradients = this.#flat(length, 'gradients');
      this.#bufferValues = this.#flat(bufferLength, 'buffers');
      this.#fill(params, buffers, seed);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  #fill(params: readonly Declared[], buffers: readonly Declared[], seed: number): void {
    this.#place(params, this.values, this.#params);
    this.#place(params, this.gradients, this.#grads);
    this.#place(buffers, this.#bufferValues, this.#buffers);
    for (const [path, grad] of this.#grads) this.#sinks.set(path, new Gradient(grad, path));
    for (const [declared, placed] of [
      [params, this.#params],
      [buffers, this.#buffers],
    ] as const) {
      for (const { path, initializer } of declared) {
        initializer.fill(placed.get(path)!, { seed, stream: `init/${path}` });
      }
    }
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
  /** dL/dparam of the last step. */
  gradient(path: string): Tensor {
    return this.#find(this.#grads, path, 'parameter');
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

  /** A copy of all parameters and buffers, for {@link restore}. */
  snapshot(): Snapshot {
    return { values: this.values.dataSync(), buffers: this.#bufferValues.dataSync() };
  }
  restore(snapshot: Snapshot): void {
    this.values.set(snapshot.values);
    this.#bufferValues.set(snapshot.buffers);
  }

  /** @internal */
  beginStep(): void {
    for (const s of this.#sinks.values()) s.begin();
  }
  /** @internal */
  endBackward(): void {
    for (const s of this.#sinks.values()) s.end();
  }

  /** Gives the memory back, optimizer state included; using any of these tensors afterwards throws NF1202. */
  dispose(): void {
    this.#disposed = true;
    for (const b of this.#blocks) b.free();
  }
}

/** Elements that a tensor takes in a block: a multiple of 16, so that each begins at 64 bytes. */
function padded(shape: Shape): number {
  return 16 * ceil(sizeOf(shape) / 16);
}
