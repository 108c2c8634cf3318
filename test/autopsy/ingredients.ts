import { normal, stream } from '../../src/core/random.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { firstRows } from '../../src/data/dataset.ts';
import { gaussian } from '../../src/layers/initializers.ts';
import { defineLayer, type Layer } from '../../src/layers/layer.ts';
import { Optimizer, type Transform } from '../../src/optim/optimizer.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';

/** Standard normal numbers, the same every time. */
export function normals(n: number, name: string): Float64Array {
  const s = stream(7, name);
  return Float64Array.from({ length: n }, (_, i) => normal(s, 0, i));
}

type Values = Float64Array | Float32Array | Uint8Array;

/** A table of `features` standard normal columns whose label is one of `classes` by the sum of the first three. */
export function classesTable(
  rows: number,
  features: number,
  classes: number,
  edit?: (x: Float64Array) => void,
): Dataset {
  const x = normals(rows * features, 'x');
  const y = Int32Array.from({ length: rows }, (_, i) => {
    const score = x[i * features] + x[i * features + 1] + x[i * features + 2];
    return Math.max(0, Math.min(classes - 1, Math.floor(score + classes / 2)));
  });
  edit?.(x);
  return tableOf(
    x,
    y,
    features,
    Array.from({ length: classes }, (_, k) => `class ${k}`),
  );
}

/** A table of standard normal columns with the target w . x + noise, times `scale`, plus `offset`. */
export function valuesTable(
  rows: number,
  features: number,
  options: { scale?: number; offset?: number; edit?: (x: Float64Array, y: Float64Array) => void } = {},
): Dataset {
  const { scale = 1, offset = 0 } = options;
  const x = normals(rows * features, 'x');
  const [w, noise] = [normals(features, 'w'), normals(rows, 'noise')];
  const y = Float64Array.from({ length: rows }, (_, i) => {
    let sum = 0.1 * noise[i];
    for (let j = 0; j < features; j++) sum += (w[j] * x[i * features + j]) / Math.sqrt(features);
    return offset + scale * sum;
  });
  options.edit?.(x, y);
  return tableOf(x, y, features);
}

export function tableOf(x: Values, y: Int32Array | Float64Array, features: number, classNames?: string[]): Dataset {
  const count = y.length;
  return { name: 'table', x, count, exampleShape: [features], y, classNames, rowIds: firstRows(count), hashes: {} };
}

/** The classical momentum: v <- mu v + g, the direction. */
export function momentum(lr: number, mu: number): Optimizer {
  const transform: Transform = {
    name: 'momentum',
    state: ['velocity'],
    update: (g, { state: { velocity } }) => velocity.set(velocity.mul(mu).add(g)),
  };
  return new Optimizer('momentum', [transform], lr);
}

/** A linear layer of one's own whose weights start at N(0, sd^2); `mistake` is put into its backward. */
export function dense(outputs: number, sd: number, mistake: (dW: Tensor) => Tensor = (dW) => dW): Layer<{ x: Tensor }> {
  return defineLayer<{ outputs: number; sd: number }, { x: Tensor }>('dense', {
    init(ctx, [inputs]) {
      ctx.param('W', [inputs, outputs], gaussian(sd));
      return [outputs];
    },
    forward: (ctx, x) => ({ y: x.matmul(ctx.param('W')), cache: { x } }),
    backward(ctx, dY, { x }) {
      ctx.grad('W').add(mistake(x.T.matmul(dY)));
      return dY.matmul(ctx.param('W').T);
    },
  })({ outputs, sd });
}

/** An elementwise layer of one's own: y and dy/dx from x. */
export function elementwise(
  name: string,
  f: (x: Tensor) => Tensor,
  slope: (x: Tensor) => Tensor,
): Layer<{ x: Tensor }> {
  return defineLayer<Record<never, never>, { x: Tensor }>(name, {
    forward: (_, x) => ({ y: f(x), cache: { x } }),
    backward: (_, dY, { x }) => dY.mul(slope(x)),
  })();
}
