import type { StepOp } from '../../program.ts';
import type { Code, Op } from './encode.ts';

/** What an operation of four lanes is: instructions on operands x, y, z, with the numbers 0, 1 and -1 in all lanes. */
type Recipe = readonly (Op | 'x' | 'y' | 'z' | 0 | 1 | -1)[];

/** With the bits of the kernels (kernels/elementwise.ts), from which these are taken. */
const recipes: Partial<Record<StepOp, Recipe>> = {
  neg: ['x', 'f32x4.neg'],
  abs: ['x', 'f32x4.abs'],
  sign: [1, -1, 'x', 'x', 0, 'f32x4.lt', 'v128.bitselect', 'x', 0, 'f32x4.gt', 'v128.bitselect'],
  square: ['x', 'x', 'f32x4.mul'],
  sqrt: ['x', 'f32x4.sqrt'],
  reciprocal: [1, 'x', 'f32x4.div'],
  relu: ['x', 'x', 0, 'f32x4.le', 'v128.andnot'],
  step: ['x', 0, 'f32x4.gt', 1, 'v128.and'],
  add: ['x', 'y', 'f32x4.add'],
  sub: ['x', 'y', 'f32x4.sub'],
  mul: ['x', 'y', 'f32x4.mul'],
  div: ['x', 'y', 'f32x4.div'],
  max: ['y', 'x', 'f32x4.pmax', 'x', 'x', 'x', 'f32x4.eq', 'v128.bitselect'],
  min: ['y', 'x', 'f32x4.pmin', 'x', 'x', 'x', 'f32x4.eq', 'v128.bitselect'],
  gt: ['x', 'y', 'f32x4.gt', 1, 'v128.and'],
  ge: ['x', 'y', 'f32x4.ge', 1, 'v128.and'],
  lt: ['x', 'y', 'f32x4.lt', 1, 'v128.and'],
  le: ['x', 'y', 'f32x4.le', 1, 'v128.and'],
  eq: ['x', 'y', 'f32x4.eq', 1, 'v128.and'],
  where: ['y', 'z', 'x', 0, 'f32x4.ne', 'v128.bitselect'],
  clip: ['y', 'x', 'z', 'f32x4.pmin', 'x', 'y', 'f32x4.lt', 'v128.bitselect'],
};

/** Those that are functions of the kernels: too long to be written out. */
export const isCall = (op: string): boolean => /^(exp|log|tanh|sigmoid|softplus)$/.test(op);

/** Leaves op of four lanes on the stack. `push(i)` leaves operand i; it may be asked more than once. */
export function lanes(code: Code, op: StepOp, call: (name: string) => void, push: (i: number) => unknown): void {
  const recipe = recipes[op];
  if (!recipe) {
    push(0);
    call(op);
    return;
  }
  for (const word of recipe) {
    if (typeof word === 'number') code.lanes(word);
    else if (word === 'x' || word === 'y' || word === 'z') push('xyz'.indexOf(word));
    else code.add(word);
  }
}

/** Loads four floats, or the first r of 1 to 3 with 0 in the other lanes. */
export function loadLanes(code: Code, pointer: number, offset: number, r: number): void {
  if (r === 3) code.add('local.get', pointer);
  code.add('local.get', pointer);
  code.memory(r === 0 ? 'v128.load' : r === 1 ? 'v128.load32_zero' : 'v128.load64_zero', offset);
  if (r === 3) code.memory('v128.load32_lane', offset + 8, 2);
}

/** Stores the four floats in local `v`, or the first r of 1 to 3. */
export function storeLanes(code: Code, pointer: number, offset: number, r: number, v: number): void {
  const part = (op: Op, at: number, ...lane: readonly number[]): void => {
    code.add('local.get', pointer, 'local.get', v).memory(op, at, ...lane);
  };
  if (r === 0) part('v128.store', offset);
  else if (r === 1) part('v128.store32_lane', offset, 0);
  else part('v128.store64_lane', offset, 0);
  if (r === 3) part('v128.store32_lane', offset + 8, 2);
}

/** Leaves, in lane k, (s0 + s1) + (s2 + s3) of the lanes of local sums[k]; or their maximum, by `op`. */
export function joinLanes(code: Code, sums: readonly number[], op: Op): void {
  const pair = (k: number, l: number): void => {
    const [a, b] = [sums[k] ?? sums[0], sums[k + 1] ?? sums[0]];
    code.add('local.get', a, 'local.get', b).shuffle(l, 4 + l, l, l);
  };
  for (let l = 0; l < 4; l++) {
    pair(0, l);
    pair(2, l);
    code.shuffle(0, 1, 4, 5); // lane l of each
    if (l % 2) code.add(op);
  }
  code.add(op);
}
