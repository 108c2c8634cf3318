import { firstRows, type LabelledDataset } from '../dataset.ts';

/** What an embedded table is made of: whole numbers separated by spaces, a power of ten per column, the class last. */
export interface EmbeddedTable {
  readonly name: string;
  readonly rows: string;
  readonly decimals: readonly number[];
  readonly featureNames: readonly string[];
  readonly classNames: readonly string[];
}

/** The table in f64, each value as the decimal in the source reads. */
export function decodeTable(table: EmbeddedTable): LabelledDataset {
  const lines = table.rows.split('\n');
  const features = table.featureNames.length;
  const divisors = table.decimals.map((d) => Number(`1e${d}`));
  const x = new Float64Array(lines.length * features);
  const y = new Int32Array(lines.length);
  lines.forEach((line, i) => {
    const cells = line.split(' ');
    for (let j = 0; j < features; j++) x[i * features + j] = Number(cells[j]) / divisors[j];
    y[i] = Number(cells[features]);
  });
  return {
    name: table.name,
    x,
    count: lines.length,
    exampleShape: [features],
    y,
    classNames: table.classNames,
    featureNames: table.featureNames,
    rowIds: firstRows(lines.length),
    hashes: {},
  };
}
