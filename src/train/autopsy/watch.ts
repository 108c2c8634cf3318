import { type Operation, watchOperations } from '../../backends/watch.ts';
import type { AnyLayer } from '../../layers/layer.ts';
import type { Model } from '../../models/model.ts';
import type { Optimizer } from '../../optim/optimizer.ts';
import { debug } from '../../tensor/debug.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** Which part of a step computes. */
export interface Place {
  readonly phase: 'forward' | 'loss' | 'backward' | 'update';
  /** Of the layer, e.g. `2`; empty for the loss and the update. */
  readonly path: string;
  /** The layer's, loss's or optimizer's name. */
  readonly name: string;
}

export interface Visit extends Place {
  /** What came in: x, or dY. */
  readonly input: Tensor;
  /** What came out: y, or dX. */
  readonly output: Tensor | null;
}

export interface Watched {
  readonly model: Model;
  readonly optimizer?: Optimizer;
}

/**
 * Has every layer's forward and backward and the loss told to `left` when they end, and keeps `places` as the stack of
 * those that run, until the function that it answers is called. As with operations, methods are shadowed on the objects:
 * a model that nobody watches pays nothing, and layers of the user's own need no cooperation. A frozen object is not seen.
 */
export function watchLayers({ model, optimizer }: Watched, places: Place[], left: (visit: Visit) => void): () => void {
  const undo: (() => void)[] = [];
  const shadow = (on: object, method: string, value: (original: (...args: never[]) => unknown) => unknown): void => {
    const own = Object.getOwnPropertyDescriptor(on, method);
    if (!Object.isExtensible(on) || (own && !own.configurable)) return;
    const original = (on as Record<string, (...args: never[]) => unknown>)[method].bind(on);
    Object.defineProperty(on, method, { value: value(original), configurable: true, writable: true });
    undo.push(() => {
      if (own) Object.defineProperty(on, method, own);
      else delete (on as Record<string, unknown>)[method];
    });
  };
  const within = <T>(place: Place, run: () => T): T => {
    places.push(place);
    try {
      return run();
    } finally {
      places.pop();
    }
  };

  const seen = new Set<AnyLayer>();
  const visit = (layer: AnyLayer): void => {
    if (seen.has(layer)) return;
    seen.add(layer);
    const { name } = layer;
    shadow(layer, 'forward', (original) => (ctx: { path: string }, x: Tensor) => {
      const place: Place = { phase: 'forward', path: ctx.path, name };
      const result = within(place, () => original(...([ctx, x] as never[]))) as { y: Tensor };
      left({ ...place, input: x, output: result.y });
      return result;
    });
    shadow(layer, 'backward', (original) => (ctx: { path: string }, dY: Tensor, cache: unknown) => {
      const place: Place = { phase: 'backward', path: ctx.path, name };
      const dX = within(place, () => original(...([ctx, dY, cache] as never[]))) as Tensor | null;
      left({ ...place, input: dY, output: dX });
      return dX;
    });
    for (const child of Object.values(layer.children ?? {})) visit(child);
  };
  visit(model.layer);
  shadow(model.loss, 'apply', (original) => (output: Tensor, batch: unknown) => {
    const place: Place = { phase: 'loss', path: '', name: model.loss.name };
    const result = within(place, () => original(...([output, batch] as never[]))) as { loss: Tensor };
    left({ ...place, input: output, output: result.loss });
    return result;
  });
  if (optimizer) {
    shadow(optimizer, 'step', (original) => (...args: unknown[]) => {
      within({ phase: 'update', path: '', name: optimizer.name }, () => original(...(args as never[])));
    });
  }
  return () => {
    for (const back of undo.reverse()) back();
  };
}

/** An operation with where in the step it ran, and which earlier operations made its operands (-1: none that was seen). */
export interface Recorded extends Operation {
  readonly place: Place;
  readonly makers: readonly number[];
}

/** Every operation of a step, run one by one as it is written. */
export class StepRecord {
  readonly operations: Recorded[] = [];
  readonly places: Place[] = [];

  /** Runs `step` with every operation recorded. */
  run<T>(watched: Watched, left: (visit: Visit) => void, step: () => T): T {
    const before = debug.definitions;
    debug.definitions = true;
    const { backend, loss } = watched.model;
    const outside: Place = { phase: 'loss', path: '', name: loss.name };
    const unwatchLayers = watchLayers(watched, this.places, left);
    const unwatch = watchOperations(backend, (operation) => {
      const makers = operation.operands.map(({ at, n }) => this.makerOf(at, n));
      this.operations.push({ ...operation, place: this.places.at(-1) ?? outside, makers });
    });
    try {
      return step();
    } finally {
      unwatch();
      unwatchLayers();
      debug.definitions = before;
    }
  }

  /** The last operation that wrote any of these elements; -1 without one. */
  makerOf(at: number, n: number, before: number = this.operations.length): number {
    for (let i = before - 1; i >= 0; i--) {
      const { result } = this.operations[i];
      if (result.at < at + n && at < result.at + result.n) return i;
    }
    return -1;
  }
}
