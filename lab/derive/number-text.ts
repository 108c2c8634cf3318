import { typedNumber } from '../shell/typed-number.ts';

/** Three decimals at most, a true minus, nothing after the point of numbers that are whole but for rounding. */
export function shown(v: number): string {
  if (Number.isNaN(v)) return 'NaN';
  if (!Number.isFinite(v)) return v > 0 ? '∞' : '−∞';
  const size = Math.abs(v);
  const whole = Math.round(v);
  if (size < 1e4 && Math.abs(v - whole) <= 1e-12 * Math.max(1, size)) return minus(String(whole === 0 ? 0 : whole));
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

/** The largest number that is taken, of either sign. */
const largest = 1e6;

/** What is taken, for people. */
export const taken = 'a number from −1000000 to 1000000, like 0.25, −2 or 1e3';

/** What somebody typed; null when it is nothing that is taken. */
export function typed(text: string): number | null {
  const v = typedNumber(text);
  return v !== null && Math.abs(v) <= largest ? v : null;
}

function minus(text: string): string {
  return text.replaceAll('-', '−');
}
