import type { ExerciseId } from '../../src/verify/exercise.ts';

/** A wrong answer as a learner writes it: the body of the function, and the fingerprint that it is to have. */
export interface WrongAnswer {
  readonly body: string;
  /** The first fingerprint. */
  readonly id: string;
  /** Others that are to be there. */
  readonly also?: readonly string[];
  /** Default `wrong`. */
  readonly verdict?: 'wrong' | 'error';
}

const wrong = (id: string, body: string, also: readonly string[] = []): WrongAnswer => ({ body, id, also });
const error = (id: string, body: string): WrongAnswer => ({ body, id, verdict: 'error' });

/** The right chain with some lines of it replaced. */
function chainWith(...replaced: readonly (readonly [string, string])[]): string {
  let body = `const { X, z1, h1, z2, h2, W2, W3 } = net;
    const dW3 = my.dW(h2, dz3), db3 = my.db(dz3);
    const dh2 = my.dX(dz3, W3);
    const dz2 = my.dReLU(dh2, z2);
    const dW2 = my.dW(h1, dz2), db2 = my.db(dz2);
    const dh1 = my.dX(dz2, W2);
    const dz1 = my.dReLU(dh1, z1);
    const dW1 = my.dW(X, dz1), db1 = my.db(dz1);
    return { dW1, db1, dW2, db2, dW3, db3 };`;
  for (const [from, to] of replaced) {
    if (!body.includes(from)) throw new Error(`no ${from}`);
    body = body.replace(from, to);
  }
  return body;
}

