// Written by scripts/generate-tiles.mjs; edit that.
//
// tileHxW: c (H, W) = alpha * sum + beta * c with sum = a (H, k) b (k, W), `count` times down the rows of a and c; `lda`, `ldc`: bytes from a row to the next;
// b is packed, its W floats of each step of k side by side. Sums are kept in registers, each in the order of k. A sum
// over a part of k goes on from, and is kept in, the H * W floats at t.
//
// Each step of k ends in a way out of the loop. Without it V8 moves the loads of all unrolled steps to the front of the
// loop and spills the sums; with it 4x8 runs from registers alone (45 GFLOP/s where 6x8 and 4x12 give 40).

/** Go on from the sums at t. */
export const RESUME = 1;
/** Leave the sums at t, not in c. */
export const KEEP = 2;
/** Add beta * c; without it c is not read. */
export const ADD = 4;

function tile4x8(
  count: i32, a: usize, lda: usize, b: usize, k: i32, t: usize, mode: i32, c: usize, ldc: usize,
  alpha: f32, beta: f32,
): void {
  const alphas = f32x4.splat(alpha);
  const betas = f32x4.splat(beta);
  for (; count > 0; count--) {
    let c00 = f32x4.splat(0);
    let c01 = f32x4.splat(0);
    let c10 = f32x4.splat(0);
    let c11 = f32x4.splat(0);
    let c20 = f32x4.splat(0);
    let c21 = f32x4.splat(0);
    let c30 = f32x4.splat(0);
    let c31 = f32x4.splat(0);
    let a0 = a;
    let a1 = a0 + lda;
    let a2 = a1 + lda;
    let a3 = a2 + lda;
    a = a3 + lda;
    let y = b;
    let left = k;
    if (mode & RESUME) {
      c00 = v128.load(t, 0);
      c01 = v128.load(t, 16);
      c10 = v128.load(t, 32);
      c11 = v128.load(t, 48);
      c20 = v128.load(t, 64);
      c21 = v128.load(t, 80);
      c30 = v128.load(t, 96);
      c31 = v128.load(t, 112);
    }
    if (left > 0) {
      for (;;) {
        const y00 = v128.load(y, 0);
        const y01 = v128.load(y, 16);
        const x00 = v128.load32_splat(a0, 0);
        c00 = f32x4.add(c00, f32x4.mul(x00, y00));
        c01 = f32x4.add(c01, f32x4.mul(x00, y01));
        const x01 = v128.load32_splat(a1, 0);
        c10 = f32x4.add(c10, f32x4.mul(x01, y00));
        c11 = f32x4.add(c11, f32x4.mul(x01, y01));
        const x02 = v128.load32_splat(a2, 0);
        c20 = f32x4.add(c20, f32x4.mul(x02, y00));
        c21 = f32x4.add(c21, f32x4.mul(x02, y01));
        const x03 = v128.load32_splat(a3, 0);
        c30 = f32x4.add(c30, f32x4.mul(x03, y00));
        c31 = f32x4.add(c31, f32x4.mul(x03, y01));
        if (--left == 0) break;
        const y10 = v128.load(y, 32);
        const y11 = v128.load(y, 48);
        const x10 = v128.load32_splat(a0, 4);
        c00 = f32x4.add(c00, f32x4.mul(x10, y10));
        c01 = f32x4.add(c01, f32x4.mul(x10, y11));
        const x11 = v128.load32_splat(a1, 4);
        c10 = f32x4.add(c10, f32x4.mul(x11, y10));
        c11 = f32x4.add(c11, f32x4.mul(x11, y11));
        const x12 = v128.load32_splat(a2, 4);
        c20 = f32x4.add(c20, f32x4.mul(x12, y10));
        c21 = f32x4.add(c21, f32x4.mul(x12, y11));
        const x13 = v128.load32_splat(a3, 4);
        c30 = f32x4.add(c30, f32x4.mul(x13, y10));
        c31 = f32x4.add(c31, f32x4.mul(x13, y11));
        if (--left == 0) break;
        const y20 = v128.load(y, 64);
        const y21 = v128.load(y, 80);
        const x20 = v128.load32_splat(a0, 8);
        c00 = f32x4.add(c00, f32x4.mul(x20, y20));
        c01 = f32x4.add(c01, f32x4.mul(x20, y21));
        const x21 = v128.load32_splat(a1, 8);
        c10 = f32x4.add(c10, f32x4.mul(x21, y20));
        c11 = f32x4.add(c11, f32x4.mul(x21, y21));
        const x22 = v128.load32_splat(a2, 8);
        c20 = f32x4.add(c20, f32x4.mul(x22, y20));
        c21 = f32x4.add(c21, f32x4.mul(x22, y21));
        const x23 = v128.load32_splat(a3, 8);
        c30 = f32x4.add(c30, f32x4.mul(x23, y20));
        c31 = f32x4.add(c31, f32x4.mul(x23, y21));
        if (--left == 0) break;
        const y30 = v128.load(y, 96);
        const y31 = v128.load(y, 112);
        const x30 = v128.load32_splat(a0, 12);
        c00 = f32x4.add(c00, f32x4.mul(x30, y30));
        c01 = f32x4.add(c01, f32x4.mul(x30, y31));
        const x31 = v128.load32_splat(a1, 12);
        c10 = f32x4.add(c10, f32x4.mul(x31, y30));
        c11 = f32x4.add(c11, f32x4.mul(x31, y31));
        const x32 = v128.load32_splat(a2, 12);
        c20 = f32x4.add(c20, f32x4.mul(x32, y30));
        c21 = f32x4.add(c21, f32x4.mul(x32, y31));
        const x33 = v128.load32_splat(a3, 12);
        c30 = f32x4.add(c30, f32x4.mul(x33, y30));
        c31 = f32x4.add(c31, f32x4.mul(x33, y31));
        if (--left == 0) break;
        const y40 = v128.load(y, 128);
        const y41 = v128.load(y, 144);
        const x40 = v128.load32_splat(a0, 16);
        c00 = f32x4.add(c00, f32x4.mul(x40, y40));
        c01 = f32x4.add(c01, f32x4.mul(x40, y41));
        const x41 = v128.load32_splat(a1, 16);
        c10 = f32x4.add(c10, f32x4.mul(x41, y40));
        c11 = f32x4.add(c11, f32x4.mul(x41, y41));
        const x42 = v128.load32_splat(a2, 16);
        c20 = f32x4.add(c20, f32x4.mul(x42, y40));
        c21 = f32x4.add(c21, f32x4.mul(x42, y41));
        const x43 = v128.load32_splat(a3, 16);
        c30 = f32x4.add(c30, f32x4.mul(x43, y40));
        c31 = f32x4.add(c31, f32x4.mul(x43, y41));
        if (--left == 0) break;
        const y50 = v128.load(y, 160);
        const y51 = v128.load(y, 176);
        const x50 = v128.load32_splat(a0, 20);
        c00 = f32x4.add(c00, f32x4.mul(x50, y50));
        c01 = f32x4.add(c01, f32x4.mul(x50, y51));
        const x51 = v128.load32_splat(a1, 20);
        c10 = f32x4.add(c10, f32x4.mul(x51, y50));
        c11 = f32x4.add(c11, f32x4.mul(x51, y51));
        const x52 = v128.load32_splat(a2, 20);
        c20 = f32x4.add(c20, f32x4.mul(x52, y50));
        c21 = f32x4.add(c21, f32x4.mul(x52, y51));
        const x53 = v128.load32_splat(a3, 20);
        c30 = f32x4.add(c30, f32x4.mul(x53, y50));
        c31 = f32x4.add(c31, f32x4.mul(x53, y51));
        if (--left == 0) break;
        const y60 = v128.load(y, 192);
        const y61 = v128.load(y, 208);
        const x60 = v128.load32_splat(a0, 24);
        c00 = f32x4.add(c00, f32x4.mul(x60, y60));
        c01 = f32x4.add(c01, f32x4.mul(x60, y61));
        const x61 = v128.load32_splat(a1, 24);
        c10 = f32x4.add(c10, f32x4.mul(x61, y60));
        c11 = f32x4.add(c11, f32x4.mul(x61, y61));
        const x62 = v128.load32_splat(a2, 24);
        c20 = f32x4.add(c20, f32x4.mul(x62, y60));
        c21 = f32x4.add(c21, f32x4.mul(x62, y61));
        const x63 = v128.load32_splat(a3, 24);
        c30 = f32x4.add(c30, f32x4.mul(x63, y60));
        c31 = f32x4.add(c31, f32x4.mul(x63, y61));
        if (--left == 0) break;
        const y70 = v128.load(y, 224);
        const y71 = v128.load(y, 240);
        const x70 = v128.load32_splat(a0, 28);
        c00 = f32x4.add(c00, f32x4.mul(x70, y70));
        c01 = f32x4.add(c01, f32x4.mul(x70, y71));
        const x71 = v128.load32_splat(a1, 28);
        c10 = f32x4.add(c10, f32x4.mul(x71, y70));
        c11 = f32x4.add(c11, f32x4.mul(x71, y71));
        const x72 = v128.load32_splat(a2, 28);
        c20 = f32x4.add(c20, f32x4.mul(x72, y70));
        c21 = f32x4.add(c21, f32x4.mul(x72, y71));
        const x73 = v128.load32_splat(a3, 28);
        c30 = f32x4.add(c30, f32x4.mul(x73, y70));
        c31 = f32x4.add(c31, f32x4.mul(x73, y71));
        if (--left == 0) break;
        a0 += 32;
        a1 += 32;
        a2 += 32;
        a3 += 32;
        y += 256;
      }
    }
    if (mode & KEEP) {
      v128.store(t, c00, 0);
      v128.store(t, c01, 16);
      v128.store(t, c10, 32);
      v128.store(t, c11, 48);
      v128.store(t, c20, 64);
      v128.store(t, c21, 80);
      v128.store(t, c30, 96);
      v128.store(t, c31, 112);
    } else if (mode & ADD) {
      v128.store(c, f32x4.add(f32x4.mul(alphas, c00), f32x4.mul(betas, v128.load(c, 0))), 0);
      v128.store(c, f32x4.add(f32x4.mul(alphas, c01), f32x4.mul(betas, v128.load(c, 16))), 16);
      c += ldc;
      v128.store(c, f32x4.add(f32x4.mul(alphas, c10), f32x4.mul(betas, v128.load(c, 0))), 0);
      v128.store(c, f32x4.add(f32x4.mul(alphas, c11), f32x4.mul(betas, v128.load(c, 16))), 16);
      c += ldc;
      v128.store(c, f32x4.add(f32x4.mul(alphas, c20), f32x4.mul(betas, v128.load(c, 0))), 0);
      v128.store(c, f32x4.add(f32x4.mul(alphas, c21), f32x4.mul(betas, v128.load(c, 16))), 16);
      c += ldc;
      v128.store(c, f32x4.add(f32x4.mul(alphas, c30), f32x4.mul(betas, v128.load(c, 0))), 0);
      v128.store(c, f32x4.add(f32x4.mul(alphas, c31), f32x4.mul(betas, v128.load(c, 16))), 16);
      c += ldc;
    } else {
      v128.store(c, f32x4.mul(alphas, c00), 0);
      v128.store(c, f32x4.mul(alphas, c01), 16);
      c += ldc;
      v128.store(c, f32x4.mul(alphas, c10), 0);
      v128.store(c, f32x4.mul(alphas, c11), 16);
      c += ldc;
      v128.store(c, f32x4.mul(alphas, c20), 0);
      v128.store(c, f32x4.mul(alphas, c21), 16);
      c += ldc;
      v128.store(c, f32x4.mul(alphas, c30), 0);
      v128.store(c, f32x4.mul(alphas, c31), 16);
      c += ldc;
    }
    t += 128;
  }
}

