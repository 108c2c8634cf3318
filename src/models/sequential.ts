import type { Shape } from '../core/shape.ts';
import type { AnyLayer, Layer } from '../layers/layer.ts';

interface Chain {
  readonly caches: readonly unknown[];
}

/**
 * Layers one after another, the composition that the chain rule reverses: y = f_n(... f_1(x)), and
 * dX = b_1(... b_n(dY)). Its children are named 0, 1, 2 ...
 */
export function sequential(...layers: readonly AnyLayer[]): Layer<Chain> {
  const names = layers.map((_, i) => String(i));
  return {
    name: 'sequential',
    config: {},
    children: Object.fromEntries(layers.map((layer, i) => [names[i], layer])),

    init(ctx, input) {
      let shape: Shape = input;
      layers.forEach((layer, i) => {
        shape = layer.init(ctx.child(names[i]), shape);
      });
      return shape;
    },

    forward(ctx, x) {
      const caches: unknown[] = [];
      let y = x;
      for (let i = 0; i < layers.length; i++) {
        const child = ctx.child(names[i], { wantsInputGrad: i > 0 });
        const result = layers[i].forward(child, y);
        y = result.y;
        caches.push(result.cache);
        child.probe('output', y);
      }
      return { y, cache: { caches } };
    },

    backward(ctx, dY, { caches }) {
      let d = dY;
      for (let i = layers.length - 1; i >= 0; i--) {
        const child = ctx.child(names[i], { wantsInputGrad: i > 0 });
        child.probe('dOutput', d);
        const dX = layers[i].backward(child, d, caches[i]);
        if (dX === null) return null; // only the first layer may have none to give
        d = dX;
      }
      return d;
    },
  };
}
