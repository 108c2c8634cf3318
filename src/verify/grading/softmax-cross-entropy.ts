import { backend } from '../../backends/default.ts';
import { crossEntropy } from '../../losses/cross-entropy.ts';
import { indices, tensor } from '../../tensor/create.ts';
import { centralDifferences } from '../finite-differences.ts';
import { copied, draws } from '../rig.ts';
import { type Named, namedOf, type Piece, type Question, type Values } from './question.ts';

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

const derivative = 'its derivative by each logit is wanted';

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
    {
      id: 'softmax-again',
      text: 'P is put through a softmax once more: P is the softmax of the logits already',
      give: ({ P, T }) => ({ dz: P.softmax().sub(T).div(P.rows) }),
    },
    {
      id: 'no-probabilities',
      text: 'this is -T / B: the probabilities P are missing (by way of dL/dP, the sum of the softmax is left out)',
      give: ({ P, T }) => ({ dz: T.div(-P.rows) }),
    },
    {
      id: 'times-P',
      text: 'P - T is multiplied by P: P - T is the gradient by the logits already',
      give: ({ P, T }) => ({ dz: P.sub(T).mul(P).div(P.rows) }),
    },
    {
      id: 'times-T',
      text: 'this is -T P: predicted minus true is P - T',
      give: ({ P, T }) => ({ dz: P.mul(T).div(-P.rows) }),
    },
    {
      id: 'added',
      text: 'P and T are added: it is predicted minus true, P - T',
      give: ({ P, T }) => ({ dz: P.add(T).div(P.rows) }),
    },
    {
      id: 'minus-one',
      text: '1 is taken off everywhere: only the true class has it, so it is P - T',
      give: ({ P }) => ({ dz: P.sub(1).div(P.rows) }),
    },
    {
      id: 'sigmoid',
      text: 'this is p (1 - p), the slope of a sigmoid: it knows nothing of the labels T',
      give: ({ P }) => ({ dz: P.mul(P.rsub(1)).div(P.rows) }),
    },
    {
      id: 'log',
      text: 'a logarithm of P is taken: it is in the loss; in its derivative stands P itself',
      give: ({ P, T }) => ({ dz: P.log().sub(T).div(P.rows) }),
    },
    {
      id: 'loss',
      text: `these are the terms of the loss, -t log p: ${derivative}`,
      give: ({ P, T }) => ({ dz: T.mul(P.log()).div(-P.rows) }),
    },
    {
      id: 'loss',
      text: `this is the loss itself, one number: ${derivative}`,
      give: ({ P, T }) => ({ dz: T.mul(P.log()).sum().div(-P.rows) }),
    },
    {
      id: 'loss',
      text: `this is the loss of each example: ${derivative}`,
      give: ({ P, T }) => ({ dz: T.mul(P.log()).rowSum().div(-P.rows) }),
    },
    {
      id: 'loss',
      text: `this is the loss of each example: ${derivative}`,
      give: ({ P, T }) => ({ dz: T.mul(P.log()).rowSum().neg().reshape(-1) }),
    },
    {
      id: 'half-divided',
      text: 'only P is divided by B: divide the difference, `P.sub(T).div(P.rows)`',
      give: ({ P, T }) => ({ dz: P.div(P.rows).sub(T) }),
    },
    {
      id: 'half-divided',
      text: 'only T is divided by B: divide the difference, `P.sub(T).div(P.rows)`',
      give: ({ P, T }) => ({ dz: P.sub(T.div(P.rows)) }),
    },
    {
      id: 'only-other-classes',
      text: 'the true class has no gradient here: there it is p - 1',
      give: ({ P, T }) => ({ dz: T.rsub(1).mul(P).div(P.rows) }),
    },
    {
      id: 'divided-by-P',
      text: 'P - T is divided by P: P - T is the gradient by the logits already',
      give: ({ P, T }) => ({ dz: P.sub(T).div(P).div(P.rows) }),
    },
    {
      id: 'divided-by-P',
      text: 'P - T is divided by p (1 - p): P - T is the gradient by the logits already',
      give: ({ P, T }) => ({
        dz: P.sub(T)
          .div(P.mul(P.rsub(1)))
          .div(P.rows),
      }),
    },
    {
      id: 'softmax-again',
      text: 'a softmax is applied to the gradient: P - T is all there is',
      give: ({ P, T }) => ({ dz: P.sub(T).div(P.rows).softmax() }),
    },
    {
      id: 'loss',
      text: `these are terms of a loss for two classes: ${derivative}`,
      give: ({ P, T }) => {
        const other = P.rsub(1).log().mul(T.rsub(1));
        return { dz: P.log().mul(T).add(other).div(-P.rows) };
      },
    },
  ],
  families: [{ id: 'summed', tell: summed }],
};

function summed({ P }: Values, { shape }: Named): string | null {
  const [B, K] = P.shape;
  const ways = ['', `${B}`, `${K}`, `${B},1`, `1,${K}`];
  if (!ways.includes(String(shape))) return null;
  return 'something is added up or averaged: each logit of each example has a gradient of its own, (B, K)';
}
