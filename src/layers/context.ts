import { NeuroForgeError } from '../core/errors.ts';
import { formatShape, type Shape } from '../core/shape.ts';
import { randn, randomMask } from '../tensor/create.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { Gradient } from './gradient.ts';
import type { AnyLayer, InitContext, LayerContext } from './layer.ts';
import type { Initializer, Parameters } from './parameters.ts';

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** Shapes of one example: what a layer was given in init, and what it answered. */
export interface DeclaredShapes {
  readonly input: Shape;
  readonly output: Shape;
}

/** What one pass through a network shares among its layers; the model owns it and sets it before each pass. */
export class Pass {
  readonly parameters: Parameters;
  /** By path, of the layers that {@link declare} asked. */
  readonly shapes: ReadonlyMap<string, DeclaredShapes>;
  seed: number;
  step = 0;
  training = false;
  wantsInputGrad = false;
  /** Set by a gradient check: choices made once are made again. */
  frozen: Map<string, unknown> | null = null;
  /** Set by a reader of probes. */
  listener: ((path: string, value: Tensor) => void) | null = null;
  readonly losses = new Map<string, { value: Tensor; weight: number }>();
  readonly #contexts = new Map<string, Context>();

  constructor(parameters: Parameters, seed: number, shapes: ReadonlyMap<string, DeclaredShapes> = new Map()) {
    this.parameters = parameters;
    this.shapes = shapes;
    this.seed = seed;
  }

  /** The context of the outermost layer. */
  root(): LayerContext {
    return this.context('', null, true);
  }

  /** Contexts are made once a path: a step makes none. */
  context(path: string, parent: Context | null, wants: boolean): Context {
    let found = this.#contexts.get(path);
    if (!found) {
      found = new Context(this, path, parent);
      this.#contexts.set(path, found);
    }
    found.inherits = wants;
    return found;
  }
}

class Context implements LayerContext {
  readonly path: string;
  readonly shapes: DeclaredShapes | undefined;
  readonly #pass: Pass;
  readonly #parent: Context | null;
  /** True if the input's gradient is wanted whenever the parent's is; false for an inner layer that always needs it. */
  inherits = true;
  readonly #params = new Map<string, Tensor>();
  readonly #sinks = new Map<string, Gradient>();

  constructor(pass: Pass, path: string, parent: Context | null) {
    this.#pass = pass;
    this.path = path;
    this.shapes = pass.shapes.get(path);
    this.#parent = parent;
  }

  get training(): boolean {
    return this.#pass.training;
  }
  get wantsInputGrad(): boolean {
    if (!this.inherits) return true;
    return this.#parent ? this.#parent.wantsInputGrad : this.#pass.wantsInputGrad;
  }

  param(name: string): Tensor {
    let found = this.#params.get(name);
    if (!found) {
      found = this.#pass.parameters.param(join(this.path, name));
      this.#params.set(name, found);
    }
    return found;
  }
  grad(name: string): Gradient {
    let found = this.#sinks.get(name);
    if (!found) {
      found = this.#pass.parameters.sink(join(this.path, name));
      this.#sinks.set(name, found);
    }
    return found;
  }
  buffer(name: string): Tensor {
    return this.#pass.parameters.buffer(join(this.path, name));
  }

  #draw(purpose: string, like: Tensor) {
    const { seed, step } = this.#pass;
    return { seed, stream: `${purpose}/${this.path}`, step, arena: like.arena, backend: like.backend };
  }
  normal(purpose: string, like: Tensor, shape: Shape = like.shape): Tensor {
    return randn(shape, this.#draw(purpose, like));
  }
  mask(purpose: string, like: Tensor, keep: number): Tensor {
    return randomMask(like.shape, keep, this.#draw(purpose, like));
  }

  choice<T>(name: string, make: () => T): T {
    const frozen = this.#pass.frozen;
    if (!frozen) return make();
    const key = join(this.path, name);
    if (!frozen.has(key)) {
      const made = make();
      frozen.set(key, made instanceof Tensor ? made.keep() : made);
    }
    return frozen.get(key) as T;
  }

  addLoss(name: string, value: Tensor, weight: number): void {
    if (value.size !== 1) {
      throw new NeuroForgeError('NF1112', `the loss ${name} of layer ${this.path} is not a scalar`, {
        got: `${value.size} elements`,
      });
    }
    this.#pass.losses.set(join(this.path, name), { value, weight });
  }
  lossGrad(name: string): number {
    return this.#pass.losses.get(join(this.path, name))?.weight ?? 0;
  }
  probe(name: string, value: Tensor): void {
    this.#pass.listener?.(join(this.path, name), value);
  }

  child(name: string, options: { wantsInputGrad?: boolean } = {}): LayerContext {
    return this.#pass.context(join(this.path, name), this, options.wantsInputGrad !== true);
  }
}

/** Collects what layers declare. */
export class Declarations implements InitContext {
  readonly path: string;
  readonly params: { path: string; shape: Shape; initializer: Initializer }[];
  readonly buffers: { path: string; shape: Shape; initializer: Initializer }[];
  readonly shapes: Map<string, DeclaredShapes>;

  constructor(path = '', parent?: Declarations) {
    this.path = path;
    this.params = parent?.params ?? [];
    this.buffers = parent?.buffers ?? [];
    this.shapes = parent?.shapes ?? new Map();
  }

  param(name: string, shape: Shape, initializer: Initializer): void {
    this.params.push({ path: join(this.path, name), shape: [...shape], initializer });
  }
  buffer(name: string, shape: Shape, initializer: Initializer): void {
    this.buffers.push({ path: join(this.path, name), shape: [...shape], initializer });
  }
  child(name: string): Declarations {
    return new Declarations(join(this.path, name), this);
  }
}

/** `layer.init`, with what it was asked and answered noted, so that its forward and backward can be held to it. */
export function declare(layer: AnyLayer, ctx: InitContext, input: Shape): Shape {
  const output = layer.init(ctx, input);
  if (ctx instanceof Declarations) ctx.shapes.set(ctx.path, { input, output });
  return output;
}

/** Throws NF1116 when y (B, ...) is not of the shape that the layer's init answered. */
export function checkOutput(layer: AnyLayer, ctx: LayerContext, x: Tensor, y: Tensor): void {
  const expected = ctx instanceof Context ? ctx.shapes?.output : undefined;
  if (!expected || isBatchOf(expected, x.shape[0], y.shape)) return;
  throw new NeuroForgeError('NF1116', `forward of ${layer.name} gave another shape than its init answered`, {
    where: `layer ${ctx.path} ${layer.name}`,
    expected: formatShape([x.shape[0], ...expected]),
    got: formatShape(y.shape),
  });
}

/** Throws NF1117 when dX is not of the shape of the layer's input. */
export function checkInputGradient(layer: AnyLayer, ctx: LayerContext, dY: Tensor, dX: Tensor): void {
  const expected = ctx instanceof Context ? ctx.shapes?.input : undefined;
  if (!expected || isBatchOf(expected, dY.shape[0], dX.shape)) return;
  throw new NeuroForgeError('NF1117', `backward of ${layer.name} gave a gradient of another shape than its input`, {
    where: `layer ${ctx.path} ${layer.name}`,
    expected: formatShape([dY.shape[0], ...expected]),
    got: formatShape(dX.shape),
  });
}

/** Whether `shape` is (rows, ...example). */
function isBatchOf(example: Shape, rows: number, shape: Shape): boolean {
  if (shape.length !== example.length + 1 || shape[0] !== rows) return false;
  for (let i = 0; i < example.length; i++) if (shape[i + 1] !== example[i]) return false;
  return true;
}
