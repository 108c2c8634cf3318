import { afterEach, describe, expect, test } from 'vitest';
import { backend } from '../backends/default.ts';
import { meanSquaredError } from '../losses/mean-squared-error.ts';
import { build, type Model } from '../models/model.ts';
import { sequential } from '../models/sequential.ts';
import { Arena } from '../tensor/arena.ts';
import { ones, zeros } from '../tensor/create.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { constant } from './initializers.ts';
import { type AnyLayer, defineLayer, type LayerContext } from './layer.ts';
import { linear } from './linear.ts';

const b = backend('js64');
const models: Model[] = [];
const make = (layer: AnyLayer, seed = 0): Model => {
  const model = build(layer, { input: [3], loss: meanSquaredError(), backend: b, seed });
  models.push(model);
  return model;
};
afterEach(() => {
  for (const m of models.splice(0)) m.dispose();
});

const batch = (arena: Arena | null = null) => ({
  x: ones([2, 3], { backend: b, arena }),
  y: zeros([2, 3], { backend: b, arena }),
});

/** Shows its context to the test and passes its input on. */
function spy(see: (ctx: LayerContext, x: Tensor, when: 'forward' | 'backward') => void): AnyLayer {
  return defineLayer('spy', {
    init: (ctx, input) => {
      ctx.param('gain', [1], constant(2));
      ctx.buffer('count', [1], constant(0));
      return input;
    },
    forward: (ctx, x) => {
      see(ctx, x, 'forward');
      return { y: x.mul(1), cache: null };
    },
    backward: (ctx, dY) => {
      see(ctx, dY, 'backward');
      return ctx.wantsInputGrad ? dY.mul(1) : null;
    },
  })();
}

describe('paths', () => {
  test('parameters, buffers and contexts are named by their place', () => {
    const paths: string[] = [];
    const inner = spy((ctx) => paths.push(ctx.path));
    const model = make(sequential(linear(3), sequential(inner, inner), inner));
    expect(model.parameters.names).toEqual(['0.W', '0.b', '1.0.gain', '1.1.gain', '2.gain']);
    expect(model.parameters.bufferNames).toEqual(['1.0.count', '1.1.count', '2.count']);
    model.computeGradients(batch());
    expect(paths).toEqual(['1.0', '1.1', '2', '2', '1.1', '1.0']);
  });

  test('a layer alone is the root: its names have no prefix', () => {
    const seen: unknown[] = [];
    const model = make(spy((ctx) => seen.push(ctx.path, ctx.param('gain').item(), ctx.buffer('count').item())));
    expect(model.parameters.names).toEqual(['gain']);
    model.forward(batch().x);
    expect(seen).toEqual(['', 2, 0]);
  });

  test('a layer reaches its own parameters only', () => {
    const model = make(
      sequential(
        linear(3),
        spy((ctx) => ctx.param('W')),
      ),
    );
    expect(() => model.forward(batch().x)).toThrow(
      expect.objectContaining({ code: 'NF1111', message: 'no parameter named 1.W' }),
    );
  });

  test('contexts are made once, not at every step', () => {
    const contexts = new Set<LayerContext>();
    const model = make(sequential(spy((ctx) => contexts.add(ctx))));
    for (let i = 0; i < 5; i++) model.computeGradients(batch());
    expect(contexts.size).toBe(1);
  });
});

test('training or evaluating', () => {
  const seen: boolean[] = [];
  const model = make(spy((ctx) => seen.push(ctx.training)));
  model.computeGradients(batch());
  model.forward(batch().x);
  model.computeGradients(batch(), false);
  expect(seen).toEqual([true, true, false, false, false]);
});

test('the gradient of the input is wanted of all but the first, unless somebody asks', () => {
  const wants: Record<string, boolean> = {};
  const see = spy((ctx, _, when) => {
    if (when === 'backward') wants[ctx.path] = ctx.wantsInputGrad;
  });
  const model = make(sequential(sequential(see, see), see));
  model.computeGradients(batch());
  expect(wants).toEqual({ '0.0': false, '0.1': true, '1': true });
  model.pass.wantsInputGrad = true;
  model.computeGradients(batch());
  expect(wants).toEqual({ '0.0': true, '0.1': true, '1': true });
});

