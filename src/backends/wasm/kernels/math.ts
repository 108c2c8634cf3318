// exp, log, tanh, sigmoid, softplus of four floats: the steps of core/math.ts in f64x2, two lanes at a time, then
// rounded to f32. Ranges are narrowed to what differs in f32 (e^150 rounds to Infinity, e^-150 to 0); within them every
// step is the one of core/math.ts in the same order, so the float32 results have the same bits.

const ln2High: f64 = 0.69314718036912381649;
const ln2Low: f64 = 1.90821492927058770002e-10;
const log2e: f64 = 1.442695040888963387;
/** 2^52 + 1023: adding it to a whole number k leaves k + 1023 in the low bits of the result. */
const exponentMagic: f64 = 4503599627371519.0;

// @ts-ignore: decorator
@inline
function d(x: f64): v128 {
  return f64x2.splat(x);
}

/** p * r + c. */
// @ts-ignore: decorator
@inline
function step(p: v128, r: v128, c: f64): v128 {
  return f64x2.add(f64x2.mul(p, r), d(c));
}

/** 2^k for whole |k| < 1000. */
// @ts-ignore: decorator
@inline
function power2(k: v128): v128 {
  return i64x2.shl(f64x2.add(k, d(exponentMagic)), 52);
}

// @ts-ignore: decorator
@inline
function nearestPower(x: v128): v128 {
  return f64x2.floor(f64x2.add(f64x2.mul(x, d(log2e)), d(0.5)));
}

// @ts-ignore: decorator
@inline
function reduced(x: v128, k: v128): v128 {
  return f64x2.sub(f64x2.sub(x, f64x2.mul(k, d(ln2High))), f64x2.mul(k, d(ln2Low)));
}

// @ts-ignore: decorator
@inline
function expm1Reduced(r: v128): v128 {
  let p = d(1.0 / 6227020800.0);
  p = step(p, r, 1.0 / 479001600.0);
  p = step(p, r, 1.0 / 39916800.0);
  p = step(p, r, 1.0 / 3628800.0);
  p = step(p, r, 1.0 / 362880.0);
  p = step(p, r, 1.0 / 40320.0);
  p = step(p, r, 1.0 / 5040.0);
  p = step(p, r, 1.0 / 720.0);
  p = step(p, r, 1.0 / 120.0);
  p = step(p, r, 1.0 / 24.0);
  p = step(p, r, 1.0 / 6.0);
  p = step(p, r, 1.0 / 2.0);
  return f64x2.add(r, f64x2.mul(f64x2.mul(r, r), p));
}

/** e^x for x within [-150, 150] or NaN. */
// @ts-ignore: decorator
@inline
function expNarrow(x: v128): v128 {
  const k = nearestPower(x);
  return f64x2.mul(f64x2.add(d(1), expm1Reduced(reduced(x, k))), power2(k));
}

// @ts-ignore: decorator
@inline
function exp2(x: v128): v128 {
  return expNarrow(f64x2.pmax(f64x2.pmin(x, d(150)), d(-150)));
}

/** 2 atanh(s). */
// @ts-ignore: decorator
@inline
function twiceAtanh(s: v128): v128 {
  const q = f64x2.mul(s, s);
  let p = d(1.0 / 23.0);
  p = step(p, q, 1.0 / 21.0);
  p = step(p, q, 1.0 / 19.0);
  p = step(p, q, 1.0 / 17.0);
  p = step(p, q, 1.0 / 15.0);
  p = step(p, q, 1.0 / 13.0);
  p = step(p, q, 1.0 / 11.0);
  p = step(p, q, 1.0 / 9.0);
  p = step(p, q, 1.0 / 7.0);
  p = step(p, q, 1.0 / 5.0);
  p = step(p, q, 1.0 / 3.0);
  const twice = f64x2.mul(d(2), s);
  return f64x2.add(twice, f64x2.mul(twice, f64x2.mul(q, p)));
}

