/**
 * Gradient checks: the derivative written by hand against central differences, in float64, over every element of every
 * parameter and of the input. For a layer the scalar is L = <y, R> for a random R, plus the auxiliary losses; discrete
 * and random choices (`ctx.choice`) are made once and kept. Inputs near a kink make a right derivative look wrong: keep
 * them away with `awayFrom` and `margins`.
 */
import { backend } from '../backends/default.ts';
import { NeuroForgeError } from '../core/errors.ts';
import { type Shape, sameShape } from '../core/shape.ts';
import type { AnyLayer } from '../layers/layer.ts';
import type { Parameters } from '../layers/parameters.ts';
import type { Loss } from '../losses/loss.ts';
import { Arena } from '../tensor/arena.ts';
import { indices, tensor } from '../tensor/create.ts';
import { Indices } from '../tensor/indices.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { contractViolations, type Violation } from './contract.ts';
import { centralDifferences, relativeError } from './finite-differences.ts';
import { type GradcheckEntry, type GradcheckReport, gradcheckReport } from './report.ts';
import { away, copied, draws, Rig, sizes } from './rig.ts';

export interface GradcheckOptions {
  /** The case's name in the report; default the layer's or loss's. */
  readonly name?: string;
  /** Of inputs and parameters; default 0. */
  readonly seed?: number;
  /** Half the distance between the two points of a difference; default 1e-5. */
  readonly h?: number;
  /** Largest relative error that passes; default 1e-7. */
  readonly tolerance?: number;
}

export interface LayerGradcheckOptions extends GradcheckOptions {
  /** Shape of one example, e.g. [784]. */
  readonly input: Shape;
  /** Examples; default 3. */
  readonly batch?: number;
  /** Training or evaluation mode; default training. */
  readonly training?: boolean;
  /** Inputs are standard normal times this; default 1. */
  readonly scale?: number;
  /** Values that no input may come near, e.g. [0] for ReLU. */
  readonly awayFrom?: readonly number[];
  /** Paths of layers whose outputs meet a kink at 0; inputs are drawn again until all are 1e-3 away from it. */
  readonly margins?: readonly string[];
  /** Standard deviation of what is added to the initial parameters, so that zeros hide nothing; default 0.1. */
  readonly jitter?: number;
}

/** Checks a layer: dX, every parameter's gradient, and the contract of `Layer`. Shapes that do not fit throw NF11xx. */
export function gradcheckLayer(layer: AnyLayer, options: LayerGradcheckOptions): GradcheckReport {
  const { input, batch = 3, seed = 0, training = true, scale = 1, awayFrom = [], margins = [], jitter = 0.1 } = options;
  const rig = new Rig(layer, { input, batch, seed, training });
  try {
    rig.jitter(seed, jitter);
    const n = sizes(rig);
    const x = drawInput(
      rig,
      (attempt) => {
        const values = draws(n.x, seed + attempt, 'x').map((v) => scale * v);
        return away(values, awayFrom);
      },
      margins,
    );
    const R = draws(n.y, seed, 'R');
    const violations = contractViolations(rig, x, R);
    const judge = new Judge(options.name ?? layer.name, options);
    if (sameShape(rig.yShape, shapeOfOutput(rig, x))) {
      compareAll(judge, rig, { x, dY: R, weights: R, h: options.h ?? 1e-5, terms: (v) => rig.terms(v) });
    }
    return judge.report(violations);
  } finally {
    rig.dispose();
  }
}

/** Analytic against numerical gradients of sum_j weights_j terms_j + auxiliary losses, at x and at every parameter. */
function compareAll(
  judge: Judge,
  rig: Rig,
  at: {
    readonly x: Float64Array;
    readonly dY: Float64Array;
    readonly weights: ArrayLike<number>;
    readonly h: number;
    readonly terms: (x: Float64Array) => ArrayLike<number>;
  },
): void {
  const { x, h, terms } = at;
  const analytic = rig.gradients(x, at.dY);
  const weights = rig.weights(at.weights);
  judge.tensor('x', analytic.dX ?? [], centralDifferences(x, weights, h, terms));
  for (const [name, gradient] of analytic.params) {
    const p = rig.parameters.param(name);
    const start = copied(p);
    const numeric = centralDifferences(start, weights, h, (v) => {
      p.set(v);
      return terms(x);
    });
    p.set(start);
    judge.tensor(name, gradient, numeric);
  }
}

function shapeOfOutput(rig: Rig, x: Float64Array): Shape {
  rig.arena.reset();
  return rig.forward(rig.place(x, rig.xShape)).y.shape;
}

function drawInput(rig: Rig, draw: (attempt: number) => Float64Array, margins: readonly string[]): Float64Array {
  for (let attempt = 0; attempt < 100; attempt++) {
    const x = draw(attempt);
    if (margins.length === 0 || rig.margin(x, margins) > 1e-3) return x;
  }
  throw new NeuroForgeError('NF4104', 'gradcheck: every input drawn lies within 1e-3 of a kink', {
    where: margins.join(', '),
    hint: 'fewer examples or units',
  });
}

