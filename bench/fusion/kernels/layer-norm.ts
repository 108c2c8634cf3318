// @ts-ignore: decorator
@inline
function joined(s: v128): f32 {
  return (
    f32x4.extract_lane(s, 0) + f32x4.extract_lane(s, 1) + (f32x4.extract_lane(s, 2) + f32x4.extract_lane(s, 3))
  );
}

/** y = xhat gain + bias, keeping xhat and rstd for the way back. rows and cols are multiples of 4. */
export function layerNorm(
  x: usize, gain: usize, bias: usize, y: usize, xhat: usize, rstd: usize, rows: i32, cols: i32, eps: f32,
): void {
  const step = (<usize>cols) << 2;
  const n = <f32>cols;
  for (; rows >= 4; rows -= 4, rstd += 16, x += 4 * step, y += 4 * step, xhat += 4 * step) {
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let s2 = f32x4.splat(0);
    let s3 = f32x4.splat(0);
    for (let p = x, last = x + step; p < last; p += 16) {
      s0 = f32x4.add(s0, v128.load(p));
      s1 = f32x4.add(s1, v128.load(p + step));
      s2 = f32x4.add(s2, v128.load(p + 2 * step));
      s3 = f32x4.add(s3, v128.load(p + 3 * step));
    }
    const m0 = f32x4.splat(joined(s0) / n);
    const m1 = f32x4.splat(joined(s1) / n);
    const m2 = f32x4.splat(joined(s2) / n);
    const m3 = f32x4.splat(joined(s3) / n);
    s0 = f32x4.splat(0);
    s1 = f32x4.splat(0);
    s2 = f32x4.splat(0);
    s3 = f32x4.splat(0);
    for (let p = x, last = x + step; p < last; p += 16) {
      const c0 = f32x4.sub(v128.load(p), m0);
      const c1 = f32x4.sub(v128.load(p + step), m1);
      const c2 = f32x4.sub(v128.load(p + 2 * step), m2);
      const c3 = f32x4.sub(v128.load(p + 3 * step), m3);
      s0 = f32x4.add(s0, f32x4.mul(c0, c0));
      s1 = f32x4.add(s1, f32x4.mul(c1, c1));
      s2 = f32x4.add(s2, f32x4.mul(c2, c2));
      s3 = f32x4.add(s3, f32x4.mul(c3, c3));
    }
    const r0: f32 = 1 / sqrt<f32>(joined(s0) / n + eps);
    const r1: f32 = 1 / sqrt<f32>(joined(s1) / n + eps);
    const r2: f32 = 1 / sqrt<f32>(joined(s2) / n + eps);
    const r3: f32 = 1 / sqrt<f32>(joined(s3) / n + eps);
    store<f32>(rstd, r0);
    store<f32>(rstd, r1, 4);
    store<f32>(rstd, r2, 8);
    store<f32>(rstd, r3, 12);
    const w0 = f32x4.splat(r0);
    const w1 = f32x4.splat(r1);
    const w2 = f32x4.splat(r2);
    const w3 = f32x4.splat(r3);
    for (let j: usize = 0; j < step; j += 16) {
      const g = v128.load(gain + j);
      const b = v128.load(bias + j);
      const h0 = f32x4.mul(f32x4.sub(v128.load(x + j), m0), w0);
      v128.store(xhat + j, h0);
      v128.store(y + j, f32x4.add(f32x4.mul(h0, g), b));
      const h1 = f32x4.mul(f32x4.sub(v128.load(x + step + j), m1), w1);
      v128.store(xhat + step + j, h1);
      v128.store(y + step + j, f32x4.add(f32x4.mul(h1, g), b));
      const h2 = f32x4.mul(f32x4.sub(v128.load(x + 2 * step + j), m2), w2);
      v128.store(xhat + 2 * step + j, h2);
      v128.store(y + 2 * step + j, f32x4.add(f32x4.mul(h2, g), b));
      const h3 = f32x4.mul(f32x4.sub(v128.load(x + 3 * step + j), m3), w3);
      v128.store(xhat + 3 * step + j, h3);
      v128.store(y + 3 * step + j, f32x4.add(f32x4.mul(h3, g), b));
    }
  }
}

