import { type Cause, type Evidence, reach, short } from './evidence.ts';

/** NaN or Infinity in some rows. */
export function dataRow({ facts, origin, batchRows }: Evidence): Cause | null {
  if (facts.badRows === 0 || facts.badFeatures.length > 0 || facts.badScaling.length > 0) return null;
  const rows = Array.from(batchRows);
  const point = facts.bad.find(({ row }) => rows.includes(row)) ?? facts.bad[0];
  const what = point.feature === null ? 'target' : `feature ${point.feature}`;
  const met = origin?.source === 'input' || origin?.source === 'target';
  return {
    id: 'data-row',
    cause: `row ${point.row} of the data holds ${point.value}`,
    likelihood: met ? 1 : 0.6,
    evidence: `${what} of row ${point.row} is ${point.value}; ${facts.badRows} of ${facts.rows} rows have such a number`,
    change: `leave row ${point.row} out, or repair it`,
  };
}

/** A whole feature that is no number: somebody divided by its standard deviation or range of zero. */
export function zeroVariance({ facts, origin }: Evidence): Cause | null {
  const features = facts.badScaling.length > 0 ? facts.badScaling : facts.badFeatures;
  if (features.length === 0) return null;
  const named = features.slice(0, 5).join(', ');
  const scaled = facts.badScaling.length > 0 ? 'the scaling divides by zero there' : 'is no number in every row';
  return {
    id: 'zero-variance',
    cause: `a feature without variance was divided by its standard deviation`,
    likelihood: origin?.source === 'input' ? 1 : 0.7,
    evidence: `feature ${named}${features.length > 5 ? ` and ${features.length - 5} more` : ''}: ${scaled}`,
    change: 'leave constant features out, or only center them, as fitScaling does',
  };
}

/** How far the largest is from what is usual, and whether its row was there when it happened. */
export function outlier(e: Evidence, of: 'input' | 'target'): Cause | null {
  const { facts, batchRows } = e;
  const point = of === 'input' ? facts.largestInput : facts.largestTarget;
  const usual = of === 'input' ? facts.usualInput : (facts.target?.usual ?? 0);
  if (!point || point.row < 0 || !(usual > 0)) return null;
  const ratio = Math.abs(point.value) / usual;
  if (ratio < 100) return null;
  const there = Array.from(batchRows).includes(point.row);
  const place = of === 'input' ? `feature ${point.feature} of row ${point.row}` : `the target of row ${point.row}`;
  return {
    id: of === 'input' ? 'outlier-row' : 'outlier-target',
    cause: `row ${point.row} is far outside the rest`,
    likelihood: 0.7 * reach(ratio, 100, 10_000) + (there ? 0.25 : 0.15),
    evidence: `${place} is ${short(point.value)}, ${short(ratio)} times what 99 of 100 rows stay below`,
    change: `check row ${point.row}, and leave it out or clip it`,
  };
}

/** Inputs whose usual size is far from 1. */
export function unscaledInput({ facts }: Evidence): Cause | null {
  const { input, usualInput, scaling } = facts;
  const size = Math.min(input.rms, usualInput);
  return {
    id: 'unscaled-input',
    cause: 'the inputs are not scaled',
    likelihood: 0.1 + 0.76 * reach(size, 3, 30),
    evidence: `the inputs reach the network with a root mean square of ${short(input.rms)} and up to ${short(input.max)} (scaling ${scaling})`,
    change: 'try --scale standard, or unit (fitScaling in the library)',
  };
}

/** Targets whose usual size is far from 1. */
export function unscaledTarget({ facts, task }: Evidence): Cause | null {
  if (!facts.target || task !== 'regression') return null;
  const { rms, max, usual } = facts.target;
  return {
    id: 'unscaled-target',
    cause: 'the values to predict are not scaled',
    likelihood: 0.08 + 0.79 * reach(Math.min(rms, usual), 5, 50),
    evidence: `targets have a root mean square of ${short(rms)} and reach ${short(max)}`,
    change: 'predict (y - mean) / sd',
  };
}
