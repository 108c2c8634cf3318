import { barLine, drawImage, drawnSize, predictionGallery } from '../charts/terminal/index.ts';
import { fit, plain, textWidth } from '../charts/terminal/style.ts';
import { safeText } from '../charts/text.ts';
import type { Dataset } from '../data/dataset.ts';
import { grayImage } from './examples.ts';
import type { OpenedRun } from './open-run.ts';
import { type Output, people } from './output.ts';
import type { PredictInput } from './predict-input.ts';

/** One row of `neuroforge/predict@1`. */
export interface PredictedRow {
  readonly input: string;
  readonly row: number;
  /** A class's name, or a value. */
  readonly prediction: string | number;
  /** Of the prediction; absent for regression. */
  readonly probability?: number;
  readonly probabilities?: Readonly<Record<string, number>>;
  /** Where the input has labels. */
  readonly label?: string | number;
  readonly correct?: boolean;
}

/** Up to three pictures as they were fed, beside their probabilities; more as a gallery; tables as a table. */
export function predictionLines(
  input: PredictInput,
  data: Dataset,
  rows: readonly PredictedRow[],
  run: OpenedRun,
  output: Output,
): string[] {
  const { paint } = output;
  const left = input.data.count - rows.length;
  const more = left > 0 ? [paint.dim(`${people(left)} more rows: --limit ${input.data.count} for all`)] : [];
  const wrong = rows.filter((row) => row.correct === false).length;
  const score = rows.some((row) => row.correct !== undefined)
    ? [wrong === 0 ? paint.green(`all ${rows.length} right`) : paint.red(`${wrong} of ${rows.length} wrong`)]
    : [];
  const title = paint.bold(safeText(input.source, 120));
  const images = rows.map((_, i) => grayImage(data, i));
  if (images.every((image) => image !== undefined) && rows.length > 0) {
    if (rows.length <= 3)
      return [title, ...rows.flatMap((row, i) => ['', ...picture(row, images[i]!, output)]), ...more];
    const gallery = rows.map((row, i) => ({
      label: String(row.label ?? row.prediction),
      prediction: String(row.prediction),
      probability: row.probability ?? 0,
      image: images[i],
      row: row.row,
    }));
    return [title, '', predictionGallery(gallery, { ...output, rows: 1000 }), '', ...score, ...more];
  }
  return [title, ...table(rows, run, output), ...score, ...more];
}

/** The picture as the model was fed it, and the five likeliest classes. */
function picture(row: PredictedRow, image: NonNullable<ReturnType<typeof grayImage>>, output: Output): string[] {
  const { paint, width } = output;
  const drawn = drawImage(image, output).split('\n');
  const { columns } = drawnSize(image, output);
  const beside = width >= columns + 34;
  const room = Math.min(60, beside ? width - columns - 3 : width);
  const likeliest = Object.entries(row.probabilities ?? {})
    .sort((a, b) => b[1] - a[1])
    .slice(0, 5);
  const nameWidth = Math.min(20, Math.max(...likeliest.map(([name]) => textWidth(safeText(name, 60)))));
  const verdict =
    row.label === undefined
      ? ''
      : row.correct
        ? paint.green('  right')
        : paint.red(`  wrong: it is ${safeText(row.label, 40)}`);
  const text = [
    paint.bold(`${safeText(row.prediction, 40)}`) + verdict,
    '',
    ...likeliest.map(([name, p]) => barLine(name, p, { ...output, width: room }, { nameWidth })),
  ];
  if (!beside) return [...drawn, ...text];
  const height = Math.max(drawn.length, text.length);
  return Array.from({ length: height }, (_, i) => {
    const pixels = i < drawn.length ? drawn[i] : ' '.repeat(columns);
    return `${pixels}   ${text[i] ?? ''}`.trimEnd();
  });
}

/** row, prediction, probability, and the label where there is one. */
function table(rows: readonly PredictedRow[], run: OpenedRun, { paint, unicode }: Output): string[] {
  const name = (value: string | number): string => {
    const text = typeof value === 'number' ? String(Number(value.toPrecision(6))) : value;
    return plain(safeText(text, 40), unicode);
  };
  const regression = run.model.loss.task === 'regression';
  const labeled = rows.some((row) => row.label !== undefined);
  const width = Math.max(10, ...rows.map((row) => textWidth(name(row.prediction))));
  const header = `   row  ${'prediction'.padEnd(width)}${regression ? '' : '  probability'}${labeled ? '  label' : ''}`;
  return [
    paint.dim(header),
    ...rows.map((row) => {
      const probability =
        row.probability === undefined ? '' : `  ${`${(100 * row.probability).toFixed(1)} %`.padStart(11)}`;
      const label = row.label === undefined ? '' : `  ${name(row.label)}`;
      const line = `${String(row.row).padStart(6)}  ${fit(name(row.prediction), width, unicode)}${probability}${label}`;
      if (row.correct === undefined) return line;
      return row.correct ? `${line}  ${paint.green('right')}` : `${line}  ${paint.red('wrong')}`;
    }),
  ];
}