/** log x of finite x > 0 that are no float64 subnormals (a float32 never is). */
// @ts-ignore: decorator
@inline
export function logPositive(x: v128): v128 {
  // The biased exponent below 2^52's own bits, read as a float64.
  const biased = v128.or(i64x2.shr_u(x, 52), i64x2.splat(0x4330000000000000));
  let e = f64x2.sub(biased, d(exponentMagic));
  let m = v128.or(v128.and(x, i64x2.splat(0xfffffffffffff)), i64x2.splat(0x3ff0000000000000));
  const large = f64x2.gt(m, d(1.4142135623730951));
  m = v128.bitselect(f64x2.mul(m, d(0.5)), m, large);
  e = f64x2.add(e, v128.and(large, d(1)));
  const s = f64x2.div(f64x2.sub(m, d(1)), f64x2.add(m, d(1)));
  return f64x2.add(f64x2.mul(e, d(ln2High)), f64x2.add(twiceAtanh(s), f64x2.mul(e, d(ln2Low))));
}

// @ts-ignore: decorator
@inline
function log2(x: v128): v128 {
  let y = logPositive(x);
  y = v128.bitselect(x, y, f64x2.eq(x, d(Infinity)));
  y = v128.bitselect(d(-Infinity), y, f64x2.eq(x, d(0)));
  return v128.bitselect(y, d(NaN), f64x2.ge(x, d(0)));
}

// @ts-ignore: decorator
@inline
function tanh2(x: v128): v128 {
  const y = f64x2.mul(d(2), f64x2.pmin(f64x2.abs(x), d(22))); // at 22 the quotient below is 1
  const k = nearestPower(y);
  const power = power2(k);
  const e = f64x2.add(f64x2.mul(expm1Reduced(reduced(y, k)), power), f64x2.sub(power, d(1)));
  const t = f64x2.div(e, f64x2.add(e, d(2)));
  return v128.or(t, v128.and(x, i64x2.splat(0x8000000000000000)));
}

// @ts-ignore: decorator
@inline
function sigmoid2(x: v128): v128 {
  const e = expNarrow(f64x2.pmax(f64x2.neg(f64x2.abs(x)), d(-150)));
  return f64x2.div(v128.bitselect(d(1), e, f64x2.ge(x, d(0))), f64x2.add(d(1), e));
}

// @ts-ignore: decorator
@inline
function softplus2(x: v128): v128 {
  const e = expNarrow(f64x2.pmax(f64x2.neg(f64x2.abs(x)), d(-150)));
  // log1p(e): as log(1 + e) above sqrt(2) - 1, by the series below; 1 + e <= 2, so its exponent is 0 or 1.
  const large = f64x2.gt(e, d(0.4142135623730951));
  const sum = f64x2.add(d(1), e);
  const halve = v128.and(large, f64x2.gt(sum, d(1.4142135623730951)));
  const m = v128.bitselect(f64x2.mul(sum, d(0.5)), sum, halve);
  const exponent = v128.and(halve, d(1));
  const top = v128.bitselect(f64x2.sub(m, d(1)), e, large);
  const bottom = v128.bitselect(f64x2.add(m, d(1)), f64x2.add(d(2), e), large);
  const series = f64x2.add(twiceAtanh(f64x2.div(top, bottom)), f64x2.mul(exponent, d(ln2Low)));
  const log1p = f64x2.add(f64x2.mul(exponent, d(ln2High)), series);
  return f64x2.add(v128.and(x, f64x2.gt(x, d(0))), log1p);
}

// @ts-ignore: decorator
@inline
function upper(x: v128): v128 {
  return f64x2.promote_low_f32x4(i8x16.shuffle(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15));
}

