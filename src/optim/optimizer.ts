import type { Parameters } from '../layers/parameters.ts';
import type { Arena } from '../tensor/arena.ts';
import type { Tensor } from '../tensor/tensor.ts';

/**
 * One link of an optimizer: turns the gradient of all parameters, one vector, into another vector. An optimizer is a
 * chain of these and a learning rate; momentum, Adam and weight decay are links.
 */
export interface Transform {
  readonly name: string;
  /** Names of the vectors that it keeps from step to step, zero at first. */
  readonly state: readonly string[];
  /** g (P) -> direction (P); `state` holds the named vectors, which it updates in place. `step` counts from 1. */
  update(g: Tensor, at: { state: Readonly<Record<string, Tensor>>; values: Tensor; step: number }): Tensor;
}

/** Learning rate at a step, counted from 0. */
export type Schedule = (step: number) => number;

export interface OptimizerOptions {
  /**
   * With an empty chain, fold the update into the product that makes the gradient: W <- W - lr X^T dY, without the
   * gradient in between. The same bits on `js` and `wasm`; not inside a BLAS. Default true.
   */
  readonly fold?: boolean;
}

/** theta <- theta - lr * direction, where the chain of transforms makes the direction from the gradient. */
export class Optimizer {
  readonly name: string;
  readonly transforms: readonly Transform[];
  readonly learningRate: Schedule;
  /** Whether a step of `fit` never forms the gradient: decided here and by nothing else. */
  readonly folds: boolean;
  /** `<transform>.<vector>` -> state, once bound. */
  readonly state = new Map<string, Tensor>();
  #step = 0;
  #bound: Parameters | null = null;

  constructor(
    name: string,
    transforms: readonly Transform[],
    learningRate: number | Schedule,
    options: OptimizerOptions = {},
  ) {
    this.name = name;
    this.folds = transforms.length === 0 && options.fold !== false;
    this.transforms = transforms;
    this.learningRate = typeof learningRate === 'number' ? () => learningRate : learningRate;
  }

  /** Steps taken. */
  get steps(): number {
    return this.#step;
  }

  /**
   * One update of all parameters from `parameters.gradients`; temporaries live in `arena`. `deferred`: the backward
   * pass has not computed them yet, and an optimizer that folds need not.
   */
  step(parameters: Parameters, arena: Arena, deferred = false): void {
    if (this.#bound !== parameters) this.#bind(parameters);
    const lr = this.learningRate(this.#step);
    this.#step++;
    if (deferred && this.folds) {
      parameters.descend(lr); // theta <- theta - lr g, each product of g added as it is made   (1)
      return;
    }
    const values = parameters.values;
    let direction = parameters.gradients.within(arena);
    for (const t of this.transforms) {
      const state = Object.fromEntries(t.state.map((s) => [s, this.state.get(`${t.name}.${s}`)!.within(arena)]));
      direction = t.update(direction, { state, values: values.within(arena), step: this.#step });
    }
    values.axpy(-lr, direction); // theta <- theta - lr direction   (1)
  }

  #bind(parameters: Parameters): void {
    this.state.clear();
    this.#step = 0;
    this.#bound = parameters;
    for (const t of this.transforms) {
      for (const s of t.state) this.state.set(`${t.name}.${s}`, parameters.state(`optimizer ${t.name}.${s}`));
    }
  }
}
