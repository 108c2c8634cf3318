import { linear } from '../../layers/linear.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { ExerciseId } from '../exercise.ts';
import { centralDifferences } from '../finite-differences.ts';
import { copied, draws, Rig } from '../rig.ts';
import type { Named, Piece, Question, Suspect, Wanted } from './question.ts';

/** Batch, inputs and outputs of each draw: odd shapes, so that a wrong transpose has nowhere to hide. */
const shapes = [
  [5, 4, 3],
  [3, 5, 2],
  [8, 3, 7],
] as const;

/** Everything about one linear layer: X, W and dY, and the three gradients. */
function layer(seed: number, draw: number): { inputs: Record<string, Named>; wanted: Record<string, Wanted> } {
  const [B, D, H] = shapes[draw];
  const rig = new Rig(linear(H), { input: [D], batch: B, seed, training: true });
  try {
    rig.jitter(seed, 1);
    const x = draws(B * D, seed, `exercise/X/${draw}`);
    const dY = draws(B * H, seed, `exercise/dY/${draw}`);
    const got = rig.gradients(x, dY);
    const differences = (at: Float64Array, terms: (v: Float64Array) => Float64Array): Float64Array =>
      centralDifferences(at, dY, 1e-5, terms);
    const moving = (name: 'W' | 'b'): Float64Array => {
      const p = rig.parameters.param(name);
      const kept = copied(p);
      const slopes = differences(kept, (v) => {
        p.set(v);
        return rig.terms(x);
      });
      p.set(kept);
      return slopes;
    };
    const W = copied(rig.parameters.param('W'));
    return {
      inputs: {
        X: { name: 'X', shape: [B, D], values: x },
        W: { name: 'W', shape: [D, H], values: W },
        dY: { name: 'dY', shape: [B, H], values: dY },
      },
      wanted: {
        dW: { name: 'dW', letters: '(D, H)', shape: [D, H], values: got.params.get('W')!, slopes: moving('W') },
        db: { name: 'db', letters: '(H)', shape: [H], values: got.params.get('b')!, slopes: moving('b') },
        dX: {
          name: 'dX',
          letters: '(B, D)',
          shape: [B, D],
          values: got.dX!,
          slopes: differences(x, (v) => rig.terms(v)),
        },
      },
    };
  } finally {
    rig.dispose();
  }
}

const asides = {
  'divided-by-B': 'the 1/B of the mean is in dY already',
  'times-B': 'nothing is to be multiplied by it',
};

function piece(id: ExerciseId, takes: readonly string[], gives: string, suspects: readonly Suspect[]): Piece {
  const question = (seed: number, draw: number): Question => {
    const { inputs, wanted } = layer(seed, draw);
    const [B, D, H] = shapes[draw];
    return { inputs: takes.map((name) => inputs[name]), wanted: [wanted[gives]], sizes: { B, D, H } };
  };
  return { id, questions: (seed) => shapes.map((_, draw) => question(seed, draw)), suspects, asides };
}

const first = (t: Tensor): Tensor => t.rowRange(0, 1);
const last = (t: Tensor): Tensor => t.rowRange(t.rows - 1, t.rows);
const assigned = 'is `=` where `+=` belongs?';

export const linearDW: Piece = piece('linear-dW', ['X', 'dY'], 'dW', [
  {
    id: 'last-example',
    text: `only the last example counts: ${assigned}`,
    give: ({ X, dY }) => ({ dW: last(X).T.matmul(last(dY)) }),
  },
  {
    id: 'first-example',
    text: 'only the first example counts: the roads of all examples are to be added up',
    give: ({ X, dY }) => ({ dW: first(X).T.matmul(first(dY)) }),
  },
  {
    id: 'sums-first',
    text: 'X and dY are summed over the batch before they are multiplied: multiply example by example, then add up',
    give: ({ X, dY }) => ({ dW: X.colSum().reshape(-1, 1).matmul(dY.colSum().reshape(1, -1)) }),
  },
  {
    id: 'sums-first',
    text: 'X and dY are averaged over the batch before they are multiplied: multiply example by example, then add up',
    give: ({ X, dY }) => ({ dW: X.colMean().reshape(-1, 1).matmul(dY.colMean().reshape(1, -1)) }),
  },
]);

export const linearDb: Piece = piece('linear-db', ['dY'], 'db', [
  {
    id: 'wrong-axis',
    text: 'each row is summed, over the outputs; each column is to be, over the examples: colSum',
    give: ({ dY }) => ({ db: dY.rowSum() }),
  },
  {
    id: 'wrong-axis',
    text: 'each row is summed, over the outputs; each column is to be, over the examples: colSum',
    give: ({ dY }) => ({ db: dY.rowSum().reshape(-1) }),
  },
  {
    id: 'summed-all',
    text: 'everything is summed to one number: each output has a bias of its own. sum() takes no axis; colSum() sums each column',
    give: ({ dY }) => ({ db: dY.sum() }),
  },
  {
    id: 'not-summed',
    text: 'this is dY, not summed: one bias serves all examples, so their roads are to be added up',
    give: ({ dY }) => ({ db: dY }),
  },
  {
    id: 'last-example',
    text: `only the last example counts: ${assigned}`,
    give: ({ dY }) => ({ db: last(dY).reshape(-1) }),
  },
  {
    id: 'first-example',
    text: 'only the first example counts: the roads of all examples are to be added up',
    give: ({ dY }) => ({ db: first(dY).reshape(-1) }),
  },
  {
    id: 'maximum',
    text: 'this is the largest entry of each column: the roads are to be added up',
    give: ({ dY }) => ({ db: dY.colMax() }),
  },
]);

export const linearDX: Piece = piece('linear-dX', ['dY', 'W'], 'dX', [
  {
    id: 'last-output',
    text: `only the road through the last output counts: ${assigned}`,
    give: ({ dY, W }) => ({ dX: last(dY.T).T.matmul(last(W.T)) }),
  },
  {
    id: 'first-output',
    text: 'only the road through the first output counts: those through all outputs are to be added up',
    give: ({ dY, W }) => ({ dX: first(dY.T).T.matmul(first(W.T)) }),
  },
  {
    id: 'summed-over-batch',
    text: 'the examples are added up: a weight serves all of them, but each has an input of its own',
    give: ({ dY, W }) => ({ dX: dY.colSum().reshape(1, -1).matmul(W.T) }),
  },
  {
    id: 'summed-over-batch',
    text: 'the examples are added up: a weight serves all of them, but each has an input of its own',
    give: ({ dY, W }) => ({ dX: dY.matmul(W.T).colSum() }),
  },
  {
    id: 'clipped',
    text: 'a ReLU is applied to the result: a linear layer has no gate',
    give: ({ dY, W }) => ({ dX: dY.matmul(W.T).relu() }),
  },
  {
    id: 'clipped',
    text: 'a ReLU is applied to dY: a linear layer has no gate',
    give: ({ dY, W }) => ({ dX: dY.relu().matmul(W.T) }),
  },
  {
    id: 'without-dY',
    text: 'these are the local slopes, the weights, summed: dY, by which the roads go on to the loss, is missing',
    give: ({ dY, W }) => ({ dX: dY.sub(dY).add(1).matmul(W.T) }),
  },
]);
