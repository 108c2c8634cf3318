/** A closed interval of proportions within [0, 1]. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The two-sided 95 % quantile of the standard normal distribution. */
const Z95 = 1.959963984540054;

/**
 * Score interval of a proportion; unlike p ± z·√(p(1−p)/n) it stays within [0, 1] and has a width at 0 and n successes.
 * Without trials nothing is known: [0, 1]. Wilson 1927, JASA 22:209-212.
 * @throws RangeError unless 0 <= successes <= trials, both finite.
 */
export function wilsonInterval(successes: number, trials: number, z: number = Z95): Interval {
  if (!(successes >= 0 && successes <= trials && trials < Infinity))
    throw new RangeError(`wilsonInterval: wants 0 <= successes <= trials, got ${successes} of ${trials}`);
  if (trials === 0) return { low: 0, high: 1 };
  const p = successes / trials;
  const z2 = z * z;
  const center = p + z2 / (2 * trials);
  const half = z * Math.sqrt((p * (1 - p) + z2 / (4 * trials)) / trials);
  const scale = 1 + z2 / trials;
  // At the ends one bound is exact; the formula would leave rounding there.
  return {
    low: successes === 0 ? 0 : (center - half) / scale,
    high: successes === trials ? 1 : (center + half) / scale,
  };
}
