/** A number as our JSON documents hold it: non-finite ones are strings. */
export type JsonNumber = number | 'NaN' | 'Infinity' | '-Infinity';

/** NaN for whatever is not a number. */
export function toNumber(value: JsonNumber | null | undefined): number {
  if (typeof value === 'number') return value;
  return value === 'Infinity' ? Infinity : value === '-Infinity' ? -Infinity : NaN;
}

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** A count with thousands separators. */
export function formatCount(value: number): string {
  return Number.isFinite(value) ? grouped.format(value) : formatSpecial(value);
}

/** `digits` significant digits, trailing zeros kept: 0.06120; very small and very large ones with an exponent. */
export function formatNumber(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return formatSpecial(value);
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e7)
    return value
      .toExponential(digits - 1)
      .replace('e+', 'e')
      .replace('-', '−');
  const text = size >= 10 ** (digits - 1) ? value.toFixed(size >= 10 ** digits ? 0 : 1) : value.toPrecision(digits);
  return text.replace('-', '−');
}

/** A share as per cent, with a thin no-break space. */
export function formatPercent(share: number, digits = 1): string {
  return Number.isFinite(share) ? `${(100 * share).toFixed(digits)}\u202f%` : formatSpecial(share);
}

/** A probability in whole per cent; one that only rounds to 0 or 100 is said to be below 1 or above 99. */
export function formatProbability(probability: number): string {
  if (probability > 0 && probability < 0.005) return '<\u202f1\u202f%';
  if (probability < 1 && probability >= 0.995) return '>\u202f99\u202f%';
  return formatPercent(probability, 0);
}

/** Seconds as 4.1 s, 3 min 20 s, 1 h 12 min. */
export function formatSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return formatSpecial(seconds);
  if (seconds < 99.95) return `${seconds.toFixed(seconds < 9.995 ? 2 : 1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${formatCount(Math.floor(whole / 3600))} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** Bytes as 2.1 MB (powers of 1000). */
export function formatBytes(bytes: number): string {
  return scaled(bytes, ['B', 'kB', 'MB', 'GB', 'TB']);
}

/** Floating-point operations as 99.6 MFLOP. */
export function formatFlops(flops: number): string {
  return scaled(flops, ['FLOP', 'kFLOP', 'MFLOP', 'GFLOP', 'TFLOP']);
}

function scaled(value: number, units: readonly string[]): string {
  let [v, i] = [value, 0];
  for (; v >= 999.5 && i < units.length - 1; i++) v /= 1000;
  return `${i === 0 ? formatCount(v) : Number(v.toPrecision(3))} ${units[i]}`;
}

function formatSpecial(value: number): string {
  return value === Infinity ? '∞' : value === -Infinity ? '−∞' : 'NaN';
}
