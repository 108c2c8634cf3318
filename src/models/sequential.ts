import type { Shape } from '../core/shape.ts';
import { checkInputGradient, checkOutput, declare } from '../layers/context.ts';
import type { AnyLayer, Layer } from '../layers/layer.ts';
import { type ChainPlace, withChain } from './shape-chain.ts';

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
      const shapes: Shape[] = [input];
      layers.forEach((layer, i) => {
        try {
          shapes.push(declare(layer, ctx.child(names[i]), shapes[i]));
        } catch (error) {
          throw withChain(error, placeOf(ctx.path, i, shapes));
        }
      });
      return shapes[layers.length];
    },

    forward(ctx, x) {
      const caches: unknown[] = [];
      const shapes: Shape[] = [x.shape];
      let y = x;
      for (let i = 0; i < layers.length; i++) {
        const child = ctx.child(names[i], { wantsInputGrad: i > 0 });
        try {
          const result = layers[i].forward(child, y);
          checkOutput(layers[i], child, y, result.y);
          y = result.y;
          caches.push(result.cache);
        } catch (error) {
          throw withChain(error, placeOf(ctx.path, i, shapes));
        }
        shapes.push(y.shape);
        child.probe('output', y);
      }
      return { y, cache: { caches } };
    },

    backward(ctx, dY, { caches }) {
      const shapes: Shape[] = [dY.shape];
      let d = dY;
      for (let i = layers.length - 1; i >= 0; i--) {
        const child = ctx.child(names[i], { wantsInputGrad: i > 0 });
        child.probe('dOutput', d);
        try {
          const dX = layers[i].backward(child, d, caches[i]);
          if (dX === null) return null; // only the first layer may have none to give
          checkInputGradient(layers[i], child, d, dX);
          d = dX;
        } catch (error) {
          throw withChain(error, placeBack(ctx.path, i, shapes));
        }
        shapes.push(d.shape);
      }
      return d;
    },
  };

  /** Layer i on the way forward; `shapes` are the input's and what the layers before it gave. */
  function placeOf(path: string, i: number, [from, ...given]: readonly Shape[]): ChainPlace {
    const before = given.map((shape, j) => ({ layer: layers[j], shape }));
    return { path: pathOf(path, i), layer: layers[i], start: 'input', from, before };
  }

  /** The same on the way back, from the last layer. */
  function placeBack(path: string, i: number, [from, ...given]: readonly Shape[]): ChainPlace {
    const before = given.map((shape, j) => ({ layer: layers[layers.length - 1 - j], shape }));
    return { path: pathOf(path, i), layer: layers[i], start: 'dY', from, before };
  }

  function pathOf(path: string, i: number): string {
    return path === '' ? names[i] : `${path}.${names[i]}`;
  }
}