function tile4x4(
  count: i32, a: usize, lda: usize, b: usize, k: i32, t: usize, mode: i32, c: usize, ldc: usize,
  alpha: f32, beta: f32,
): void {
  const alphas = f32x4.splat(alpha);
  const betas = f32x4.splat(beta);
  for (; count > 0; count--) {
    let c00 = f32x4.splat(0);
    let c10 = f32x4.splat(0);
    let c20 = f32x4.splat(0);
    let c30 = f32x4.splat(0);
    let a0 = a;
    let a1 = a0 + lda;
    let a2 = a1 + lda;
    let a3 = a2 + lda;
    a = a3 + lda;
    let y = b;
    let left = k;
    if (mode & RESUME) {
      c00 = v128.load(t, 0);
      c10 = v128.load(t, 16);
      c20 = v128.load(t, 32);
      c30 = v128.load(t, 48);
    }
    if (left > 0) {
      for (;;) {
        const y00 = v128.load(y, 0);
        const x00 = v128.load32_splat(a0, 0);
        c00 = f32x4.add(c00, f32x4.mul(x00, y00));
        const x01 = v128.load32_splat(a1, 0);
        c10 = f32x4.add(c10, f32x4.mul(x01, y00));
        const x02 = v128.load32_splat(a2, 0);
        c20 = f32x4.add(c20, f32x4.mul(x02, y00));
        const x03 = v128.load32_splat(a3, 0);
        c30 = f32x4.add(c30, f32x4.mul(x03, y00));
        if (--left == 0) break;
        const y10 = v128.load(y, 16);
        const x10 = v128.load32_splat(a0, 4);
        c00 = f32x4.add(c00, f32x4.mul(x10, y10));
        const x11 = v128.load32_splat(a1, 4);
        c10 = f32x4.add(c10, f32x4.mul(x11, y10));
        const x12 = v128.load32_splat(a2, 4);
        c20 = f32x4.add(c20, f32x4.mul(x12, y10));
        const x13 = v128.load32_splat(a3, 4);
        c30 = f32x4.add(c30, f32x4.mul(x13, y10));
        if (--left == 0) break;
        const y20 = v128.load(y, 32);
        const x20 = v128.load32_splat(a0, 8);
        c00 = f32x4.add(c00, f32x4.mul(x20, y20));
        const x21 = v128.load32_splat(a1, 8);
        c10 = f32x4.add(c10, f32x4.mul(x21, y20));
        const x22 = v128.load32_splat(a2, 8);
        c20 = f32x4.add(c20, f32x4.mul(x22, y20));
        const x23 = v128.load32_splat(a3, 8);
        c30 = f32x4.add(c30, f32x4.mul(x23, y20));
        if (--left == 0) break;
        const y30 = v128.load(y, 48);
        const x30 = v128.load32_splat(a0, 12);
        c00 = f32x4.add(c00, f32x4.mul(x30, y30));
        const x31 = v128.load32_splat(a1, 12);
        c10 = f32x4.add(c10, f32x4.mul(x31, y30));
        const x32 = v128.load32_splat(a2, 12);
        c20 = f32x4.add(c20, f32x4.mul(x32, y30));
        const x33 = v128.load32_splat(a3, 12);
        c30 = f32x4.add(c30, f32x4.mul(x33, y30));
        if (--left == 0) break;
        a0 += 16;
        a1 += 16;
        a2 += 16;
        a3 += 16;
        y += 64;
      }
    }
    if (mode & KEEP) {
      v128.store(t, c00, 0);
      v128.store(t, c10, 16);
      v128.store(t, c20, 32);
      v128.store(t, c30, 48);
    } else if (mode & ADD) {
      v128.store(c, f32x4.add(f32x4.mul(alphas, c00), f32x4.mul(betas, v128.load(c, 0))), 0);
      c += ldc;
      v128.store(c, f32x4.add(f32x4.mul(alphas, c10), f32x4.mul(betas, v128.load(c, 0))), 0);
      c += ldc;
      v128.store(c, f32x4.add(f32x4.mul(alphas, c20), f32x4.mul(betas, v128.load(c, 0))), 0);
      c += ldc;
      v128.store(c, f32x4.add(f32x4.mul(alphas, c30), f32x4.mul(betas, v128.load(c, 0))), 0);
      c += ldc;
    } else {
      v128.store(c, f32x4.mul(alphas, c00), 0);
      c += ldc;
      v128.store(c, f32x4.mul(alphas, c10), 0);
      c += ldc;
      v128.store(c, f32x4.mul(alphas, c20), 0);
      c += ldc;
      v128.store(c, f32x4.mul(alphas, c30), 0);
      c += ldc;
    }
    t += 64;
  }
}

