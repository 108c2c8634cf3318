import { transpose4 } from './layout';
import { ADD, KEEP, RESUME, tile } from './tiles';

// c = alpha * op(a) * op(b) + beta * c over packed panels (Goto & van de Geijn 2008, "Anatomy of high-performance
// matrix multiplication"). op(a) is packed in panels of 4, 2 or 1 rows, op(b) in panels of 8 or 4 columns; a panel
// holds its rows (columns) of each step of k one after the other, so that a tile reads both from front to back.
// Every element of c is one sum in the order of k; where k is cut into parts, sums wait in `scratch` between them.

/** Rows, columns and depth of a block; `scratch` holds the packed a and b and the sums of one block. */
const BLOCK_M = 128;
const BLOCK_N = 512;
const BLOCK_K = 1024;

const A_BYTES: usize = BLOCK_M * BLOCK_K * 4;
const B_BYTES: usize = BLOCK_N * BLOCK_K * 4;
const SUM_BYTES: usize = BLOCK_M * BLOCK_N * 4;

/** Bytes of scratch that a product needs, at a multiple of 64. */
export function matmulScratch(): usize {
  return A_BYTES + B_BYTES + SUM_BYTES + 256;
}

/** Height of the panel that begins with `left` rows to go. */
// @ts-ignore: decorator
@inline
function panelRows(left: i32): i32 {
  return left >= 3 ? 4 : left;
}

/** Width, in vectors, of the panel that begins with `left` columns to go. */
// @ts-ignore: decorator
@inline
function panelVectors(left: i32): i32 {
  return left > 4 ? 2 : 1;
}

/**
 * Packs `width` rows of x, of which `have` exist, over k steps; step p is at x + p * 4 and rows are `step` bytes apart.
 * `panel` is the panel's width in floats, `width` a part of it that is 4, 2 or 1.
 */
// @ts-ignore: decorator
@inline
function packAcross(out: usize, panel: usize, x: usize, step: usize, width: i32, have: i32, k: i32): void {
  const outStep = panel << 2;
  if (width == 4 && have >= 4) {
    for (; k >= 4; k -= 4, x += 16, out += 4 * outStep) transpose4(out, outStep, x, step);
  }
  for (; k > 0; k--, x += 4, out += outStep) {
    let from = x;
    for (let i = 0; i < width; i++, from += step) {
      store<f32>(out + ((<usize>i) << 2), i < have ? load<f32>(from) : 0);
    }
  }
}

/** Packs `width` neighbors, of which `have` exist, over k steps; steps are `step` bytes apart. */
// @ts-ignore: decorator
@inline
function packAlong(out: usize, panel: usize, x: usize, step: usize, width: i32, have: i32, k: i32): void {
  const outStep = panel << 2;
  if (width == have && width >= 4) {
    if (width == 8) {
      for (; k > 0; k--, x += step, out += outStep) {
        v128.store(out, v128.load(x));
        v128.store(out, v128.load(x, 16), 16);
      }
    } else {
      for (; k > 0; k--, x += step, out += outStep) v128.store(out, v128.load(x));
    }
    return;
  }
  for (; k > 0; k--, x += step, out += outStep) {
    for (let i = 0; i < width; i++) {
      const at = (<usize>i) << 2;
      store<f32>(out + at, i < have ? load<f32>(x + at) : 0);
    }
  }
}

/** Rows i .. i + rows of op(a), steps p .. p + k. */
function packA(out: usize, a: usize, trans: bool, ld: usize, i: i32, rows: i32, p: i32, k: i32): void {
  while (rows > 0) {
    const height = panelRows(rows);
    const have = min(rows, height);
    if (trans) packAlong(out, height, a + <usize>p * ld + ((<usize>i) << 2), ld, height, have, k);
    else packAcross(out, height, a + <usize>i * ld + ((<usize>p) << 2), ld, height, have, k);
    out += (<usize>(height * k)) << 2;
    i += height;
    rows -= height;
  }
}

/** Columns j .. j + cols of op(b), one panel, steps p .. p + k. */
function packB(out: usize, b: usize, trans: bool, ld: usize, j: i32, cols: i32, p: i32, k: i32): void {
  const width = 4 * panelVectors(cols);
  if (!trans) {
    packAlong(out, width, b + <usize>p * ld + ((<usize>j) << 2), ld, width, min(cols, width), k);
    return;
  }
  const x = b + <usize>j * ld + ((<usize>p) << 2);
  for (let q = 0; q < width; q += 4) {
    packAcross(out + ((<usize>q) << 2), width, x + <usize>q * ld, ld, 4, min(cols - q, 4), k);
  }
}

