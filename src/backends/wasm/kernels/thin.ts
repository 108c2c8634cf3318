import { loadTail, storeTail } from './lanes';

/** Columns whose sums stay in the first cache. */
const CHUNK = 4096;

/** s[0 .. n) += x0 b0 + x1 b1 + x2 b2 + x3 b3, in this order. */
function addFour(s: usize, b: usize, ld: usize, n: i32, x0: v128, x1: v128, x2: v128, x3: v128): void {
  let b1 = b + ld;
  let b2 = b1 + ld;
  let b3 = b2 + ld;
  for (; n >= 4; n -= 4, s += 16, b += 16, b1 += 16, b2 += 16, b3 += 16) {
    let v = f32x4.add(v128.load(s), f32x4.mul(x0, v128.load(b)));
    v = f32x4.add(v, f32x4.mul(x1, v128.load(b1)));
    v = f32x4.add(v, f32x4.mul(x2, v128.load(b2)));
    v128.store(s, f32x4.add(v, f32x4.mul(x3, v128.load(b3))));
  }
  if (n) {
    let v = f32x4.add(v128.load(s), f32x4.mul(x0, loadTail(b, n)));
    v = f32x4.add(v, f32x4.mul(x1, loadTail(b1, n)));
    v = f32x4.add(v, f32x4.mul(x2, loadTail(b2, n)));
    v128.store(s, f32x4.add(v, f32x4.mul(x3, loadTail(b3, n))));
  }
}

function addOne(s: usize, b: usize, n: i32, x: v128): void {
  for (; n >= 4; n -= 4, s += 16, b += 16) v128.store(s, f32x4.add(v128.load(s), f32x4.mul(x, v128.load(b))));
  if (n) v128.store(s, f32x4.add(v128.load(s), f32x4.mul(x, loadTail(b, n))));
}

/**
 * A product of few rows: each row's sums go over b (k, n) as it lies, so that b is read once and never packed.
 * x: the first element of row i0 of op(a), whose rows are `row` and whose steps of k `step` bytes apart. `sums` has
 * room for CHUNK floats.
 */
export function thinProduct(
  c: usize, x: usize, row: usize, step: usize, b: usize, n: i32, k: i32, alpha: f32, beta: f32, add: bool,
  i0: i32, i1: i32, j0: i32, j1: i32, sums: usize,
): void {
  const ld = (<usize>n) << 2;
  const alphas = f32x4.splat(alpha);
  const betas = f32x4.splat(beta);
  for (let i = i0; i < i1; i++, x += row) {
    for (let j = j0; j < j1; j += CHUNK) {
      const cols = min(CHUNK, j1 - j);
      const bytes = ((<usize>cols) << 2);
      memory.fill(sums, 0, (bytes + 15) & ~15);
      let p = 0;
      let a = x;
      let from = b + ((<usize>j) << 2);
      for (; p <= k - 4; p += 4, from += 4 * ld, a += 4 * step) {
        const x0 = v128.load32_splat(a);
        const x1 = v128.load32_splat(a + step);
        const x2 = v128.load32_splat(a + 2 * step);
        addFour(sums, from, ld, cols, x0, x1, x2, v128.load32_splat(a + 3 * step));
      }
      for (; p < k; p++, from += ld, a += step) addOne(sums, from, cols, v128.load32_splat(a));
      let to = c + <usize>i * ld + ((<usize>j) << 2);
      for (let left = cols, s = sums; left > 0; left -= 4, s += 16, to += 16) {
        const r = min(left, 4);
        let v = f32x4.mul(alphas, v128.load(s));
        if (add) v = f32x4.add(v, f32x4.mul(betas, r == 4 ? v128.load(to) : loadTail(to, r)));
        if (r == 4) v128.store(to, v);
        else storeTail(to, v, r);
      }
    }
  }
}