function tile2x8(
  count: i32, a: usize, lda: usize, b: usize, k: i32, t: usize, mode: i32, c: usize, ldc: usize,
  alpha: f32, beta: f32,
): void {
  const alphas = f32x4.splat(alpha);
  const betas = f32x4.splat(beta);
  for (; count > 0; count--) {
    let c00 = f32x4.splat(0);
    let c01 = f32x4.splat(0);
    let c10 = f32x4.splat(0);
    let c11 = f32x4.splat(0);
    let a0 = a;
    let a1 = a0 + lda;
    a = a1 + lda;
    let y = b;
    let left = k;
    if (mode & RESUME) {
      c00 = v128.load(t, 0);
      c01 = v128.load(t, 16);
      c10 = v128.load(t, 32);
      c11 = v128.load(t, 48);
    }
    if (left > 0) {
      for (;;) {
        const y00 = v128.load(y, 0);
        const y01 = v128.load(y, 16);
        const x00 = v128.load32_splat(a0, 0);
        c00 = f32x4.add(c00, f32x4.mul(x00, y00));
        c01 = f32x4.add(c01, f32x4.mul(x00, y01));
        const x01 = v128.load32_splat(a1, 0);
        c10 = f32x4.add(c10, f32x4.mul(x01, y00));
        c11 = f32x4.add(c11, f32x4.mul(x01, y01));
        if (--left == 0) break;
        const y10 = v128.load(y, 32);
        const y11 = v128.load(y, 48);
        const x10 = v128.load32_splat(a0, 4);
        c00 = f32x4.add(c00, f32x4.mul(x10, y10));
        c01 = f32x4.add(c01, f32x4.mul(x10, y11));
        const x11 = v128.load32_splat(a1, 4);
        c10 = f32x4.add(c10, f32x4.mul(x11, y10));
        c11 = f32x4.add(c11, f32x4.mul(x11, y11));
        if (--left == 0) break;
        const y20 = v128.load(y, 64);
        const y21 = v128.load(y, 80);
        const x20 = v128.load32_splat(a0, 8);
        c00 = f32x4.add(c00, f32x4.mul(x20, y20));
        c01 = f32x4.add(c01, f32x4.mul(x20, y21));
        const x21 = v128.load32_splat(a1, 8);
        c10 = f32x4.add(c10, f32x4.mul(x21, y20));
        c11 = f32x4.add(c11, f32x4.mul(x21, y21));
        if (--left == 0) break;
        const y30 = v128.load(y, 96);
        const y31 = v128.load(y, 112);
        const x30 = v128.load32_splat(a0, 12);
        c00 = f32x4.add(c00, f32x4.mul(x30, y30));
        c01 = f32x4.add(c01, f32x4.mul(x30, y31));
        const x31 = v128.load32_splat(a1, 12);
        c10 = f32x4.add(c10, f32x4.mul(x31, y30));
        c11 = f32x4.add(c11, f32x4.mul(x31, y31));
        if (--left == 0) break;
        a0 += 16;
        a1 += 16;
        y += 128;
      }
    }
    if (mode & KEEP) {
      v128.store(t, c00, 0);
      v128.store(t, c01, 16);
      v128.store(t, c10, 32);
      v128.store(t, c11, 48);
    } else if (mode & ADD) {
      v128.store(c, f32x4.add(f32x4.mul(alphas, c00), f32x4.mul(betas, v128.load(c, 0))), 0);
      v128.store(c, f32x4.add(f32x4.mul(alphas, c01), f32x4.mul(betas, v128.load(c, 16))), 16);
      c += ldc;
      v128.store(c, f32x4.add(f32x4.mul(alphas, c10), f32x4.mul(betas, v128.load(c, 0))), 0);
      v128.store(c, f32x4.add(f32x4.mul(alphas, c11), f32x4.mul(betas, v128.load(c, 16))), 16);
      c += ldc;
    } else {
      v128.store(c, f32x4.mul(alphas, c00), 0);
      v128.store(c, f32x4.mul(alphas, c01), 16);
      c += ldc;
      v128.store(c, f32x4.mul(alphas, c10), 0);
      v128.store(c, f32x4.mul(alphas, c11), 16);
      c += ldc;
    }
    t += 64;
  }
}

