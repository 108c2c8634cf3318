import { watchOperations } from '../backends/watch.ts';
import { NeuroForgeError } from '../core/errors.ts';
import { type Shape, sizeOf } from '../core/shape.ts';
import type { AnyLayer } from '../layers/layer.ts';
import { Arena } from '../tensor/arena.ts';
import { zeros } from '../tensor/create.ts';
import { debug } from '../tensor/debug.ts';
import type { Model } from './model.ts';

export interface LayerSummary {
  /** As in the names of its parameters, e.g. `2`. */
  readonly path: string;
  readonly name: string;
  /** Of one example; null where a layer of the user's own keeps its inner layers to itself. */
  readonly output: Shape | null;
  /** How many numbers it trains. */
  readonly parameters: number;
}

/** What matters of an optimizer here: `Optimizer` has it. */
export interface Stateful {
  readonly folds: boolean;
  readonly transforms: readonly { readonly state: readonly string[] }[];
}

/** Bytes. */
export interface MemorySummary {
  readonly parameters: number;
  /** 0 when the update is folded into the products. */
  readonly gradients: number;
  readonly optimizer: number;
  /** The batch and the outputs of all layers, which backward needs. */
  readonly activations: number;
}

/** What a model is and what a step of it takes. */
export interface ModelSummary {
  readonly layers: readonly LayerSummary[];
  readonly parameters: number;
  readonly batch: number;
  readonly memory: MemorySummary;
  /** Floating-point operations of the products of a step, 2 m n k each, forward and backward; null if they cannot be counted. */
  readonly flops: number | null;
}

/**
 * Layers, parameters, memory and work of a training step with `batch` rows. Runs one row of zeros forward, in evaluation
 * mode, to count the products; the products of a backward pass are one with the input and one with the weights for each.
 */
export function modelSummary(model: Model, batch: number, optimizer?: Stateful): ModelSummary {
  const { parameters, backend, inputShape } = model;
  const bytes = backend.dtype === 'f64' ? 8 : 4;
  const layers = leavesOf(model.layer, '').map(({ path, layer }): LayerSummary => {
    const within = parameters.names.filter((n) => path === '' || n.startsWith(`${path}.`));
    return {
      path,
      name: layer.name,
      output: model.pass.shapes.get(path)?.output ?? null,
      parameters: within.reduce((n, name) => n + parameters.param(name).size, 0),
    };
  });
  const { count } = parameters;
  const vectors = optimizer?.transforms.reduce((n, t) => n + t.state.length, 0) ?? 0;
  const values = layers.reduce((n, { output }) => n + (output ? sizeOf(output) : 0), sizeOf(inputShape));
  return {
    layers,
    parameters: count,
    batch,
    memory: {
      parameters: count * bytes,
      gradients: optimizer?.folds ? 0 : count * bytes,
      optimizer: vectors * count * bytes,
      activations: batch * values * bytes,
    },
    flops: flopsOf(model, batch),
  };
}

function leavesOf(layer: AnyLayer, path: string): { path: string; layer: AnyLayer }[] {
  const children = Object.entries(layer.children ?? {});
  if (children.length === 0) return layer.name === 'sequential' ? [] : [{ path, layer }];
  return children.flatMap(([name, child]) => leavesOf(child, path === '' ? name : `${path}.${name}`));
}

/**
 * Three times the products of a forward pass (with itself dX and dW), less the dX of the first, which nobody reads. A
 * layer that refuses a row of zeros leaves it open.
 */
function flopsOf(model: Model, batch: number): number | null {
  const arena = new Arena(model.backend, 'summary');
  const products: number[] = [];
  const before = debug.definitions;
  debug.definitions = true;
  const unwatch = watchOperations(model.backend, ({ name, operands, result, rows }) => {
    if (name === 'matmul' && rows) products.push(2 * result.n * (operands[0].n / rows));
  });
  try {
    model.forward(zeros([1, ...model.inputShape], { arena }));
  } catch (error) {
    if (error instanceof NeuroForgeError && error.code.startsWith('NF11')) throw error;
    return null;
  } finally {
    unwatch();
    debug.definitions = before;
    arena.dispose();
  }
  return batch * products.reduce((sum, flops, i) => sum + (i === 0 ? 2 : 3) * flops, 0);
}
