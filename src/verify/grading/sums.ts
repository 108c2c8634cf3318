import type { Tensor } from '../../tensor/tensor.ts';

/** Rows of a matrix, for sums that leave some out; and what to say of a product. */
export const first = (t: Tensor): Tensor => t.rowRange(0, 1);
export const last = (t: Tensor): Tensor => t.rowRange(t.rows - 1, t.rows);
export const butFirst = (t: Tensor): Tensor => t.rowRange(1, t.rows);
export const butLast = (t: Tensor): Tensor => t.rowRange(0, t.rows - 1);
export const assigned = 'is `=` where `+=` belongs?';

export const missing = (factor: string, what: string): string =>
  `this is ${what} alone: the other factor, ${factor}, is missing`;
