import type { Backend } from '../backends/backend.ts';
import { backend as namedBackend } from '../backends/default.ts';
import { NeuroForgeError } from '../core/errors.ts';
import { formatShape, type Shape, sameShape } from '../core/shape.ts';
import type { Batch } from '../data/batch.ts';
import { checkOutput, Declarations, declare, Pass } from '../layers/context.ts';
import type { AnyLayer } from '../layers/layer.ts';
import { Parameters } from '../layers/parameters.ts';
import type { Loss } from '../losses/loss.ts';
import type { Tensor } from '../tensor/tensor.ts';

export interface BuildOptions {
  /** Shape of one input example, e.g. [784]. */
  readonly input: Shape;
  readonly loss: Loss;
  /** Default: the process's `auto` backend. */
  readonly backend?: Backend;
  /** Of the initial parameters and of all that is random in training; default 0. */
  readonly seed?: number;
}

/** A layer (most often a `sequential`) with parameters and a loss: what `fit` trains. */
export class Model {
  readonly layer: AnyLayer;
  readonly loss: Loss;
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly parameters: Parameters;
  readonly seed: number;
  /** What the layers share in one pass. @internal */
  readonly pass: Pass;

  constructor(layer: AnyLayer, options: BuildOptions) {
    this.layer = layer;
    this.loss = options.loss;
    this.inputShape = options.input;
    this.seed = options.seed ?? 0;
    const declared = new Declarations();
    this.outputShape = declare(layer, declared, options.input);
    this.parameters = new Parameters(options.backend ?? namedBackend(), declared.params, declared.buffers, this.seed);
    this.pass = new Pass(this.parameters, this.seed, declared.shapes);
  }

  get backend(): Backend {
    return this.parameters.backend;
  }

  /** The output for x (B, ...input), in evaluation mode. Throws NF1101 when an example has another shape. */
  forward(x: Tensor): Tensor {
    return this.#forward(x, false).y;
  }

  /** What the output says of x (B, ...input): probabilities or values. */
  predict(x: Tensor): Tensor {
    return this.loss.predict(this.forward(x));
  }

  /**
   * One forward and one backward pass: the mean loss (auxiliary losses included) and the output; afterwards
   * `parameters.gradients` holds dLoss/dparameter. No parameter is updated.
   */
  computeGradients(batch: Pick<Batch, 'x' | 'y'>, training = true): { loss: Tensor; output: Tensor } {
    const result = this.backpropagate(batch, training);
    this.parameters.collect();
    return result;
  }

  /** The same with the gradients left as the backward pass handed them over, for an update that folds them. @internal */
  backpropagate(batch: Pick<Batch, 'x' | 'y'>, training: boolean): { loss: Tensor; output: Tensor } {
    const { pass, parameters } = this;
    const { y, cache } = this.#forward(batch.x, training);
    const { loss, dOutput } = this.loss.apply(y, batch);
    parameters.beginStep();
    this.layer.backward(pass.root(), dOutput, cache);
    let total = loss;
    for (const auxiliary of pass.losses.values()) total = total.add(auxiliary.value.mul(auxiliary.weight));
    return { loss: total, output: y };
  }

  #forward(x: Tensor, training: boolean): { y: Tensor; cache: unknown } {
    if (!sameShape(x.shape.slice(1), this.inputShape)) {
      throw new NeuroForgeError('NF1101', 'the input does not fit the model', {
        where: 'input',
        expected: `(B, ${this.inputShape.join(', ')})`,
        got: formatShape(x.shape),
      });
    }
    this.pass.training = training;
    this.pass.losses.clear();
    const root = this.pass.root();
    const result = this.layer.forward(root, x);
    checkOutput(this.layer, root, x, result.y);
    return result;
  }

  /** Gives the parameters' memory back; using the model afterwards throws NF1202. */
  dispose(): void {
    this.parameters.dispose();
  }
}

/** Declares, allocates and initializes the parameters of `layer`. */
export function build(layer: AnyLayer, options: BuildOptions): Model {
  return new Model(layer, options);
}
