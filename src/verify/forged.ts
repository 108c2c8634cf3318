/** A network that trains with a learner's own backward functions. */
import { NeuroForgeError } from '../core/errors.ts';
import { formatShape, type Shape, sameShape } from '../core/shape.ts';
import { defineLayer, type Layer } from '../layers/layer.ts';
import type { Loss, LossResult } from '../losses/loss.ts';
import { labelsOf } from '../losses/targets.ts';
import { mlp } from '../models/mlp.ts';
import { fused } from '../tensor/fuse.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { ExerciseId } from './exercise.ts';
import { exerciseOf } from './exercises.ts';
import { valuesOnTheWay } from './grading/chain.ts';
import { codeOf, told } from './grading/thrown.ts';
import { named } from './grading/watch.ts';
import { makeTensorsOn } from './scope.ts';

export interface ForgedOptions {
  /** Widths of the two hidden layers. */
  readonly hidden: readonly number[];
  readonly outputs: number;
  readonly [key: string]: unknown;
}

type Functions = Readonly<Record<string, unknown>>;

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
 * library's, so that with right functions every loss and every weight is. In training it throws NF4151 when a function
 * throws, writes into what it is given, or gives anything but a tensor of the right shape; `where` is the id of its
 * exercise. Throws NF4102 unless there are two hidden layers.
 */
export function forgeNetwork(functions: Functions, options: ForgedOptions): { layer: Layer; loss: Loss } {
  const { hidden, outputs } = options;
  if (hidden.length !== 2) {
    throw new NeuroForgeError('NF4102', 'the chain of the exercise has two hidden layers', {
      where: 'forgeNetwork',
      got: `${hidden.length}`,
    });
  }
  const network = mlp({ hidden, outputs });
  const my = named('my', piecesOf(functions));
  const forged = defineLayer<ForgedOptions>('forged', {
    init: (ctx, input) => network.init(ctx, input),
    forward: (ctx, x) => network.forward(ctx, x),

    backward(ctx, dz3, cache) {
      const net = { ...valuesOnTheWay(cache), W2: ctx.child('2').param('W'), W3: ctx.child('4').param('W') };
      const result = call(functions, 'chain', [named('net', net), dz3, my], { ...net, dz3 });
      if (typeof result !== 'object' || result === null) throw failed('chain', `returns ${described(result)}`);
      for (const [name, [path, parameter]] of Object.entries(gradients)) {
        const child = ctx.child(path);
        const { shape } = child.param(parameter);
        child.grad(parameter).add(expectTensor('chain', name, (result as Record<string, unknown>)[name], shape));
      }
      return null; // nobody asks for the gradient of the data
    },
  })(options);
  return { layer: { ...forged, children: network.children }, loss: forgedLoss(functions) };
}

function forgedLoss(functions: Functions): Loss {
  const id = 'softmax-cross-entropy';
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
          return expectTensor(id, 'its result', call(functions, id, [P, T], { P, T }), z.shape);
        },
      };
    },

    predict: (z) => z.softmax(),
  };
}

/** The learner's four parts of the chain, each held to the shape that its arguments ask for. */
function piecesOf(functions: Functions): Record<string, (a: Tensor, b: Tensor) => Tensor> {
  const held = (id: ExerciseId, names: readonly [string, string?], shape: (a: Tensor, b: Tensor) => Shape) => {
    return (...args: [Tensor, Tensor]): Tensor => {
      const given = Object.fromEntries(names.map((name, i) => [name, args[i]]));
      for (const [name, t] of Object.entries(given)) {
        if (t instanceof Tensor && t.shape.length === 2) continue;
        throw failed(
          'chain',
          `calls my.${exerciseOf(id).functionName} with ${name} ${described(t)}, expected a matrix`,
        );
      }
      return expectTensor(id, 'its result', call(functions, id, Object.values(given), given), shape(...args));
    };
  };
  return {
    dW: held('linear-dW', ['X', 'dY'], (X, dY) => [X.cols, dY.cols]),
    db: held('linear-db', ['dY'], (dY) => [dY.cols]),
    dX: held('linear-dX', ['dY', 'W'], (dY, W) => [dY.rows, W.rows]),
    dReLU: held('relu', ['dY', 'z'], (dY) => dY.shape),
  };
}

/** Calls a function of the learner's and sees that it leaves `given` as it is. */
function call(functions: Functions, id: ExerciseId, args: readonly unknown[], given: Record<string, Tensor>): unknown {
  const f = functions[exerciseOf(id).functionName];
  if (typeof f !== 'function') throw failed(id, 'is not written yet');
  const before = Object.values(given).map((t) => t.storage.version);
  makeTensorsOn(Object.values(given)[0].backend);
  let result: unknown;
  try {
    result = f(...args);
  } catch (error) {
    if (codeOf(error) === 'NF4151') throw error; // of a part that the chain calls
    const { name, message } = told(error, id);
    throw failed(id, `threw ${name}: ${message}`, error);
  }
  const written = Object.keys(given).filter((name, i) => given[name].storage.version !== before[i]);
  if (written.length > 0) throw failed(id, `writes into ${written.join(' or ')}, which others still need`);
  return result;
}

function expectTensor(id: ExerciseId, name: string, value: unknown, shape: Shape): Tensor {
  if (value instanceof Tensor && sameShape(value.shape, shape)) return value;
  throw failed(id, `gives ${described(value)} as ${name}, expected a Tensor ${formatShape(shape)}`);
}

function described(value: unknown): string {
  if (value instanceof Tensor) return `a Tensor ${formatShape(value.shape)}`;
  return value === undefined || value === null ? 'nothing' : `a value of type ${typeof value}`;
}

function failed(id: ExerciseId, what: string, cause?: unknown): NeuroForgeError {
  return new NeuroForgeError('NF4151', `${exerciseOf(id).functionName} ${what}`, { where: id, cause });
}
