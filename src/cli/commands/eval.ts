import { safeText } from '../../charts/text.ts';
import { wilsonInterval } from '../../charts/wilson.ts';
import { Loader } from '../../data/loader.ts';
import { files } from '../../platform/index.ts';
import { evaluate } from '../../train/evaluate.ts';
import { confusionMatrix, type Metrics } from '../../train/metrics.ts';
import { confusionLines } from '../confusion-text.ts';
import { type EvalData, otherData, runData } from '../eval-data.ts';
import { metricsTable } from '../metrics-text.ts';
import { type OpenedRun, openRun } from '../open-run.ts';
import { exitCodes, type Output } from '../output.ts';

/** `neuroforge eval RUN`: the best model on the whole of each set, or on other data. */
export async function evalCommand([name]: string[], options: Record<string, unknown>, output: Output): Promise<number> {
  const run = await openRun(name, output);
  const open = { files, mirror: options.mirror as string | undefined, log: (m: string) => output.say(m) };
  const data =
    options.data === undefined
      ? await runData(run, open, output)
      : await otherData(run, String(options.data), open, output);
  const document = evaluation(run, data);
  output.document(document);
  show(document, output);
  run.model.dispose();
  return exitCodes.fine;
}

/** The document `neuroforge/eval@1`. */
export interface EvalDocument {
  readonly schema: 'neuroforge/eval@1';
  /** The run folder, or the model file where there is none. */
  readonly run: string;
  readonly weights: string;
  readonly task: 'classification' | 'binary' | 'regression';
  readonly backend: string;
  readonly data: { readonly name: string; readonly source: string; readonly hashes: Readonly<Record<string, string>> };
  /** The set of `metrics`, `interval` and `confusion`. */
  readonly set: EvalData['shown'];
  readonly count: number;
  readonly threshold?: number;
  readonly metrics: Metrics;
  /** 95 % Wilson interval of the accuracy. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** counts[truth][prediction]. */
  readonly confusion: { readonly labels: readonly string[]; readonly counts: readonly (readonly number[])[] } | null;
  readonly counts: Readonly<Record<string, number>>;
  readonly train: Metrics | null;
  readonly val: Metrics | null;
  readonly test: Metrics | null;
}

function evaluation(run: OpenedRun, { shown, sets, source }: EvalData): EvalDocument {
  const { model, scaling, about } = run;
  const { task } = model.loss;
  const evaluated = new Map(
    Object.entries(sets).map(([set, dataset]) => {
      const loader = new Loader(dataset, { scaling, backend: model.backend });
      const { metrics, predictions } = evaluate(model, loader, { threshold: about.threshold });
      const inUnits = 'rmse' in metrics ? { ...metrics, rmse: metrics.rmse * about.sd } : metrics;
      return [set, { metrics: inUnits as Metrics, predictions }] as const;
    }),
  );
  const dataset = sets[shown]!;
  const { metrics, predictions } = evaluated.get(shown)!;
  const labels = dataset.classNames;
  const of = (set: string): Metrics | null => evaluated.get(set)?.metrics ?? null;
  return {
    schema: 'neuroforge/eval@1',
    run: run.folder ?? run.file,
    weights: run.weights,
    task,
    backend: model.backend.name,
    data: { name: dataset.name, source, hashes: dataset.hashes },
    set: shown,
    count: dataset.count,
    ...(task === 'binary' ? { threshold: about.threshold } : {}),
    metrics,
    interval: labels ? wilsonInterval(dataset.count - metrics.errors, dataset.count) : null,
    confusion: labels ? { labels, counts: confusionMatrix(dataset.y, predictions.classes, labels.length) } : null,
    counts: Object.fromEntries(Object.entries(sets).map(([set, d]) => [set, d.count])),
    train: of('train'),
    val: of('val'),
    test: of('test'),
  };
}

function show(document: EvalDocument, output: Output): void {
  const { run, data, task, backend, train, val, test, set, confusion } = document;
  output.print(`${safeText(run)} on ${safeText(data.name)} (${safeText(data.source)}); ${backend}`);
  output.print();
  const rows: Record<string, Metrics | null> = set === 'data' ? { data: document.metrics } : { train, val, test };
  for (const line of metricsTable(rows, document.counts, output)) output.print(line);
  if (task === 'binary') output.print(output.paint.dim(`yes from a probability of ${document.threshold}`));
  if (confusion === null) return;
  output.print();
  for (const line of confusionLines(confusion, output)) output.print(line);
}
