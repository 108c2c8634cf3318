/** A network that trains with a learner's own backward functions. */
import { NeuroForgeError } from '../core/errors.ts';
import { formatShape, type Shape, sameShape } from '../core/shape.ts';
import { defineLayer, type Layer } from '../layers/layer.ts';
import type { Loss, LossResult } from '../losses/loss.ts';
import { labelsOf } from '../losses/targets.ts';
import { mlp } from '../models/mlp.ts';
import { fused } from '../tensor/fuse.ts';
import { Tensor } from '../tensor/tensor.ts';
import { type ExerciseId, exercises } from './exercises.ts';
import { valuesOnTheWay } from './grading/chain.ts';

export interface ForgedOptions {
  /** Widths of the two hidden layers. */
  readonly hidden: readonly number[];
  readonly outputs: number;
  readonly [key: string]: unknown;
}

/** The parameters of the network, by the names of their gradients. */
const gradients = {
  dW1: ['0', 'W'],
  db1: ['0', 'b'],
  dW2: ['2', 'W'],
  db2: ['2', 'b'],
  dW3: ['4', 'W'],
  db3: ['4', 'b'],
};

/** z and y as one-hot rows (B, C) -> L () and P (B, C), as the library's cross-entropy computes them. */
const forwardLoss = fused('forged.loss', (z: Tensor, y: Tensor) => {
  const zy = z.mul(y).rowSum(); // (B, 1)
  return { loss: z.logSumExp().sub(zy).mean(), P: z.softmax() };
});

/**
 * `mlp({ hidden, outputs })` with `crossEntropy()`, whose backward pass calls the learner's functions by name: `backward`
 * and through it `dW`, `db`, `dX` and `dReLU`, and `dz` for the loss. Names, initial values and forward pass are the
 * library's, so that with right functions every loss and every weight is. In training it throws NF4151 when a piece throws
 * or gives something else than a tensor of the right shape; `where` is the id of its exercise. Throws NF4102 unless there
 * are two hidden layers.
 */
export function forgeNetwork(
  functions: Readonly<Record<string, unknown>>,
  options: ForgedOptions,
): { layer: Layer; loss: Loss } {
  const { hidden, outputs } = options;
  if (hidden.length !== 2) {
    throw new NeuroForgeError('NF4102', 'the chain of the exercise has two hidden layers', {
      where: 'forgeNetwork',
      got: `${hidden.length}`,
    });
  }
  const network = mlp({ hidden, outputs });
  const my = piecesFor(functions);
  const forged = defineLayer<ForgedOptions>('forged', {
    init: (ctx, input) => network.init(ctx, input),
    forward: (ctx, x) => network.forward(ctx, x),

    backward(ctx, dz3, cache) {
      const net = { ...valuesOnTheWay(cache), W2: ctx.child('2').param('W'), W3: ctx.child('4').param('W') };
      const result = run(functions, 'chain', [net, dz3, my]);
      if (typeof result !== 'object' || result === null) throw failed('chain', 'returns no object of gradients');
      for (const [name, [path, parameter]] of Object.entries(gradients)) {
        const child = ctx.child(path);
        const d = expectTensor('chain', name, (result as Record<string, unknown>)[name], child.param(parameter).shape);
        child.grad(parameter).add(d);
      }
      return null; // nobody asks for the gradient of the data
    },
  })(options);
  return { layer: { ...forged, children: network.children }, loss: forgedLoss(functions) };
}

function forgedLoss(functions: Readonly<Record<string, unknown>>): Loss {
  return {
    name: 'forged',
    task: 'classification',

    apply(z, batch): LossResult {
      const T = labelsOf('forged', z, batch).oneHot(z.cols); // (B, K)
      const { loss, P } = forwardLoss(z, T);
      return {
        loss,
        /** Evaluation reads the loss alone and does not call the learner's function. */
        get dOutput() {
          return expectTensor('softmax-cross-entropy', 'dz', run(functions, 'softmax-cross-entropy', [P, T]), z.shape);
        },
      };
    },

    predict: (z) => z.softmax(),
  };
}

/** The learner's four parts of the chain, each held to the shape that its arguments ask for. */
function piecesFor(functions: Readonly<Record<string, unknown>>): Record<string, (a: Tensor, b: Tensor) => Tensor> {
  const shaped = (id: ExerciseId, name: string, shape: (a: Tensor, b: Tensor) => Shape) => (a: Tensor, b: Tensor) =>
    expectTensor(id, name, run(functions, id, [a, b]), shape(a, b));
  return {
    dW: shaped('linear-dW', 'dW', (X, dY) => [X.cols, dY.cols]),
    db: shaped('linear-db', 'db', (dY) => [dY.cols]),
    dX: shaped('linear-dX', 'dX', (dY, W) => [dY.rows, W.rows]),
    dReLU: shaped('relu', 'dReLU', (dY) => dY.shape),
  };
}

function run(functions: Readonly<Record<string, unknown>>, id: ExerciseId, args: readonly unknown[]): unknown {
  const { functionName } = exercises.find((e) => e.id === id)!;
  const f = functions[functionName];
  if (typeof f !== 'function') throw failed(id, 'is not written yet');
  try {
    return f(...args);
  } catch (error) {
    if (error instanceof NeuroForgeError && error.code === 'NF4151') throw error; // of a piece within the chain
    throw failed(id, `threw ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`, error);
  }
}

function expectTensor(id: ExerciseId, name: string, value: unknown, shape: Shape): Tensor {
  if (value instanceof Tensor && sameShape(value.shape, shape)) return value;
  const got = value instanceof Tensor ? `of shape ${formatShape(value.shape)}` : `as ${typeof value}`;
  throw failed(id, `gives ${name} ${got}, expected a Tensor ${formatShape(shape)}`);
}

function failed(id: ExerciseId, what: string, cause?: unknown): NeuroForgeError {
  const { functionName } = exercises.find((e) => e.id === id)!;
  return new NeuroForgeError('NF4151', `${functionName} ${what}`, { where: id, cause });
}
