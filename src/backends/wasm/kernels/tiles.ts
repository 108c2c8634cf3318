// Written by scripts/generate-tiles.mjs; edit that.
//
// tileHxW: c (H, W) = alpha * sum + beta * c with sum = a (k, H) transposed times b (k, W), both packed: step p of k reads
// H floats of a and W of b at the next addresses. Sums are kept in registers, each in the order of k. `step`: bytes
// from a row of c to the next. A sum over a part of k goes on from, and is kept in, the H * W floats at t.

/** Go on from the sums at t. */
export const RESUME = 1;
/** Leave the sums at t, not in c. */
export const KEEP = 2;
/** Add beta * c; without it c is not read. */
export const ADD = 4;

function tile4x12(a: usize, b: usize, k: i32, t: usize, mode: i32, c: usize, step: usize, alpha: v128, beta: v128): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c02 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c12 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let c22 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c31 = f32x4.splat(0);
  let c32 = f32x4.splat(0);
  if (mode & RESUME) {
    c00 = v128.load(t, 0);
    c01 = v128.load(t, 16);
    c02 = v128.load(t, 32);
    c10 = v128.load(t, 48);
    c11 = v128.load(t, 64);
    c12 = v128.load(t, 80);
    c20 = v128.load(t, 96);
    c21 = v128.load(t, 112);
    c22 = v128.load(t, 128);
    c30 = v128.load(t, 144);
    c31 = v128.load(t, 160);
    c32 = v128.load(t, 176);
  }
  for (; k >= 2; k -= 2) {
    const y00 = v128.load(b, 0);
    const y01 = v128.load(b, 16);
    const y02 = v128.load(b, 32);
    const x00 = v128.load32_splat(a, 0);
    c00 = f32x4.add(c00, f32x4.mul(x00, y00));
    c01 = f32x4.add(c01, f32x4.mul(x00, y01));
    c02 = f32x4.add(c02, f32x4.mul(x00, y02));
    const x01 = v128.load32_splat(a, 4);
    c10 = f32x4.add(c10, f32x4.mul(x01, y00));
    c11 = f32x4.add(c11, f32x4.mul(x01, y01));
    c12 = f32x4.add(c12, f32x4.mul(x01, y02));
    const x02 = v128.load32_splat(a, 8);
    c20 = f32x4.add(c20, f32x4.mul(x02, y00));
    c21 = f32x4.add(c21, f32x4.mul(x02, y01));
    c22 = f32x4.add(c22, f32x4.mul(x02, y02));
    const x03 = v128.load32_splat(a, 12);
    c30 = f32x4.add(c30, f32x4.mul(x03, y00));
    c31 = f32x4.add(c31, f32x4.mul(x03, y01));
    c32 = f32x4.add(c32, f32x4.mul(x03, y02));
    const y10 = v128.load(b, 48);
    const y11 = v128.load(b, 64);
    const y12 = v128.load(b, 80);
    const x10 = v128.load32_splat(a, 16);
    c00 = f32x4.add(c00, f32x4.mul(x10, y10));
    c01 = f32x4.add(c01, f32x4.mul(x10, y11));
    c02 = f32x4.add(c02, f32x4.mul(x10, y12));
    const x11 = v128.load32_splat(a, 20);
    c10 = f32x4.add(c10, f32x4.mul(x11, y10));
    c11 = f32x4.add(c11, f32x4.mul(x11, y11));
    c12 = f32x4.add(c12, f32x4.mul(x11, y12));
    const x12 = v128.load32_splat(a, 24);
    c20 = f32x4.add(c20, f32x4.mul(x12, y10));
    c21 = f32x4.add(c21, f32x4.mul(x12, y11));
    c22 = f32x4.add(c22, f32x4.mul(x12, y12));
    const x13 = v128.load32_splat(a, 28);
    c30 = f32x4.add(c30, f32x4.mul(x13, y10));
    c31 = f32x4.add(c31, f32x4.mul(x13, y11));
    c32 = f32x4.add(c32, f32x4.mul(x13, y12));
    a += 32;
    b += 96;
  }
  if (k) {
    const y00 = v128.load(b, 0);
    const y01 = v128.load(b, 16);
    const y02 = v128.load(b, 32);
    const x00 = v128.load32_splat(a, 0);
    c00 = f32x4.add(c00, f32x4.mul(x00, y00));
    c01 = f32x4.add(c01, f32x4.mul(x00, y01));
    c02 = f32x4.add(c02, f32x4.mul(x00, y02));
    const x01 = v128.load32_splat(a, 4);
    c10 = f32x4.add(c10, f32x4.mul(x01, y00));
    c11 = f32x4.add(c11, f32x4.mul(x01, y01));
    c12 = f32x4.add(c12, f32x4.mul(x01, y02));
    const x02 = v128.load32_splat(a, 8);
    c20 = f32x4.add(c20, f32x4.mul(x02, y00));
    c21 = f32x4.add(c21, f32x4.mul(x02, y01));
    c22 = f32x4.add(c22, f32x4.mul(x02, y02));
    const x03 = v128.load32_splat(a, 12);
    c30 = f32x4.add(c30, f32x4.mul(x03, y00));
    c31 = f32x4.add(c31, f32x4.mul(x03, y01));
    c32 = f32x4.add(c32, f32x4.mul(x03, y02));
  }
  if (mode & KEEP) {
    v128.store(t, c00, 0);
    v128.store(t, c01, 16);
    v128.store(t, c02, 32);
    v128.store(t, c10, 48);
    v128.store(t, c11, 64);
    v128.store(t, c12, 80);
    v128.store(t, c20, 96);
    v128.store(t, c21, 112);
    v128.store(t, c22, 128);
    v128.store(t, c30, 144);
    v128.store(t, c31, 160);
    v128.store(t, c32, 176);
  } else if (mode & ADD) {
    v128.store(c, f32x4.add(f32x4.mul(alpha, c00), f32x4.mul(beta, v128.load(c, 0))), 0);
    v128.store(c, f32x4.add(f32x4.mul(alpha, c01), f32x4.mul(beta, v128.load(c, 16))), 16);
    v128.store(c, f32x4.add(f32x4.mul(alpha, c02), f32x4.mul(beta, v128.load(c, 32))), 32);
    c += step;
    v128.store(c, f32x4.add(f32x4.mul(alpha, c10), f32x4.mul(beta, v128.load(c, 0))), 0);
    v128.store(c, f32x4.add(f32x4.mul(alpha, c11), f32x4.mul(beta, v128.load(c, 16))), 16);
    v128.store(c, f32x4.add(f32x4.mul(alpha, c12), f32x4.mul(beta, v128.load(c, 32))), 32);
    c += step;
    v128.store(c, f32x4.add(f32x4.mul(alpha, c20), f32x4.mul(beta, v128.load(c, 0))), 0);
    v128.store(c, f32x4.add(f32x4.mul(alpha, c21), f32x4.mul(beta, v128.load(c, 16))), 16);
    v128.store(c, f32x4.add(f32x4.mul(alpha, c22), f32x4.mul(beta, v128.load(c, 32))), 32);
    c += step;
    v128.store(c, f32x4.add(f32x4.mul(alpha, c30), f32x4.mul(beta, v128.load(c, 0))), 0);
    v128.store(c, f32x4.add(f32x4.mul(alpha, c31), f32x4.mul(beta, v128.load(c, 16))), 16);
    v128.store(c, f32x4.add(f32x4.mul(alpha, c32), f32x4.mul(beta, v128.load(c, 32))), 32);
  } else {
    v128.store(c, f32x4.mul(alpha, c00), 0);
    v128.store(c, f32x4.mul(alpha, c01), 16);
    v128.store(c, f32x4.mul(alpha, c02), 32);
    c += step;
    v128.store(c, f32x4.mul(alpha, c10), 0);
    v128.store(c, f32x4.mul(alpha, c11), 16);
    v128.store(c, f32x4.mul(alpha, c12), 32);
    c += step;
    v128.store(c, f32x4.mul(alpha, c20), 0);
    v128.store(c, f32x4.mul(alpha, c21), 16);
    v128.store(c, f32x4.mul(alpha, c22), 32);
    c += step;
    v128.store(c, f32x4.mul(alpha, c30), 0);
    v128.store(c, f32x4.mul(alpha, c31), 16);
    v128.store(c, f32x4.mul(alpha, c32), 32);
  }
  }

