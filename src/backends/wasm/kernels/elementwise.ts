import { loadTail, storeTail } from './lanes';
import { expLanes, logLanes, sigmoidLanes, softplusLanes, tanhLanes } from './math';

// The order of `unaryOps` in ../../backend.ts.
const NEG = 0;
const ABS = 1;
const SIGN = 2;
const SQUARE = 3;
const SQRT = 4;
const RECIPROCAL = 5;
const EXP = 6;
const LOG = 7;
const TANH = 8;
const SIGMOID = 9;
const SOFTPLUS = 10;
const RELU = 11;
const STEP = 12;

// The order of `binaryOps`.
const ADD = 0;
const SUB = 1;
const MUL = 2;
const DIV = 3;
const MAX = 4;
const MIN = 5;
const GT = 6;
const GE = 7;
const LT = 8;
const LE = 9;
const EQ = 10;

// @ts-ignore: decorator
@inline
function one(mask: v128): v128 {
  return v128.and(mask, f32x4.splat(1));
}

/** `op` is a constant at each call, so that one branch remains. */
// @ts-ignore: decorator
@inline
function apply(op: i32, x: v128): v128 {
  if (op == NEG) return f32x4.neg(x);
  if (op == ABS) return f32x4.abs(x);
  if (op == SIGN) {
    const positive = f32x4.gt(x, f32x4.splat(0));
    const negative = f32x4.lt(x, f32x4.splat(0));
    return v128.bitselect(f32x4.splat(1), v128.bitselect(f32x4.splat(-1), x, negative), positive);
  }
  if (op == SQUARE) return f32x4.mul(x, x);
  if (op == SQRT) return f32x4.sqrt(x);
  if (op == RECIPROCAL) return f32x4.div(f32x4.splat(1), x);
  if (op == EXP) return expLanes(x);
  if (op == LOG) return logLanes(x);
  if (op == TANH) return tanhLanes(x);
  if (op == SIGMOID) return sigmoidLanes(x);
  if (op == SOFTPLUS) return softplusLanes(x);
  if (op == RELU) return v128.andnot(x, f32x4.le(x, f32x4.splat(0))); // NaN stays
  return one(f32x4.gt(x, f32x4.splat(0)));
}

// @ts-ignore: decorator
@inline
function apply2(op: i32, x: v128, y: v128): v128 {
  if (op == ADD) return f32x4.add(x, y);
  if (op == SUB) return f32x4.sub(x, y);
  if (op == MUL) return f32x4.mul(x, y);
  if (op == DIV) return f32x4.div(x, y);
  // pmax(y, x) is x > y ? x : y; it loses only an x that is NaN.
  if (op == MAX) return v128.bitselect(f32x4.pmax(y, x), x, f32x4.eq(x, x));
  if (op == MIN) return v128.bitselect(f32x4.pmin(y, x), x, f32x4.eq(x, x));
  if (op == GT) return one(f32x4.gt(x, y));
  if (op == GE) return one(f32x4.ge(x, y));
  if (op == LT) return one(f32x4.lt(x, y));
  if (op == LE) return one(f32x4.le(x, y));
  return one(f32x4.eq(x, y));
}

// @ts-ignore: decorator
@inline
function unaryLoop(op: i32, out: usize, a: usize, n: i32): void {
  const end = a + ((<usize>(n & ~3)) << 2);
  if (op < EXP || op > SOFTPLUS) {
    // Four at a time: loads of the next do not wait for stores of the last.
    for (const most = a + ((<usize>(n & ~15)) << 2); a < most; a += 64, out += 64) {
      const x0 = v128.load(a);
      const x1 = v128.load(a, 16);
      const x2 = v128.load(a, 32);
      const x3 = v128.load(a, 48);
      v128.store(out, apply(op, x0));
      v128.store(out, apply(op, x1), 16);
      v128.store(out, apply(op, x2), 32);
      v128.store(out, apply(op, x3), 48);
    }
  }
  for (; a < end; a += 16, out += 16) v128.store(out, apply(op, v128.load(a)));
  const r = n & 3;
  if (r) storeTail(out, apply(op, loadTail(a, r)), r);
}

export function unary(op: i32, out: usize, a: usize, n: i32): void {
  switch (op) {
    case NEG: return unaryLoop(NEG, out, a, n);
    case ABS: return unaryLoop(ABS, out, a, n);
    case SIGN: return unaryLoop(SIGN, out, a, n);
    case SQUARE: return unaryLoop(SQUARE, out, a, n);
    case SQRT: return unaryLoop(SQRT, out, a, n);
    case RECIPROCAL: return unaryLoop(RECIPROCAL, out, a, n);
    case EXP: return unaryLoop(EXP, out, a, n);
    case LOG: return unaryLoop(LOG, out, a, n);
    case TANH: return unaryLoop(TANH, out, a, n);
    case SIGMOID: return unaryLoop(SIGMOID, out, a, n);
    case SOFTPLUS: return unaryLoop(SOFTPLUS, out, a, n);
    case RELU: return unaryLoop(RELU, out, a, n);
    case STEP: return unaryLoop(STEP, out, a, n);
    default: unreachable();
  }
}

