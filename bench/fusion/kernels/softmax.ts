import { loadTail, storeTail } from '../../../src/backends/wasm/kernels/lanes';
import { expLanes, logLanes } from '../../../src/backends/wasm/kernels/math';

// @ts-ignore: decorator
@inline
function joined(s: v128): f32 {
  return (
    f32x4.extract_lane(s, 0) + f32x4.extract_lane(s, 1) + (f32x4.extract_lane(s, 2) + f32x4.extract_lane(s, 3))
  );
}

// @ts-ignore: decorator
@inline
function most(s: v128): f32 {
  return max<f32>(
    max<f32>(f32x4.extract_lane(s, 0), f32x4.extract_lane(s, 1)),
    max<f32>(f32x4.extract_lane(s, 2), f32x4.extract_lane(s, 3)),
  );
}

// @ts-ignore: decorator
@inline
function lanesMask(r: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(r));
}

/** out = e^(z - max), which lies in `out` afterwards; gives max and sum as lanes 0 and 1. */
// @ts-ignore: decorator
@inline
function exponentials(z: usize, out: usize, whole: usize, r: i32): v128 {
  let best = f32x4.splat(-Infinity);
  for (let j: usize = 0; j < whole; j += 16) best = f32x4.pmax(v128.load(z + j), best);
  if (r) best = f32x4.pmax(v128.bitselect(loadTail(z + whole, r), f32x4.splat(-Infinity), lanesMask(r)), best);
  const m = most(best);
  const ms = f32x4.splat(m);
  let sum = f32x4.splat(0);
  for (let j: usize = 0; j < whole; j += 16) {
    const e = expLanes(f32x4.sub(v128.load(z + j), ms));
    v128.store(out + j, e);
    sum = f32x4.add(sum, e);
  }
  if (r) {
    const e = v128.and(expLanes(f32x4.sub(loadTail(z + whole, r), ms)), lanesMask(r));
    storeTail(out + whole, e, r);
    sum = f32x4.add(sum, e);
  }
  return f32x4.replace_lane(ms, 1, joined(sum));
}

export function softmax(z: usize, p: usize, rows: i32, cols: i32): void {
  const step = (<usize>cols) << 2;
  const whole = (<usize>(cols & ~3)) << 2;
  const r = cols & 3;
  for (; rows > 0; rows--, z += step, p += step) {
    const s = f32x4.splat(f32x4.extract_lane(exponentials(z, p, whole, r), 1));
    for (let j: usize = 0; j < whole; j += 16) v128.store(p + j, f32x4.div(v128.load(p + j), s));
    if (r) storeTail(p + whole, f32x4.div(loadTail(p + whole, r), s), r);
  }
}

/** loss = mean(lse(z) - z y) and dZ = (softmax(z) - y) / B; y is one-hot. */
export function crossEntropy(z: usize, y: usize, loss: usize, dZ: usize, rows: i32, cols: i32): void {
  const step = (<usize>cols) << 2;
  const whole = (<usize>(cols & ~3)) << 2;
  const r = cols & 3;
  const n = f32x4.splat(<f32>rows);
  let total = f32x4.splat(0);
  let lane = i32x4(-1, 0, 0, 0);
  for (let i = 0; i < rows; i++, z += step, y += step, dZ += step) {
    const found = exponentials(z, dZ, whole, r);
    const m = f32x4.extract_lane(found, 0);
    const sum = f32x4.extract_lane(found, 1);
    const s = f32x4.splat(sum);
    let zy = f32x4.splat(0);
    for (let j: usize = 0; j < whole; j += 16) {
      const t = v128.load(y + j);
      zy = f32x4.add(zy, f32x4.mul(v128.load(z + j), t));
      v128.store(dZ + j, f32x4.div(f32x4.sub(f32x4.div(v128.load(dZ + j), s), t), n));
    }
    if (r) {
      const t = loadTail(y + whole, r);
      zy = f32x4.add(zy, f32x4.mul(loadTail(z + whole, r), t));
      storeTail(dZ + whole, f32x4.div(f32x4.sub(f32x4.div(loadTail(dZ + whole, r), s), t), n), r);
    }
    const lse = f32x4.add(logLanes(s), f32x4.splat(m));
    total = f32x4.add(total, v128.and(f32x4.sub(lse, f32x4.splat(joined(zy))), lane));
    lane = i8x16.shuffle(lane, lane, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
  }
  store<f32>(loss, joined(total) / f32x4.extract_lane(n, 0));
}
