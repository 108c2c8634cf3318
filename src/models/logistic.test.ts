import { expect, test } from 'vitest';
import { backend } from '../backends/default.ts';
import { binaryCrossEntropy } from '../losses/binary-cross-entropy.ts';
import { indices, ones } from '../tensor/create.ts';
import { logistic } from './logistic.ts';
import { build } from './model.ts';

const place = { backend: backend('js64') };
const make = (options?: Parameters<typeof logistic>[0]) =>
  build(logistic(options), { input: [4], loss: binaryCrossEntropy(), ...place });
const batch = { x: ones([10, 4], place), y: indices([1, 0, 0, 0, 0, 0, 0, 0, 0, 0], place) };

test('begins undecided: p = 1/2, loss ln 2', () => {
  const model = make();
  expect(model.predict(batch.x).toArray()).toEqual(new Array(10).fill([0.5]));
  expect(model.computeGradients(batch).loss.item()).toBeCloseTo(Math.LN2, 14);
});

test('a bias of the log odds begins at the prior, and its loss is the prior’s entropy', () => {
  const prior = 0.1;
  const model = make({ bias: Math.log(prior / (1 - prior)) });
  expect(model.predict(batch.x).dataSync()[3]).toBeCloseTo(prior, 14);
  const entropy = -prior * Math.log(prior) - (1 - prior) * Math.log(1 - prior);
  expect(model.computeGradients(batch).loss.item()).toBeCloseTo(entropy, 14);
  expect(model.parameters.gradient('0.b').dataSync()[0]).toBeCloseTo(0, 14); // nothing left to gain by the bias
});
