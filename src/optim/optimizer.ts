import { NeuroForgeError } from '../core/errors.ts';
import { copyOf, type Parameters } from '../layers/parameters.ts';
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

/** What an optimizer carries from step to step: how many there were, and its vectors, `<transform>.<vector>`. */
export interface OptimizerState {
  readonly name: string;
  readonly steps: number;
  /** Each laid out like all parameters, `Parameters.values`. */
  readonly vectors: Readonly<Record<string, Float32Array | Float64Array>>;
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
    const names = transforms.flatMap((t) => t.state.map((s) => `${t.name}.${s}`));
    const twice = names.find((n, i) => names.indexOf(n) !== i);
    if (twice !== undefined) {
      throw new NeuroForgeError('NF4121', `two links of the optimizer ${name} keep a vector of one name`, {
        got: twice,
      });
    }
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

  /** A copy of what the next step depends on, for {@link restore}; written into `into`, an earlier one, if given. */
  snapshot(parameters: Parameters, into?: OptimizerState): OptimizerState {
    if (this.#bound !== parameters) this.#bind(parameters);
    const vectors = Array.from(this.state, ([name, vector]) => [name, copyOf(vector, into?.vectors[name])]);
    return { name: this.name, steps: this.#step, vectors: Object.fromEntries(vectors) };
  }

  /** Goes on from there with these parameters. Throws NF4120, before anything is written, for another optimizer's state. */
  restore(parameters: Parameters, state: OptimizerState): void {
    if (this.#bound !== parameters) this.#bind(parameters);
    const expected = [...this.state.keys()];
    const fits =
      state.name === this.name &&
      Object.keys(state.vectors).length === expected.length &&
      expected.every((name) => state.vectors[name]?.length === parameters.values.size);
    if (!fits) {
      throw new NeuroForgeError('NF4120', 'the saved state is of another optimizer or model', {
        where: `optimizer ${this.name}`,
        expected: `${this.name} with ${expected.join(', ') || 'no vectors'} of ${parameters.values.size} numbers`,
        got: `${state.name} with ${Object.keys(state.vectors).join(', ') || 'no vectors'}`,
      });
    }
    for (const [name, vector] of this.state) vector.set(state.vectors[name]);
    this.#step = state.steps;
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
