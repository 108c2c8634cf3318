import { exp, log, sigmoid, softplus, tanh } from '../../core/math.ts';
import type { BinaryOp, UnaryOp } from '../backend.ts';

/** The elementwise functions, each the definition of its operation. */
export const unary: Readonly<Record<UnaryOp, (x: number) => number>> = {
  neg: (x) => -x,
  abs: (x) => (x < 0 ? -x : x === 0 ? 0 : x),
  sign: (x) => (x > 0 ? 1 : x < 0 ? -1 : x),
  square: (x) => x * x,
  sqrt: (x) => Math.sqrt(x),
  reciprocal: (x) => 1 / x,
  exp,
  log,
  tanh,
  sigmoid,
  softplus,
  relu: (x) => (x > 0 ? x : x !== x ? x : 0),
  step: (x) => (x > 0 ? 1 : 0),
};

export const binary: Readonly<Record<BinaryOp, (x: number, y: number) => number>> = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  max: (x, y) => (x !== x ? x : y !== y ? y : x > y ? x : y),
  min: (x, y) => (x !== x ? x : y !== y ? y : x < y ? x : y),
  gt: (x, y) => (x > y ? 1 : 0),
  ge: (x, y) => (x >= y ? 1 : 0),
  lt: (x, y) => (x < y ? 1 : 0),
  le: (x, y) => (x <= y ? 1 : 0),
  eq: (x, y) => (x === y ? 1 : 0),
};