function tile2x4(
  count: i32, a: usize, lda: usize, b: usize, k: i32, t: usize, mode: i32, c: usize, ldc: usize,
  alpha: f32, beta: f32,
): void {
  const alphas = f32x4.splat(alpha);
  const betas = f32x4.splat(beta);
  for (; count > 0; count--) {
    let c00 = f32x4.splat(0);
    let c10 = f32x4.splat(0);
    let a0 = a;
    let a1 = a0 + lda;
    a = a1 + lda;
    let y = b;
    let left = k;
    if (mode & RESUME) {
      c00 = v128.load(t, 0);
      c10 = v128.load(t, 16);
    }
    if (left > 0) {
      for (;;) {
        const y00 = v128.load(y, 0);
        const x00 = v128.load32_splat(a0, 0);
        c00 = f32x4.add(c00, f32x4.mul(x00, y00));
        const x01 = v128.load32_splat(a1, 0);
        c10 = f32x4.add(c10, f32x4.mul(x01, y00));
        if (--left == 0) break;
        const y10 = v128.load(y, 16);
        const x10 = v128.load32_splat(a0, 4);
        c00 = f32x4.add(c00, f32x4.mul(x10, y10));
        const x11 = v128.load32_splat(a1, 4);
        c10 = f32x4.add(c10, f32x4.mul(x11, y10));
        if (--left == 0) break;
        const y20 = v128.load(y, 32);
        const x20 = v128.load32_splat(a0, 8);
        c00 = f32x4.add(c00, f32x4.mul(x20, y20));
        const x21 = v128.load32_splat(a1, 8);
        c10 = f32x4.add(c10, f32x4.mul(x21, y20));
        if (--left == 0) break;
        const y30 = v128.load(y, 48);
        const x30 = v128.load32_splat(a0, 12);
        c00 = f32x4.add(c00, f32x4.mul(x30, y30));
        const x31 = v128.load32_splat(a1, 12);
        c10 = f32x4.add(c10, f32x4.mul(x31, y30));
        if (--left == 0) break;
        a0 += 16;
        a1 += 16;
        y += 64;
      }
    }
    if (mode & KEEP) {
      v128.store(t, c00, 0);
      v128.store(t, c10, 16);
    } else if (mode & ADD) {
      v128.store(c, f32x4.add(f32x4.mul(alphas, c00), f32x4.mul(betas, v128.load(c, 0))), 0);
      c += ldc;
      v128.store(c, f32x4.add(f32x4.mul(alphas, c10), f32x4.mul(betas, v128.load(c, 0))), 0);
      c += ldc;
    } else {
      v128.store(c, f32x4.mul(alphas, c00), 0);
      c += ldc;
      v128.store(c, f32x4.mul(alphas, c10), 0);
      c += ldc;
    }
    t += 32;
  }
}

