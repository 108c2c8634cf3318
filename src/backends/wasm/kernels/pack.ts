import { loadTail } from './lanes';
import { join4 } from './layout';

// Packing of op(b) into the panels that tiles.ts reads. What fills the places of columns that do not exist is of no
// account: their sums are never written.

/** Width, in vectors, of the panel that begins with `left` columns to go. */
// @ts-ignore: decorator
@inline
export function panelVectors(left: i32): i32 {
  return left > 4 ? 2 : 1;
}

/** Four rows of x, `step` bytes apart, of which `have` exist, side by side at every `outStep` bytes of out; k steps. */
function packRows(out: usize, outStep: usize, x: usize, step: usize, have: i32, k: i32): void {
  let x1 = x + (have > 1 ? step : 0);
  let x2 = x + (have > 2 ? 2 * step : 0);
  let x3 = x + (have > 3 ? 3 * step : 0);
  for (; k >= 4; k -= 4, x += 16, x1 += 16, x2 += 16, x3 += 16, out += 4 * outStep) {
    join4(out, outStep, v128.load(x), v128.load(x1), v128.load(x2), v128.load(x3));
  }
  for (; k > 0; k--, x += 4, x1 += 4, x2 += 4, x3 += 4, out += outStep) {
    store<f32>(out, load<f32>(x));
    store<f32>(out, load<f32>(x1), 4);
    store<f32>(out, load<f32>(x2), 8);
    store<f32>(out, load<f32>(x3), 12);
  }
}

/** `have` neighbors of each of k steps, `step` bytes apart, as one or two vectors a step. */
function packColumns(out: usize, vectors: i32, x: usize, step: usize, have: i32, k: i32): void {
  const tail = have & 3;
  if (vectors == 2) {
    if (have == 8) {
      for (; k > 0; k--, x += step, out += 32) {
        v128.store(out, v128.load(x));
        v128.store(out, v128.load(x, 16), 16);
      }
    } else {
      for (; k > 0; k--, x += step, out += 32) {
        v128.store(out, v128.load(x));
        v128.store(out, loadTail(x + 16, tail), 16);
      }
    }
  } else if (have == 4) {
    for (; k > 0; k--, x += step, out += 16) v128.store(out, v128.load(x));
  } else {
    for (; k > 0; k--, x += step, out += 16) v128.store(out, loadTail(x, tail));
  }
}

/** The panel of op(b) at column j, of whose columns `cols` exist, steps p .. p + k. */
export function packB(out: usize, b: usize, trans: bool, ld: usize, j: i32, cols: i32, p: i32, k: i32): void {
  const vectors = panelVectors(cols);
  if (!trans) {
    packColumns(out, vectors, b + <usize>p * ld + ((<usize>j) << 2), ld, min(cols, 4 * vectors), k);
    return;
  }
  const x = b + <usize>j * ld + ((<usize>p) << 2);
  const step = (<usize>vectors) << 4;
  packRows(out, step, x, ld, min(cols, 4), k);
  if (vectors == 2) packRows(out + 16, step, x + 4 * ld, ld, min(cols - 4, 4), k);
}

/** Two panels of eight columns of a b that is not transposed: whole cache lines at a time. */
export function packPair(out: usize, b: usize, ld: usize, j: i32, p: i32, k: i32): void {
  let x = b + <usize>p * ld + ((<usize>j) << 2);
  let second = out + ((<usize>k) << 5);
  for (; k > 0; k--, x += ld, out += 32, second += 32) {
    v128.store(out, v128.load(x));
    v128.store(out, v128.load(x, 16), 16);
    v128.store(second, v128.load(x, 32));
    v128.store(second, v128.load(x, 48), 16);
  }
}