export interface LossGradcheckOptions extends GradcheckOptions {
  /** The network's output (B, K) at which to differentiate: logits, probabilities or values, as the loss takes them. */
  readonly output: Tensor;
  readonly y: Indices | Tensor;
}

/** Checks a loss: dLoss/dOutput, that the loss is a scalar, and that neither output nor targets are written. */
export function gradcheckLoss(loss: Loss, options: LossGradcheckOptions): GradcheckReport {
  const arena = new Arena(backend('js64'), 'gradcheck');
  const judge = new Judge(options.name ?? loss.name, options);
  const violations: Violation[] = [];
  const at = copied(options.output);
  const { shape } = options.output;
  const value = (v: Float64Array): number[] => {
    arena.reset();
    return [loss.apply(tensor(v, shape, { arena }), { y: placed(options.y, arena) }).loss.item()];
  };
  try {
    const output = tensor(at, shape, { arena });
    const y = placed(options.y, arena);
    const result = loss.apply(output, { y });
    if (result.loss.shape.length !== 0) violations.push({ rule: 'the loss is not a scalar', relativeError: 1 });
    if (!sameShape(result.dOutput.shape, shape))
      violations.push({ rule: 'dOutput has another shape', relativeError: 1 });
    const written = relativeError(copied(output), at) + relativeError(numbers(y), numbers(options.y));
    if (written !== 0) violations.push({ rule: 'apply writes into its operands', relativeError: written });
    const dOutput = copied(result.dOutput);
    judge.tensor('output', dOutput, centralDifferences(at, [1], options.h ?? 1e-5, value));
    return judge.report(violations);
  } finally {
    arena.dispose();
  }
}

/** What {@link gradcheckModel} needs of a model: `Model` has it. */
export interface Differentiable {
  readonly layer: AnyLayer;
  readonly loss: Loss;
  /** Shape of one example. */
  readonly inputShape: Shape;
  /** Where to differentiate; without them at the layer's own initial values. */
  readonly parameters?: Parameters;
}

/**
 * Checks a network with its loss on a batch, auxiliary losses included: dLoss/dparameter of every parameter and
 * dLoss/dx, in float64 whatever the model's own backend.
 */
export function gradcheckModel(
  model: Differentiable,
  batch: { readonly x: Tensor; readonly y: Indices | Tensor },
  options: GradcheckOptions & { readonly training?: boolean; readonly margins?: readonly string[] } = {},
): GradcheckReport {
  const { layer, loss, inputShape } = model;
  const { seed = 0, h = 1e-5, training = true } = options;
  const rig = new Rig(layer, { input: inputShape, batch: batch.x.rows, seed, training });
  const judge = new Judge(options.name ?? `${layer.name} with ${loss.name}`, options);
  try {
    if (model.parameters) {
      for (const name of rig.parameters.names) rig.parameters.param(name).set(copied(model.parameters.param(name)));
    }
    const x = copied(batch.x);
    if (options.margins && !(rig.margin(x, options.margins) > 1e-3)) {
      throw new NeuroForgeError('NF4104', 'gradcheck: the batch lies within 1e-3 of a kink', {
        where: options.margins.join(', '),
      });
    }
    const total = (v: Float64Array): Float64Array => {
      rig.arena.reset();
      const { y } = rig.forward(rig.place(v, rig.xShape));
      const main = loss.apply(y, { y: placed(batch.y, rig.arena) }).loss.item();
      return Float64Array.from([main, ...[...rig.pass.losses.values()].map((l) => l.value.item())]);
    };
    rig.arena.reset();
    const { y } = rig.forward(rig.place(x, rig.xShape));
    const dY = copied(loss.apply(y, { y: placed(batch.y, rig.arena) }).dOutput);
    compareAll(judge, rig, { x, dY, weights: [1], h, terms: total });
    return judge.report(contractViolations(rig, x, dY));
  } finally {
    rig.dispose();
  }
}

/** Labels or values, in float64. */
function placed(y: Indices | Tensor, arena: Arena): Indices | Tensor {
  return y instanceof Indices ? indices(y.values, { arena }) : tensor(y.dataSync(), y.shape, { arena });
}

function numbers(y: Indices | Tensor): ArrayLike<number> {
  return y instanceof Indices ? y.values : y.dataSync();
}

/** Collects the entries of one case. */
class Judge {
  readonly #name: string;
  readonly #tolerance: number;
  readonly #entries: GradcheckEntry[] = [];

  constructor(name: string, options: GradcheckOptions) {
    this.#name = name;
    this.#tolerance = options.tolerance ?? 1e-7;
  }

  tensor(tensorName: string, analytic: ArrayLike<number>, numeric: ArrayLike<number>): void {
    const error = relativeError(analytic, numeric);
    const status = error <= this.#tolerance ? 'pass' : 'fail';
    this.#entries.push({ name: this.#name, tensor: tensorName, relativeError: error, status });
  }

  report(violations: readonly Violation[]): GradcheckReport {
    const broken = violations.map((v): GradcheckEntry => {
      return { name: this.#name, tensor: 'contract', relativeError: v.relativeError, status: 'fail', message: v.rule };
    });
    return gradcheckReport([...this.#entries, ...broken]);
  }
}
