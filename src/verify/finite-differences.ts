/** What is measured of a function: terms whose weighted sum is the scalar that is differentiated. */
export type Terms = ArrayLike<number>;

/**
 * dL/dv_i = (L(v + h e_i) - L(v - h e_i)) / 2h for every element i, where L = sum_j weights_j terms_j(v). The terms
 * are subtracted one by one before they are summed, so that nothing is lost to the size of L.
 */
export function centralDifferences(
  at: Float64Array,
  weights: Terms,
  h: number,
  evaluate: (values: Float64Array) => Terms,
): Float64Array {
  const moved = at.slice();
  const slopes = new Float64Array(at.length);
  for (let i = 0; i < at.length; i++) {
    const up = at[i] + h;
    const down = at[i] - h;
    moved[i] = up;
    const above = evaluate(moved);
    moved[i] = down;
    const below = evaluate(moved);
    moved[i] = at[i];
    let rise = 0;
    for (let j = 0; j < weights.length; j++) rise += weights[j] * (above[j] - below[j]);
    slopes[i] = rise / (up - down);
  }
  return slopes;
}

/** max|a - n| / max(1e-8, max|a|, max|n|); Infinity when the lengths differ or a number is not finite. */
export function relativeError(a: Terms, n: Terms): number {
  if (a.length !== n.length) return Infinity;
  let difference = 0;
  let largest = 1e-8;
  for (let i = 0; i < a.length; i++) {
    const d = Math.abs(a[i] - n[i]);
    if (!(d < Infinity)) return Infinity;
    difference = Math.max(difference, d);
    largest = Math.max(largest, Math.abs(a[i]), Math.abs(n[i]));
  }
  return difference / largest;
}