function tile4x8(a: usize, b: usize, k: i32, t: usize, mode: i32, c: usize, step: usize, alpha: v128, beta: v128): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c31 = f32x4.splat(0);
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
  for (; k >= 2; k -= 2) {
    const y00 = v128.load(b, 0);
    const y01 = v128.load(b, 16);
    const x00 = v128.load32_splat(a, 0);
    c00 = f32x4.add(c00, f32x4.mul(x00, y00));
    c01 = f32x4.add(c01, f32x4.mul(x00, y01));
    const x01 = v128.load32_splat(a, 4);
    c10 = f32x4.add(c10, f32x4.mul(x01, y00));
    c11 = f32x4.add(c11, f32x4.mul(x01, y01));
    const x02 = v128.load32_splat(a, 8);
    c20 = f32x4.add(c20, f32x4.mul(x02, y00));
    c21 = f32x4.add(c21, f32x4.mul(x02, y01));
    const x03 = v128.load32_splat(a, 12);
    c30 = f32x4.add(c30, f32x4.mul(x03, y00));
    c31 = f32x4.add(c31, f32x4.mul(x03, y01));
    const y10 = v128.load(b, 32);
    const y11 = v128.load(b, 48);
    const x10 = v128.load32_splat(a, 16);
    c00 = f32x4.add(c00, f32x4.mul(x10, y10));
    c01 = f32x4.add(c01, f32x4.mul(x10, y11));
    const x11 = v128.load32_splat(a, 20);
    c10 = f32x4.add(c10, f32x4.mul(x11, y10));
    c11 = f32x4.add(c11, f32x4.mul(x11, y11));
    const x12 = v128.load32_splat(a, 24);
    c20 = f32x4.add(c20, f32x4.mul(x12, y10));
    c21 = f32x4.add(c21, f32x4.mul(x12, y11));
    const x13 = v128.load32_splat(a, 28);
    c30 = f32x4.add(c30, f32x4.mul(x13, y10));
    c31 = f32x4.add(c31, f32x4.mul(x13, y11));
    a += 32;
    b += 64;
  }
  if (k) {
    const y00 = v128.load(b, 0);
    const y01 = v128.load(b, 16);
    const x00 = v128.load32_splat(a, 0);
    c00 = f32x4.add(c00, f32x4.mul(x00, y00));
    c01 = f32x4.add(c01, f32x4.mul(x00, y01));
    const x01 = v128.load32_splat(a, 4);
    c10 = f32x4.add(c10, f32x4.mul(x01, y00));
    c11 = f32x4.add(c11, f32x4.mul(x01, y01));
    const x02 = v128.load32_splat(a, 8);
    c20 = f32x4.add(c20, f32x4.mul(x02, y00));
    c21 = f32x4.add(c21, f32x4.mul(x02, y01));
    const x03 = v128.load32_splat(a, 12);
    c30 = f32x4.add(c30, f32x4.mul(x03, y00));
    c31 = f32x4.add(c31, f32x4.mul(x03, y01));
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
    v128.store(c, f32x4.add(f32x4.mul(alpha, c00), f32x4.mul(beta, v128.load(c, 0))), 0);
    v128.store(c, f32x4.add(f32x4.mul(alpha, c01), f32x4.mul(beta, v128.load(c, 16))), 16);
    c += step;
    v128.store(c, f32x4.add(f32x4.mul(alpha, c10), f32x4.mul(beta, v128.load(c, 0))), 0);
    v128.store(c, f32x4.add(f32x4.mul(alpha, c11), f32x4.mul(beta, v128.load(c, 16))), 16);
    c += step;
    v128.store(c, f32x4.add(f32x4.mul(alpha, c20), f32x4.mul(beta, v128.load(c, 0))), 0);
    v128.store(c, f32x4.add(f32x4.mul(alpha, c21), f32x4.mul(beta, v128.load(c, 16))), 16);
    c += step;
    v128.store(c, f32x4.add(f32x4.mul(alpha, c30), f32x4.mul(beta, v128.load(c, 0))), 0);
    v128.store(c, f32x4.add(f32x4.mul(alpha, c31), f32x4.mul(beta, v128.load(c, 16))), 16);
  } else {
    v128.store(c, f32x4.mul(alpha, c00), 0);
    v128.store(c, f32x4.mul(alpha, c01), 16);
    c += step;
    v128.store(c, f32x4.mul(alpha, c10), 0);
    v128.store(c, f32x4.mul(alpha, c11), 16);
    c += step;
    v128.store(c, f32x4.mul(alpha, c20), 0);
    v128.store(c, f32x4.mul(alpha, c21), 16);
    c += step;
    v128.store(c, f32x4.mul(alpha, c30), 0);
    v128.store(c, f32x4.mul(alpha, c31), 16);
  }
  }