/** dX, dGain and dBias: one pass for the rows' and the columns' sums of four rows, one for dX. */
export function layerNormBackward(
  dY: usize, xhat: usize, rstd: usize, gain: usize, dX: usize, dGain: usize, dBias: usize, rows: i32, cols: i32,
): void {
  const step = (<usize>cols) << 2;
  const n = <f32>cols;
  memory.fill(dGain, 0, step);
  memory.fill(dBias, 0, step);
  for (; rows >= 4; rows -= 4, rstd += 16, dY += 4 * step, xhat += 4 * step, dX += 4 * step) {
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let s2 = f32x4.splat(0);
    let s3 = f32x4.splat(0);
    let t0 = f32x4.splat(0);
    let t1 = f32x4.splat(0);
    let t2 = f32x4.splat(0);
    let t3 = f32x4.splat(0);
    for (let j: usize = 0; j < step; j += 16) {
      const g = v128.load(gain + j);
      let dg = v128.load(dGain + j);
      let db = v128.load(dBias + j);
      let d = v128.load(dY + j);
      let h = v128.load(xhat + j);
      dg = f32x4.add(dg, f32x4.mul(d, h));
      db = f32x4.add(db, d);
      let e = f32x4.mul(d, g);
      s0 = f32x4.add(s0, e);
      t0 = f32x4.add(t0, f32x4.mul(e, h));
      d = v128.load(dY + step + j);
      h = v128.load(xhat + step + j);
      dg = f32x4.add(dg, f32x4.mul(d, h));
      db = f32x4.add(db, d);
      e = f32x4.mul(d, g);
      s1 = f32x4.add(s1, e);
      t1 = f32x4.add(t1, f32x4.mul(e, h));
      d = v128.load(dY + 2 * step + j);
      h = v128.load(xhat + 2 * step + j);
      dg = f32x4.add(dg, f32x4.mul(d, h));
      db = f32x4.add(db, d);
      e = f32x4.mul(d, g);
      s2 = f32x4.add(s2, e);
      t2 = f32x4.add(t2, f32x4.mul(e, h));
      d = v128.load(dY + 3 * step + j);
      h = v128.load(xhat + 3 * step + j);
      dg = f32x4.add(dg, f32x4.mul(d, h));
      db = f32x4.add(db, d);
      e = f32x4.mul(d, g);
      s3 = f32x4.add(s3, e);
      t3 = f32x4.add(t3, f32x4.mul(e, h));
      v128.store(dGain + j, dg);
      v128.store(dBias + j, db);
    }
    rowsOfDx(0, s0, t0, dY, xhat, rstd, gain, dX, step, n);
    rowsOfDx(1, s1, t1, dY, xhat, rstd, gain, dX, step, n);
    rowsOfDx(2, s2, t2, dY, xhat, rstd, gain, dX, step, n);
    rowsOfDx(3, s3, t3, dY, xhat, rstd, gain, dX, step, n);
  }
}

// @ts-ignore: decorator
@inline
function rowsOfDx(
  k: usize, s: v128, t: v128, dY: usize, xhat: usize, rstd: usize, gain: usize, dX: usize, step: usize, n: f32,
): void {
  const m = f32x4.splat(joined(s) / n);
  const u = f32x4.splat(joined(t) / n);
  const w = v128.load32_splat(rstd + 4 * k);
  for (let j: usize = k * step, g = gain, end = j + step; j < end; j += 16, g += 16) {
    const e = f32x4.mul(v128.load(dY + j), v128.load(g));
    const d = f32x4.sub(f32x4.sub(e, m), f32x4.mul(v128.load(xhat + j), u));
    v128.store(dX + j, f32x4.mul(d, w));
  }
}
