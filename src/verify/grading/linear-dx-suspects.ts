import type { Suspect } from './question.ts';
import { assigned, butFirst, butLast, first, last, missing } from './sums.ts';

/** Wrong answers for the input of a linear layer. */
export const linearDXSuspects: readonly Suspect[] = [
  { id: 'one-factor', text: missing('dY', 'W transposed'), give: ({ W }) => ({ dX: W.T }) },
  { id: 'one-factor', text: missing('dY', 'W'), give: ({ W }) => ({ dX: W }) },
  { id: 'one-factor', text: missing('W', 'dY'), give: ({ dY }) => ({ dX: dY }) },
  {
    id: 'but-last-output',
    text: 'the road through the last output is left out: does a loop end one too early?',
    give: ({ dY, W }) => ({ dX: butLast(dY.T).T.matmul(butLast(W.T)) }),
  },
  {
    id: 'but-first-output',
    text: 'the road through the first output is left out: does a loop begin at 1?',
    give: ({ dY, W }) => ({ dX: butFirst(dY.T).T.matmul(butFirst(W.T)) }),
  },
  {
    id: 'without-W',
    text: 'dY is summed over the outputs, each with weight 1: its weight is W',
    give: ({ dY, W }) => ({ dX: dY.matmul(W.sub(W).add(1).T) }),
  },
  {
    id: 'absolute',
    text: 'the signs are lost: a gradient is negative where the loss falls',
    give: ({ dY, W }) => ({ dX: dY.matmul(W.T).abs() }),
  },
  {
    id: 'squared',
    text: 'W is squared: the slope of x w by x is w',
    give: ({ dY, W }) => ({ dX: dY.matmul(W.square().T) }),
  },
  {
    id: 'reshaped-W',
    text: '`reshape` keeps the order of the numbers: the transposed matrix is `W.T`',
    give: ({ dY, W }) => ({ dX: dY.matmul(W.reshape(W.cols, W.rows)) }),
  },
  {
    id: 'sums-first',
    text: 'dY and W are summed before they are multiplied: multiply output by output, then add up',
    give: ({ dY, W }) => ({ dX: dY.rowSum().matmul(W.rowSum().T) }),
  },
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
];
