import { fill } from './elementwise';
import { loadTail, storeTail } from './lanes';

// @ts-ignore: decorator
@inline
function low(x: v128, y: v128): v128 {
  return i8x16.shuffle(x, y, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
}
// @ts-ignore: decorator
@inline
function high(x: v128, y: v128): v128 {
  return i8x16.shuffle(x, y, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
}
// @ts-ignore: decorator
@inline
function lowHalves(x: v128, y: v128): v128 {
  return i8x16.shuffle(x, y, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
}
// @ts-ignore: decorator
@inline
function highHalves(x: v128, y: v128): v128 {
  return i8x16.shuffle(x, y, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
}

/** Four rows of four to four columns at out, `outStep` bytes apart. */
// @ts-ignore: decorator
@inline
export function join4(out: usize, outStep: usize, r0: v128, r1: v128, r2: v128, r3: v128): void {
  const p0 = low(r0, r1);
  const p1 = low(r2, r3);
  const p2 = high(r0, r1);
  const p3 = high(r2, r3);
  v128.store(out, lowHalves(p0, p1));
  v128.store(out + outStep, highHalves(p0, p1));
  v128.store(out + 2 * outStep, lowHalves(p2, p3));
  v128.store(out + 3 * outStep, highHalves(p2, p3));
}

/** Rows of a, `aStep` bytes apart, to columns of out, whose rows are `outStep` bytes apart. */
export function transposeBlock(out: usize, outStep: usize, a: usize, aStep: usize, rows: i32, cols: i32): void {
  const wholeRows = rows & ~3;
  const wholeCols = cols & ~3;
  // Blocks of 32 x 32, so that both sides stay in the first cache.
  for (let i0 = 0; i0 < wholeRows; i0 += 32) {
    const i1 = min(i0 + 32, wholeRows);
    for (let j0 = 0; j0 < wholeCols; j0 += 32) {
      const j1 = min(j0 + 32, wholeCols);
      for (let i = i0; i < i1; i += 4) {
        for (let j = j0; j < j1; j += 4) {
          const x = a + <usize>i * aStep + ((<usize>j) << 2);
          const to = out + <usize>j * outStep + ((<usize>i) << 2);
          join4(to, outStep, v128.load(x), v128.load(x + aStep), v128.load(x + 2 * aStep), v128.load(x + 3 * aStep));
        }
      }
    }
  }
  for (let i = 0; i < rows; i++) {
    for (let j = i < wholeRows ? wholeCols : 0; j < cols; j++) {
      store<f32>(out + <usize>j * outStep + ((<usize>i) << 2), load<f32>(a + <usize>i * aStep + ((<usize>j) << 2)));
    }
  }
}

// @ts-ignore: decorator
@inline
function copyRow(out: usize, a: usize, n: i32): void {
  const end = a + ((<usize>(n & ~3)) << 2);
  for (; a < end; a += 16, out += 16) v128.store(out, v128.load(a));
  if (n & 3) storeTail(out, loadTail(a, n & 3), n & 3);
}

export function gatherRows(out: usize, a: usize, indices: usize, n: i32, cols: i32): void {
  const step = (<usize>cols) << 2;
  for (let i = 0; i < n; i++, out += step, indices += 4) copyRow(out, a + <usize>load<u32>(indices) * step, cols);
}

/** `cols` columns of rows that are `step` bytes apart, in `out` and in a. */
export function scatterAddRows(out: usize, a: usize, indices: usize, n: i32, cols: i32, step: usize): void {
  const r = cols & 3;
  const rest = step - ((<usize>(cols & ~3)) << 2);
  for (let i = 0; i < n; i++, indices += 4) {
    let to = out + <usize>load<u32>(indices) * step;
    const end = a + ((<usize>(cols & ~3)) << 2);
    for (; a < end; a += 16, to += 16) v128.store(to, f32x4.add(v128.load(to), v128.load(a)));
    if (r) storeTail(to, f32x4.add(loadTail(to, r), loadTail(a, r)), r);
    a += rest;
  }
}

export function oneHot(out: usize, labels: usize, n: i32, classes: i32): void {
  fill(out, 0, n * classes);
  for (let i = 0; i < n; i++, labels += 4, out += (<usize>classes) << 2) {
    store<f32>(out + ((<usize>load<u32>(labels)) << 2), 1);
  }
}
