import { describe, expect, test } from 'vitest';
import { code } from '../../test/support/one-layer.ts';
import { backend } from '../backends/default.ts';
import { indices, tensor } from '../tensor/create.ts';
import { binaryCrossEntropy } from './binary-cross-entropy.ts';
import { binaryCrossEntropyFromProbabilities } from './binary-cross-entropy-from-probabilities.ts';
import { crossEntropy } from './cross-entropy.ts';

describe.each(['js64', 'js', 'wasm'] as const)('binary cross-entropy on %s', (name) => {
  const place = { backend: backend(name) };
  const digits = name === 'js64' ? 13 : 6;
  const z = tensor([[0.3], [-2], [1.7], [0]], undefined, place);
  const y = indices([1, 0, 0, 1], place);

  test('of logits and of their sigmoid is one value', () => {
    const a = binaryCrossEntropy().apply(z, { y });
    const b = binaryCrossEntropyFromProbabilities().apply(z.sigmoid(), { y });
    expect(a.loss.item()).toBeCloseTo(b.loss.item(), digits);
    const p = z.sigmoid();
    const chained = b.dOutput.mul(p.mul(p.rsub(1))).dataSync(); // dP through the sigmoid
    a.dOutput.dataSync().forEach((v, i) => expect(v).toBeCloseTo(chained[i], digits));
  });

  test('is cross-entropy of the logits (0, z)', () => {
    const pairs = tensor(
      [...z.dataSync()].flatMap((v) => [0, v]),
      [4, 2],
      place,
    );
    const two = crossEntropy().apply(pairs, { y }).loss.item();
    expect(binaryCrossEntropy().apply(z, { y }).loss.item()).toBeCloseTo(two, digits);
  });

  test('finite at logits of 1e4, on both sides', () => {
    const huge = tensor([[1e4], [-1e4], [1e4], [-1e4]], undefined, place);
    const { loss, dOutput } = binaryCrossEntropy().apply(huge, { y: indices([1, 1, 0, 0], place) });
    expect(loss.item()).toBe(5e3);
    expect(dOutput.add(0).toArray()).toEqual([[0], [-0.25], [0.25], [0]]);
  });

  test('labels and the same labels as numbers are one', () => {
    const numbers = tensor([[1], [0], [0], [1]], undefined, place);
    for (const loss of [binaryCrossEntropy(), binaryCrossEntropyFromProbabilities()]) {
      const at = z.sigmoid();
      expect(loss.apply(at, { y }).loss.item()).toBe(loss.apply(at, { y: numbers }).loss.item());
    }
  });
});

test.each([binaryCrossEntropy(), binaryCrossEntropyFromProbabilities()])(
  '$name refuses other labels and shapes',
  (loss) => {
    const place = { backend: backend('js64') };
    const p = tensor([[0.2], [0.7]], undefined, place);
    expect(() => loss.apply(p, { y: indices([0, 2], place) })).toThrow(code('NF1104'));
    expect(() => loss.apply(p, { y: indices([0, -1], place) })).toThrow(code('NF1104'));
    expect(() => loss.apply(p, { y: indices([0], place) })).toThrow(code('NF1113'));
    expect(() => loss.apply(p, { y: tensor([0, 1], undefined, place) })).toThrow(code('NF1113'));
    const wide = tensor(
      [
        [0.2, 0.8],
        [0.7, 0.3],
      ],
      undefined,
      place,
    );
    expect(() => loss.apply(wide, { y: indices([0, 1], place) })).toThrow(
      expect.objectContaining({ code: 'NF1113', expected: '(2, 2)', got: '(2, 1)' }),
    );
  },
);
