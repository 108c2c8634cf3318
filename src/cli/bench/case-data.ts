import { type BenchCase, batchesOf } from './cases.ts';

/** Where every participant starts: weights[l] (in, out), biases of zero, and the rows of all batches, one after another. */
export interface CaseData {
  readonly weights: readonly Float32Array[];
  /** (rows, inputs). */
  readonly x: Float32Array;
  /** (rows): classes, or 0 and 1. */
  readonly labels: Int32Array;
}

/**
 * Values i = 0 .. n-1 of stream `seed`, uniform in [0, 1), 24 bits each. A value depends on seed and i alone, so that the
 * peers, Python ones included, have the same bits (bench/case.mjs, bench/peers/bench_case.py).
 */
export function mulberry32(n: number, seed: number): Float32Array {
  const out = new Float32Array(n);
  let a = seed | 0;
  for (let i = 0; i < n; i++) {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    out[i] = ((t ^ (t >>> 14)) >>> 8) / 2 ** 24;
  }
  return out;
}

/** Weights uniform within +-sqrt(6 / in), inputs in [0, 1), labels drawn. */
export function caseData(of: BenchCase): CaseData {
  const { net, batch } = of;
  const [inputs, outputs] = [net[0], net[net.length - 1]];
  const classes = Math.max(outputs, 2);
  const rows = batchesOf(of) * batch;
  const weights = net.slice(1).map((width, l) => {
    const limit = Math.sqrt(6 / net[l]);
    return mulberry32(net[l] * width, 1000 + l).map((u) => (2 * u - 1) * limit);
  });
  const labels = Int32Array.from(mulberry32(rows, 2), (u) => Math.floor(u * classes));
  return { weights, x: mulberry32(rows * inputs, 1), labels };
}
