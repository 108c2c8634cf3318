import type { ModelSummary } from '../models/summary.ts';
import type { Autopsy } from '../train/autopsy/autopsy.ts';
import type { JsonNumber } from './format.ts';
import type { GrayImage } from './gray-image.ts';
import type { RocPoint } from './roc-curve.tsx';
import type { WeightTable } from './weights.ts';

/** Everything that report.html shows, as plain JSON; what is missing is left out of the page. */
export interface ReportData {
  /** Model and data, as in "mlp:512,128 on mnist". */
  readonly title: string;
  /** Name of the run folder. */
  readonly run?: string;
  readonly status: 'running' | 'done' | 'diverged' | 'interrupted';
  readonly task: 'classification' | 'regression';
  /** When the run started, UTC, ISO 8601. */
  readonly started?: string;
  /** Warnings and the like, a sentence each. */
  readonly notes?: readonly string[];
  /** Of a run that diverged. */
  readonly autopsy?: Autopsy;
  readonly summary?: ReportSummary;
  readonly history?: readonly HistoryRow[];
  /** The epoch whose weights were kept. */
  readonly best?: { readonly epoch: number; readonly loss: JsonNumber };
  /** Of the best weights; null under `--split original`. */
  readonly test?: ReportMetrics | null;
  readonly val?: ReportMetrics | null;
  /** The same measure as the headline: accuracy, or R² for regression. */
  readonly baselines?: readonly { readonly name: string; readonly value: JsonNumber }[];
  readonly confusion?: { readonly classes: readonly string[]; readonly counts: readonly (readonly number[])[] };
  readonly roc?: { readonly points: readonly RocPoint[] };
  readonly firstLayer?: WeightTable;
  /** In any order; the page sorts them. */
  readonly mistakes?: readonly ReportMistake[];
  /** Layers, memory and work of a step. */
  readonly model?: ModelSummary;
  /** The resolved configuration, as in config.json. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Versions, machine, backend, hashes of data and weights. */
  readonly environment?: Readonly<Record<string, unknown>>;
}

export interface ReportSummary {
  readonly data?: string;
  readonly model?: string;
  readonly parameters?: number;
  readonly backend?: string;
  readonly threads?: number;
  readonly optimizer?: string;
  readonly epochs?: number;
  readonly steps?: number;
  readonly msPerStep?: JsonNumber;
  readonly seconds?: JsonNumber;
  readonly seed?: number;
}

/** One epoch; epoch 0 is the evaluation before training. */
export interface HistoryRow {
  readonly epoch: number;
  readonly trainLoss?: JsonNumber;
  readonly valLoss?: JsonNumber;
  readonly trainAccuracy?: JsonNumber;
  readonly valAccuracy?: JsonNumber;
  readonly valR2?: JsonNumber;
  readonly lr?: JsonNumber;
  readonly gradientNorm?: JsonNumber;
  /** Share of ReLU units that are 0 on the whole probe batch. */
  readonly deadShare?: JsonNumber;
  readonly seconds?: JsonNumber;
}

/** Metrics of one split. With `errors` and `count` the headline has an interval. */
export interface ReportMetrics {
  /** Rows. */
  readonly count?: number;
  readonly loss?: JsonNumber;
  readonly accuracy?: JsonNumber;
  readonly errors?: number;
  readonly precision?: JsonNumber;
  readonly recall?: JsonNumber;
  readonly auc?: JsonNumber;
  readonly threshold?: JsonNumber;
  /** Rates at the threshold, for the point on the ROC curve. */
  readonly operating?: RocPoint;
  readonly rmse?: JsonNumber;
  readonly r2?: JsonNumber;
}

export interface ReportMistake {
  readonly row: number;
  /** The class's name, or the target of a regression. */
  readonly label: string | number;
  readonly prediction: string | number;
  /** Of the prediction. */
  readonly probability?: JsonNumber;
  readonly image?: GrayImage;
}
