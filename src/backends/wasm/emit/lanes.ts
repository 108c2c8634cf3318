import type { StepOp } from '../../program.ts';
import type { Code, Op } from './encode.ts';

/** Kernels' functions of four lanes, imported. */
export const laneFunctions = ['exp', 'log', 'tanh', 'sigmoid', 'softplus'] as const;

const plain: Partial<Record<StepOp, Op>> = {
  neg: 'f32x4.neg',
  abs: 'f32x4.abs',
  sqrt: 'f32x4.sqrt',
  add: 'f32x4.add',
  sub: 'f32x4.sub',
  mul: 'f32x4.mul',
  div: 'f32x4.div',
};
const comparisons: Partial<Record<StepOp, Op>> = {
  gt: 'f32x4.gt',
  ge: 'f32x4.ge',
  lt: 'f32x4.lt',
  le: 'f32x4.le',
  eq: 'f32x4.eq',
};

/**
 * Leaves op of four lanes on the stack, with the bits of the kernels (kernels/elementwise.ts). Each of `x`, `y`, `z`
 * leaves one operand, and may be asked more than once.
 */
export function lanes(code: Code, op: StepOp, call: (name: string) => void, operands: readonly (() => void)[]): void {
  const [x, y, z] = operands;
  const push = (...terms: readonly (() => void)[]): void => terms.forEach((term) => term());
  if (plain[op]) {
    push(...operands);
    code.op(plain[op]);
  } else if (comparisons[op]) {
    push(x, y);
    code.op(comparisons[op]).lanes(1).op('v128.and');
  } else if (op === 'square') {
    push(x, x);
    code.op('f32x4.mul');
  } else if (op === 'reciprocal') {
    code.lanes(1);
    x();
    code.op('f32x4.div');
  } else if (op === 'sign') {
    code.lanes(1).lanes(-1);
    push(x, x);
    code.lanes(0).op('f32x4.lt').op('v128.bitselect');
    x();
    code.lanes(0).op('f32x4.gt').op('v128.bitselect');
  } else if (op === 'relu') {
    push(x, x);
    code.lanes(0).op('f32x4.le').op('v128.andnot');
  } else if (op === 'step') {
    x();
    code.lanes(0).op('f32x4.gt').lanes(1).op('v128.and');
  } else if (op === 'max' || op === 'min') {
    push(y, x);
    code.op(op === 'max' ? 'f32x4.pmax' : 'f32x4.pmin');
    push(x, x, x);
    code.op('f32x4.eq').op('v128.bitselect');
  } else if (op === 'where') {
    push(y, z, x);
    code.lanes(0).op('f32x4.ne').op('v128.bitselect');
  } else if (op === 'clip') {
    push(y, x, z);
    code.op('f32x4.pmin');
    push(x, y);
    code.op('f32x4.lt').op('v128.bitselect');
  } else {
    x();
    call(op);
  }
}

/** Loads four floats, or the first r of 1 to 3 with 0 in the other lanes. */
export function loadLanes(code: Code, pointer: number, offset: number, r: number): void {
  if (r === 3) code.get(pointer);
  code.get(pointer).memory(r === 0 ? 'v128.load' : r === 1 ? 'v128.load32_zero' : 'v128.load64_zero', offset);
  if (r === 3) code.memory('v128.load32_lane', offset + 8, 2);
}

/** Stores the four floats in local `v`, or the first r of 1 to 3. */
export function storeLanes(code: Code, pointer: number, offset: number, r: number, v: number): void {
  const part = (op: Op, at: number, ...lane: readonly number[]): void => {
    code
      .get(pointer)
      .get(v)
      .memory(op, at, ...lane);
  };
  if (r === 0) part('v128.store', offset);
  else if (r === 1) part('v128.store32_lane', offset, 0);
  else part('v128.store64_lane', offset, 0);
  if (r === 3) part('v128.store32_lane', offset + 8, 2);
}

/** Leaves the transposed vectors' sum or maximum: lane k holds (s0 + s1) + (s2 + s3) of the lanes s of local sums[k]. */
export function joinLanes(code: Code, sums: readonly number[], op: Op): void {
  const of = (k: number): number => sums[Math.min(k, sums.length - 1)];
  const lane = (l: number): void => {
    code
      .get(of(0))
      .get(of(1))
      .shuffle(l, 4 + l, l, l);
    code
      .get(of(2))
      .get(of(3))
      .shuffle(l, 4 + l, l, l);
    code.shuffle(0, 1, 4, 5);
  };
  lane(0);
  lane(1);
  code.op(op);
  lane(2);
  lane(3);
  code.op(op).op(op);
}
