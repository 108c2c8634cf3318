import { join } from './math';

// Raw values to what a network is fed: (value - offset) * factor in float64, then rounded, as in js/scale-rows.ts.

/** What the raw values are, in the order of ../raw-rows.ts. */
const BYTES = 0;
const FLOATS = 1;

// @ts-ignore: decorator
@inline
function upperHalf(x: v128): v128 {
  return i8x16.shuffle(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
}

/** Four bytes as i32. */
// @ts-ignore: decorator
@inline
function fourBytes(a: usize): v128 {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(a)));
}

/** Raw values 0 and 1 of the four at `a`. */
// @ts-ignore: decorator
@inline
function first(kind: i32, a: usize): v128 {
  if (kind == BYTES) return f64x2.convert_low_i32x4_s(fourBytes(a));
  if (kind == FLOATS) return f64x2.promote_low_f32x4(v128.load64_zero(a));
  return v128.load(a);
}

/** Raw values 2 and 3. */
// @ts-ignore: decorator
@inline
function second(kind: i32, a: usize): v128 {
  if (kind == BYTES) return f64x2.convert_low_i32x4_s(upperHalf(fourBytes(a)));
  if (kind == FLOATS) return f64x2.promote_low_f32x4(v128.load64_zero(a, 8));
  return v128.load(a, 16);
}

// @ts-ignore: decorator
@inline
function one(kind: i32, a: usize): f64 {
  if (kind == BYTES) return <f64>load<u8>(a);
  if (kind == FLOATS) return <f64>load<f32>(a);
  return load<f64>(a);
}

// @ts-ignore: decorator
@inline
function width(kind: i32): usize {
  return kind == BYTES ? 1 : kind == FLOATS ? 4 : 8;
}

// @ts-ignore: decorator
@inline
function scaled(x: v128, offset: v128, factor: v128): v128 {
  return f64x2.mul(f64x2.sub(x, offset), factor);
}

/** Four i32, scaled and rounded. */
// @ts-ignore: decorator
@inline
function scaledFour(x: v128, offset: v128, factor: v128): v128 {
  const low = scaled(f64x2.convert_low_i32x4_s(x), offset, factor);
  return join(low, scaled(f64x2.convert_low_i32x4_s(upperHalf(x)), offset, factor));
}

/** As `uniform` for bytes, sixteen at a time; answers how many are left. */
function sixteens(out: usize, a: usize, n: i32, offset: f64, factor: f64): i32 {
  const offsets = f64x2.splat(offset);
  const factors = f64x2.splat(factor);
  for (; n >= 16; n -= 16, a += 16, out += 64) {
    const x = v128.load(a);
    const low = i16x8.extend_low_i8x16_u(x);
    const high = i16x8.extend_high_i8x16_u(x);
    v128.store(out, scaledFour(i32x4.extend_low_i16x8_u(low), offsets, factors));
    v128.store(out, scaledFour(i32x4.extend_high_i16x8_u(low), offsets, factors), 16);
    v128.store(out, scaledFour(i32x4.extend_low_i16x8_u(high), offsets, factors), 32);
    v128.store(out, scaledFour(i32x4.extend_high_i16x8_u(high), offsets, factors), 48);
  }
  return n;
}

/** n values with one offset and factor for all. */
// @ts-ignore: decorator
@inline
function uniform(kind: i32, out: usize, a: usize, n: i32, offset: f64, factor: f64): void {
  const offsets = f64x2.splat(offset);
  const factors = f64x2.splat(factor);
  for (; n >= 4; n -= 4, a += 4 * width(kind), out += 16) {
    v128.store(out, join(scaled(first(kind, a), offsets, factors), scaled(second(kind, a), offsets, factors)));
  }
  for (; n > 0; n--, a += width(kind), out += 4) store<f32>(out, <f32>((one(kind, a) - offset) * factor));
}

/** One row with an offset and a factor for each column. */
// @ts-ignore: decorator
@inline
function each(kind: i32, out: usize, a: usize, n: i32, offset: usize, factor: usize): void {
  for (; n >= 4; n -= 4, a += 4 * width(kind), out += 16, offset += 32, factor += 32) {
    const low = scaled(first(kind, a), v128.load(offset), v128.load(factor));
    v128.store(out, join(low, scaled(second(kind, a), v128.load(offset, 16), v128.load(factor, 16))));
  }
  for (; n > 0; n--, a += width(kind), out += 4, offset += 8, factor += 8) {
    store<f32>(out, <f32>((one(kind, a) - load<f64>(offset)) * load<f64>(factor)));
  }
}

// @ts-ignore: decorator
@inline
function rowsOf(
  kind: i32, out: usize, a: usize, rows: i32, cols: i32, offset: usize, factor: usize, alike: bool,
): void {
  if (alike) {
    const n = rows * cols;
    const left = kind == BYTES ? sixteens(out, a, n, load<f64>(offset), load<f64>(factor)) : n;
    const done = <usize>(n - left);
    return uniform(kind, out + (done << 2), a + done * width(kind), left, load<f64>(offset), load<f64>(factor));
  }
  const step = <usize>cols * width(kind);
  for (; rows > 0; rows--, a += step, out += (<usize>cols) << 2) each(kind, out, a, cols, offset, factor);
}

/** `offset` and `factor`: float64, one number each if `alike`, else one a column. Raw rows are dense. */
export function scaleRows(
  kind: i32, out: usize, a: usize, rows: i32, cols: i32, offset: usize, factor: usize, alike: bool,
): void {
  if (kind == BYTES) rowsOf(BYTES, out, a, rows, cols, offset, factor, alike);
  else if (kind == FLOATS) rowsOf(FLOATS, out, a, rows, cols, offset, factor, alike);
  else rowsOf(2, out, a, rows, cols, offset, factor, alike);
}
