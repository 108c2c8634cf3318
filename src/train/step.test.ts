import { expect, test } from 'vitest';
import { backend } from '../backends/default.ts';
import { defineLayer } from '../layers/layer.ts';
import { linear } from '../layers/linear.ts';
import { crossEntropy } from '../losses/cross-entropy.ts';
import { build } from '../models/model.ts';
import { sequential } from '../models/sequential.ts';
import { sgd } from '../optim/sgd.ts';
import { Arena } from '../tensor/arena.ts';
import { indices, ones } from '../tensor/create.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { trainStep } from './step.ts';

test('every step draws anew', () => {
  const on = backend('js');
  const masks: string[] = [];
  const drop = defineLayer<Record<never, never>, { mask: Tensor }>('drop', {
    forward(ctx, x) {
      const mask = ctx.mask('dropout', x, 0.5);
      masks.push(String(mask.dataSync()));
      return { y: x.mul(mask), cache: { mask } };
    },
    backward: (_, dY, { mask }) => dY.mul(mask),
  });
  const model = build(sequential(linear(20), drop(), linear(2)), { input: [4], loss: crossEntropy(), backend: on });
  const arena = new Arena(on, 'step');
  const optimizer = sgd(0.1);
  for (let i = 0; i < 5; i++) {
    arena.reset();
    trainStep(model, optimizer, { x: ones([3, 4], { arena }), y: indices([0, 1, 0], { backend: on, arena }) }, arena);
  }
  expect(new Set(masks).size).toBe(5);
});