/** Both halves of four floats, rounded. */
// @ts-ignore: decorator
@inline
export function join(low: v128, high: v128): v128 {
  const a = f32x4.demote_f64x2_zero(low);
  const b = f32x4.demote_f64x2_zero(high);
  return i8x16.shuffle(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
}

// @ts-ignore: decorator
@inline
export function expLanes(x: v128): v128 {
  return join(exp2(f64x2.promote_low_f32x4(x)), exp2(upper(x)));
}
// @ts-ignore: decorator
@inline
export function logLanes(x: v128): v128 {
  return join(log2(f64x2.promote_low_f32x4(x)), log2(upper(x)));
}
// @ts-ignore: decorator
@inline
export function tanhLanes(x: v128): v128 {
  return join(tanh2(f64x2.promote_low_f32x4(x)), tanh2(upper(x)));
}
// @ts-ignore: decorator
@inline
export function sigmoidLanes(x: v128): v128 {
  return join(sigmoid2(f64x2.promote_low_f32x4(x)), sigmoid2(upper(x)));
}
// @ts-ignore: decorator
@inline
export function softplusLanes(x: v128): v128 {
  return join(softplus2(f64x2.promote_low_f32x4(x)), softplus2(upper(x)));
}

/** sin (odd) and cos (even) Taylor series of core/math.ts for r in [-pi/4, pi/4], q = r * r. */
// @ts-ignore: decorator
@inline
function cosSeries(q: v128): v128 {
  let p = d(1.0 / 20922789888000.0);
  p = step(p, q, -1.0 / 87178291200.0);
  p = step(p, q, 1.0 / 479001600.0);
  p = step(p, q, -1.0 / 3628800.0);
  p = step(p, q, 1.0 / 40320.0);
  p = step(p, q, -1.0 / 720.0);
  p = step(p, q, 1.0 / 24.0);
  p = step(p, q, -1.0 / 2.0);
  return f64x2.add(d(1), f64x2.mul(q, p));
}

// @ts-ignore: decorator
@inline
function sinSeries(r: v128, q: v128): v128 {
  let p = d(1.0 / 355687428096000.0);
  p = step(p, q, -1.0 / 1307674368000.0);
  p = step(p, q, 1.0 / 6227020800.0);
  p = step(p, q, -1.0 / 39916800.0);
  p = step(p, q, 1.0 / 362880.0);
  p = step(p, q, -1.0 / 5040.0);
  p = step(p, q, 1.0 / 120.0);
  p = step(p, q, -1.0 / 6.0);
  return f64x2.add(r, f64x2.mul(f64x2.mul(r, q), p));
}

/** r cos(angle), r sin(angle) for two angles in [0, 8], interleaved as floats: c0 s0 c1 s1. */
// @ts-ignore: decorator
@inline
export function polarLanes(radius: v128, angle: v128): v128 {
  const k = f64x2.floor(f64x2.add(f64x2.mul(angle, d(2.0 / 3.141592653589793)), d(0.5)));
  const r = f64x2.sub(
    f64x2.sub(angle, f64x2.mul(k, d(1.5707963267341256))),
    f64x2.mul(k, d(6.077100506506192e-11)),
  );
  const q = f64x2.mul(r, r);
  const c = cosSeries(q);
  const s = sinSeries(r, q);
  const quadrant = f64x2.add(k, d(4503599627370496.0)); // k in the low bits
  const odd = i64x2.eq(v128.and(quadrant, i64x2.splat(1)), i64x2.splat(1));
  const sinSign = i64x2.shl(v128.and(quadrant, i64x2.splat(2)), 62);
  const cosSign = i64x2.shl(v128.and(i64x2.add(quadrant, i64x2.splat(1)), i64x2.splat(2)), 62);
  const sine = f64x2.mul(radius, v128.xor(v128.bitselect(c, s, odd), sinSign));
  const cosine = f64x2.mul(radius, v128.xor(v128.bitselect(s, c, odd), cosSign));
  const a = f32x4.demote_f64x2_zero(cosine);
  const b = f32x4.demote_f64x2_zero(sine);
  return i8x16.shuffle(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
}