function tile1x8(
  count: i32, a: usize, lda: usize, b: usize, k: i32, t: usize, mode: i32, c: usize, ldc: usize,
  alpha: f32, beta: f32,
): void {
  const alphas = f32x4.splat(alpha);
  const betas = f32x4.splat(beta);
  for (; count > 0; count--) {
    let c00 = f32x4.splat(0);
    let c01 = f32x4.splat(0);
    let a0 = a;
    a = a0 + lda;
    let y = b;
    let left = k;
    if (mode & RESUME) {
      c00 = v128.load(t, 0);
      c01 = v128.load(t, 16);
    }
    if (left > 0) {
      for (;;) {
        const y00 = v128.load(y, 0);
        const y01 = v128.load(y, 16);
        const x00 = v128.load32_splat(a0, 0);
        c00 = f32x4.add(c00, f32x4.mul(x00, y00));
        c01 = f32x4.add(c01, f32x4.mul(x00, y01));
        if (--left == 0) break;
        const y10 = v128.load(y, 32);
        const y11 = v128.load(y, 48);
        const x10 = v128.load32_splat(a0, 4);
        c00 = f32x4.add(c00, f32x4.mul(x10, y10));
        c01 = f32x4.add(c01, f32x4.mul(x10, y11));
        if (--left == 0) break;
        const y20 = v128.load(y, 64);
        const y21 = v128.load(y, 80);
        const x20 = v128.load32_splat(a0, 8);
        c00 = f32x4.add(c00, f32x4.mul(x20, y20));
        c01 = f32x4.add(c01, f32x4.mul(x20, y21));
        if (--left == 0) break;
        const y30 = v128.load(y, 96);
        const y31 = v128.load(y, 112);
        const x30 = v128.load32_splat(a0, 12);
        c00 = f32x4.add(c00, f32x4.mul(x30, y30));
        c01 = f32x4.add(c01, f32x4.mul(x30, y31));
        if (--left == 0) break;
        a0 += 16;
        y += 128;
      }
    }
    if (mode & KEEP) {
      v128.store(t, c00, 0);
      v128.store(t, c01, 16);
    } else if (mode & ADD) {
      v128.store(c, f32x4.add(f32x4.mul(alphas, c00), f32x4.mul(betas, v128.load(c, 0))), 0);
      v128.store(c, f32x4.add(f32x4.mul(alphas, c01), f32x4.mul(betas, v128.load(c, 16))), 16);
      c += ldc;
    } else {
      v128.store(c, f32x4.mul(alphas, c00), 0);
      v128.store(c, f32x4.mul(alphas, c01), 16);
      c += ldc;
    }
    t += 32;
  }
}

