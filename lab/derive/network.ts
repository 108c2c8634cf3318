import { JsBackend } from '../../src/backends/js/js-backend.ts';
import { indices, tensor } from '../../src/tensor/create.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';

/** The numbers that a visitor may change: three examples of two features, 4 and 2 hidden units, 3 classes. */
export const inputNames = ['X', 'W1', 'b1', 'W2', 'b2', 'W3', 'b3'] as const;
export type InputName = (typeof inputNames)[number];
export type Inputs = { readonly [name in InputName]: readonly number[] } & { readonly y: readonly number[] };

/** Values on the way forward, and the gradient of each by its name with a d before it. */
export type ValueName = InputName | 'T' | 'z1' | 'h1' | 'z2' | 'h2' | 'z3' | 'P' | 'L';
export type GradientName = ('dz3' | 'dW3' | 'db3' | 'dh2') | ('dz2' | 'dW2' | 'db2' | 'dh1') | ('dz1' | 'dW1' | 'db1');
export type Name = ValueName | GradientName;

/** A matrix as it is shown: a vector is one row, a number one cell. */
export interface Matrix {
  readonly rows: number;
  readonly cols: number;
  /** Row by row. */
  readonly values: Float64Array;
}
export type Values = Readonly<Record<Name, Matrix>>;

const shapes: Readonly<Record<InputName, readonly number[]>> = {
  X: [3, 2],
  ...{ W1: [2, 4], b1: [4] },
  ...{ W2: [4, 2], b2: [2] },
  ...{ W3: [2, 3], b3: [3] },
};

const lambda = Math.LN2;

/** The numbers of section 2.3 of the course, with which every gradient is a multiple of a twelfth. */
export const chapterInputs: Inputs = {
  X: [1, 2, 2, 0, -1, 1],
  y: [0, 2, 0],
  W1: [1, -1, 0, 1, 0, 2, 2, -1],
  b1: [0, -2, -3, -1],
  W2: [2, -1, -1, 2, 0, 1, -3, 0],
  b2: [0, -1],
  W3: [1, 0, -1, 1, -1, 0].map((v) => v * lambda),
  b3: [-1, 1, 1].map((v) => v * lambda),
};

const f64 = { backend: new JsBackend('f64') };

/** One value on the way is replaced by these numbers, whatever it would have been. */
export interface Moved {
  readonly name: ValueName;
  readonly values: Float64Array;
}

export type Forward = Readonly<Record<ValueName, Tensor>>;

export function forward(inputs: Inputs, moved?: Moved): Forward {
  const at = (name: ValueName, t: Tensor): Tensor => (moved?.name === name ? tensor(moved.values, t.shape, f64) : t);
  const given = (name: InputName): Tensor => at(name, tensor([...inputs[name]], shapes[name], f64));
  const [X, W1, b1, W2, b2, W3, b3] = inputNames.map(given);
  const z1 = at('z1', X.matmul(W1).add(b1)); // (3, 4) <- (3, 2)(2, 4) + (4)
  const h1 = at('h1', z1.relu()); // (3, 4)
  const z2 = at('z2', h1.matmul(W2).add(b2)); // (3, 2) <- (3, 4)(4, 2) + (2)
  const h2 = at('h2', z2.relu()); // (3, 2)
  const z3 = at('z3', h2.matmul(W3).add(b3)); // (3, 3) <- (3, 2)(2, 3) + (3)
  const P = z3.softmax(); // (3, 3)
  const T = indices([...inputs.y], f64).oneHot(3); // (3, 3)
  const L = z3.logSumExp().sub(z3.mul(T).rowSum()).mean(); // (): -log p of the true class, finite for any logits
  return { X, W1, b1, W2, b2, W3, b3, z1, h1, z2, h2, z3, P, T, L };
}

/** Everything that is shown, computed by the library in float64. */
export function compute(inputs: Inputs): Values {
  const net = forward(inputs);
  const { X, z1, h1, W2, z2, h2, W3, P, T } = net;
  const dz3 = P.sub(T).div(X.rows); // (3, 3)
  const dW3 = h2.T.matmul(dz3); // (2, 3) <- (2, 3)(3, 3)
  const db3 = dz3.colSum(); // (3)
  const dh2 = dz3.matmul(W3.T); // (3, 2) <- (3, 3)(3, 2)
  const dz2 = dh2.mul(z2.gt(0)); // (3, 2)
  const dW2 = h1.T.matmul(dz2); // (4, 2) <- (4, 3)(3, 2)
  const db2 = dz2.colSum(); // (2)
  const dh1 = dz2.matmul(W2.T); // (3, 4) <- (3, 2)(2, 4)
  const dz1 = dh1.mul(z1.gt(0)); // (3, 4)
  const dW1 = X.T.matmul(dz1); // (2, 4) <- (2, 3)(3, 4)
  const db1 = dz1.colSum(); // (4)
  const all = { ...net, dz3, dW3, db3, dh2, dz2, dW2, db2, dh1, dz1, dW1, db1 };
  return Object.fromEntries(Object.entries(all).map(([name, t]) => [name, matrixOf(t)])) as unknown as Values;
}

function matrixOf(t: Tensor): Matrix {
  const [rows, cols] = t.shape.length === 2 ? t.shape : [1, t.size];
  return { rows, cols, values: Float64Array.from(t.dataSync()) };
}

/** dW3 -> W3 */
export function undifferentiated(name: GradientName): ValueName {
  return name.slice(1) as ValueName;
}

export function isGradient(name: Name): name is GradientName {
  return name.startsWith('d');
}
