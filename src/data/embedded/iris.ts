import type { LabelledDataset } from '../dataset.ts';
import { decimals, rows } from './iris.generated.ts';
import { decodeTable } from './table.ts';

/**
 * 150 iris flowers, 4 lengths in cm, three species.
 * R. A. Fisher (1936), Iris, UCI Machine Learning Repository, DOI 10.24432/C56C76, CC BY 4.0. Changed: repacked as whole
 * numbers of millimeters, rows 35 and 38 as Fisher printed them (the repository's file has a misprint in each).
 */
export function iris(): LabelledDataset {
  return decodeTable({
    name: 'iris',
    rows,
    decimals,
    featureNames: ['sepal length', 'sepal width', 'petal length', 'petal width'],
    classNames: ['setosa', 'versicolor', 'virginica'],
  });
}
