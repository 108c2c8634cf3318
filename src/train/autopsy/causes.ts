import { dataRow, outlier, unscaledInput, unscaledTarget, zeroVariance } from './causes-data.ts';
import { divisionByZero, expOverflow, logOfZero, rootOfNegative } from './causes-operations.ts';
import { badParameters, initialization, learningRate, momentum, wrongGradient } from './causes-training.ts';
import type { Cause, Evidence } from './evidence.ts';

/** The likeliest first. */
export function causesOf(e: Evidence): Cause[] {
  const all = [
    dataRow(e),
    zeroVariance(e),
    badParameters(e),
    outlier(e, 'input'),
    outlier(e, 'target'),
    logOfZero(e),
    divisionByZero(e),
    rootOfNegative(e),
    expOverflow(e),
    wrongGradient(e),
    momentum(e),
    initialization(e),
    unscaledInput(e),
    unscaledTarget(e),
    learningRate(e),
  ];
  return all.filter((c) => c !== null).sort((a, b) => b.likelihood - a.likelihood);
}
