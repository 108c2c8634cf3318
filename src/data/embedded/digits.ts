import { firstRows, type LabelledDataset } from '../dataset.ts';
import { rows } from './digits.generated.ts';

/**
 * 1,797 handwritten digits of 13 writers, 8x8 pixels of 0 to 16.
 * E. Alpaydin & C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine Learning Repository,
 * DOI 10.24432/C50P49, CC BY 4.0. Changed: only the source's test part, repacked as text; values as they were.
 */
export function digits(): LabelledDataset {
  const lines = rows.split('\n');
  const x = new Uint8Array(lines.length * 64);
  const y = new Int32Array(lines.length);
  lines.forEach((line, i) => {
    for (let j = 0; j < 64; j++) x[i * 64 + j] = line.charCodeAt(j) - 97;
    y[i] = line.charCodeAt(64) - 48;
  });
  return {
    name: 'digits',
    x,
    count: lines.length,
    exampleShape: [8, 8],
    y,
    classNames: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    maxValue: 16,
    rowIds: firstRows(lines.length),
    hashes: {},
  };
}