function tile4x4(a: usize, b: usize, k: i32, t: usize, mode: i32, c: usize, step: usize, alpha: v128, beta: v128): void {
  let c00 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  if (mode & RESUME) {
    c00 = v128.load(t, 0);
    c10 = v128.load(t, 16);
    c20 = v128.load(t, 32);
    c30 = v128.load(t, 48);
  }
  for (; k >= 2; k -= 2) {
    const y00 = v128.load(b, 0);
    const x00 = v128.load32_splat(a, 0);
    c00 = f32x4.add(c00, f32x4.mul(x00, y00));
    const x01 = v128.load32_splat(a, 4);
    c10 = f32x4.add(c10, f32x4.mul(x01, y00));
    const x02 = v128.load32_splat(a, 8);
    c20 = f32x4.add(c20, f32x4.mul(x02, y00));
    const x03 = v128.load32_splat(a, 12);
    c30 = f32x4.add(c30, f32x4.mul(x03, y00));
    const y10 = v128.load(b, 16);
    const x10 = v128.load32_splat(a, 16);
    c00 = f32x4.add(c00, f32x4.mul(x10, y10));
    const x11 = v128.load32_splat(a, 20);
    c10 = f32x4.add(c10, f32x4.mul(x11, y10));
    const x12 = v128.load32_splat(a, 24);
    c20 = f32x4.add(c20, f32x4.mul(x12, y10));
    const x13 = v128.load32_splat(a, 28);
    c30 = f32x4.add(c30, f32x4.mul(x13, y10));
    a += 32;
    b += 32;
  }
  if (k) {
    const y00 = v128.load(b, 0);
    const x00 = v128.load32_splat(a, 0);
    c00 = f32x4.add(c00, f32x4.mul(x00, y00));
    const x01 = v128.load32_splat(a, 4);
    c10 = f32x4.add(c10, f32x4.mul(x01, y00));
    const x02 = v128.load32_splat(a, 8);
    c20 = f32x4.add(c20, f32x4.mul(x02, y00));
    const x03 = v128.load32_splat(a, 12);
    c30 = f32x4.add(c30, f32x4.mul(x03, y00));
  }
  if (mode & KEEP) {
    v128.store(t, c00, 0);
    v128.store(t, c10, 16);
    v128.store(t, c20, 32);
    v128.store(t, c30, 48);
  } else if (mode & ADD) {
    v128.store(c, f32x4.add(f32x4.mul(alpha, c00), f32x4.mul(beta, v128.load(c, 0))), 0);
    c += step;
    v128.store(c, f32x4.add(f32x4.mul(alpha, c10), f32x4.mul(beta, v128.load(c, 0))), 0);
    c += step;
    v128.store(c, f32x4.add(f32x4.mul(alpha, c20), f32x4.mul(beta, v128.load(c, 0))), 0);
    c += step;
    v128.store(c, f32x4.add(f32x4.mul(alpha, c30), f32x4.mul(beta, v128.load(c, 0))), 0);
  } else {
    v128.store(c, f32x4.mul(alpha, c00), 0);
    c += step;
    v128.store(c, f32x4.mul(alpha, c10), 0);
    c += step;
    v128.store(c, f32x4.mul(alpha, c20), 0);
    c += step;
    v128.store(c, f32x4.mul(alpha, c30), 0);
  }
  }

