import { NeuroForgeError } from '../../core/errors.ts';
import { type Dataset, firstRows, subset } from '../../data/dataset.ts';
import { Loader } from '../../data/loader.ts';
import { type OpenedRun, openRun } from '../open-run.ts';
import { exitCodes, type Output } from '../output.ts';
import { type PredictInput, readInput } from '../predict-input.ts';
import { type PredictedRow, predictionLines } from '../predict-text.ts';

/** `neuroforge predict RUN INPUT…`: PNG pictures, IDX files of images, CSV rows. */
export async function predictCommand(
  [name, ...inputs]: string[],
  options: Record<string, unknown>,
  output: Output,
): Promise<number> {
  const limit = limitOf(options.limit);
  const run = await openRun(name, output);
  const results: InputPredictions[] = [];
  for (const path of inputs) {
    const input = await readInput(path, run, { raw: options.raw === true });
    const shown = firstRows(Math.min(limit, input.data.count));
    const data = subset(input.data, shown);
    const truth = input.truth === null ? null : Array.from(shown, (row) => input.truth![row]);
    results.push({ input, data, rows: predicted(run, input, data, truth) });
  }
  const all = results.flatMap((r) => r.rows);
  const labeled = all.filter((row) => row.correct !== undefined);
  output.document({
    schema: 'neuroforge/predict@1',
    run: run.folder ?? run.file,
    weights: run.weights,
    task: run.model.loss.task,
    inputs: results.map(({ input, rows }) => ({
      input: input.source,
      kind: input.kind,
      rows: input.data.count,
      predicted: rows.length,
    })),
    predictions: all,
    labeled: labeled.length,
    errors: labeled.filter((row) => row.correct === false).length,
  });
  results.forEach(({ input, data, rows }, i) => {
    if (i > 0) output.print();
    for (const line of predictionLines(input, data, rows, run, output)) output.print(line);
  });
  run.model.dispose();
  return exitCodes.fine;
}

interface InputPredictions {
  readonly input: PredictInput;
  /** The rows that were predicted. */
  readonly data: Dataset;
  readonly rows: readonly PredictedRow[];
}

function limitOf(given: unknown): number {
  const limit = given === undefined ? 12 : /^\d+$/.test(String(given)) ? Number(given) : Number.NaN;
  if (limit >= 1) return limit;
  throw new NeuroForgeError('NF4135', 'the limit cannot be used', {
    where: '--limit',
    expected: 'a whole number of at least 1',
    got: String(given),
  });
}

function predicted(
  { model, scaling, classNames, about }: OpenedRun,
  { source }: PredictInput,
  data: Dataset,
  truth: readonly number[] | null,
): PredictedRow[] {
  // A batch wants targets; what is predicted does not depend on them.
  const fed = { ...data, y: new Int32Array(data.count) };
  const loader = new Loader(fed, { scaling, backend: model.backend });
  const { task } = model.loss;
  const outputs = model.outputShape[0];
  const names = classNames ?? Array.from({ length: Math.max(2, outputs) }, (_, k) => String(k));
  const out: PredictedRow[] = [];
  for (const batch of loader.batches(Math.min(1000, data.count), { shuffle: false })) {
    const scores = model.predict(batch.x).dataSync();
    for (let i = 0; i < batch.size; i++) {
      const at = out.length;
      const place = { input: source, row: data.rowIds[at] };
      if (task === 'regression') {
        const label = truth === null ? {} : { label: truth[at] };
        out.push({ ...place, prediction: scores[i] * about.sd + about.mean, ...label });
        continue;
      }
      const p =
        task === 'binary' ? [1 - scores[i], scores[i]] : Array.from(scores.subarray(i * outputs, (i + 1) * outputs));
      const k = task === 'binary' ? Number(scores[i] >= about.threshold) : p.indexOf(Math.max(...p));
      const label = truth === null ? {} : { label: names[truth[at]], correct: truth[at] === k };
      const probabilities = Object.fromEntries(names.map((name, j) => [name, p[j]]));
      out.push({ ...place, prediction: names[k], probability: p[k], probabilities, ...label });
    }
  }
  return out;
}
