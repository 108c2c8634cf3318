/**
 * Layers that exist to be checked: each uses a part of the layer contract that the library's own first layers do not.
 * They are also what a layer of one's own looks like.
 */

import { constant, gaussian } from '../layers/initializers.ts';
import { type Config, defineLayer, type Layer } from '../layers/layer.ts';
import { linear } from '../layers/linear.ts';
import type { Tensor } from '../tensor/tensor.ts';

type Make<Options, Cache> = (options: Options) => Layer<Cache>;

/** y = x gain + bias, elementwise, with one number each a feature: x (B, D) -> y (B, D). */
export const scaleShift: Make<{ start?: number }, { x: Tensor }> = defineLayer('scale-shift', {
  init(ctx, input, { start = 1 }) {
    ctx.param('gain', input, constant(start));
    ctx.param('bias', input, constant(0));
    return input;
  },
  forward: (ctx, x) => ({ y: x.mul(ctx.param('gain')).add(ctx.param('bias')), cache: { x } }),
  backward(ctx, dY, { x }) {
    ctx.grad('gain').add(dY.mul(x).colSum()); // (D) <- (B, D)
    ctx.grad('bias').add(dY.colSum()); // (D) <- (B, D)
    return ctx.wantsInputGrad ? dY.mul(ctx.param('gain')) : null;
  },
});

/** y = x^power: options, no parameters, and the shape kept because there is no `init`. */
export const power: Make<{ power: number }, { x: Tensor }> = defineLayer('power', {
  forward(_, x, options) {
    return { y: raised(x, options.power), cache: { x } };
  },
  backward: (_, dY, { x }, options) => dY.mul(raised(x, options.power - 1).mul(options.power)),
});

function raised(x: Tensor, n: number): Tensor {
  return n <= 0 ? x.zerosLike().add(1) : raised(x, n - 1).mul(x);
}

/** h_0 = x, h_t = tanh(cell(h_{t-1}) + x), y = h_T: one cell used T times, so its gradients add up. x (B, D) -> (B, D). */
export function recurrent(options: { width: number; steps: number }): Layer<{ hs: Tensor[]; caches: unknown[] }> {
  const { width, steps } = options;
  const cell = linear(width, { init: 'xavier' });
  return {
    name: 'recurrent',
    config: options,
    children: { cell },
    init: (ctx, input) => cell.init(ctx.child('cell'), input),

    forward(ctx, x) {
      const inner = ctx.child('cell', { wantsInputGrad: true });
      const hs = [x];
      const caches: unknown[] = [];
      for (let t = 1; t <= steps; t++) {
        const { y: z, cache } = cell.forward(inner, hs[t - 1]); // (B, D)
        caches.push(cache);
        hs.push(z.add(x).tanh());
      }
      return { y: hs[steps], cache: { hs, caches } };
    },

    backward(ctx, dY, { hs, caches }) {
      const inner = ctx.child('cell', { wantsInputGrad: true });
      let dH = dY;
      let dX = dY.zerosLike();
      for (let t = steps; t >= 1; t--) {
        const dZ = dH.mul(hs[t].square().rsub(1)); // (B, D)
        dX = dX.add(dZ);
        dH = cell.backward(inner, dZ, caches[t - 1] as { x: Tensor })!;
      }
      return dX.add(dH); // x is h_0 too
    },
  };
}

/** y = tanh(x W) W^T: one parameter used in two places, each time as a product. x (B, D) -> y (B, D). */
export const tied: Make<{ width: number }, { x: Tensor; h: Tensor }> = defineLayer('tied', {
  init(ctx, input, { width }) {
    ctx.param('W', [input[0], width], gaussian(0.5));
    return input;
  },
  forward(ctx, x) {
    const h = x.matmul(ctx.param('W')).tanh(); // (B, H) <- (B, D)(D, H)
    return { y: h.matmul(ctx.param('W').T), cache: { x, h } }; // (B, D) <- (B, H)(H, D)
  },
  backward(ctx, dY, { x, h }) {
    const W = ctx.param('W');
    const dZ = dY.matmul(W).mul(h.square().rsub(1)); // (B, H) <- (B, D)(D, H)
    ctx.grad('W').addProduct(dY.T, h); // (D, H) <- (D, B)(B, H)
    ctx.grad('W').addProduct(x.T, dZ); // (D, H) <- (D, B)(B, H)
    return ctx.wantsInputGrad ? dZ.matmul(W.T) : null;
  },
});

/** y = m x with a random mask m that is 1/keep or 0 in training, and y = x in evaluation. */
export const masked: Make<{ keep: number }, { m: Tensor | null }> = defineLayer('masked', {
  forward(ctx, x, { keep }) {
    const m: Tensor | null = ctx.training ? ctx.choice('mask', () => ctx.mask('dropout', x, keep)) : null;
    return { y: x.mul(m ?? 1), cache: { m } };
  },
  backward: (_, dY, { m }) => dY.mul(m ?? 1),
});

/**
 * y = c (x + 0.1 noise) / s, where s, each row's largest |x|, and c, the mean |x|, are choices and not differentiated,
 * and noise is drawn from the stream `noise`.
 */
export const frozenScale: Make<Config, { s: Tensor; c: number }> = defineLayer('frozen-scale', {
  forward(ctx, x) {
    const s = ctx.choice('scale', () => x.abs().rowMax()); // (B, 1)
    const c = ctx.choice('mean', () => x.abs().mean().item());
    return { y: x.add(ctx.normal('noise', x).mul(0.1)).div(s).mul(c), cache: { s, c } };
  },
  backward: (_, dY, { s, c }) => dY.div(s).mul(c),
});

/** y = x, with the auxiliary loss weight mean(x^2) and a second one on the mean's square. */
export const energy: Make<{ weight: number }, { x: Tensor }> = defineLayer('energy', {
  forward(ctx, x, { weight }) {
    ctx.addLoss('energy', x.square().mean(), weight);
    ctx.addLoss('drift', x.mean().square(), weight / 2);
    return { y: x.mul(1), cache: { x } };
  },
  backward(ctx, dY, { x }) {
    const dEnergy = x.mul((2 * ctx.lossGrad('energy')) / x.size);
    const dDrift = x.mean().mul((2 * ctx.lossGrad('drift')) / x.size); // ()
    return dY.add(dEnergy).add(dDrift);
  },
});

/** y = (x - center) gain with a buffer `center` that is saved but not trained; `idle` is a parameter nobody uses. */
export const centered: Make<Config, { offset: Tensor }> = defineLayer('centered', {
  init(ctx, input) {
    ctx.param('idle', [3], gaussian(1));
    ctx.param('gain', input, gaussian(1));
    ctx.buffer('center', input, gaussian(1));
    return input;
  },
  forward(ctx, x) {
    const offset = x.sub(ctx.buffer('center')); // (B, D)
    return { y: offset.mul(ctx.param('gain')), cache: { offset } };
  },
  backward(ctx, dY, { offset }) {
    const each = dY.mul(offset); // (B, D)
    ctx.grad('gain').add(each.mul(0.25).colSum()); // in two parts, which add up
    ctx.grad('gain').add(each.mul(0.75).colSum());
    return ctx.wantsInputGrad ? dY.mul(ctx.param('gain')) : null;
  },
});
