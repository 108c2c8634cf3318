import { describe, expect, it } from 'vitest';
import { backend } from '../backends/default.ts';
import { defineLayer, type LayerDefinition } from '../layers/layer.ts';
import { linear } from '../layers/linear.ts';
import { relu } from '../layers/relu.ts';
import type { Loss } from '../losses/loss.ts';
import { losses } from '../losses/registry.ts';
import { build } from '../models/model.ts';
import { sequential } from '../models/sequential.ts';
import { indices, ones, tensor } from '../tensor/create.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { scaleShift } from './exemplars.ts';
import { centralDifferences, relativeError } from './finite-differences.ts';
import { gradcheckLayer, gradcheckLoss, gradcheckModel } from './gradcheck.ts';
import { gradcheckReport, passed } from './report.ts';

/** y = gain x^2, right; each test replaces one function by a wrong one. */
const right: LayerDefinition<Record<string, never>, { x: Tensor }> = {
  init(ctx, input) {
    ctx.param('gain', input, { name: 'ones', fill: (t) => t.fill(1) });
    return input;
  },
  forward: (ctx, x) => ({ y: x.square().mul(ctx.param('gain')), cache: { x } }),
  backward(ctx, dY, { x }) {
    ctx.grad('gain').add(dY.mul(x.square()).colSum());
    return ctx.wantsInputGrad ? dY.mul(x).mul(ctx.param('gain')).mul(2) : null;
  },
};

function check(replaced: Partial<typeof right>) {
  return gradcheckLayer(defineLayer('wrong', { ...right, ...replaced })(), { input: [4] });
}

function messages(replaced: Partial<typeof right>): string[] {
  return check(replaced).cases.flatMap((c) => (c.status === 'fail' ? [c.message ?? c.tensor] : []));
}

describe('gradcheckLayer', () => {
  it('passes a right layer', () => {
    const report = check({});
    expect(report.schema).toBe('neuroforge/gradcheck@1');
    expect(report.cases.map((c) => c.tensor)).toEqual(['x', 'gain']);
    expect(passed(report)).toBe(true);
    expect(report.worst).toBeLessThan(1e-9);
  });

  it('fails a wrong dX and says how wrong', () => {
    const report = check({ backward: (ctx, dY, c) => right.backward(ctx, dY, c, {})?.mul(1.01) ?? null });
    expect(report.cases.find((c) => c.tensor === 'x')).toMatchObject({ status: 'fail' });
    expect(report.worst).toBeCloseTo(0.01 / 1.01, 4);
  });

  it('fails a parameter’s gradient that is wrong, missing or not finite', () => {
    const half: typeof right.backward = (ctx, dY, { x }) => {
      ctx.grad('gain').add(dY.mul(x.square()).colSum().mul(0.5));
      return ctx.wantsInputGrad ? dY.mul(x).mul(ctx.param('gain')).mul(2) : null;
    };
    expect(messages({ backward: half })).toContain('gain');
    const missing: typeof right.backward = (ctx, dY, { x }) =>
      ctx.wantsInputGrad ? dY.mul(x).mul(ctx.param('gain')).mul(2) : null;
    expect(messages({ backward: missing })).toContain('gain');
    const nan: typeof right.backward = (ctx, dY, c) => right.backward(ctx, dY, c, {})?.sub(Infinity) ?? null;
    const report = check({ backward: nan });
    expect(report.worst).toBe(Infinity);
    expect(passed(report)).toBe(false);
  });

  it('finds what backward writes', () => {
    const into = (which: (dY: Tensor, c: { x: Tensor }) => Tensor) => {
      const backward: typeof right.backward = (ctx, dY, c) => {
        const dX = right.backward(ctx, dY, c, {});
        which(dY, c).fill(3);
        return dX;
      };
      return messages({ backward });
    };
    expect(into((dY) => dY)).toContain('backward writes into dY');
    expect(into((_, c) => c.x)).toContain('backward writes into x');
    const cached = messages({
      forward: (ctx, x) => ({ y: x.square().mul(ctx.param('gain')), cache: { x: x.mul(1) } }),
      backward(ctx, dY, c) {
        const dX = right.backward(ctx, dY, c, {});
        c.x.fill(0);
        return dX;
      },
    });
    expect(cached).toContain('backward writes into the cache');
  });

  it('finds a dX of another shape, a missing one, and one that nobody wanted', () => {
    const always: typeof right.backward = (ctx, dY, { x }) => {
      ctx.grad('gain').add(dY.mul(x.square()).colSum());
      return dY.mul(x).mul(ctx.param('gain')).mul(2);
    };
    expect(messages({ backward: always })).toEqual([
      'backward computes dX although ctx.wantsInputGrad is false: return null then',
    ]);
    expect(messages({ backward: (ctx, dY, c) => always(ctx, dY, c, {})?.T ?? null })).toContain(
      'dX has shape (4, 3), x has (3, 4)',
    );
    const never: typeof right.backward = (ctx, dY, c) => {
      always(ctx, dY, c, {});
      return null;
    };
    expect(messages({ backward: never })).toContain('backward gives no dX although it is wanted');
  });

  it('finds an output of another shape than declared, and a forward that differs from call to call', () => {
    expect(messages({ init: (ctx, input) => [...right.init!(ctx, input, {}), 1] })[0]).toMatch(
      /y has shape \(3, 4\), init said/,
    );
    let calls = 0;
    expect(
      messages({ forward: (ctx, x) => ({ y: x.square().mul(ctx.param('gain')).add(calls++), cache: { x } }) }),
    ).toContain('forward twice gives different numbers');
  });

  it('names what does not fit', () => {
    expect(() => gradcheckLayer(linear(3), { input: [2, 2] })).toThrow(expect.objectContaining({ code: 'NF1101' }));
  });

  it('keeps a network’s ReLU away from its kink, and says which layers can be watched', () => {
    const net = sequential(linear(6), relu(), linear(2));
    expect(passed(gradcheckLayer(net, { input: [3], margins: ['0'] }))).toBe(true);
    expect(() => gradcheckLayer(net, { input: [3], margins: ['7'] })).toThrow(
      expect.objectContaining({ code: 'NF4104' }),
    );
    const dead = sequential(scaleShift({ start: 0 }), relu());
    expect(() => gradcheckLayer(dead, { input: [3], margins: ['0'], jitter: 0 })).toThrow(/1e-3 of a kink/);
  });

  it('sees a derivative that is wrong at one element only', () => {
    const wrong: typeof right.backward = (ctx, dY, { x }) => {
      ctx.grad('gain').add(dY.mul(x.square()).colSum());
      const one = ones([3, 4], { backend: x.backend }).dataSync();
      one[5] = 1.0001;
      return ctx.wantsInputGrad
        ? dY
            .mul(x)
            .mul(ctx.param('gain'))
            .mul(2)
            .mul(tensor(one, [3, 4], { arena: x.arena }))
        : null;
    };
    expect(messages({ backward: wrong })).toEqual(['x']);
  });
});

