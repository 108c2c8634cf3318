import { loadTail, storeTail } from './lanes';

const SUM = 0;

/** (s0 + s1) + (s2 + s3). */
// @ts-ignore: decorator
@inline
function joined(s: v128): f32 {
  return (
    f32x4.extract_lane(s, 0) + f32x4.extract_lane(s, 1) + (f32x4.extract_lane(s, 2) + f32x4.extract_lane(s, 3))
  );
}

/** x > y ? x : y with NaN kept, as `max` in js/elementwise.ts. */
// @ts-ignore: decorator
@inline
function larger(x: v128, y: v128): v128 {
  return v128.bitselect(f32x4.pmax(y, x), x, f32x4.eq(x, x));
}

/** Lane j % 4 sums column j; missing columns add +0, which changes no sum since none is ever -0. */
export function reduceRows(op: i32, out: usize, a: usize, rows: i32, cols: i32): void {
  const step = (<usize>cols) << 2;
  if (op != SUM) {
    for (; rows > 0; rows--, out += 4, a += step) store<f32>(out, rowMax(a, cols));
    return;
  }
  const end = (<usize>(cols & ~3)) << 2;
  const r = cols & 3;
  // Four rows at once hide the latency of the additions.
  for (; rows >= 4; rows -= 4, out += 16, a += 4 * step) {
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let s2 = f32x4.splat(0);
    let s3 = f32x4.splat(0);
    let p = a;
    for (const last = a + end; p < last; p += 16) {
      s0 = f32x4.add(s0, v128.load(p));
      s1 = f32x4.add(s1, v128.load(p + step));
      s2 = f32x4.add(s2, v128.load(p + 2 * step));
      s3 = f32x4.add(s3, v128.load(p + 3 * step));
    }
    if (r) {
      s0 = f32x4.add(s0, loadTail(p, r));
      s1 = f32x4.add(s1, loadTail(p + step, r));
      s2 = f32x4.add(s2, loadTail(p + 2 * step, r));
      s3 = f32x4.add(s3, loadTail(p + 3 * step, r));
    }
    store<f32>(out, joined(s0));
    store<f32>(out, joined(s1), 4);
    store<f32>(out, joined(s2), 8);
    store<f32>(out, joined(s3), 12);
  }
  for (; rows > 0; rows--, out += 4, a += step) {
    let s = f32x4.splat(0);
    let p = a;
    for (const last = a + end; p < last; p += 16) s = f32x4.add(s, v128.load(p));
    if (r) s = f32x4.add(s, loadTail(p, r));
    store<f32>(out, joined(s));
  }
}

/** The maximum of n floats: NaN if any is, -Infinity of none; of zeros of both signs the last one, as in the definition. */
function rowMax(a: usize, n: i32): f32 {
  let best = f32x4.splat(-Infinity);
  let nan = f32x4.splat(0);
  const end = a + ((<usize>(n & ~3)) << 2);
  let p = a;
  for (; p < end; p += 16) {
    const x = v128.load(p);
    best = f32x4.pmax(best, x);
    nan = v128.or(nan, f32x4.ne(x, x));
  }
  let most = max<f32>(
    max<f32>(f32x4.extract_lane(best, 0), f32x4.extract_lane(best, 1)),
    max<f32>(f32x4.extract_lane(best, 2), f32x4.extract_lane(best, 3)),
  );
  if (v128.any_true(nan)) most = NaN;
  for (const last = a + ((<usize>n) << 2); p < last; p += 4) most = max<f32>(most, load<f32>(p));
  if (most == 0) {
    p = a + ((<usize>n) << 2);
    do p -= 4;
    while (load<f32>(p) != 0);
    most = load<f32>(p);
  }
  return most;
}

// @ts-ignore: decorator
@inline
function accumulate(op: i32, s: v128, x: v128): v128 {
  return op == SUM ? f32x4.add(s, x) : larger(s, x);
}

// @ts-ignore: decorator
@inline
function columns(op: i32, out: usize, a: usize, rows: i32, cols: i32, step: usize): void {
  const start = f32x4.splat(op == SUM ? 0 : -Infinity);
  for (; cols >= 16; cols -= 16, out += 64, a += 64) {
    let s0 = start;
    let s1 = start;
    let s2 = start;
    let s3 = start;
    let p = a;
    for (let i = 0; i < rows; i++, p += step) {
      s0 = accumulate(op, s0, v128.load(p));
      s1 = accumulate(op, s1, v128.load(p, 16));
      s2 = accumulate(op, s2, v128.load(p, 32));
      s3 = accumulate(op, s3, v128.load(p, 48));
    }
    v128.store(out, s0);
    v128.store(out, s1, 16);
    v128.store(out, s2, 32);
    v128.store(out, s3, 48);
  }
  for (; cols >= 4; cols -= 4, out += 16, a += 16) {
    let s = start;
    let p = a;
    for (let i = 0; i < rows; i++, p += step) s = accumulate(op, s, v128.load(p));
    v128.store(out, s);
  }
  if (cols) {
    let s = start;
    let p = a;
    for (let i = 0; i < rows; i++, p += step) s = accumulate(op, s, loadTail(p, cols));
    storeTail(out, s, cols);
  }
}

/** Columns are summed in the order of rows, which are `step` bytes apart. */
export function reduceCols(op: i32, out: usize, a: usize, rows: i32, cols: i32, step: usize): void {
  if (op == SUM) columns(SUM, out, a, rows, cols, step);
  else columns(1, out, a, rows, cols, step);
}

export function argmaxRows(out: usize, a: usize, rows: i32, cols: i32): void {
  const step = (<usize>cols) << 2;
  for (; rows > 0; rows--, out += 4, a += step) {
    if (cols == 0) {
      store<i32>(out, 0);
      continue;
    }
    const most = rowMax(a, cols);
    let j = 0;
    if (most == most) while (load<f32>(a + ((<usize>j) << 2)) != most) j++;
    else while (load<f32>(a + ((<usize>j) << 2)) == load<f32>(a + ((<usize>j) << 2))) j++;
    store<i32>(out, j);
  }
}

/** Insertion into the row's k best so far, which live in place in `values` and `indices`; NaN ranks last. */
export function topK(values: usize, indices: usize, a: usize, rows: i32, cols: i32, k: i32): void {
  const step = (<usize>k) << 2;
  for (; rows > 0; rows--, values += step, indices += step, a += (<usize>cols) << 2) {
    let held: usize = 0; // in bytes
    for (let j = 0; j < cols; j++) {
      const x = load<f32>(a + ((<usize>j) << 2));
      let at = held;
      if (held == step) {
        if (k == 0 || !ranksBefore(x, load<f32>(values + step - 4))) continue;
        at -= 4;
      } else {
        held += 4;
      }
      for (; at > 0 && ranksBefore(x, load<f32>(values + at - 4)); at -= 4) {
        store<f32>(values + at, load<f32>(values + at - 4));
        store<i32>(indices + at, load<i32>(indices + at - 4));
      }
      store<f32>(values + at, x);
      store<i32>(indices + at, j);
    }
  }
}

// @ts-ignore: decorator
@inline
function ranksBefore(x: f32, y: f32): bool {
  return x > y || (y != y && x == x);
}
