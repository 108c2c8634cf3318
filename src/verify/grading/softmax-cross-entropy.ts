import { backend } from '../../backends/default.ts';
import { crossEntropy } from '../../losses/cross-entropy.ts';
import { indices, tensor } from '../../tensor/create.ts';
import { centralDifferences } from '../finite-differences.ts';
import { copied, draws } from '../rig.ts';
import { namedOf, type Piece, type Question } from './question.ts';

/** Batch and classes of each draw. */
const shapes = [
  [5, 3],
  [3, 7],
  [8, 4],
] as const;

function question(seed: number, draw: number): Question {
  const [B, K] = shapes[draw];
  const place = { backend: backend('js64') };
  const at = draws(B * K, seed, `exercise/z/${draw}`);
  const labels = draws(B, seed, `exercise/y/${draw}`);
  const y = indices(
    Array.from(labels, (v, n) => (n + Math.floor(Math.abs(v) * 97)) % K),
    place,
  );
  const z = tensor(at, [B, K], place);
  const dZ = crossEntropy().apply(z, { y }).dOutput;
  const loss = (v: Float64Array): number[] => [
    crossEntropy()
      .apply(tensor(v, [B, K], place), { y })
      .loss.item(),
  ];
  return {
    inputs: [namedOf('P', z.softmax()), namedOf('T', y.oneHot(K))],
    wanted: [
      {
        name: 'dz',
        letters: '(B, K)',
        shape: [B, K],
        values: copied(dZ),
        slopes: centralDifferences(at, [1], 1e-5, loss),
      },
    ],
    sizes: { B, K },
  };
}

export const softmaxCrossEntropy: Piece = {
  id: 'softmax-cross-entropy',
  questions: (seed) => shapes.map((_, draw) => question(seed, draw)),
  asides: {
    sign: 'it is predicted minus true, P - T',
    'times-B': 'L is the mean over the batch: divide by B',
    'divided-by-B': 'once is enough',
    'divided-by-K': 'the mean is over the examples, not over the classes',
    'K-for-B': 'the mean is over the examples, P.rows, not over the classes',
    'times-B-squared': 'divide by B, do not multiply by it',
  },
  suspects: [
    {
      id: 'softmax-twice',
      text: 'the derivative of the softmax is applied twice: P - T is the gradient by the logits already',
      give: ({ P, T }) => {
        const d = P.sub(T).div(P.rows);
        return { dz: d.sub(d.mul(P).rowSum()).mul(P) };
      },
    },
    {
      id: 'softmax-twice',
      text: 'P - T is multiplied by p (1 - p), the slope of a sigmoid: P - T is the gradient by the logits already',
      give: ({ P, T }) => ({ dz: P.sub(T).div(P.rows).mul(P).mul(P.rsub(1)) }),
    },
    {
      id: 'by-probabilities',
      text: 'this is dL/dP, the gradient by the probabilities: the way through the softmax to the logits is missing',
      give: ({ P, T }) => ({ dz: T.div(P).div(-P.rows) }),
    },
    {
      id: 'no-labels',
      text: 'this is P / B: the labels T are missing',
      give: ({ P }) => ({ dz: P.div(P.rows) }),
    },
    {
      id: 'only-true-class',
      text: 'only the true class has a gradient here; the other logits stand in the sum of the softmax and have one too',
      give: ({ P, T }) => ({ dz: P.sub(T).div(P.rows).mul(T) }),
    },
    {
      id: 'squared',
      text: 'the difference is squared: that is a loss, and its derivative is wanted',
      give: ({ P, T }) => ({ dz: P.sub(T).square().div(P.rows) }),
    },
    {
      id: 'absolute',
      text: 'the difference has lost its sign: at the true class the gradient is negative',
      give: ({ P, T }) => ({ dz: P.sub(T).abs().div(P.rows) }),
    },
  ],
};