function tile2x12(a: usize, b: usize, k: i32, t: usize, mode: i32, c: usize, step: usize, alpha: v128, beta: v128): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c02 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c12 = f32x4.splat(0);
  if (mode & RESUME) {
    c00 = v128.load(t, 0);
    c01 = v128.load(t, 16);
    c02 = v128.load(t, 32);
    c10 = v128.load(t, 48);
    c11 = v128.load(t, 64);
    c12 = v128.load(t, 80);
  }
  for (; k >= 2; k -= 2) {
    const y00 = v128.load(b, 0);
    const y01 = v128.load(b, 16);
    const y02 = v128.load(b, 32);
    const x00 = v128.load32_splat(a, 0);
    c00 = f32x4.add(c00, f32x4.mul(x00, y00));
    c01 = f32x4.add(c01, f32x4.mul(x00, y01));
    c02 = f32x4.add(c02, f32x4.mul(x00, y02));
    const x01 = v128.load32_splat(a, 4);
    c10 = f32x4.add(c10, f32x4.mul(x01, y00));
    c11 = f32x4.add(c11, f32x4.mul(x01, y01));
    c12 = f32x4.add(c12, f32x4.mul(x01, y02));
    const y10 = v128.load(b, 48);
    const y11 = v128.load(b, 64);
    const y12 = v128.load(b, 80);
    const x10 = v128.load32_splat(a, 8);
    c00 = f32x4.add(c00, f32x4.mul(x10, y10));
    c01 = f32x4.add(c01, f32x4.mul(x10, y11));
    c02 = f32x4.add(c02, f32x4.mul(x10, y12));
    const x11 = v128.load32_splat(a, 12);
    c10 = f32x4.add(c10, f32x4.mul(x11, y10));
    c11 = f32x4.add(c11, f32x4.mul(x11, y11));
    c12 = f32x4.add(c12, f32x4.mul(x11, y12));
    a += 16;
    b += 96;
  }
  if (k) {
    const y00 = v128.load(b, 0);
    const y01 = v128.load(b, 16);
    const y02 = v128.load(b, 32);
    const x00 = v128.load32_splat(a, 0);
    c00 = f32x4.add(c00, f32x4.mul(x00, y00));
    c01 = f32x4.add(c01, f32x4.mul(x00, y01));
    c02 = f32x4.add(c02, f32x4.mul(x00, y02));
    const x01 = v128.load32_splat(a, 4);
    c10 = f32x4.add(c10, f32x4.mul(x01, y00));
    c11 = f32x4.add(c11, f32x4.mul(x01, y01));
    c12 = f32x4.add(c12, f32x4.mul(x01, y02));
  }
  if (mode & KEEP) {
    v128.store(t, c00, 0);
    v128.store(t, c01, 16);
    v128.store(t, c02, 32);
    v128.store(t, c10, 48);
    v128.store(t, c11, 64);
    v128.store(t, c12, 80);
  } else if (mode & ADD) {
    v128.store(c, f32x4.add(f32x4.mul(alpha, c00), f32x4.mul(beta, v128.load(c, 0))), 0);
    v128.store(c, f32x4.add(f32x4.mul(alpha, c01), f32x4.mul(beta, v128.load(c, 16))), 16);
    v128.store(c, f32x4.add(f32x4.mul(alpha, c02), f32x4.mul(beta, v128.load(c, 32))), 32);
    c += step;
    v128.store(c, f32x4.add(f32x4.mul(alpha, c10), f32x4.mul(beta, v128.load(c, 0))), 0);
    v128.store(c, f32x4.add(f32x4.mul(alpha, c11), f32x4.mul(beta, v128.load(c, 16))), 16);
    v128.store(c, f32x4.add(f32x4.mul(alpha, c12), f32x4.mul(beta, v128.load(c, 32))), 32);
  } else {
    v128.store(c, f32x4.mul(alpha, c00), 0);
    v128.store(c, f32x4.mul(alpha, c01), 16);
    v128.store(c, f32x4.mul(alpha, c02), 32);
    c += step;
    v128.store(c, f32x4.mul(alpha, c10), 0);
    v128.store(c, f32x4.mul(alpha, c11), 16);
    v128.store(c, f32x4.mul(alpha, c12), 32);
  }
  }