/** One row of n: x and y are loaded along the row, or one number repeated where `xOne` or `yOne`. */
// @ts-ignore: decorator
@inline
function binaryRow(op: i32, out: usize, a: usize, xOne: bool, b: usize, yOne: bool, n: i32): void {
  const as = xOne ? v128.load32_splat(a) : f32x4.splat(0);
  const bs = yOne ? v128.load32_splat(b) : f32x4.splat(0);
  const end = out + ((<usize>(n & ~3)) << 2);
  for (const most = out + ((<usize>(n & ~15)) << 2); out < most; ) {
    const x0 = xOne ? as : v128.load(a);
    const y0 = yOne ? bs : v128.load(b);
    const x1 = xOne ? as : v128.load(a, 16);
    const y1 = yOne ? bs : v128.load(b, 16);
    const x2 = xOne ? as : v128.load(a, 32);
    const y2 = yOne ? bs : v128.load(b, 32);
    const x3 = xOne ? as : v128.load(a, 48);
    const y3 = yOne ? bs : v128.load(b, 48);
    v128.store(out, apply2(op, x0, y0));
    v128.store(out, apply2(op, x1, y1), 16);
    v128.store(out, apply2(op, x2, y2), 32);
    v128.store(out, apply2(op, x3, y3), 48);
    out += 64;
    if (!xOne) a += 64;
    if (!yOne) b += 64;
  }
  while (out < end) {
    const x = xOne ? as : v128.load(a);
    const y = yOne ? bs : v128.load(b);
    v128.store(out, apply2(op, x, y));
    out += 16;
    if (!xOne) a += 16;
    if (!yOne) b += 16;
  }
  const r = n & 3;
  if (r) storeTail(out, apply2(op, xOne ? as : loadTail(a, r), yOne ? bs : loadTail(b, r)), r);
}

// How operands advance, by the code that the caller makes of two spreads.
const BOTH_ALONG = 0;
const X_ONE = 1;
const Y_ONE = 2;

// @ts-ignore: decorator
@inline
function binaryRows(
  op: i32, out: usize, a: usize, aStep: usize, b: usize, bStep: usize, kind: i32, rows: i32, cols: i32,
): void {
  const step = (<usize>cols) << 2;
  for (; rows > 0; rows--, out += step, a += aStep, b += bStep) {
    if (kind == BOTH_ALONG) binaryRow(op, out, a, false, b, false, cols);
    else if (kind == X_ONE) binaryRow(op, out, a, true, b, false, cols);
    else if (kind == Y_ONE) binaryRow(op, out, a, false, b, true, cols);
    else binaryRow(op, out, a, true, b, true, cols);
  }
}

/** `aStep`, `bStep`: bytes from an operand's row to its next. `kind`: 1 where a, plus 2 where b is one number a row. */
export function binary(
  op: i32, out: usize, a: usize, aStep: usize, b: usize, bStep: usize, kind: i32, rows: i32, cols: i32,
): void {
  switch (op) {
    case ADD: return binaryRows(ADD, out, a, aStep, b, bStep, kind, rows, cols);
    case SUB: return binaryRows(SUB, out, a, aStep, b, bStep, kind, rows, cols);
    case MUL: return binaryRows(MUL, out, a, aStep, b, bStep, kind, rows, cols);
    case DIV: return binaryRows(DIV, out, a, aStep, b, bStep, kind, rows, cols);
    case MAX: return binaryRows(MAX, out, a, aStep, b, bStep, kind, rows, cols);
    case MIN: return binaryRows(MIN, out, a, aStep, b, bStep, kind, rows, cols);
    case GT: return binaryRows(GT, out, a, aStep, b, bStep, kind, rows, cols);
    case GE: return binaryRows(GE, out, a, aStep, b, bStep, kind, rows, cols);
    case LT: return binaryRows(LT, out, a, aStep, b, bStep, kind, rows, cols);
    case LE: return binaryRows(LE, out, a, aStep, b, bStep, kind, rows, cols);
    case EQ: return binaryRows(EQ, out, a, aStep, b, bStep, kind, rows, cols);
    default: unreachable();
  }
}

