import { describe, expect, test } from 'vitest';
import { backend } from '../backends/default.ts';
import { crossEntropy } from '../losses/cross-entropy.ts';
import { mlp } from '../models/mlp.ts';
import { build } from '../models/model.ts';
import { sequential } from '../models/sequential.ts';
import { sgd } from '../optim/sgd.ts';
import { Arena } from '../tensor/arena.ts';
import { indices, randn } from '../tensor/create.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { trainStep } from '../train/step.ts';
import { centered, recurrent, tied } from '../verify/exemplars.ts';
import { constant } from './initializers.ts';
import { type AnyLayer, type Config, defineLayer, type LayerContext } from './layer.ts';
import { linear } from './linear.ts';
import { relu } from './relu.ts';

/** A layer whose parameter V gets a gradient that is read from another parameter, W. */
const coupled = defineLayer<Config, { x: Tensor }>('coupled', {
  init(ctx, input) {
    ctx.param('W', [input[0], input[0]], constant(0.1));
    ctx.param('V', [input[0], input[0]], constant(0.2));
    return input;
  },
  forward: (ctx, x) => ({ y: x.matmul(ctx.param('W')), cache: { x } }),
  backward(ctx, dY, { x }) {
    ctx.grad('W').addProduct(x.T, dY);
    ctx.grad('V').add(ctx.param('W'));
    return dY.matmul(ctx.param('W').T);
  },
});

/** A layer that writes what it has handed over. */
const careless = defineLayer('careless', {
  init(ctx, input) {
    ctx.param('b', input, constant(0));
    return input;
  },
  forward: (ctx, x) => ({ y: x.add(ctx.param('b')), cache: null }),
  backward(ctx, dY) {
    const d = dY.colSum();
    ctx.grad('b').add(d);
    d.fill(0);
    return dY;
  },
});

const networks: Readonly<Record<string, () => AnyLayer>> = {
  'an mlp': () => mlp({ hidden: [17, 5], outputs: 3 }),
  'one cell four times': () => sequential(recurrent({ width: 8, steps: 4 }), linear(3)),
  'one parameter in two places': () => sequential(linear(3), tied({ width: 3 })),
  'a parameter that nobody uses': () => sequential(linear(8), centered({}), relu(), linear(3)),
  'a gradient read from another parameter': () => sequential(coupled(), linear(3)),
};

function train(name: 'js' | 'js64' | 'wasm', layer: AnyLayer, fold: boolean) {
  const on = backend(name);
  const model = build(layer, { input: [8], loss: crossEntropy(), backend: on, seed: 3 });
  const arena = new Arena(on, 'step');
  const optimizer = sgd(0.1, { fold });
  const losses: number[] = [];
  const gradients: number[][] = [];
  for (let step = 0; step < 12; step++) {
    arena.reset();
    model.pass.step = step;
    const x = randn([7, 8], { seed: 5, step, arena });
    const y = indices([0, 1, 2, 0, 1, 2, 1], { backend: on, arena });
    losses.push(trainStep(model, optimizer, { x, y }, arena));
    if (step % 4 === 1) gradients.push([...model.parameters.gradients.dataSync()]);
  }
  const weights = [...model.parameters.values.dataSync()];
  arena.dispose();
  model.dispose();
  return { losses, weights, gradients };
}

describe.each(['js', 'js64', 'wasm'] as const)('folded and kept on %s', (name) => {
  test.each(Object.keys(networks))('%s: equal bits in losses, weights and gradients', (network) => {
    const folded = train(name, networks[network](), true);
    const kept = train(name, networks[network](), false);
    expect(folded.losses.at(-1)).not.toBe(folded.losses[0]);
    expect(folded).toEqual(kept);
  });
});

describe('what is handed over', () => {
  const on = backend('wasm');

  function model(layer: AnyLayer) {
    const arena = new Arena(on, 'step');
    const built = build(layer, { input: [8], loss: crossEntropy(), backend: on });
    const batch = () => ({ x: randn([2, 8], { arena }), y: indices([0, 1], { backend: on, arena }) });
    return { built, arena, batch };
  }

  test.each([true, false])('must not be written before the step ends (fold %s)', (fold) => {
    const { built, arena, batch } = model(careless());
    expect(() => trainStep(built, sgd(0.1, { fold }), batch(), arena)).toThrow(
      expect.objectContaining({ code: 'NF1205', where: 'b' }),
    );
  });

  test('gradients of a folded step are there until the step ends, those of computeGradients for longer', () => {
    const { built, arena, batch } = model(linear(3));
    trainStep(built, sgd(0.1), batch(), arena);
    expect(built.parameters.gradient('W').toArray()).toHaveLength(8);
    trainStep(built, sgd(0.1), batch(), arena);
    arena.reset();
    expect(() => built.parameters.gradients).toThrow(expect.objectContaining({ code: 'NF1206' }));
    built.computeGradients(batch());
    arena.reset();
    expect(built.parameters.gradient('b').size).toBe(3);
  });

  test('a loss that is no number leaves the weights alone', () => {
    const { built, arena, batch } = model(linear(3));
    const before = built.parameters.values.dataSync();
    const { x, y } = batch();
    x.fill(Number.NaN);
    expect(trainStep(built, sgd(0.1), { x, y }, arena)).toBeNaN();
    expect(built.parameters.values.dataSync()).toEqual(before);
  });

  test('a folding run never takes memory for gradients', () => {
    const { built, arena, batch } = model(linear(3));
    batch(); // the arena takes its memory
    const used = () => on.usage().allocated;
    const before = used();
    trainStep(built, sgd(0.1), batch(), arena);
    expect(used()).toBe(before);
    trainStep(built, sgd(0.1, { fold: false }), batch(), arena);
    expect(used() - before).toBeGreaterThanOrEqual(8 * 3 + 3);
  });
});

test('an update that is refused leaves every weight as it was', () => {
  const on = backend('wasm');
  const model = build(sequential(linear(3), careless()), { input: [8], loss: crossEntropy(), backend: on });
  const arena = new Arena(on, 'step');
  const batch = { x: randn([2, 8], { arena }), y: indices([0, 1], { backend: on, arena }) };
  const before = model.parameters.values.dataSync();
  expect(() => trainStep(model, sgd(0.1), batch, arena)).toThrow(expect.objectContaining({ code: 'NF1205' }));
  expect(model.parameters.values.dataSync()).toEqual(before);
});

test('what no product can be made of is refused where it is handed over', () => {
  const on = backend('js');
  const ended = new Arena(on, 'ended');
  const stale = randn([8, 3], { arena: ended });
  ended.reset();
  const strange = (hand: (ctx: LayerContext) => void) =>
    defineLayer('strange', {
      init(ctx, input) {
        ctx.param('W', [8, 3], constant(0));
        return input;
      },
      forward: (_, x) => ({ y: x, cache: null }),
      backward(ctx, dY) {
        hand(ctx);
        return dY;
      },
    })();
  const refused = (hand: (ctx: LayerContext) => void) => {
    const model = build(strange(hand), { input: [8], loss: crossEntropy(), backend: on });
    const arena = new Arena(on, 'step');
    const batch = { x: randn([2, 8], { arena }), y: indices([0, 1], { backend: on, arena }) };
    return expect(() => model.backpropagate(batch, true));
  };
  refused((ctx) => ctx.grad('W').add(stale)).toThrow(expect.objectContaining({ code: 'NF1201' }));
  refused((ctx) => ctx.grad('W').add(randn([8, 3], { backend: backend('js64') }))).toThrow(
    expect.objectContaining({ code: 'NF1103' }),
  );
});
