/**
 * The transcendental functions that the library computes with, specified to the bit: only + - * / and powers of two,
 * in the order written here, all in float64. Engines differ in the last bits of `Math.exp` and its kin, so a run that
 * used those would not repeat elsewhere. The wasm kernels follow the same steps in f64x2 and so give the same bits.
 *
 * Accuracy in float64: exp, log, log1p, softplus <= 2 ulp; expm1, tanh, sigmoid <= 4 ulp; sin, cos absolute 2e-16 on
 * |x| <= 8. Rounded to float32 all but never miss the nearest value.
 */

const ln2High = 0.69314718036912381649;
const ln2Low = 1.90821492927058770002e-10;
const log2e = 1.442695040888963387;

const bits = new DataView(new ArrayBuffer(8));

/** 2^k for -1022 <= k <= 1023. */
function power2(k: number): number {
  bits.setUint32(0, (k + 1023) << 20);
  bits.setUint32(4, 0);
  return bits.getFloat64(0);
}

/** x * 2^k with one rounding, for |k| <= 1100. */
function scale(x: number, k: number): number {
  const half = Math.floor(k / 2);
  return x * power2(half) * power2(k - half);
}

/** Coefficients 1/n! for n = 13 .. 2 of (e^r - 1 - r) / r^2; the remainder on |r| <= ln2 / 2 is below 4e-18. */
const inverseFactorials = [
  1 / 6227020800,
  1 / 479001600,
  1 / 39916800,
  1 / 3628800,
  1 / 362880,
  1 / 40320,
  1 / 5040,
  1 / 720,
  1 / 120,
  1 / 24,
  1 / 6,
  1 / 2,
] as const;

/** e^r - 1 on |r| <= ln2 / 2 by Horner's scheme. */
function expm1Reduced(r: number): number {
  let p: number = inverseFactorials[0];
  for (let i = 1; i < inverseFactorials.length; i++) p = p * r + inverseFactorials[i];
  return r + r * r * p;
}

/** e^x. Inf above 709.79, 0 below -745.14. */
export function exp(x: number): number {
  if (x !== x) return x;
  if (x > 709.782712893384) return Infinity;
  if (x < -745.1332191019412) return 0;
  const k = Math.floor(x * log2e + 0.5);
  const r = x - k * ln2High - k * ln2Low; // |r| <= ln2 / 2
  return scale(1 + expm1Reduced(r), k);
}

/** e^x - 1, accurate near 0. */
export function expm1(x: number): number {
  if (x !== x) return x;
  if (x > 709) return exp(x) - 1;
  if (x < -40) return -1;
  const k = Math.floor(x * log2e + 0.5);
  const r = x - k * ln2High - k * ln2Low;
  if (k === 0) return expm1Reduced(r);
  return scale(expm1Reduced(r), k) + (scale(1, k) - 1);
}

/** 2 atanh(s) = log((1 + s) / (1 - s)) on |s| <= 0.1716: the odd series to s^23. */
function twiceAtanh(s: number): number {
  const q = s * s;
  let p = 1 / 23;
  for (let n = 21; n >= 3; n -= 2) p = p * q + 1 / n;
  return 2 * s + 2 * s * (q * p);
}

/** log x. -Infinity at 0, NaN below. */
export function log(x: number): number {
  if (x !== x || x < 0) return NaN;
  if (x === 0) return -Infinity;
  if (x === Infinity) return x;
  let e = 0;
  let m = x;
  if (m < 2.2250738585072014e-308) {
    m *= 18014398509481984; // 2^54 lifts subnormals
    e = -54;
  }
  bits.setFloat64(0, m);
  const high = bits.getUint32(0);
  e += (high >>> 20) - 1023;
  bits.setUint32(0, (high & 0xfffff) | 0x3ff00000);
  m = bits.getFloat64(0); // [1, 2)
  if (m > 1.4142135623730951) {
    m *= 0.5;
    e += 1;
  }
  return e * ln2High + (twiceAtanh((m - 1) / (m + 1)) + e * ln2Low);
}

/** log(1 + x), accurate near 0. */
export function log1p(x: number): number {
  if (x > 0.4142135623730951 || x < -0.2928932188134525) return log(1 + x);
  return x === 0 || x !== x ? x : twiceAtanh(x / (2 + x));
}

/** tanh x = (e^{2|x|} - 1) / (e^{2|x|} + 1) with the sign of x. */
export function tanh(x: number): number {
  if (x !== x || x === 0) return x;
  const a = x < 0 ? -x : x;
  let t = 1;
  if (a < 22) {
    const e = expm1(2 * a);
    t = e / (e + 2);
  }
  return x < 0 ? -t : t;
}

/** 1 / (1 + e^{-x}), without overflow on either side. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + exp(-x));
  const e = exp(x);
  return e / (1 + e);
}

/** log(1 + e^x) = max(x, 0) + log1p(e^{-|x|}). */
export function softplus(x: number): number {
  if (x !== x) return x;
  return (x > 0 ? x : 0) + log1p(exp(x > 0 ? -x : x));
}

/** sin or cos by the quadrant of x and Taylor series on |r| <= pi / 4; for |x| <= 8. */
function circular(x: number, quarter: number): number {
  const k = Math.floor(x * (2 / Math.PI) + 0.5);
  const r = x - k * 1.5707963267341256 - k * 6.077100506506192e-11;
  const q = r * r;
  const quadrant = (k + quarter) & 3;
  let p: number;
  if (quadrant & 1) {
    p = 1 / 20922789888000;
    for (const c of [-1 / 87178291200, 1 / 479001600, -1 / 3628800, 1 / 40320, -1 / 720, 1 / 24, -1 / 2]) p = p * q + c;
    p = 1 + q * p;
  } else {
    p = 1 / 355687428096000;
    for (const c of [-1 / 1307674368000, 1 / 6227020800, -1 / 39916800, 1 / 362880, -1 / 5040, 1 / 120, -1 / 6])
      p = p * q + c;
    p = r + r * q * p;
  }
  return quadrant & 2 ? -p : p;
}

/** sin x for |x| <= 8. */
export function sin(x: number): number {
  return circular(x, 0);
}

/** cos x for |x| <= 8. */
export function cos(x: number): number {
  return circular(x, 1);
}

/** The nearest whole number, halves up. */
export function round(x: number): number {
  return Math.floor(x + 0.5);
}

/** The least whole number that is at least x. */
export function ceil(x: number): number {
  return -Math.floor(-x);
}