describe('random numbers', () => {
  const draws = (seed: number, step: number): number[][] => {
    const out: number[][] = [];
    const arena = new Arena(b, 'step');
    const model = make(
      sequential(
        ...[0, 1].map(() =>
          spy((ctx, x, when) => {
            if (when === 'backward') return;
            for (const t of [ctx.mask('dropout', x, 0.5), ctx.normal('noise', x), ctx.normal('other', x, [4])]) {
              expect(t.arena).toBe(arena);
              out.push([...t.dataSync()]);
            }
          }),
        ),
      ),
      seed,
    );
    model.pass.step = step;
    model.computeGradients(batch(arena));
    arena.dispose();
    return out;
  };

  test('the same for one seed and step; others for another seed, step, purpose or path', () => {
    const first = draws(1, 5);
    expect(draws(1, 5)).toEqual(first);
    expect(new Set(first.map(String)).size).toBe(6);
    for (const others of [draws(2, 5), draws(1, 6)]) {
      for (const i of [1, 2, 4, 5]) expect(others[i]).not.toEqual(first[i]);
    }
    expect(first[0].every((v) => v === 0 || v === 2)).toBe(true);
    expect(first[2].length).toBe(4);
  });

  test('a gradient check makes each choice once; a mask of an ended step is kept', () => {
    let made = 0;
    const seen: number[][] = [];
    const model = make(
      sequential(
        ...[0, 1].map(() =>
          spy((ctx, x, when) => {
            if (when === 'forward') {
              const mask = ctx.choice('mask', () => {
                made++;
                return ctx.mask('dropout', x, 0.5);
              });
              seen.push([...mask.dataSync()]);
            }
          }),
        ),
      ),
    );
    const arena = new Arena(b, 'step');
    const run = (step: number): void => {
      model.pass.step = step;
      model.computeGradients(batch(arena));
      arena.reset();
    };
    for (const step of [0, 1]) run(step);
    expect(made).toBe(4);
    model.pass.frozen = new Map();
    for (const step of [2, 3, 4]) run(step);
    expect(made).toBe(6);
    expect(seen.slice(6, 8)).toEqual(seen.slice(4, 6));
    expect(seen.slice(8)).toEqual(seen.slice(4, 6));
    expect([...model.pass.frozen.keys()]).toEqual(['0.mask', '1.mask']);
    arena.dispose();
  });
});

test('auxiliary losses are added with their weights, anew each step', () => {
  const weights: number[] = [];
  let active = true;
  const model = make(
    sequential(
      spy((ctx, x, when) => {
        if (when === 'forward' && active) ctx.addLoss('norm', x.square().sum(), 0.5);
        if (when === 'backward') weights.push(ctx.lossGrad('norm'));
      }),
    ),
  );
  const loss = (): number => model.computeGradients(batch()).loss.item();
  expect(loss()).toBe(1 + 0.5 * 6);
  active = false;
  expect(loss()).toBe(1);
  expect(weights).toEqual([0.5, 0]);
  const wrong = make(sequential(spy((ctx, x) => ctx.addLoss('norm', x, 1))));
  expect(() => wrong.computeGradients(batch())).toThrow(
    expect.objectContaining({ code: 'NF1112', message: 'the loss norm of layer 0 is not a scalar', got: '6 elements' }),
  );
});

test('probes are read by path and cost nothing without a reader', () => {
  const model = make(
    sequential(
      linear(3),
      spy((ctx, x, when) => ctx.probe(when === 'forward' ? 'z' : 'dz', x)),
    ),
  );
  model.computeGradients(batch());
  const seen: [string, readonly number[]][] = [];
  model.pass.listener = (path, value) => seen.push([path, value.shape]);
  model.computeGradients(batch());
  expect(seen.map(([path]) => path)).toEqual(['0.output', '1.z', '1.output', '1.dOutput', '1.dz', '0.dOutput']);
  expect(seen.every(([, shape]) => shape.join() === '2,3')).toBe(true);
});
