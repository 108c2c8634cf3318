import { wilsonInterval } from '../charts/wilson.ts';
import type { Metrics } from '../train/metrics.ts';
import { type Output, people } from './output.ts';

const titles: Readonly<Record<string, string>> = {
  train: 'training',
  val: 'validation',
  test: 'test',
  data: 'these data',
};

/** One line a set: rows, loss, accuracy with its 95 % interval, errors; or loss, RMSE, R2. */
export function metricsTable(
  sets: Readonly<Record<string, Metrics | null>>,
  counts: Readonly<Record<string, number>>,
  { paint }: Output,
): string[] {
  const there = Object.entries(sets).filter((entry): entry is [string, Metrics] => entry[1] !== null);
  const rows = there.map(([set, metrics]) => [titles[set], people(counts[set]), ...cells(metrics, counts[set])]);
  const header = ['', 'rows', ...columns(there[0][1])];
  const widths = header.map((h, j) => Math.max(h.length, ...rows.map((row) => row[j].length)));
  const line = (row: string[]): string =>
    row
      .map((cell, j) => (j === 0 ? cell.padEnd(widths[j]) : cell.padStart(widths[j])))
      .join('  ')
      .trimEnd();
  return [
    paint.dim(line(header)),
    ...rows.map((row, i) => (i === rows.length - 1 ? paint.bold(line(row)) : line(row))),
  ];
}

function columns(metrics: Metrics): string[] {
  if ('r2' in metrics) return ['loss', 'RMSE', 'R2'];
  const binary = 'auc' in metrics ? ['precision', 'recall', 'ROC area'] : [];
  return ['loss', 'accuracy', '95 % interval', 'errors', ...binary];
}

function cells(m: Metrics, count: number): string[] {
  if ('r2' in m) return [m.loss.toFixed(4), String(Number(m.rmse.toPrecision(4))), m.r2.toFixed(4)];
  const { low, high } = wilsonInterval(count - m.errors, count);
  const binary = 'auc' in m ? [share(m.precision), share(m.recall), m.auc.toFixed(4)] : [];
  return [m.loss.toFixed(4), share(m.accuracy), `${share(low)} to ${share(high)}`, people(m.errors), ...binary];
}

function share(value: number): string {
  return Number.isNaN(value) ? '-' : `${(100 * value).toFixed(2)} %`;
}
