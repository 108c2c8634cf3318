import type { RawRows, RowScaling } from '../backend.ts';

type Target = Float32Array | Float64Array;

/** Row i of out (rows.length, cols) is row rows[i] of x, each value v as (v - offset) * factor in float64. */
export function scaleRows(
  out: Target,
  at: number,
  x: RawRows,
  rows: Int32Array,
  cols: number,
  { offset, factor, alike }: RowScaling,
): void {
  if (alike && x instanceof Uint8Array) {
    const table = Float64Array.from({ length: 256 }, (_, v) => (v - offset[0]) * factor[0]);
    for (let i = 0; i < rows.length; i++) {
      const from = rows[i] * cols;
      for (let j = 0; j < cols; j++) out[at++] = table[x[from + j]];
    }
    return;
  }
  for (let i = 0; i < rows.length; i++) {
    const from = rows[i] * cols;
    for (let j = 0; j < cols; j++) {
      const k = alike ? 0 : j;
      out[at++] = (x[from + j] - offset[k]) * factor[k];
    }
  }
}
