import { describe, expect, test } from 'vitest';
import { someMatrix } from '../../test/naive.ts';
import { alone } from '../../test/support/one-layer.ts';
import { backend } from '../backends/default.ts';
import { crossEntropy } from '../losses/cross-entropy.ts';
import { crossEntropyFromProbabilities } from '../losses/cross-entropy-from-probabilities.ts';
import { indices, tensor } from '../tensor/create.ts';
import { softmax, softmaxJacobian } from './softmax.ts';

const js64 = { backend: backend('js64') };
const close = (a: ArrayLike<number>, b: ArrayLike<number>, digits = 14) => {
  expect(a.length).toBe(b.length);
  Array.from(a).forEach((v, i) => expect(v).toBeCloseTo(b[i], digits));
};

describe('the two forms of the derivative are equal', () => {
  test.each([
    [1, 1],
    [3, 10],
    [5, 17],
  ])('Jacobian times dP, and the product without it, (%i, %i)', (B, C) => {
    const [x, dP] = [someMatrix(B, C, 5), someMatrix(B, C, 6)];
    const { y: p, dX } = alone(softmax(), [C]).run(x, dP);
    for (let i = 0; i < B; i++) {
      const J = softmaxJacobian(p.rowRange(i, i + 1)); // (C, C)
      close(tensor([dP[i]], undefined, js64).matmul(J).dataSync(), dX!.rowRange(i, i + 1).dataSync());
      close(J.dataSync(), J.T.dataSync()); // symmetric
      close(J.rowSum().dataSync(), new Array(C).fill(0)); // probabilities keep their sum
    }
  });

  test('softmax after cross-entropy, backward one by one, is (p - y) / B of both in one', () => {
    const z = someMatrix(6, 5, 7);
    const y = indices([0, 4, 2, 2, 1, 3], js64);
    const layer = alone(softmax(), [5]);
    const p = tensor(z, undefined, js64).softmax();
    const separate = crossEntropyFromProbabilities().apply(p, { y });
    const fused = crossEntropy().apply(tensor(z, undefined, js64), { y });
    expect(separate.loss.item()).toBeCloseTo(fused.loss.item(), 14);
    close(layer.run(z, separate.dOutput).dX!.dataSync(), fused.dOutput.dataSync());
    close(fused.dOutput.dataSync(), p.sub(y.oneHot(5)).div(6).dataSync());
  });
});

test.each(['js64', 'js', 'wasm'] as const)('rows sum to 1, shifts change nothing, finite at 1e4, on %s', (name) => {
  const digits = name === 'js64' ? 14 : 6;
  const run = (x: number[][]) =>
    alone(softmax(), [x[0].length], name).run(
      x,
      x.map((r) => r.map((_, i) => i)),
    );
  const x = someMatrix(4, 65, 8);
  const { y, dX } = run(x);
  close(y.rowSum().dataSync(), [1, 1, 1, 1], digits);
  close(dX!.rowSum().dataSync(), [0, 0, 0, 0], digits - 2);
  close(run(x.map((r) => r.map((v) => v + 64))).y.dataSync(), y.dataSync(), digits - 1);
  const huge = run([[1e4, -1e4, 1e4]]);
  expect(huge.y.toArray()).toEqual([[0.5, 0, 0.5]]);
  expect(huge.dX!.toArray()).toEqual([[-0.5, 0, 0.5]]);
});