/** Mistakes that people make, for the tests of the grading. */
export const wrongAnswers: Readonly<Record<ExerciseId, readonly WrongAnswer[]>> = {
  'softmax-cross-entropy': [
    wrong('times-B', 'return P.sub(T);'),
    wrong('sign', 'return T.sub(P).div(P.rows);'),
    wrong('sign', 'return T.sub(P);', ['times-B']),
    wrong('divided-by-B', 'return P.sub(T).div(P.rows).div(P.rows);'),
    wrong('divided-by-K', 'return P.sub(T).div(P.size);'),
    wrong('K-for-B', 'return P.sub(T).div(P.cols);'),
    wrong('times-B-squared', 'return P.sub(T).mul(P.rows);'),
    wrong('doubled', 'return P.sub(T).mul(2).div(P.rows);'),
    wrong('fixed-batch', 'return P.sub(T).div(32);'),
    wrong('softmax-twice', 'const d = P.sub(T).div(P.rows); return d.sub(d.mul(P).rowSum()).mul(P);'),
    wrong('softmax-twice', 'return P.sub(T).mul(P).mul(P.rsub(1)).div(P.rows);'),
    wrong('softmax-twice', 'const d = P.sub(T); return d.sub(d.mul(P).rowSum()).mul(P);', ['times-B']),
    wrong('by-probabilities', 'return T.div(P).neg().div(P.rows);'),
    wrong('no-labels', 'return P.div(P.rows);'),
    wrong('only-true-class', 'return P.sub(1).mul(T).div(P.rows);'),
    wrong('squared', 'return P.sub(T).square().div(P.rows);'),
    wrong('absolute', 'return P.sub(T).abs().div(P.rows);'),
    wrong('mutates-input', 'return P.axpy(-1, T).div(P.rows);'),
    wrong('mutates-input', 'P.set(P.sub(T)); return P.div(P.rows);'),
    wrong('no-labels', 'return P;', ['times-B', 'returns-input']),
    wrong('returns-input', 'return T;'),
    wrong('not-finite', 'return P.sub(T).div(T.sum().sub(P.rows));'),
    wrong('no-return', 'P.sub(T).div(P.rows);'),
    wrong('operator', 'return (P - T) / P.rows;'),
    wrong('not-called', 'return P.sub(T).neg;'),
    wrong('array', 'return P.sub(T).div(P.rows).toArray();'),
    wrong('number', 'return P.sub(T).div(P.rows).sum().item();'),
    wrong('transposed', 'return P.sub(T).div(P.rows).T;'),
    error('no-such-method', 'return P.subtract(T).div(P.rows);'),
    error('not-a-tensor-argument', 'return P.sub(T.eq(1) === 1).div(P.rows);'),
  ],
  'linear-dW': [
    wrong('transposed', 'return dY.T.matmul(X);'),
    wrong('transposed', 'return dY.T.matmul(X).div(X.rows);', ['divided-by-B']),
    wrong('divided-by-B', 'return X.T.matmul(dY).div(X.rows);'),
    wrong('times-B', 'return X.T.matmul(dY).mul(X.rows);'),
    wrong('divided-by-D', 'return X.T.matmul(dY).div(X.cols);'),
    wrong('sign', 'return X.T.matmul(dY).neg();'),
    wrong('factor', 'return X.T.matmul(dY).mul(0.3);'),
    wrong('doubled', 'const d = X.T.matmul(dY); return d.add(d);'),
    wrong(
      'last-example',
      'let d; for (let n = 0; n < X.rows; n++) d = X.rowRange(n, n + 1).T.matmul(dY.rowRange(n, n + 1)); return d;',
    ),
    wrong('first-example', 'return X.rowRange(0, 1).T.matmul(dY.rowRange(0, 1));'),
    wrong('sums-first', 'return X.colSum().reshape(-1, 1).matmul(dY.colSum().reshape(1, -1));'),
    wrong('sums-first', 'return X.colMean().reshape(-1, 1).matmul(dY.colMean().reshape(1, -1));'),
    wrong('reshaped', 'return dY.T.matmul(X).reshape(X.cols, dY.cols);'),
    wrong('zero', 'return X.T.matmul(dY).zerosLike();'),
    wrong('mutates-input', 'X.fill(1); return X.T.matmul(dY);'),
    error('shapes-do-not-fit', 'return X.matmul(dY);'),
    error('shapes-do-not-fit', 'return X.mul(dY);'),
    error('no-such-method', 'return X.T().matmul(dY);'),
    error('no-such-method', 'return X.T.dot(dY);'),
    error('recursion', 'return dW(X, dY);'),
  ],
  'linear-db': [
    wrong('dimensions', 'return dY.colSum().reshape(1, -1);'),
    wrong('dimensions', 'return dY.colSum().reshape(-1, 1);'),
    wrong('divided-by-B', 'return dY.colMean();'),
    wrong('times-B', 'return dY.colSum().mul(dY.rows);'),
    wrong('sign', 'return dY.colSum().neg();'),
    wrong('wrong-axis', 'return dY.rowSum();'),
    wrong('wrong-axis', 'return dY.rowSum().reshape(-1);'),
    wrong('wrong-axis', 'return dY.T.colSum();'),
    wrong('summed-all', 'return dY.sum(0);'),
    wrong('summed-all', 'return dY.sum();'),
    wrong('not-summed', 'return dY;', ['returns-input']),
    wrong('last-example', 'let d; for (let n = 0; n < dY.rows; n++) d = dY.rowRange(n, n + 1).reshape(-1); return d;'),
    wrong('first-example', 'return dY.rowRange(0, 1).reshape(-1);'),
    wrong('maximum', 'return dY.colMax();'),
    wrong('promise', 'return Promise.resolve(dY.colSum());'),
    wrong('number', 'return dY.sum().item();'),
    wrong('array', 'return dY.colSum().dataSync();'),
  ],
  'linear-dX': [
    wrong('transposed', 'return W.matmul(dY.T);'),
    wrong('divided-by-B', 'return dY.matmul(W.T).div(dY.rows);'),
    wrong('divided-by-H', 'return dY.matmul(W.T).div(W.cols);'),
    wrong('times-B', 'return dY.matmul(W.T).mul(dY.rows);'),
    wrong('sign', 'return dY.matmul(W.T).neg();'),
    wrong(
      'last-output',
      'let d; for (let k = 0; k < W.cols; k++) d = dY.T.rowRange(k, k + 1).T.matmul(W.T.rowRange(k, k + 1)); return d;',
    ),
    wrong('first-output', 'return dY.T.rowRange(0, 1).T.matmul(W.T.rowRange(0, 1));'),
    wrong('summed-over-batch', 'return dY.colSum().reshape(1, -1).matmul(W.T);'),
    wrong('summed-over-batch', 'return dY.matmul(W.T).colSum();'),
    wrong('clipped', 'return dY.matmul(W.T).relu();'),
    wrong('clipped', 'return dY.relu().matmul(W.T);'),
    wrong('without-dY', 'return dY.mul(0).add(1).matmul(W.T);'),
    wrong('reshaped', 'return W.matmul(dY.T).reshape(dY.rows, W.rows);'),
    error('shapes-do-not-fit', 'return dY.matmul(W);'),
    error('shapes-do-not-fit', 'return W.matmul(dY);'),
    error('no-such-method', 'return dY.matmul(W.transpose());'),
  ],
  relu: [
    wrong('at-zero', 'return dY.mul(z.ge(0));'),
    wrong('no-gate', 'return dY;', ['returns-input']),
    wrong('no-gate', 'return dY.add(0);'),
    wrong('gate-only', 'return z.gt(0);'),
    wrong('gate-only', 'return z.ge(0);'),
    wrong('gate-of-dY', 'return dY.mul(dY.gt(0));'),
    wrong('times-z', 'return dY.mul(z);'),
    wrong('times-output', 'return dY.mul(z.relu());'),
    wrong('times-output', 'return dY.mul(z.gt(0)).mul(z);'),
    wrong('gate-inverted', 'return dY.mul(z.lt(0));'),
    wrong('gate-inverted', 'return dY.mul(z.le(0));'),
    wrong('gate-by-sign', 'return dY.mul(z.sign());'),
    wrong('forward', 'return z.relu();'),
    wrong('leaky', 'return dY.mul(z.gt(0)).add(dY.mul(z.le(0)).mul(0.01));'),
    wrong('sign', 'return dY.mul(z.gt(0)).neg();'),
    wrong('divided-by-B', 'return dY.mul(z.gt(0)).div(dY.rows);'),
    wrong('gate-of-dY', 'return dY.relu().neg();', ['sign']),
    wrong('mutates-input', 'return dY.set(dY.mul(z.gt(0)));'),
    error('not-a-tensor-argument', 'return dY.mul(z > 0);'),
    error('shapes-do-not-fit', 'return dY.matmul(z.gt(0));'),
  ],
  chain: [
    wrong('no-relu-2', chainWith(['my.dReLU(dh2, z2)', 'dh2'])),
    wrong('no-relu-1', chainWith(['my.dReLU(dh1, z1)', 'dh1'])),
    wrong('no-relus', chainWith(['my.dReLU(dh1, z1)', 'dh1'], ['my.dReLU(dh2, z2)', 'dh2'])),
    wrong('gate-of-gradient', chainWith(['my.dReLU(dh1, z1)', 'my.dReLU(dh1, dh1)'])),
    wrong('arguments-swapped', chainWith(['my.dReLU(dh2, z2)', 'my.dReLU(z2, dh2)'])),
    wrong('h1-for-X', chainWith(['my.dW(X, dz1)', 'my.dW(h1, dz1)'])),
    wrong('z1-for-h1', chainWith(['my.dW(h1, dz2)', 'my.dW(z1, dz2)'])),
    wrong('z2-for-h2', chainWith(['my.dW(h2, dz3)', 'my.dW(z2, dz3)'])),
    wrong('z2-for-h2', chainWith(['my.dW(X, dz1)', 'my.dW(h1, dz1)'], ['my.dW(h2, dz3)', 'my.dW(z2, dz3)']), [
      'h1-for-X',
    ]),
    wrong('dz3-for-dz2', chainWith(['my.db(dz2)', 'my.db(dz3)'])),
    wrong('dz2-for-dz1', chainWith(['my.dW(X, dz1)', 'my.dW(X, dz2)'])),
    wrong('dh2-for-dz2', chainWith(['my.dW(h1, dz2)', 'my.dW(h1, dh2)'])),
    wrong('dh2-for-dz2', chainWith(['my.dX(dz2, W2)', 'my.dX(dh2, W2)'])),
    wrong('dh1-for-dz1', chainWith(['my.db(dz1)', 'my.db(dh1)'])),
    wrong(
      'wrong-slot',
      chainWith(['{ dW1, db1, dW2, db2, dW3, db3 }', '{ dW1: dW3, db1: db3, dW2, db2, dW3: dW1, db3: db1 }']),
    ),
    wrong('wrong-slot', chainWith(['{ dW1, db1, dW2, db2, dW3, db3 }', '{ dW1, db1: db2, dW2, db2: db1, dW3, db3 }'])),
    wrong('missing-keys', chainWith(['{ dW1, db1, dW2, db2, dW3, db3 }', '{ dW1, dW2, dW3 }'])),
    wrong('missing-keys', chainWith(['{ dW1, db1, dW2, db2, dW3, db3 }', '{ W1: dW1, b1: db1, dW2, db2, dW3, db3 }'])),
    wrong('missing-keys', chainWith(['{ dW1, db1, dW2, db2, dW3, db3 }', 'dW1'])),
    wrong('missing-keys', 'return net;'),
    wrong('array', chainWith(['{ dW1, db1, dW2, db2, dW3, db3 }', '[dW1, db1, dW2, db2, dW3, db3]'])),
    wrong('no-return', chainWith(['return { dW1, db1, dW2, db2, dW3, db3 };', ''])),
    wrong('not-a-tensor', chainWith(['{ dW1, db1, dW2, db2, dW3, db3 }', '{ dW1, db1, dW2, db2, dW3, db3: null }'])),
    wrong('transposed', chainWith(['my.dW(X, dz1)', 'my.dW(dz1, X)'])),
    wrong('sign', chainWith(['my.dX(dz2, W2)', 'my.dX(dz2, W2).neg()'])),
    wrong('divided-by-B', chainWith(['my.db(dz1)', 'my.db(dz1).div(X.rows)'])),
    wrong('zero', chainWith(['my.dReLU(dh1, z1)', 'dh1.zerosLike()'])),
    wrong('mutates-input', chainWith(['my.dX(dz3, W3)', 'my.dX(dz3.axpy(1, dz3), W3)'])),
    error('z2-for-z1', chainWith(['my.dReLU(dh1, z1)', 'my.dReLU(dh1, z2)'])),
    error('z1-for-z2', chainWith(['my.dReLU(dh2, z2)', 'my.dReLU(dh2, z1)'])),
    error('forgot-W2', chainWith(['my.dX(dz2, W2)', 'dz2'])),
    error('forgot-W3', chainWith(['my.dX(dz3, W3)', 'dz3'])),
    error('reused-dz3', chainWith(['my.dX(dz2, W2)', 'my.dX(dz3, W2)'])),
    error('W2-for-W3', chainWith(['my.dX(dz3, W3)', 'my.dX(dz3, W2)'])),
    error('W3-for-W2', chainWith(['my.dX(dz2, W2)', 'my.dX(dz2, W3)'])),
    error('arguments-swapped', chainWith(['my.dX(dz2, W2)', 'my.dX(W2, dz2)'])),
    error('not-a-tensor-argument', chainWith(['my.dX(dz2, W2)', 'my.dX(dz2)'])),
    error('shapes-do-not-fit', chainWith(['my.dW(h2, dz3)', 'my.dW(W3, dz3)'])),
  ],
};
