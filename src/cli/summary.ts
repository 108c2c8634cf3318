import { type Prediction, predictionGallery } from '../charts/terminal/index.ts';
import { wilsonInterval } from '../charts/wilson.ts';
import { type Dataset, featuresOf } from '../data/dataset.ts';
import { files } from '../platform/index.ts';
import type { Evaluation } from '../train/evaluate.ts';
import type { FitResult } from '../train/events.ts';
import type { RunFolder } from '../train/run-folder.ts';
import type { Baseline } from './baselines.ts';
import { grayImage } from './examples.ts';
import { type Output, people } from './output.ts';
import type { Prepared } from './setup.ts';
import { shellWord } from './shell-word.ts';

export interface Summary {
  readonly output: Output;
  readonly prepared: Prepared;
  readonly result: FitResult;
  readonly baselines: readonly Baseline[];
  readonly folder: RunFolder;
  readonly dataset: Dataset;
  readonly evaluation: Evaluation;
}

/** What a person reads at the end: the result with its interval, what it is held against, predictions, what to do next. */
export function summarize(about: Summary): void {
  const { output, prepared, result, baselines, folder, dataset, evaluation } = about;
  const { paint } = output;
  if (output.json) return;
  const which = prepared.split.test ? 'test' : 'validation';
  output.print();
  output.print(paint.bold(headline(which, about)));
  const facts = [
    ...baselines.map(
      (b) =>
        `${b.name} baseline ${prepared.loss.task === 'regression' ? `R2 ${b.value.toFixed(4)}` : percent(b.value)}`,
    ),
    `best epoch ${result.best.epoch} of ${result.epochs}`,
    `${people(result.steps)} steps, ${Number.isNaN(result.msPerStep) ? '' : `${result.msPerStep.toFixed(2)} ms/step, `}${result.seconds.toFixed(1)} s`,
  ];
  output.print(facts.join(' · '));
  const predictions = result.status === 'diverged' ? [] : examples(prepared, dataset, evaluation);
  if (predictions.length > 0) {
    const wrong = evaluation.metrics.errors ?? 0;
    output.print();
    output.print(`${wrong} ${wrong === 1 ? 'mistake' : 'mistakes'} among ${people(dataset.count)}, the surest first:`);
    output.print();
    output.print(predictionGallery(predictions, { ...output, rows: 2 }));
  }
  output.print();
  const run = shellWord(folder.path);
  output.print(`run     ${run}`);
  output.print(`report  ${shellWord(files.join(folder.path, 'report.html'))}`);
  if (result.status === 'interrupted') output.print(`resume  neuroforge train --resume ${run}`);
  const input = dataset.exampleShape.length === 2 ? 'digit.png' : 'rows.csv';
  output.print(`next    neuroforge eval ${run}    neuroforge predict ${run} ${input}`);
  if (inLab.includes(prepared.split.train.name)) output.print(`lab     neuroforge lab ${run}`);
}

/** Data that the lab's own networks train on. */
const inLab = ['digits', 'mnist'];

function headline(which: string, { evaluation, dataset, result }: Summary): string {
  const { metrics } = evaluation;
  if (result.status === 'diverged') return 'the run diverged; the best parameters before that were kept';
  if ('r2' in metrics) return `${which} R2 ${metrics.r2.toFixed(4)}, loss ${metrics.loss.toFixed(4)}`;
  const { low, high } = wilsonInterval(dataset.count - metrics.errors, dataset.count);
  const base =
    `${which} accuracy ${percent(metrics.accuracy)}  (${metrics.errors} errors in ${people(dataset.count)}; ` +
    `95 % interval ${percent(low)} to ${percent(high)})`;
  if (!('auc' in metrics)) return base;
  return `${base}\nprecision ${percent(metrics.precision)}, recall ${percent(metrics.recall)}, ROC area ${metrics.auc.toFixed(4)}`;
}

/** `97.3 %`, and `-` for what does not exist (a precision where nothing was predicted). */
export function percent(share: number): string {
  return Number.isNaN(share) ? '-' : `${(100 * share).toFixed(2)} %`;
}

/** Rows worth a look: mistakes first, then some right ones; images where the data are images. */
function examples({ loss }: Prepared, dataset: Dataset, { predictions }: Evaluation): Prediction[] {
  if (loss.task === 'regression' || featuresOf(dataset) === 0) return [];
  const names = dataset.classNames ?? [];
  const rows = Array.from(predictions.classes, (_, i) => i);
  const wrong = rows.filter((i) => predictions.classes[i] !== dataset.y[i]);
  const right = rows.filter((i) => predictions.classes[i] === dataset.y[i]).slice(0, 16);
  return [...wrong, ...right].map((i) => ({
    label: names[dataset.y[i]] ?? String(dataset.y[i]),
    prediction: names[predictions.classes[i]] ?? String(predictions.classes[i]),
    probability: probabilityOf(predictions, i),
    image: grayImage(dataset, i),
    row: dataset.rowIds[i],
  }));
}

/** The probability that the model gave to its own prediction of row i. */
export function probabilityOf({ scores, classes, outputs }: Evaluation['predictions'], i: number): number {
  if (outputs > 1) return scores[i * outputs + classes[i]];
  return classes[i] === 1 ? scores[i] : 1 - scores[i];
}
