import { NeuroForgeError } from './errors.ts';

/** Dimensions, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  let n = 1;
  for (const d of shape) n *= d;
  return n;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((d, i) => d === b[i]);
}

/** `(64, 784)`, as messages and comments write it. */
export function formatShape(shape: Shape): string {
  return shape.length === 1 ? `(${shape[0]})` : `(${shape.join(', ')})`;
}

/** Throws NF1100 unless every dimension is a whole number >= 0 and the element count is safe. */
export function checkShape(shape: Shape, where = 'shape'): void {
  for (const d of shape) {
    if (!Number.isInteger(d) || d < 0) {
      throw new NeuroForgeError('NF1100', `a dimension must be a whole number of at least 0`, {
        where,
        got: formatShape(shape),
      });
    }
  }
  if (sizeOf(shape) > 2 ** 30) {
    throw new NeuroForgeError('NF1100', `a tensor holds at most 2^30 elements`, { where, got: formatShape(shape) });
  }
}