describe('gradcheckLoss', () => {
  const js64 = { backend: backend('js64') };
  const output = tensor([[0.3, -1, 2]], undefined, js64);
  const y = tensor([[0, 1, 2.5]], undefined, js64);
  const mse = losses['mean-squared-error']();

  it('passes a right loss, fails a wrong one', () => {
    expect(passed(gradcheckLoss(mse, { output, y }))).toBe(true);
    const wrong: Loss = { ...mse, apply: (o, b) => ({ ...mse.apply(o, b), dOutput: mse.apply(o, b).dOutput.mul(2) }) };
    expect(gradcheckLoss(wrong, { output, y }).worst).toBeCloseTo(0.5, 6);
  });

  it('finds a loss that is no scalar, and operands that are written', () => {
    const column: Loss = { ...mse, apply: (o, b) => ({ ...mse.apply(o, b), loss: mse.apply(o, b).loss.reshape(1) }) };
    expect(gradcheckLoss(column, { output, y }).cases.at(-1)).toMatchObject({ message: 'the loss is not a scalar' });
    const writes: Loss = {
      ...mse,
      apply(o, b) {
        const result = mse.apply(o, b);
        o.fill(0);
        return result;
      },
    };
    expect(gradcheckLoss(writes, { output, y }).cases.at(-1)).toMatchObject({
      message: 'apply writes into its operands',
    });
  });
});

describe('gradcheckModel', () => {
  it('checks a model of another backend where its parameters are', () => {
    const js = backend('js');
    const model = build(sequential(linear(5), relu(), linear(3)), {
      input: [4],
      loss: losses['cross-entropy'](),
      backend: js,
      seed: 3,
    });
    const x = tensor(
      [
        [1, 2, -1, 0.5],
        [0.1, -0.7, 2, 1],
      ],
      undefined,
      { backend: js },
    );
    const report = gradcheckModel(model, { x, y: indices([2, 0], { backend: js }) }, { margins: ['0'] });
    expect(report.cases.map((c) => c.tensor)).toEqual(['x', '0.W', '0.b', '2.W', '2.b']);
    expect(passed(report)).toBe(true);
    model.dispose();
  });
});

describe('the numbers behind', () => {
  it('central differences of a cubic, over every element', () => {
    const at = Float64Array.of(1, -2, 0.5);
    const slopes = centralDifferences(at, [1, 10], 1e-5, (v) => [v[0] ** 3 + v[1], v[1] ** 2 * v[2]]);
    expect(relativeError(slopes, [3, 1 + 10 * 2 * -2 * 0.5, 10 * 4])).toBeLessThan(1e-9);
    expect(Array.from(at)).toEqual([1, -2, 0.5]);
  });

  it('relative error: by the largest of both, with a floor, infinite where nothing can be said', () => {
    expect(relativeError([1, 4], [1, 5])).toBe(0.2);
    expect(relativeError([5, 1], [4, 1])).toBe(0.2);
    expect(relativeError([0], [1e-9])).toBeCloseTo(0.1, 12);
    expect(relativeError([], [])).toBe(0);
    expect(relativeError([1], [])).toBe(Infinity);
    expect(relativeError([Number.NaN], [1])).toBe(Infinity);
    expect(relativeError([1], [Number.NaN])).toBe(Infinity);
    expect(relativeError([Infinity], [Infinity])).toBe(Infinity);
  });

  it('a report without cases has not passed', () => {
    expect(passed(gradcheckReport([]))).toBe(false);
  });
});
