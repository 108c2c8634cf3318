import type { Shape } from '../core/shape.ts';
import { checkInputGradient, checkOutput, declare } from '../layers/context.ts';
import type { AnyLayer, Layer } from '../layers/layer.ts';
import { Trail } from './trail.ts';

interface Chain {
  readonly caches: readonly unknown[];
}

/**
 * Layers one after another, the composition that the chain rule reverses: y = f_n(... f_1(x)), and
 * dX = b_1(... b_n(dY)). Its children are named 0, 1, 2 ... An error about shapes tells the way that led there.
 */
export function sequential(...layers: readonly AnyLayer[]): Layer<Chain> {
  const names = layers.map((_, i) => String(i));
  return {
    name: 'sequential',
    config: {},
    children: Object.fromEntries(layers.map((layer, i) => [names[i], layer])),

    init(ctx, input) {
      const trail = new Trail(layers, ctx.path, 'input', input);
      try {
        let shape: Shape = input;
        for (let i = 0; i < layers.length; i++) {
          shape = declare(layers[i], ctx.child(names[i]), shape);
          trail.add(shape);
        }
        return shape;
      } catch (error) {
        throw trail.explain(error);
      }
    },

    forward(ctx, x) {
      const trail = new Trail(layers, ctx.path, 'input', x.shape);
      const caches: unknown[] = [];
      try {
        let y = x;
        for (let i = 0; i < layers.length; i++) {
          const child = ctx.child(names[i], { wantsInputGrad: i > 0 });
          const result = layers[i].forward(child, y);
          checkOutput(layers[i], child, y, result.y);
          y = result.y;
          trail.add(y.shape);
          caches.push(result.cache);
          child.probe('output', y);
        }
        return { y, cache: { caches } };
      } catch (error) {
        throw trail.explain(error);
      }
    },

    backward(ctx, dY, { caches }) {
      const trail = new Trail(layers, ctx.path, 'dY', dY.shape);
      try {
        let d = dY;
        for (let i = layers.length - 1; i >= 0; i--) {
          const child = ctx.child(names[i], { wantsInputGrad: i > 0 });
          child.probe('dOutput', d);
          const dX = layers[i].backward(child, d, caches[i]);
          if (dX === null) return null; // only the first layer may have none to give
          checkInputGradient(layers[i], child, d, dX);
          d = dX;
          trail.add(d.shape);
        }
        return d;
      } catch (error) {
        throw trail.explain(error);
      }
    },
  };
}
