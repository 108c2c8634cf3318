import { describe, expect, test } from 'vitest';
import { dimensions, someMatrix } from '../../test/naive.ts';
import { code } from '../../test/support/one-layer.ts';
import { backend } from '../backends/default.ts';
import { indices, tensor, zeros } from '../tensor/create.ts';
import { crossEntropy } from './cross-entropy.ts';
import { crossEntropyFromProbabilities } from './cross-entropy-from-probabilities.ts';

describe.each(['js64', 'js', 'wasm'] as const)('cross-entropy on %s', (name) => {
  const place = { backend: backend(name) };
  const digits = name === 'js64' ? 13 : 5;

  test.each(dimensions)('of logits and of their softmax is one value, %i classes', (C) => {
    const z = tensor(someMatrix(17, C, 3).flat(), [17, C], place);
    const y = indices(
      Array.from({ length: 17 }, (_, i) => (5 * i) % C),
      place,
    );
    const a = crossEntropy().apply(z, { y }).loss.item();
    expect(a).toBeCloseTo(crossEntropyFromProbabilities().apply(z.softmax(), { y }).loss.item(), digits);
  });

  test('equal logits cost ln C', () => {
    const y = indices([3, 9], place);
    expect(
      crossEntropy()
        .apply(zeros([2, 10], place), { y })
        .loss.item(),
    ).toBeCloseTo(Math.log(10), digits);
  });

  test('finite at logits of 1e4, right and wrong', () => {
    const z = tensor(
      [
        [1e4, -1e4, 0],
        [1e4, -1e4, 0],
      ],
      undefined,
      place,
    );
    const { loss, dOutput } = crossEntropy().apply(z, { y: indices([0, 1], place) });
    expect(loss.item()).toBe(1e4); // (0 + 2e4) / 2
    expect(dOutput.add(0).toArray()).toEqual([
      [0, 0, 0],
      [0.5, -0.5, 0],
    ]);
  });

  test('of probabilities it is infinite where the truth has none, and only there', () => {
    const p = tensor([[0, 1]], undefined, place);
    expect(
      crossEntropyFromProbabilities()
        .apply(p, { y: indices([0], place) })
        .loss.item(),
    ).toBe(Infinity);
    expect(
      crossEntropyFromProbabilities()
        .apply(p, { y: indices([1], place) })
        .loss.item(),
    ).toBeCloseTo(0, 15);
  });
});

test.each([crossEntropy(), crossEntropyFromProbabilities()])(
  '$name refuses values, too few labels and unknown ones',
  (loss) => {
    const place = { backend: backend('js64') };
    const z = tensor(
      [
        [0.2, 0.8],
        [0.5, 0.5],
      ],
      undefined,
      place,
    );
    expect(() => loss.apply(z, { y: z })).toThrow(code('NF1113'));
    expect(() => loss.apply(z, { y: indices([0], place) })).toThrow(code('NF1113'));
    expect(() => loss.apply(z, { y: indices([0, 2], place) })).toThrow(code('NF1104'));
    expect(() => loss.apply(z, { y: indices([0, -1], place) })).toThrow(code('NF1104'));
  },
);
