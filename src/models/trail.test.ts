import { expect, test } from 'vitest';
import { backend } from '../backends/default.ts';
import { NeuroForgeError } from '../core/errors.ts';
import type { Shape } from '../core/shape.ts';
import { gaussian } from '../layers/initializers.ts';
import { type AnyLayer, defineLayer } from '../layers/layer.ts';
import { linear } from '../layers/linear.ts';
import { relu } from '../layers/relu.ts';
import { meanSquaredError } from '../losses/mean-squared-error.ts';
import { ones } from '../tensor/create.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { build } from './model.ts';
import { sequential } from './sequential.ts';

const on = backend('js');

function errorOf(run: () => unknown): NeuroForgeError {
  try {
    run();
  } catch (error) {
    if (error instanceof NeuroForgeError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** One step of a network whose examples have six numbers. */
function step(layer: AnyLayer, input: Shape = [6]): void {
  const model = build(layer, { input, loss: meanSquaredError(), backend: on });
  const place = { backend: on };
  model.computeGradients({ x: ones([4, ...input], place), y: ones([4, ...model.outputShape], place) });
}

interface Wrong {
  readonly y?: (x: Tensor) => Tensor;
  readonly dX?: (dY: Tensor) => Tensor;
}

/** Keeps its input's shape, unless told otherwise. */
const same = (wrong: Wrong): AnyLayer =>
  defineLayer<Record<never, never>, null>('mine', {
    forward: (_, x) => ({ y: wrong.y?.(x) ?? x.mul(1), cache: null }),
    backward: (_, dY) => wrong.dX?.(dY) ?? dY.mul(1),
  })();

test('while it is built: the shapes of one example, up to the layer that cannot follow', () => {
  const table = defineLayer('table', {
    init: () => [2, 3],
    forward: (_, x) => ({ y: x, cache: null }),
    backward: (_, d) => d,
  });
  const e = errorOf(() => step(sequential(linear(6), relu(), table(), linear(3))));
  expect(e.toJSON()).toMatchObject({
    code: 'NF1101',
    where: 'layer 3 linear',
    got: '(2, 3) from table',
    chain: 'input (6) -> linear (6) -> relu (6) -> table (2, 3) -> linear ✖',
    hint: 'put flatten() before it',
  });
});

test('in forward: operands that do not fit, with the shapes of the batch', () => {
  const fixed = defineLayer<Record<never, never>, null>('fixed', {
    init(ctx) {
      ctx.param('W', [100, 10], gaussian(1));
      return [10];
    },
    forward: (ctx, x) => ({ y: x.matmul(ctx.param('W')), cache: null }),
    backward: (_, dY) => dY,
  });
  const e = errorOf(() => step(sequential(linear(128), relu(), fixed())));
  expect(e).toMatchObject({ code: 'NF1101', where: 'layer 2 fixed', got: '(100, 10)' });
  expect(e.message).toContain('(4, 128) times (100, 10)');
  expect(e.chain).toBe('input (4, 6) -> linear (4, 128) -> relu (4, 128) -> fixed ✖');
  expect(e.cause).toBeInstanceOf(NeuroForgeError);
});

test('a forward that gives another shape than its init answered', () => {
  const e = errorOf(() => step(sequential(linear(8), same({ y: (x) => x.rowSum() }), linear(3))));
  expect(e).toMatchObject({ code: 'NF1116', where: 'layer 1 mine', expected: '(4, 8)', got: '(4, 1)' });
  expect(e.chain).toBe('input (4, 6) -> linear (4, 8) -> mine ✖');
  expect(errorOf(() => step(same({ y: (x) => x.T })))).toMatchObject({ code: 'NF1116', got: '(6, 4)' });
});

test('a backward that gives a gradient of another shape than its input', () => {
  const e = errorOf(() => step(sequential(linear(8), same({ dX: (d) => d.rowSum() }), relu(), linear(3))));
  expect(e).toMatchObject({ code: 'NF1117', where: 'layer 1 mine', expected: '(4, 8)', got: '(4, 1)' });
  expect(e.chain).toBe('dY (4, 3) -> linear (4, 8) -> relu (4, 8) -> mine ✖');
});

test('networks within networks: the innermost names the layer by its whole path, once', () => {
  const inner = sequential(linear(5), same({ y: (x) => x.rowSum() }));
  const e = errorOf(() => step(sequential(linear(8), sequential(relu(), inner), linear(3))));
  expect(e).toMatchObject({ where: 'layer 1.1.1 mine', chain: 'input (4, 8) -> linear (4, 5) -> mine ✖' });
});

test('errors of another kind pass as they are', () => {
  const broken = same({
    y: () => {
      throw new RangeError('mine');
    },
  });
  expect(() => step(sequential(linear(8), broken))).toThrow(new RangeError('mine'));
});