function tile2x8(a: usize, b: usize, k: i32, t: usize, mode: i32, c: usize, step: usize, alpha: v128, beta: v128): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  if (mode & RESUME) {
    c00 = v128.load(t, 0);
    c01 = v128.load(t, 16);
    c10 = v128.load(t, 32);
    c11 = v128.load(t, 48);
  }
  for (; k >= 2; k -= 2) {
    const y00 = v128.load(b, 0);
    const y01 = v128.load(b, 16);
    const x00 = v128.load32_splat(a, 0);
    c00 = f32x4.add(c00, f32x4.mul(x00, y00));
    c01 = f32x4.add(c01, f32x4.mul(x00, y01));
    const x01 = v128.load32_splat(a, 4);
    c10 = f32x4.add(c10, f32x4.mul(x01, y00));
    c11 = f32x4.add(c11, f32x4.mul(x01, y01));
    const y10 = v128.load(b, 32);
    const y11 = v128.load(b, 48);
    const x10 = v128.load32_splat(a, 8);
    c00 = f32x4.add(c00, f32x4.mul(x10, y10));
    c01 = f32x4.add(c01, f32x4.mul(x10, y11));
    const x11 = v128.load32_splat(a, 12);
    c10 = f32x4.add(c10, f32x4.mul(x11, y10));
    c11 = f32x4.add(c11, f32x4.mul(x11, y11));
    a += 16;
    b += 64;
  }
  if (k) {
    const y00 = v128.load(b, 0);
    const y01 = v128.load(b, 16);
    const x00 = v128.load32_splat(a, 0);
    c00 = f32x4.add(c00, f32x4.mul(x00, y00));
    c01 = f32x4.add(c01, f32x4.mul(x00, y01));
    const x01 = v128.load32_splat(a, 4);
    c10 = f32x4.add(c10, f32x4.mul(x01, y00));
    c11 = f32x4.add(c11, f32x4.mul(x01, y01));
  }
  if (mode & KEEP) {
    v128.store(t, c00, 0);
    v128.store(t, c01, 16);
    v128.store(t, c10, 32);
    v128.store(t, c11, 48);
  } else if (mode & ADD) {
    v128.store(c, f32x4.add(f32x4.mul(alpha, c00), f32x4.mul(beta, v128.load(c, 0))), 0);
    v128.store(c, f32x4.add(f32x4.mul(alpha, c01), f32x4.mul(beta, v128.load(c, 16))), 16);
    c += step;
    v128.store(c, f32x4.add(f32x4.mul(alpha, c10), f32x4.mul(beta, v128.load(c, 0))), 0);
    v128.store(c, f32x4.add(f32x4.mul(alpha, c11), f32x4.mul(beta, v128.load(c, 16))), 16);
  } else {
    v128.store(c, f32x4.mul(alpha, c00), 0);
    v128.store(c, f32x4.mul(alpha, c01), 16);
    c += step;
    v128.store(c, f32x4.mul(alpha, c10), 0);
    v128.store(c, f32x4.mul(alpha, c11), 16);
  }
  }

