/** Three decimals at most, a true minus, nothing after the point of whole numbers. */
export function shown(v: number): string {
  if (Number.isNaN(v)) return 'NaN';
  if (!Number.isFinite(v)) return v > 0 ? '∞' : '−∞';
  if (Number.isInteger(v) && Math.abs(v) < 1e4) return minus(String(v === 0 ? 0 : v));
  const size = Math.abs(v);
  if (size < 1e-12) return '0.000';
  if (size >= 1e4 || size < 5e-4) return minus(v.toExponential(1).replace('e+', 'e'));
  return minus(v.toFixed(3));
}

/** As a term of a sum: negative numbers in parentheses. */
export function factor(v: number): string {
  return v < 0 ? `(${shown(v)})` : shown(v);
}

/** Many digits, for comparing. */
export function precise(v: number): string {
  return minus(Math.abs(v) < 1e-4 && v !== 0 ? v.toExponential(6) : v.toFixed(10));
}

/** What somebody typed, with any kind of minus and a comma or point; null when it is no finite number. */
export function typed(text: string): number | null {
  const plain = text.trim().replace(/[−–]/g, '-').replace(',', '.');
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) return null;
  const v = Number(plain);
  return Math.abs(v) <= 1e6 ? v : null;
}

function minus(text: string): string {
  return text.replaceAll('-', '−');
}
