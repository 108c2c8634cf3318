import type { Shape } from '../core/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Gradient } from './gradient.ts';
import type { Initializer } from './parameters.ts';

/** What a layer is configured by and saved as: plain JSON. */
export type Config = Readonly<Record<string, unknown>>;

/** Where a layer declares what it owns; nothing can be read yet. */
export interface InitContext {
  /** The layer's path, e.g. `2` or `encoder.0`. */
  readonly path: string;
  /** A trained tensor. Its full name is `path.name`. */
  param(name: string, shape: Shape, initializer: Initializer): void;
  /** A tensor that is saved but not trained, e.g. a running mean. */
  buffer(name: string, shape: Shape, initializer: Initializer): void;
  child(name: string): InitContext;
}

/** All that a layer may know of the world while it computes. A layer keeps nothing of a step itself. */
export interface LayerContext {
  readonly path: string;
  /** True while training, false while evaluating. */
  readonly training: boolean;
  /** False for the first layer of a network in training: nobody reads its dX. */
  readonly wantsInputGrad: boolean;
  param(name: string): Tensor;
  buffer(name: string): Tensor;
  /**
   * Where the gradient of `param(name)` goes. What is handed over must not be written until the step ends, through other
   * views of its memory either (NF1205).
   */
  grad(name: string): Gradient;

  /** Standard normal numbers of the given shape from the stream `purpose/path` at this step, living with `like`. */
  normal(purpose: string, like: Tensor, shape?: Shape): Tensor;
  /** 1/keep with probability keep, else 0, likewise. */
  mask(purpose: string, like: Tensor, keep: number): Tensor;
  /**
   * A discrete or random choice (a mask, a routing), by a name that is unique within one forward pass. A gradient
   * check records it once and then gets the same choice at every perturbed forward pass.
   */
  choice<T>(name: string, make: () => T): T;

  /** Adds weight * value to the training loss; `value` is a scalar tensor made in forward. */
  addLoss(name: string, value: Tensor, weight: number): void;
  /** In backward: dL/dvalue of that loss, i.e. its weight. */
  lossGrad(name: string): number;
  /** Lets a reader see a value (`z`, `dz`); free when nobody listens. */
  probe(name: string, value: Tensor): void;
  /** The context of a layer within this one. */
  child(name: string, options?: { wantsInputGrad?: boolean }): LayerContext;
}

/**
 * A function with its derivative, written by hand. `forward` and `backward` are pure but for `ctx`: backward never
 * writes into dY, x or the cache, and returns a fresh tensor. Whoever uses a value twice adds the gradients.
 */
export interface Layer<Cache = unknown> {
  /** The kind, by which a registry finds it again: `linear`, `relu`. */
  readonly name: string;
  readonly config: Config;
  /** Declares parameters; answers the shape of one output example. Throws NF11xx if the input cannot fit. */
  init(ctx: InitContext, input: Shape): Shape;
  /** x (B, ...input) -> y (B, ...output), and what backward will need. */
  forward(ctx: LayerContext, x: Tensor): { y: Tensor; cache: Cache };
  /** dY = dL/dy -> dL/dx (null when `ctx.wantsInputGrad` is false); hands the parameters' gradients to `ctx.grad`. */
  backward(ctx: LayerContext, dY: Tensor, cache: Cache): Tensor | null;
  /** Layers within this one, by the names given to `ctx.child`. */
  readonly children?: Readonly<Record<string, AnyLayer>>;
}

// biome-ignore lint/suspicious/noExplicitAny: a cache is private to its layer; only the pair of functions knows its type
export type AnyLayer = Layer<any>;

/** Makes a layer from its saved configuration. */
export type LayerFactory = (config: Config) => AnyLayer;

/** Layers by name. Loading a model looks its layers up here and nowhere else: nothing loaded is ever evaluated. */
export type LayerRegistry = Readonly<Record<string, LayerFactory>>;

/** The three functions of a layer that a user writes, for {@link defineLayer}. */
export interface LayerDefinition<Options extends Config, Cache> {
  init?(ctx: InitContext, input: Shape, options: Options): Shape;
  forward(ctx: LayerContext, x: Tensor, options: Options): { y: Tensor; cache: Cache };
  backward(ctx: LayerContext, dY: Tensor, cache: Cache, options: Options): Tensor | null;
}

/**
 * A layer of one's own: `const scale = defineLayer('scale', { init, forward, backward })`, then `scale({ ... })` makes
 * one. It is gradient-checked, trained and saved like the built-in ones; to load a model that has one, pass
 * `{ scale }` as the registry. Without `init` it has no parameters and keeps the shape.
 */
export function defineLayer<Options extends Config = Config, Cache = unknown>(
  name: string,
  definition: LayerDefinition<Options, Cache>,
): (options?: Options) => Layer<Cache> {
  return (options = {} as Options) => ({
    name,
    config: options,
    init: (ctx, input) => definition.init?.(ctx, input, options) ?? input,
    forward: (ctx, x) => definition.forward(ctx, x, options),
    backward: (ctx, dY, cache) => definition.backward(ctx, dY, cache, options),
  });
}