/** Writes the sums of an edge tile, of which `rows` and `cols` exist. */
function writeEdge(
  t: usize, width: i32, rows: i32, cols: i32, c: usize, step: usize, add: bool, alpha: f32, beta: f32,
): void {
  for (let i = 0; i < rows; i++, t += (<usize>width) << 2, c += step) {
    for (let j = 0; j < cols; j++) {
      const at = (<usize>j) << 2;
      let x = alpha * load<f32>(t + at);
      if (add) x += beta * load<f32>(c + at);
      store<f32>(c + at, x);
    }
  }
}

/** One pass over a block of c: packed a (m, k) and packed b (k, n); `mode` as in tiles.ts. */
// @ts-ignore: decorator
@inline
function panel(
  a: usize, b: usize, m: i32, width: i32, cols: i32, k: i32, t: usize, mode: i32, c: usize, ld: usize,
  alpha: f32, beta: f32, edge: usize,
): void {
  const sums = (<usize>(16 * width)) << 2;
  for (let left = m; left > 0; ) {
    const height = panelRows(left);
    if (!(mode & KEEP) && (left < height || cols < 4 * width)) {
      // RESUME reads its sums from t; what this tile leaves goes to the same place, then to c.
      const at = mode & RESUME ? t : edge;
      tile(height, width, a, b, k, at, (mode & RESUME) | KEEP, c, ld, alpha, beta);
      writeEdge(at, 4 * width, min(left, height), min(cols, 4 * width), c, ld, (mode & ADD) != 0, alpha, beta);
    } else {
      tile(height, width, a, b, k, t, mode, c, ld, alpha, beta);
    }
    a += (<usize>(height * k)) << 2;
    c += <usize>height * ld;
    t += sums;
    left -= height;
  }
}

/**
 * Rows i0 .. i1 and columns j0 .. j1 of c. `add`: beta is not 0. Addresses in bytes; `scratch` belongs to this call.
 */
export function matmul(
  c: usize, a: usize, b: usize, m: i32, n: i32, k: i32, transA: bool, transB: bool,
  alpha: f32, beta: f32, add: bool, i0: i32, i1: i32, j0: i32, j1: i32, scratch: usize,
): void {
  const lda = (<usize>(transA ? m : k)) << 2;
  const ldb = (<usize>(transB ? k : n)) << 2;
  const ldc = (<usize>n) << 2;
  const packedA = scratch;
  const packedB = packedA + A_BYTES;
  const sums = packedB + B_BYTES;
  const edge = sums + SUM_BYTES;
  const parts = max(1, (k + BLOCK_K - 1) / BLOCK_K);
  const depth = (k + parts - 1) / parts;
  const last = add ? ADD : 0;
  for (let j = j0; j < j1; j += BLOCK_N) {
    const cols = min(BLOCK_N, j1 - j);
    for (let i = i0; i < i1; i += BLOCK_M) {
      const rows = min(BLOCK_M, i1 - i);
      for (let part = 0; part < parts; part++) {
        const p = part * depth;
        const steps = min(depth, k - p);
        const mode = (part > 0 ? RESUME : 0) | (part < parts - 1 ? KEEP : last);
        const fresh = parts > 1 || i == i0; // b is packed once for all row blocks when k is in one part
        packA(packedA, a, transA, lda, i, rows, p, steps);
        let q = packedB;
        let t = sums;
        for (let left = cols; left > 0; ) {
          const width = panelVectors(left);
          const at = j + cols - left;
          if (fresh) packB(q, b, transB, ldb, at, left, p, steps);
          const to = c + <usize>i * ldc + ((<usize>at) << 2);
          panel(packedA, q, rows, width, left, steps, t, mode, to, ldc, alpha, beta, edge);
          q += (<usize>(4 * width * steps)) << 2;
          t += (<usize>(4 * width * ((rows + 3) & ~3))) << 2;
          left -= 4 * width;
        }
      }
    }
  }
}

export function segmentedMatmul(
  c: usize, a: usize, b: usize, offsets: usize, groups: i32, n: i32, k: i32, transB: bool, scratch: usize,
): void {
  const matrix = ((<usize>k) * (<usize>n)) << 2;
  for (let g = 0; g < groups; g++, offsets += 4, b += matrix) {
    const from = load<i32>(offsets);
    const rows = load<i32>(offsets, 4) - from;
    const to = c + (<usize>from * <usize>n << 2);
    const x = a + (<usize>from * <usize>k << 2);
    matmul(to, x, b, rows, n, k, false, transB, 1, 0, false, 0, rows, 0, n, scratch);
  }
}
