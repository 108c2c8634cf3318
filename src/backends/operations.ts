/** Elementwise functions of one operand. `step`: 1 where x > 0, else 0. */
export const unaryOps = [
  'neg',
  'abs',
  'sign',
  'square',
  'sqrt',
  'reciprocal',
  'exp',
  'log',
  'tanh',
  'sigmoid',
  'softplus',
  'relu',
  'step',
] as const;
export type UnaryOp = (typeof unaryOps)[number];

/** Elementwise functions of two operands. Comparisons give 1 or 0; `max` and `min` give NaN if either is NaN. */
export const binaryOps = ['add', 'sub', 'mul', 'div', 'max', 'min', 'gt', 'ge', 'lt', 'le', 'eq'] as const;
export type BinaryOp = (typeof binaryOps)[number];

/** How an operand of a (rows, cols) operation is stored: whole, one row (cols), one column (rows), one number. */
export type Spread = 'full' | 'row' | 'col' | 'scalar';

/** Reductions. Over the columns of each row: (R, C) -> (R). Over the rows of each column: (R, C) -> (C). */
export type Reduction = 'sum' | 'max';
