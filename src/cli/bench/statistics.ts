export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Median (the mean of the middle two of an even number), least and greatest; NaN of nothing. */
export function summary(numbers: Iterable<number>): Summary {
  const sorted = Float64Array.from(numbers).sort();
  if (sorted.length === 0) return { median: Number.NaN, min: Number.NaN, max: Number.NaN };
  const half = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  return { median, min: sorted[0], max: sorted[sorted.length - 1] };
}

/**
 * a / b of each round that has both: what the machine did to a round it did to both, which a ratio of medians over all
 * rounds would not know.
 */
export function pairRatios(a: readonly (number | null)[], b: readonly (number | null)[]): number[] {
  return a.flatMap((x, round) => {
    const y = b[round];
    return x === null || y === null || y === undefined ? [] : [x / y];
  });
}

/** Those whose value is further than `tolerance` (relative) from the median of all, or no number. */
export function outliers<T extends { readonly value: number }>(of: readonly T[], tolerance: number): T[] {
  const { median } = summary(of.map((o) => o.value).filter(Number.isFinite));
  return of.filter(({ value }) => !(Math.abs(value - median) <= tolerance * Math.abs(median)));
}