// @ts-ignore: decorator
@inline
function scalarLoop(op: i32, out: usize, a: usize, s: f32, reversed: bool, n: i32): void {
  const c = f32x4.splat(s);
  const end = a + ((<usize>(n & ~3)) << 2);
  const r = n & 3;
  if (reversed) {
    for (const most = a + ((<usize>(n & ~15)) << 2); a < most; a += 64, out += 64) {
      const x0 = v128.load(a);
      const x1 = v128.load(a, 16);
      const x2 = v128.load(a, 32);
      const x3 = v128.load(a, 48);
      v128.store(out, apply2(op, c, x0));
      v128.store(out, apply2(op, c, x1), 16);
      v128.store(out, apply2(op, c, x2), 32);
      v128.store(out, apply2(op, c, x3), 48);
    }
    for (; a < end; a += 16, out += 16) v128.store(out, apply2(op, c, v128.load(a)));
    if (r) storeTail(out, apply2(op, c, loadTail(a, r)), r);
  } else {
    for (const most = a + ((<usize>(n & ~15)) << 2); a < most; a += 64, out += 64) {
      const x0 = v128.load(a);
      const x1 = v128.load(a, 16);
      const x2 = v128.load(a, 32);
      const x3 = v128.load(a, 48);
      v128.store(out, apply2(op, x0, c));
      v128.store(out, apply2(op, x1, c), 16);
      v128.store(out, apply2(op, x2, c), 32);
      v128.store(out, apply2(op, x3, c), 48);
    }
    for (; a < end; a += 16, out += 16) v128.store(out, apply2(op, v128.load(a), c));
    if (r) storeTail(out, apply2(op, loadTail(a, r), c), r);
  }
}

export function binaryScalar(op: i32, out: usize, a: usize, s: f32, reversed: bool, n: i32): void {
  switch (op) {
    case ADD: return scalarLoop(ADD, out, a, s, false, n);
    case SUB: return scalarLoop(SUB, out, a, s, reversed, n);
    case MUL: return scalarLoop(MUL, out, a, s, false, n);
    case DIV: return scalarLoop(DIV, out, a, s, reversed, n);
    case MAX: return scalarLoop(MAX, out, a, s, reversed, n);
    case MIN: return scalarLoop(MIN, out, a, s, reversed, n);
    case GT: return scalarLoop(GT, out, a, s, reversed, n);
    case GE: return scalarLoop(GE, out, a, s, reversed, n);
    case LT: return scalarLoop(LT, out, a, s, reversed, n);
    case LE: return scalarLoop(LE, out, a, s, reversed, n);
    case EQ: return scalarLoop(EQ, out, a, s, false, n);
    default: unreachable();
  }
}

export function fill(out: usize, value: f32, n: i32): void {
  const v = f32x4.splat(value);
  const end = out + ((<usize>(n & ~3)) << 2);
  for (; out < end; out += 16) v128.store(out, v);
  if (n & 3) storeTail(out, v, n & 3);
}

export function copy(out: usize, a: usize, n: i32): void {
  memory.copy(out, a, (<usize>n) << 2);
}

export function where(out: usize, condition: usize, a: usize, b: usize, n: i32): void {
  const zero = f32x4.splat(0);
  const end = out + ((<usize>(n & ~3)) << 2);
  for (; out < end; out += 16, condition += 16, a += 16, b += 16) {
    v128.store(out, v128.bitselect(v128.load(a), v128.load(b), f32x4.ne(v128.load(condition), zero)));
  }
  const r = n & 3;
  if (r) storeTail(out, v128.bitselect(loadTail(a, r), loadTail(b, r), f32x4.ne(loadTail(condition, r), zero)), r);
}

// @ts-ignore: decorator
@inline
function clipLanes(x: v128, low: v128, high: v128): v128 {
  return v128.bitselect(low, f32x4.pmin(x, high), f32x4.lt(x, low));
}

export function clip(out: usize, a: usize, low: f32, high: f32, n: i32): void {
  const least = f32x4.splat(low);
  const most = f32x4.splat(high);
  const end = a + ((<usize>(n & ~3)) << 2);
  for (; a < end; a += 16, out += 16) v128.store(out, clipLanes(v128.load(a), least, most));
  const r = n & 3;
  if (r) storeTail(out, clipLanes(loadTail(a, r), least, most), r);
}

export function axpy(y: usize, alpha: f32, x: usize, n: i32): void {
  const scale = f32x4.splat(alpha);
  const end = x + ((<usize>(n & ~3)) << 2);
  for (const most = x + ((<usize>(n & ~15)) << 2); x < most; x += 64, y += 64) {
    const y0 = f32x4.add(v128.load(y), f32x4.mul(scale, v128.load(x)));
    const y1 = f32x4.add(v128.load(y, 16), f32x4.mul(scale, v128.load(x, 16)));
    const y2 = f32x4.add(v128.load(y, 32), f32x4.mul(scale, v128.load(x, 32)));
    const y3 = f32x4.add(v128.load(y, 48), f32x4.mul(scale, v128.load(x, 48)));
    v128.store(y, y0);
    v128.store(y, y1, 16);
    v128.store(y, y2, 32);
    v128.store(y, y3, 48);
  }
  for (; x < end; x += 16, y += 16) {
    v128.store(y, f32x4.add(v128.load(y), f32x4.mul(scale, v128.load(x))));
  }
  const r = n & 3;
  if (r) storeTail(y, f32x4.add(loadTail(y, r), f32x4.mul(scale, loadTail(x, r))), r);
}