function tile2x4(a: usize, b: usize, k: i32, t: usize, mode: i32, c: usize, step: usize, alpha: v128, beta: v128): void {
  let c00 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  if (mode & RESUME) {
    c00 = v128.load(t, 0);
    c10 = v128.load(t, 16);
  }
  for (; k >= 2; k -= 2) {
    const y00 = v128.load(b, 0);
    const x00 = v128.load32_splat(a, 0);
    c00 = f32x4.add(c00, f32x4.mul(x00, y00));
    const x01 = v128.load32_splat(a, 4);
    c10 = f32x4.add(c10, f32x4.mul(x01, y00));
    const y10 = v128.load(b, 16);
    const x10 = v128.load32_splat(a, 8);
    c00 = f32x4.add(c00, f32x4.mul(x10, y10));
    const x11 = v128.load32_splat(a, 12);
    c10 = f32x4.add(c10, f32x4.mul(x11, y10));
    a += 16;
    b += 32;
  }
  if (k) {
    const y00 = v128.load(b, 0);
    const x00 = v128.load32_splat(a, 0);
    c00 = f32x4.add(c00, f32x4.mul(x00, y00));
    const x01 = v128.load32_splat(a, 4);
    c10 = f32x4.add(c10, f32x4.mul(x01, y00));
  }
  if (mode & KEEP) {
    v128.store(t, c00, 0);
    v128.store(t, c10, 16);
  } else if (mode & ADD) {
    v128.store(c, f32x4.add(f32x4.mul(alpha, c00), f32x4.mul(beta, v128.load(c, 0))), 0);
    c += step;
    v128.store(c, f32x4.add(f32x4.mul(alpha, c10), f32x4.mul(beta, v128.load(c, 0))), 0);
  } else {
    v128.store(c, f32x4.mul(alpha, c00), 0);
    c += step;
    v128.store(c, f32x4.mul(alpha, c10), 0);
  }
  }

