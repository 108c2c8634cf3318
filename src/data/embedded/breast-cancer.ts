import type { LabelledDataset } from '../dataset.ts';
import { decimals, rows } from './breast-cancer.generated.ts';
import { decodeTable } from './table.ts';

const measures = [
  'radius',
  'texture',
  'perimeter',
  'area',
  'smoothness',
  'compactness',
  'concavity',
  'concave points',
  'symmetry',
  'fractal dimension',
];

/**
 * 569 tumors, 30 features of cell nuclei (mean, standard error and worst of ten measures), benign or malignant.
 * W. Wolberg, O. Mangasarian, N. Street & W. Street (1993), Breast Cancer Wisconsin (Diagnostic), UCI Machine Learning
 * Repository, DOI 10.24432/C5DW2B, CC BY 4.0. Changed: patient numbers left out, classes renumbered so that malignant is
 * 1, repacked as whole numbers; values as they were.
 */
export function breastCancer(): LabelledDataset {
  const featureNames = [
    ...measures.map((m) => `mean ${m}`),
    ...measures.map((m) => `${m} error`),
    ...measures.map((m) => `worst ${m}`),
  ];
  return decodeTable({ name: 'breast-cancer', rows, decimals, featureNames, classNames: ['benign', 'malignant'] });
}
