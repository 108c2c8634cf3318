import { backend } from '../backends/default.ts';
import { NeuroForgeError } from '../core/errors.ts';
import { normal, stream } from '../core/random.ts';
import { type Shape, sizeOf } from '../core/shape.ts';
import { Declarations, Pass } from '../layers/context.ts';
import type { AnyLayer } from '../layers/layer.ts';
import { Parameters } from '../layers/parameters.ts';
import { Arena } from '../tensor/arena.ts';
import { tensor } from '../tensor/create.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** Standard normal numbers, by seed and purpose. */
export function draws(n: number, seed: number, purpose: string): Float64Array {
  const s = stream(seed, `gradcheck/${purpose}`);
  return Float64Array.from({ length: n }, (_, i) => normal(s, 0, i));
}

/** Moves every value at least `margin` away from each kink. */
export function away(values: Float64Array, kinks: readonly number[], margin = 0.01): Float64Array {
  return values.map((v) => {
    const near = kinks.find((k) => Math.abs(v - k) < margin);
    return near === undefined ? v : near + (v < near ? -margin : margin);
  });
}

export interface RigOptions {
  /** Shape of one example. */
  readonly input: Shape;
  readonly batch: number;
  readonly seed: number;
  readonly training: boolean;
}

/** What one pass backward gave, copied out. */
export interface Gradients {
  readonly dX: Float64Array | null;
  readonly dXShape: Shape | null;
  readonly params: ReadonlyMap<string, Float64Array>;
}

/** A layer with parameters of its own in float64, whose random choices are made once. */
export class Rig {
  readonly layer: AnyLayer;
  readonly parameters: Parameters;
  readonly pass: Pass;
  readonly arena: Arena;
  readonly xShape: Shape;
  readonly yShape: Shape;

  constructor(layer: AnyLayer, { input, batch, seed, training }: RigOptions) {
    const js64 = backend('js64');
    const declared = new Declarations();
    this.layer = layer;
    this.xShape = [batch, ...input];
    this.yShape = [batch, ...layer.init(declared, input)];
    this.parameters = new Parameters(js64, declared.params, declared.buffers, seed);
    this.pass = new Pass(this.parameters, seed);
    this.pass.training = training;
    this.pass.frozen = new Map();
    this.arena = new Arena(js64, 'gradcheck');
  }

  place(values: ArrayLike<number>, shape: Shape): Tensor {
    return tensor(values, shape, { arena: this.arena });
  }

  forward(x: Tensor, wantsInputGrad = true): { y: Tensor; cache: unknown } {
    this.pass.wantsInputGrad = wantsInputGrad;
    this.pass.losses.clear();
    return this.layer.forward(this.pass.root(), x);
  }

  /** y, then the auxiliary losses in the order of their names' first use. */
  terms(x: ArrayLike<number>): Float64Array {
    this.arena.reset();
    const { y } = this.forward(this.place(x, this.xShape));
    const extra = [...this.pass.losses.values()].map((l) => l.value.item());
    return Float64Array.from([...y.dataSync(), ...extra]);
  }

  /** How much each of {@link terms} counts: dY, then the losses' own weights. */
  weights(dY: ArrayLike<number>): Float64Array {
    return Float64Array.from([...Array.from(dY), ...[...this.pass.losses.values()].map((l) => l.weight)]);
  }

  /** Backward `times` over within one step. Gradients hold NaN before, so that one nobody wrote cannot look right. */
  gradients(
    x: ArrayLike<number>,
    dY: ArrayLike<number>,
    options: { wanted?: boolean; times?: number } = {},
  ): Gradients {
    const { wanted = true, times = 1 } = options;
    this.arena.reset();
    const { cache } = this.forward(this.place(x, this.xShape), wanted);
    const d = this.place(dY, this.yShape);
    this.parameters.gradients.fill(Number.NaN);
    this.parameters.beginStep();
    let dX: Tensor | null = null;
    for (let i = 0; i < times; i++) dX = this.layer.backward(this.pass.root(), d, cache);
    this.parameters.collect();
    return { dX: dX && copied(dX), dXShape: dX?.shape ?? null, params: this.#copies() };
  }

  #copies(): Map<string, Float64Array> {
    return new Map(this.parameters.names.map((name) => [name, copied(this.parameters.gradient(name))]));
  }

  /** Adds noise, so that a parameter that starts at zero hides nothing. */
  jitter(seed: number, by: number): void {
    for (const name of this.parameters.names) {
      const p = this.parameters.param(name);
      const noise = draws(p.size, seed, `jitter/${name}`);
      p.set(copied(p).map((v, i) => v + by * noise[i]));
    }
  }

  /** The least |z| among the outputs of the layers at `paths`, where a ReLU after them has its kink. */
  margin(x: ArrayLike<number>, paths: readonly string[]): number {
    const seen = new Map<string, number>();
    this.pass.listener = (path, value) => {
      seen.set(
        path,
        copied(value).reduce((least, v) => Math.min(least, Math.abs(v)), Infinity),
      );
    };
    this.terms(x);
    this.pass.listener = null;
    return paths.reduce((least, path) => {
      const found = seen.get(`${path}.output`);
      if (found === undefined) {
        throw new NeuroForgeError('NF4104', `gradcheck: no layer lets its output be seen at ${path}`, {
          expected: [...seen.keys()].join(', '),
        });
      }
      return Math.min(least, found);
    }, Infinity);
  }

  dispose(): void {
    this.arena.dispose();
    this.parameters.dispose();
  }
}

export function copied(t: Tensor): Float64Array {
  return Float64Array.from(t.dataSync());
}

/** How many numbers x and y hold. */
export function sizes(rig: Rig): { x: number; y: number } {
  return { x: sizeOf(rig.xShape), y: sizeOf(rig.yShape) };
}