function tile1x12(a: usize, b: usize, k: i32, t: usize, mode: i32, c: usize, step: usize, alpha: v128, beta: v128): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c02 = f32x4.splat(0);
  if (mode & RESUME) {
    c00 = v128.load(t, 0);
    c01 = v128.load(t, 16);
    c02 = v128.load(t, 32);
  }
  for (; k >= 2; k -= 2) {
    const y00 = v128.load(b, 0);
    const y01 = v128.load(b, 16);
    const y02 = v128.load(b, 32);
    const x00 = v128.load32_splat(a, 0);
    c00 = f32x4.add(c00, f32x4.mul(x00, y00));
    c01 = f32x4.add(c01, f32x4.mul(x00, y01));
    c02 = f32x4.add(c02, f32x4.mul(x00, y02));
    const y10 = v128.load(b, 48);
    const y11 = v128.load(b, 64);
    const y12 = v128.load(b, 80);
    const x10 = v128.load32_splat(a, 4);
    c00 = f32x4.add(c00, f32x4.mul(x10, y10));
    c01 = f32x4.add(c01, f32x4.mul(x10, y11));
    c02 = f32x4.add(c02, f32x4.mul(x10, y12));
    a += 8;
    b += 96;
  }
  if (k) {
    const y00 = v128.load(b, 0);
    const y01 = v128.load(b, 16);
    const y02 = v128.load(b, 32);
    const x00 = v128.load32_splat(a, 0);
    c00 = f32x4.add(c00, f32x4.mul(x00, y00));
    c01 = f32x4.add(c01, f32x4.mul(x00, y01));
    c02 = f32x4.add(c02, f32x4.mul(x00, y02));
  }
  if (mode & KEEP) {
    v128.store(t, c00, 0);
    v128.store(t, c01, 16);
    v128.store(t, c02, 32);
  } else if (mode & ADD) {
    v128.store(c, f32x4.add(f32x4.mul(alpha, c00), f32x4.mul(beta, v128.load(c, 0))), 0);
    v128.store(c, f32x4.add(f32x4.mul(alpha, c01), f32x4.mul(beta, v128.load(c, 16))), 16);
    v128.store(c, f32x4.add(f32x4.mul(alpha, c02), f32x4.mul(beta, v128.load(c, 32))), 32);
  } else {
    v128.store(c, f32x4.mul(alpha, c00), 0);
    v128.store(c, f32x4.mul(alpha, c01), 16);
    v128.store(c, f32x4.mul(alpha, c02), 32);
  }
  }

