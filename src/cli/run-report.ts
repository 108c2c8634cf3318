import {
  type HistoryRow,
  type ReportData,
  type ReportMetrics,
  renderReport,
  type WeightTable,
} from '../charts/index.ts';
import type { Dataset } from '../data/dataset.ts';
import type { DataWarning } from '../data/warnings.ts';
import type { Model } from '../models/model.ts';
import type { ModelSummary } from '../models/summary.ts';
import { files } from '../platform/index.ts';
import type { Evaluation } from '../train/evaluate.ts';
import type { EpochEvent, FitResult } from '../train/events.ts';
import { toJson } from '../train/json.ts';
import { confusionMatrix, type Metrics, rocPoints } from '../train/metrics.ts';
import type { RunFolder } from '../train/run-folder.ts';
import type { Baseline } from './baselines.ts';
import { grayImage } from './examples.ts';
import type { Prepared } from './setup.ts';
import { probabilityOf } from './summary.ts';

/** predictions.jsonl: row, label, prediction, probability, one line a row of the set that is reported. */
export async function writePredictions(
  folder: RunFolder,
  dataset: Dataset,
  { predictions }: Evaluation,
  { targetScaling }: Prepared,
): Promise<void> {
  const names = dataset.classNames;
  const unscale = (v: number): number => (targetScaling ? v * targetScaling.sd + targetScaling.mean : v);
  const lines = Array.from({ length: dataset.count }, (_, i) => {
    const row = dataset.rowIds[i];
    if (!names) return toJson({ row, label: unscale(dataset.y[i]), prediction: unscale(predictions.scores[i]) });
    const [label, prediction] = [names[dataset.y[i]], names[predictions.classes[i]]];
    return toJson({ row, label, prediction, probability: probabilityOf(predictions, i) });
  });
  await folder.write('predictions.jsonl', lines.map((line) => `${line}\n`).join(''));
}

interface ReportInput {
  readonly prepared: Prepared;
  readonly model: Model;
  readonly summary: ModelSummary;
  readonly warnings: readonly DataWarning[];
  readonly result: FitResult;
  readonly history: readonly EpochEvent[];
  readonly baselines: readonly Baseline[];
  readonly document: Readonly<Record<string, unknown>>;
  readonly dataset: Dataset;
  readonly evaluation: Evaluation;
}

/** report.html, from the best parameters. */
export async function writeReport(folder: RunFolder, input: ReportInput): Promise<void> {
  await folder.write('report.html', renderReport(reportData(folder, input)));
}

function reportData(folder: RunFolder, input: ReportInput): ReportData {
  const { prepared, model, result, history, dataset, evaluation, document } = input;
  const { config, split, loss } = prepared;
  const shown = { ...reportMetrics(evaluation.metrics, dataset.count, config.threshold) };
  return {
    title: `${config.model} on ${split.train.name}`,
    run: folder.name,
    status: result.status,
    ...(result.autopsy ? { autopsy: result.autopsy } : {}),
    notes: input.warnings.map(({ code, message, hint }) => `${code} ${message}; ${hint}`),
    model: input.summary,
    task: loss.task === 'regression' ? 'regression' : 'classification',
    summary: {
      data: `${split.train.name}: ${split.train.count} training, ${split.val.count} validation, ${split.test?.count ?? 0} test rows`,
      model: config.model,
      parameters: model.parameters.count,
      backend: model.backend.name,
      threads: model.backend.threads,
      optimizer: `${config.optimizer}, lr ${config.lr}, batch ${config.batch}`,
      epochs: result.epochs,
      steps: result.steps,
      msPerStep: result.msPerStep,
      seconds: result.seconds,
      seed: config.seed,
    },
    history: history.map(historyRow),
    best: result.best,
    test: split.test ? shown : null,
    val: split.test ? reportMetrics(result.val ?? {}, split.val.count, config.threshold) : shown,
    baselines: input.baselines,
    ...classificationParts(input),
    firstLayer: firstLayer(model, split.train),
    config,
    environment: {
      system: files.host.system,
      architecture: files.host.architecture,
      runtime: files.host.runtime,
      cpu: files.host.cpu,
      cores: files.host.cores,
      weights: document.weights,
      weightsBest: document.weightsBest,
      ...Object.fromEntries(Object.entries(split.train.hashes).map(([name, hash]) => [`sha256 ${name}`, hash])),
    },
  };
}

function reportMetrics(metrics: Metrics, count: number, threshold: number): ReportMetrics {
  return { count, ...metrics, ...('auc' in metrics ? { threshold } : {}) };
}

function historyRow({ epoch, trainLoss, val, learningRate, gradientNorm, deadShare, seconds }: EpochEvent): HistoryRow {
  return {
    epoch,
    ...(epoch > 0 ? { trainLoss } : {}),
    valLoss: val?.loss,
    valAccuracy: val?.accuracy,
    valR2: val?.r2,
    lr: learningRate,
    gradientNorm,
    deadShare,
    seconds,
  };
}

function classificationParts({ prepared, dataset, evaluation }: ReportInput): Partial<ReportData> {
  const classes = dataset.classNames;
  if (!classes) return {};
  const { predictions } = evaluation;
  const wrong = Array.from(predictions.classes, (_, i) => i)
    .filter((i) => predictions.classes[i] !== dataset.y[i])
    .sort((a, b) => probabilityOf(predictions, b) - probabilityOf(predictions, a))
    .slice(0, 48);
  return {
    confusion: { classes, counts: confusionMatrix(dataset.y, predictions.classes, classes.length) },
    ...(prepared.loss.task === 'binary' ? { roc: { points: thinned(rocPoints(dataset.y, predictions.scores)) } } : {}),
    mistakes: wrong.map((i) => ({
      row: dataset.rowIds[i],
      label: classes[dataset.y[i]],
      prediction: classes[predictions.classes[i]],
      probability: probabilityOf(predictions, i),
      image: grayImage(dataset, i),
    })),
  };
}

/** At most some 500 points of a curve, its ends included. */
function thinned<T>(points: readonly T[]): T[] {
  const stride = Math.ceil(points.length / 500);
  return points.filter((_, i) => i % stride === 0 || i === points.length - 1);
}

/** W of the first linear layer, which sees the inputs themselves. */
function firstLayer(model: Model, train: Dataset): WeightTable | undefined {
  const name = model.parameters.names.find((n) => n.endsWith('W'));
  if (name === undefined) return undefined;
  const W = model.parameters.param(name);
  const [rows, cols] = W.shape;
  const { exampleShape, featureNames } = train;
  const imageShape = exampleShape.length === 2 ? ([exampleShape[0], exampleShape[1]] as const) : undefined;
  return { rows, cols, values: W.dataSync(), imageShape, featureNames };
}
