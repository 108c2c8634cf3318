/** Wrong answers for the parameters of a linear layer. */
import type { Suspect } from './question.ts';
import { assigned, butFirst, butLast, first, last, missing } from './sums.ts';

export const linearDWSuspects: readonly Suspect[] = [
  { id: 'one-factor', text: missing('dY', 'X transposed'), give: ({ X }) => ({ dW: X.T }) },
  { id: 'one-factor', text: missing('dY', 'X'), give: ({ X }) => ({ dW: X }) },
  { id: 'one-factor', text: missing('X', 'dY'), give: ({ dY }) => ({ dW: dY }) },
  { id: 'one-factor', text: missing('X', 'dY transposed'), give: ({ dY }) => ({ dW: dY.T }) },
  {
    id: 'without-dY',
    text: 'these are the local slopes, the inputs, summed: dY, by which the roads go on to the loss, is missing',
    give: ({ X, dY }) => ({ dW: X.T.matmul(dY.sub(dY).add(1)) }),
  },
  {
    id: 'without-X',
    text: 'dY is summed over the examples, each with weight 1: its weight is the input, X',
    give: ({ X, dY }) => ({ dW: X.sub(X).add(1).T.matmul(dY) }),
  },
  {
    id: 'absolute',
    text: 'the signs are lost: a gradient is negative where the loss falls',
    give: ({ X, dY }) => ({ dW: X.T.matmul(dY).abs() }),
  },
  {
    id: 'with-db',
    text: 'db is added: the biases have a gradient of their own',
    give: ({ X, dY }) => ({ dW: X.T.matmul(dY).add(dY.colSum()) }),
  },
  {
    id: 'clipped',
    text: 'a ReLU is applied to the result: a linear layer has no gate',
    give: ({ X, dY }) => ({ dW: X.T.matmul(dY).relu() }),
  },
  {
    id: 'clipped',
    text: 'a ReLU is applied to X: a linear layer has no gate',
    give: ({ X, dY }) => ({ dW: X.relu().T.matmul(dY) }),
  },
  {
    id: 'clipped',
    text: 'a ReLU is applied to dY: a linear layer has no gate',
    give: ({ X, dY }) => ({ dW: X.T.matmul(dY.relu()) }),
  },
  {
    id: 'squared',
    text: 'X is squared: the slope of x w by w is x',
    give: ({ X, dY }) => ({ dW: X.square().T.matmul(dY) }),
  },
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
    id: 'but-last-example',
    text: 'the last example is left out: does a loop end one too early?',
    give: ({ X, dY }) => ({ dW: butLast(X).T.matmul(butLast(dY)) }),
  },
  {
    id: 'but-first-example',
    text: 'the first example is left out: does a loop begin at 1?',
    give: ({ X, dY }) => ({ dW: butFirst(X).T.matmul(butFirst(dY)) }),
  },
  {
    id: 'reshaped-X',
    text: '`reshape` keeps the order of the numbers: the transposed matrix is `X.T`',
    give: ({ X, dY }) => ({ dW: X.reshape(X.cols, X.rows).matmul(dY) }),
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
];

export const linearDbSuspects: readonly Suspect[] = [
  {
    id: 'wrong-axis',
    text: 'each row is summed, over the outputs; each column is to be, over the examples: `colSum`',
    give: ({ dY }) => ({ db: dY.rowSum() }),
  },
  {
    id: 'wrong-axis',
    text: 'each row is summed, over the outputs; each column is to be, over the examples: `colSum`',
    give: ({ dY }) => ({ db: dY.rowSum().reshape(-1) }),
  },
  {
    id: 'summed-all',
    text: 'everything is summed to one number: each output has a bias of its own. `sum()` takes no axis; `colSum()` sums each column',
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
    id: 'but-last-example',
    text: 'the last example is left out: does a loop end one too early?',
    give: ({ dY }) => ({ db: butLast(dY).colSum() }),
  },
  {
    id: 'but-first-example',
    text: 'the first example is left out: does a loop begin at 1?',
    give: ({ dY }) => ({ db: butFirst(dY).colSum() }),
  },
  {
    id: 'maximum',
    text: 'this is the largest entry of each column: the roads are to be added up',
    give: ({ dY }) => ({ db: dY.colMax() }),
  },
  {
    id: 'absolute',
    text: 'the signs are lost: add up the entries as they are',
    give: ({ dY }) => ({ db: dY.abs().colSum() }),
  },
  {
    id: 'squared',
    text: 'the entries are squared: each road has slope 1, so they are added up as they are',
    give: ({ dY }) => ({ db: dY.square().colSum() }),
  },
  {
    id: 'clipped',
    text: 'a ReLU is applied to dY: a linear layer has no gate',
    give: ({ dY }) => ({ db: dY.relu().colSum() }),
  },
  {
    id: 'counted',
    text: 'this counts the positive entries: add up the entries as they are',
    give: ({ dY }) => ({ db: dY.gt(0).colSum() }),
  },
  {
    id: 'row-mean',
    text: 'each row is averaged, over the outputs; each column is to be summed, over the examples: `colSum`',
    give: ({ dY }) => ({ db: dY.rowMean() }),
  },
  {
    id: 'summed-all',
    text: 'everything is averaged to one number: each output has a bias of its own; `colSum()` sums each column',
    give: ({ dY }) => ({ db: dY.mean() }),
  },
  {
    id: 'not-summed',
    text: 'the sums stand in every row: one vector (H) is wanted, `colSum()` as it is',
    give: ({ dY }) => ({ db: dY.mul(0).add(dY.colSum()) }),
  },
  {
    id: 'only-ones',
    text: 'this counts the examples: the roads all have slope 1, but dY, by which they go on to the loss, is missing',
    give: ({ dY }) => ({ db: dY.mul(0).add(1).colSum() }),
  },
  {
    id: 'only-ones',
    text: 'these are ones, the slopes alone: dY, by which the roads go on to the loss, is missing',
    give: ({ dY }) => ({ db: dY.mul(0).add(1).colMean() }),
  },
];