function tile1x8(a: usize, b: usize, k: i32, t: usize, mode: i32, c: usize, step: usize, alpha: v128, beta: v128): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  if (mode & RESUME) {
    c00 = v128.load(t, 0);
    c01 = v128.load(t, 16);
  }
  for (; k >= 2; k -= 2) {
    const y00 = v128.load(b, 0);
    const y01 = v128.load(b, 16);
    const x00 = v128.load32_splat(a, 0);
    c00 = f32x4.add(c00, f32x4.mul(x00, y00));
    c01 = f32x4.add(c01, f32x4.mul(x00, y01));
    const y10 = v128.load(b, 32);
    const y11 = v128.load(b, 48);
    const x10 = v128.load32_splat(a, 4);
    c00 = f32x4.add(c00, f32x4.mul(x10, y10));
    c01 = f32x4.add(c01, f32x4.mul(x10, y11));
    a += 8;
    b += 64;
  }
  if (k) {
    const y00 = v128.load(b, 0);
    const y01 = v128.load(b, 16);
    const x00 = v128.load32_splat(a, 0);
    c00 = f32x4.add(c00, f32x4.mul(x00, y00));
    c01 = f32x4.add(c01, f32x4.mul(x00, y01));
  }
  if (mode & KEEP) {
    v128.store(t, c00, 0);
    v128.store(t, c01, 16);
  } else if (mode & ADD) {
    v128.store(c, f32x4.add(f32x4.mul(alpha, c00), f32x4.mul(beta, v128.load(c, 0))), 0);
    v128.store(c, f32x4.add(f32x4.mul(alpha, c01), f32x4.mul(beta, v128.load(c, 16))), 16);
  } else {
    v128.store(c, f32x4.mul(alpha, c00), 0);
    v128.store(c, f32x4.mul(alpha, c01), 16);
  }
  }

function tile1x4(a: usize, b: usize, k: i32, t: usize, mode: i32, c: usize, step: usize, alpha: v128, beta: v128): void {
  let c00 = f32x4.splat(0);
  if (mode & RESUME) {
    c00 = v128.load(t, 0);
  }
  for (; k >= 2; k -= 2) {
    const y00 = v128.load(b, 0);
    const x00 = v128.load32_splat(a, 0);
    c00 = f32x4.add(c00, f32x4.mul(x00, y00));
    const y10 = v128.load(b, 16);
    const x10 = v128.load32_splat(a, 4);
    c00 = f32x4.add(c00, f32x4.mul(x10, y10));
    a += 8;
    b += 32;
  }
  if (k) {
    const y00 = v128.load(b, 0);
    const x00 = v128.load32_splat(a, 0);
    c00 = f32x4.add(c00, f32x4.mul(x00, y00));
  }
  if (mode & KEEP) {
    v128.store(t, c00, 0);
  } else if (mode & ADD) {
    v128.store(c, f32x4.add(f32x4.mul(alpha, c00), f32x4.mul(beta, v128.load(c, 0))), 0);
  } else {
    v128.store(c, f32x4.mul(alpha, c00), 0);
  }
  }

/** The tile of `height` (4, 2, 1) rows and `width` (3, 2, 1) vectors of columns. */
// @ts-ignore: decorator
@inline
export function tile(height: i32, width: i32, a: usize, b: usize, k: i32, t: usize, mode: i32, c: usize, step: usize, alpha: v128, beta: v128): void {
  if (height == 4) {
    if (width == 3) tile4x12(a, b, k, t, mode, c, step, alpha, beta);
    else if (width == 2) tile4x8(a, b, k, t, mode, c, step, alpha, beta);
    else tile4x4(a, b, k, t, mode, c, step, alpha, beta);
  } else   if (height == 2) {
    if (width == 3) tile2x12(a, b, k, t, mode, c, step, alpha, beta);
    else if (width == 2) tile2x8(a, b, k, t, mode, c, step, alpha, beta);
    else tile2x4(a, b, k, t, mode, c, step, alpha, beta);
  } else   {
    if (width == 3) tile1x12(a, b, k, t, mode, c, step, alpha, beta);
    else if (width == 2) tile1x8(a, b, k, t, mode, c, step, alpha, beta);
    else tile1x4(a, b, k, t, mode, c, step, alpha, beta);
  }
}
