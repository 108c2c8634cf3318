import { storeTail } from './lanes';
import { logPositive, polarLanes } from './math';

// core/random.ts four blocks at a time: lane l of x0, x1 holds the two words of block + l.

// @ts-ignore: decorator
@inline
function rotate(x: v128, r: i32): v128 {
  return v128.or(i32x4.shl(x, r), i32x4.shr_u(x, 32 - r));
}

// The two words of four blocks; the module's only variables, written before they are read within one call.
let word0: v128 = i32x4.splat(0);
let word1: v128 = i32x4.splat(0);

// @ts-ignore: decorator
@inline
function threefry(key0: i32, key1: i32, block: i32, step: i32): void {
  const key2 = 0x1bd11bda ^ key0 ^ key1;
  let x0 = i32x4.add(i32x4.splat(block + key0), i32x4(0, 1, 2, 3));
  let x1 = i32x4.splat(step + key1);
  x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 13), x0);
  x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 15), x0);
  x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 26), x0);
  x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 6), x0);
  x0 = i32x4.add(x0, i32x4.splat(key1)); x1 = i32x4.add(x1, i32x4.splat(key2 + 1));
  x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 17), x0);
  x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 29), x0);
  x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 16), x0);
  x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 24), x0);
  x0 = i32x4.add(x0, i32x4.splat(key2)); x1 = i32x4.add(x1, i32x4.splat(key0 + 2));
  x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 13), x0);
  x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 15), x0);
  x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 26), x0);
  x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 6), x0);
  x0 = i32x4.add(x0, i32x4.splat(key0)); x1 = i32x4.add(x1, i32x4.splat(key1 + 3));
  x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 17), x0);
  x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 29), x0);
  x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 16), x0);
  x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 24), x0);
  x0 = i32x4.add(x0, i32x4.splat(key1)); x1 = i32x4.add(x1, i32x4.splat(key2 + 4));
  x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 13), x0);
  x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 15), x0);
  x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 26), x0);
  x0 = i32x4.add(x0, x1); x1 = v128.xor(rotate(x1, 6), x0);
  word0 = i32x4.add(x0, i32x4.splat(key2));
  word1 = i32x4.add(x1, i32x4.splat(key0 + 5));
}

// @ts-ignore: decorator
@inline
function interleaveLow(x: v128, y: v128): v128 {
  return i8x16.shuffle(x, y, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
}
// @ts-ignore: decorator
@inline
function interleaveHigh(x: v128, y: v128): v128 {
  return i8x16.shuffle(x, y, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
}

/** Writes min(n, 4) lanes of v at out; n may be any number. */
// @ts-ignore: decorator
@inline
function put(out: usize, v: v128, n: i32): void {
  if (n >= 4) v128.store(out, v);
  else if (n > 0) storeTail(out, v, n);
}

// @ts-ignore: decorator
@inline
function unit(bits: v128): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_u(bits, 8)), f32x4.splat(1.0 / 16777216.0));
}

/** Elements 2 * block .. + n of the stream. */
export function randomUniform(out: usize, n: i32, key0: i32, key1: i32, step: i32, block: i32): void {
  for (; n > 0; n -= 8, out += 32, block += 4) {
    threefry(key0, key1, block, step);
    put(out, unit(interleaveLow(word0, word1)), n);
    put(out + 16, unit(interleaveHigh(word0, word1)), n - 4);
  }
}

/** u32 lanes 0 and 1 as f64. */
// @ts-ignore: decorator
@inline
function wide(x: v128): v128 {
  return f64x2.convert_low_i32x4_u(x);
}

// @ts-ignore: decorator
@inline
function normals(first: v128, second: v128): v128 {
  const unitInterval = f64x2.splat(4294967296.0);
  const u = f64x2.div(f64x2.add(wide(first), f64x2.splat(1)), unitInterval);
  const radius = f64x2.sqrt(f64x2.mul(f64x2.splat(-2), logPositive(u)));
  const angle = f64x2.mul(f64x2.splat(2.0 * 3.141592653589793), f64x2.div(wide(second), unitInterval));
  return polarLanes(radius, angle);
}

// @ts-ignore: decorator
@inline
function upperHalf(x: v128): v128 {
  return i8x16.shuffle(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
}

/** Elements 2 * block .. + n of the stream. */
export function randomNormal(out: usize, n: i32, key0: i32, key1: i32, step: i32, block: i32): void {
  for (; n > 0; n -= 8, out += 32, block += 4) {
    threefry(key0, key1, block, step);
    const first = word0;
    const second = word1;
    put(out, normals(first, second), n);
    put(out + 16, normals(upperHalf(first), upperHalf(second)), n - 4);
  }
}

// @ts-ignore: decorator
@inline
function kept(half: v128, threshold: v128, value: v128): v128 {
  return v128.and(i32x4.lt_s(half, threshold), value);
}

/** Elements 4 * block .. + n: `value` where the element's 16 bits are below `threshold`, else 0. */
export function randomMask(
  out: usize, n: i32, threshold: i32, value: f32, key0: i32, key1: i32, step: i32, block: i32,
): void {
  const limit = i32x4.splat(threshold);
  const scale = f32x4.splat(value);
  const halfMask = i32x4.splat(0xffff);
  for (; n > 0; n -= 16, out += 64, block += 4) {
    threefry(key0, key1, block, step);
    const low0 = kept(v128.and(word0, halfMask), limit, scale);
    const high0 = kept(i32x4.shr_u(word0, 16), limit, scale);
    const low1 = kept(v128.and(word1, halfMask), limit, scale);
    const high1 = kept(i32x4.shr_u(word1, 16), limit, scale);
    // Block l's four elements: low0[l] high0[l] low1[l] high1[l].
    const a = interleaveLow(low0, high0);
    const b = interleaveLow(low1, high1);
    const c = interleaveHigh(low0, high0);
    const e = interleaveHigh(low1, high1);
    put(out, i8x16.shuffle(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23), n);
    put(out + 16, i8x16.shuffle(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31), n - 4);
    put(out + 32, i8x16.shuffle(c, e, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23), n - 8);
    put(out + 48, i8x16.shuffle(c, e, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31), n - 12);
  }
}
