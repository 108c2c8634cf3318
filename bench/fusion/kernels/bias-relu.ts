// @ts-ignore: decorator
@inline
function relu(x: v128): v128 {
  return v128.andnot(x, f32x4.le(x, f32x4.splat(0)));
}

/** y = relu(x + b), two rows at a time for one load of b. */
export function biasRelu(x: usize, b: usize, y: usize, rows: i32, cols: i32): void {
  const step = (<usize>cols) << 2;
  for (; rows >= 2; rows -= 2, x += 2 * step, y += 2 * step) {
    for (let j: usize = 0; j < step; j += 16) {
      const bias = v128.load(b + j);
      v128.store(y + j, relu(f32x4.add(v128.load(x + j), bias)));
      v128.store(y + step + j, relu(f32x4.add(v128.load(x + step + j), bias)));
    }
  }
  if (rows) {
    for (let j: usize = 0; j < step; j += 16) v128.store(y + j, relu(f32x4.add(v128.load(x + j), v128.load(b + j))));
  }
}

/** dZ = dY [y > 0], db = the columns' sums of dZ: down the rows, sixteen columns at a time, their sums in registers. */
export function biasReluBackward(dY: usize, y: usize, dZ: usize, db: usize, rows: i32, cols: i32): void {
  const step = (<usize>cols) << 2;
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  let j: usize = 0;
  for (; j + 64 <= step; j += 64) {
    let s0 = zero;
    let s1 = zero;
    let s2 = zero;
    let s3 = zero;
    let at = j;
    for (let i = 0; i < rows; i++, at += step) {
      const d0 = f32x4.mul(v128.load(dY + at), v128.and(f32x4.gt(v128.load(y + at), zero), one));
      const d1 = f32x4.mul(v128.load(dY + at, 16), v128.and(f32x4.gt(v128.load(y + at, 16), zero), one));
      const d2 = f32x4.mul(v128.load(dY + at, 32), v128.and(f32x4.gt(v128.load(y + at, 32), zero), one));
      const d3 = f32x4.mul(v128.load(dY + at, 48), v128.and(f32x4.gt(v128.load(y + at, 48), zero), one));
      v128.store(dZ + at, d0);
      v128.store(dZ + at, d1, 16);
      v128.store(dZ + at, d2, 32);
      v128.store(dZ + at, d3, 48);
      s0 = f32x4.add(s0, d0);
      s1 = f32x4.add(s1, d1);
      s2 = f32x4.add(s2, d2);
      s3 = f32x4.add(s3, d3);
    }
    v128.store(db + j, s0);
    v128.store(db + j, s1, 16);
    v128.store(db + j, s2, 32);
    v128.store(db + j, s3, 48);
  }
  for (; j < step; j += 16) {
    let s = zero;
    let at = j;
    for (let i = 0; i < rows; i++, at += step) {
      const d = f32x4.mul(v128.load(dY + at), v128.and(f32x4.gt(v128.load(y + at), zero), one));
      v128.store(dZ + at, d);
      s = f32x4.add(s, d);
    }
    v128.store(db + j, s);
  }
}