function tile1x4(
  count: i32, a: usize, lda: usize, b: usize, k: i32, t: usize, mode: i32, c: usize, ldc: usize,
  alpha: f32, beta: f32,
): void {
  const alphas = f32x4.splat(alpha);
  const betas = f32x4.splat(beta);
  for (; count > 0; count--) {
    let c00 = f32x4.splat(0);
    let a0 = a;
    a = a0 + lda;
    let y = b;
    let left = k;
    if (mode & RESUME) {
      c00 = v128.load(t, 0);
    }
    if (left > 0) {
      for (;;) {
        const y00 = v128.load(y, 0);
        const x00 = v128.load32_splat(a0, 0);
        c00 = f32x4.add(c00, f32x4.mul(x00, y00));
        if (--left == 0) break;
        const y10 = v128.load(y, 16);
        const x10 = v128.load32_splat(a0, 4);
        c00 = f32x4.add(c00, f32x4.mul(x10, y10));
        if (--left == 0) break;
        const y20 = v128.load(y, 32);
        const x20 = v128.load32_splat(a0, 8);
        c00 = f32x4.add(c00, f32x4.mul(x20, y20));
        if (--left == 0) break;
        const y30 = v128.load(y, 48);
        const x30 = v128.load32_splat(a0, 12);
        c00 = f32x4.add(c00, f32x4.mul(x30, y30));
        if (--left == 0) break;
        a0 += 16;
        y += 64;
      }
    }
    if (mode & KEEP) {
      v128.store(t, c00, 0);
    } else if (mode & ADD) {
      v128.store(c, f32x4.add(f32x4.mul(alphas, c00), f32x4.mul(betas, v128.load(c, 0))), 0);
      c += ldc;
    } else {
      v128.store(c, f32x4.mul(alphas, c00), 0);
      c += ldc;
    }
    t += 16;
  }
}

/** The tile of `height` (4, 2, 1) rows and `width` (2, 1) vectors of columns. */
// @ts-ignore: decorator
@inline
export function tile(
  height: i32, width: i32, count: i32, a: usize, lda: usize, b: usize, k: i32, t: usize, mode: i32, c: usize, ldc: usize,
  alpha: f32, beta: f32,
): void {
  if (height == 4) {
    if (width == 2) tile4x8(count, a, lda, b, k, t, mode, c, ldc, alpha, beta);
    else tile4x4(count, a, lda, b, k, t, mode, c, ldc, alpha, beta);
  } else if (height == 2) {
    if (width == 2) tile2x8(count, a, lda, b, k, t, mode, c, ldc, alpha, beta);
    else tile2x4(count, a, lda, b, k, t, mode, c, ldc, alpha, beta);
  } else {
    if (width == 2) tile1x8(count, a, lda, b, k, t, mode, c, ldc, alpha, beta);
    else tile1x4(count, a, lda, b, k, t, mode, c, ldc, alpha, beta);
  }
}
