/** How a result may be like what was wanted. */
import { type Shape, sameShape } from '../../core/shape.ts';
import { relativeError } from '../finite-differences.ts';
import type { Named } from './question.ts';

/** Two roads to one number differ by rounding; two different numbers by more. */
export const close = 1e-9;

/** Operations on each of the right numbers. */
export const twists: readonly (readonly [id: string, text: string, of: (v: number) => number])[] = [
  ['absolute', 'the numbers are right, their signs are lost', Math.abs],
  ['clipped', 'what is negative has become 0: is there a ReLU too many?', (v) => Math.max(v, 0)],
  ['clipped', 'what is positive has become 0', (v) => Math.min(v, 0)],
  ['squared', 'the right numbers, squared', (v) => v * v],
  ['only-signs', 'only the signs are left of the right numbers', (v) => (v > 0 ? 1 : v < 0 ? -1 : 0)],
];

/** c with got = target + c; null if there is none. */
export function shift(got: Named, target: Named): number | null {
  if (!sameShape(got.shape, target.shape)) return null;
  const c = got.values[0] - target.values[0];
  const largest = got.values.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  const same = got.values.every((v, i) => Math.abs(v - target.values[i] - c) <= 1e-12 * Math.max(1, largest));
  return same && Number.isFinite(c) ? c : null;
}

/** What a wrong shape says, for a matrix (R, C) that is wanted or a vector (C). */
export function shapeText(got: Shape, wanted: Shape, letters: string): string | null {
  const [R, C] = wanted.length === 1 ? [null, wanted[0]] : wanted;
  const is = (...shape: (number | null)[]): boolean => String(got) === String(shape);
  if (got.length === 0 || is(1) || is(1, 1)) return `everything is added up to one number; ${letters} is wanted`;
  if (R === null && (is(1, C) || is(C, 1))) return `a vector is wanted, ${letters}: \`reshape(-1)\` makes one`;
  if (R === null) return `one number for each column is wanted, ${letters}`;
  if (is(C, R)) return `this has the shape of the answer transposed; ${letters} is wanted`;
  if (is(R) || is(R, 1)) return `one number is left for each row; ${letters} is wanted`;
  if (is(C) || is(1, C)) return `one number is left for each column; ${letters} is wanted`;
  if (is(R, R) || is(C, C)) {
    return `\`matmul\` adds up over what the factors have in common; ${letters} is wanted: element by element it is \`mul\``;
  }
  return null;
}

/** The same numbers, but for rounding, in the same shape. */
export function equal(a: Pick<Named, 'shape' | 'values'>, b: Pick<Named, 'shape' | 'values'>): boolean {
  return sameShape(a.shape, b.shape) && relativeError(a.values, b.values) <= close;
}

/** The matrix transposed; null for what is none. */
export function transposed({ shape, values }: Pick<Named, 'shape' | 'values'>): Pick<Named, 'shape' | 'values'> | null {
  if (shape.length !== 2) return null;
  const [rows, cols] = shape;
  return { shape: [cols, rows], values: values.map((_, i) => values[(i % rows) * cols + Math.floor(i / rows)]) };
}
