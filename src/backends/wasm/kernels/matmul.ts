import { loadTail, storeTail } from './lanes';
import { transposeBlock } from './layout';
import { packB, packPair, panelVectors } from './pack';
import { thinProduct } from './thin';
import { ADD, KEEP, RESUME, tile } from './tiles';

// c = alpha * op(a) * op(b) + beta * c in register tiles (Goto & van de Geijn 2008, "Anatomy of high-performance matrix
// multiplication"). A tile reads four rows of op(a) as they lie, which costs it nothing (each is contiguous in k), and
// op(b) from panels of 8 or 4 columns, packed just before their first use; a transposed a is first turned.
// Every element of c is one sum in the order of k; where k is cut into parts, sums wait in `scratch` between them.

/** Rows, columns and depth of a block; `scratch` holds a turned block of a, the packed b and the sums of one block. */
const BLOCK_M = 128;
const BLOCK_N = 512;
const BLOCK_K = 1024;

/** Up to so many rows, packing b would cost more than the product. */
const THIN = 3;

const A_BYTES: usize = BLOCK_M * BLOCK_K * 4;
const B_BYTES: usize = BLOCK_N * BLOCK_K * 4;
const SUM_BYTES: usize = BLOCK_M * BLOCK_N * 4;

/** Bytes of scratch that a product needs, at a multiple of 64. */
export function matmulScratch(): usize {
  return A_BYTES + B_BYTES + SUM_BYTES;
}

// @ts-ignore: decorator
@inline
function scaled(sum: v128, alpha: v128, add: bool, beta: v128, old: v128): v128 {
  const x = f32x4.mul(alpha, sum);
  return add ? f32x4.add(x, f32x4.mul(beta, old)) : x;
}

/** Writes `rows` rows of `cols` columns from their sums at t, `width` floats a row. */
function writeEdge(
  t: usize, width: i32, rows: i32, cols: i32, c: usize, step: usize, add: bool, alpha: f32, beta: f32,
): void {
  const alphas = f32x4.splat(alpha);
  const betas = f32x4.splat(beta);
  const r = cols & 3;
  const whole = (<usize>(cols & ~3)) << 2; // none or one vector
  for (let i = 0; i < rows; i++, t += (<usize>width) << 2, c += step) {
    if (whole) v128.store(c, scaled(v128.load(t), alphas, add, betas, v128.load(c)));
    storeTail(c + whole, scaled(v128.load(t + whole), alphas, add, betas, loadTail(c + whole, r)), r);
  }
}

/** `rows` rows of c by one packed panel of b: `width` vectors, of whose columns `cols` exist; `mode` as in tiles.ts. */
function panel(
  a: usize, lda: usize, b: usize, rows: i32, width: i32, cols: i32, k: i32, t: usize, mode: i32, c: usize, ldc: usize,
  alpha: f32, beta: f32,
): void {
  const cut = cols < 4 * width && !(mode & KEEP);
  const how = cut ? (mode & RESUME) | KEEP : mode;
  while (rows > 0) {
    const height = rows >= 4 ? 4 : rows >= 2 ? 2 : 1;
    const done = height == 4 ? rows & ~3 : height;
    tile(height, width, done / height, a, lda, b, k, t, how, c, ldc, alpha, beta);
    if (cut) writeEdge(t, 4 * width, done, cols, c, ldc, (mode & ADD) != 0, alpha, beta);
    a += <usize>done * lda;
    c += <usize>done * ldc;
    t += (<usize>(done * width)) << 4;
    rows -= done;
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
  const turnedA = scratch;
  const packedB = turnedA + A_BYTES;
  const sums = packedB + B_BYTES;
  if (i1 - i0 <= THIN && !transB) {
    const x = a + <usize>i0 * (transA ? 4 : lda);
    thinProduct(c, x, transA ? 4 : lda, transA ? lda : 4, b, n, k, alpha, beta, add, i0, i1, j0, j1, sums);
    return;
  }
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
        let x = a + <usize>i * lda + ((<usize>p) << 2);
        let step = lda;
        if (transA) {
          x = turnedA;
          step = (<usize>steps) << 2;
          transposeBlock(x, step, a + <usize>p * lda + ((<usize>i) << 2), lda, steps, rows);
        }
        let q = packedB;
        let t = sums;
        for (let left = cols; left > 0; ) {
          const width = panelVectors(left);
          const at = j + cols - left;
          if (fresh) {
            // Pairs of panels are packed at even ones.
            const odd = (cols - left) & 8;
            if (transB || left + odd < 16) packB(q, b, transB, ldb, at, left, p, steps);
            else if (odd == 0) packPair(q, b, ldb, at, p, steps);
          }
          const to = c + <usize>i * ldc + ((<usize>at) << 2);
          panel(x, step, q, rows, width, left, steps, t, mode, to, ldc, alpha, beta);
          q += (<usize>(4 * width * steps)) << 2;
          t += (<usize>(width * rows)) << 4;
          left -= 4 * width;
        }
      }
    }
  }
}

/** Those of the groups' rows that lie in i0 .. i1, columns j0 .. j1. */
export function segmentedMatmul(
  c: usize, a: usize, b: usize, offsets: usize, groups: i32, n: i32, k: i32, transB: bool,
  i0: i32, i1: i32, j0: i32, j1: i32, scratch: usize,
): void {
  const matrix = ((<usize>k) * (<usize>n)) << 2;
  for (let g = 0; g < groups; g++, offsets += 4, b += matrix) {
    const from = max(load<i32>(offsets), i0);
    const rows = min(load<i32>(offsets, 4), i1) - from;
    if (rows <= 0) continue;
    const to = c + (<usize>from * <usize>n << 2);
    const x = a + (<usize>from * <usize>k << 2);
    matmul(to, x, b, rows, n, k, false, transB, 1, 0, false, 0, rows, j0, j1, scratch);
  }
}
