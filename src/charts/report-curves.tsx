import { extent } from 'd3-array';
import type { VNode } from 'preact';
import { formatNumber, formatPercent, formatSeconds, type JsonNumber, toNumber } from './format.ts';
import { LineChart, type LinePoint, type LineSeries } from './line-chart.tsx';
import type { HistoryRow, ReportData } from './report-data.ts';

type Column = Exclude<keyof HistoryRow, 'epoch'>;

/** Loss and accuracy (or R²) over the epochs, and all of the numbers in a table. */
export function Curves({ data }: { data: ReportData }): VNode | null {
  const rows = data.history ?? [];
  if (rows.length === 0) return null;
  const losses = curves(rows, 'trainLoss', 'valLoss');
  const regression = data.task === 'regression';
  // Before training accuracy is chance: from there the rest would be a flat line at the top.
  const trained = rows.filter((row) => row.epoch > 0);
  const from = trained.length >= 3 ? trained : rows;
  const scores = regression ? curves(from, undefined, 'valR2') : curves(from, 'trainAccuracy', 'valAccuracy');
  const [low, high] = extent(losses.flatMap((s) => s.points.map((p) => p.y)).filter((y) => y > 0 && y < Infinity));
  const log = low !== undefined && high > 10 * low;
  const best = data.best;
  const scoreAtBest = toNumber(rows.find((row) => row.epoch === best?.epoch)?.[regression ? 'valR2' : 'valAccuracy']);
  const percent = regression ? undefined : percentFormat(scores);
  return (
    <section>
      <h2>Training</h2>
      <div class="two">
        {losses.length === 0 ? null : (
          <figure>
            <h3>{log ? 'Loss, log scale' : 'Loss'}</h3>
            <LineChart
              title="Loss by epoch"
              series={losses}
              log={log}
              best={
                best === undefined
                  ? undefined
                  : {
                      series: 'validation',
                      x: best.epoch,
                      label: `best ${formatNumber(toNumber(best.loss))}, epoch ${best.epoch}`,
                    }
              }
            />
          </figure>
        )}
        {scores.length === 0 ? null : (
          <figure>
            <h3>{regression ? 'R²' : 'Accuracy'}</h3>
            <LineChart
              title={`${regression ? 'R²' : 'Accuracy'} by epoch`}
              series={scores}
              yFormat={percent}
              best={
                best === undefined || !Number.isFinite(scoreAtBest)
                  ? undefined
                  : {
                      series: 'validation',
                      x: best.epoch,
                      label: regression ? formatNumber(scoreAtBest) : formatPercent(scoreAtBest, 2),
                    }
              }
            />
          </figure>
        )}
      </div>
      <Numbers rows={rows} best={best?.epoch} />
    </section>
  );
}

function curves(rows: readonly HistoryRow[], train: Column | undefined, val: Column): LineSeries[] {
  const of = (column: Column): LinePoint[] =>
    rows.filter((row) => given(row[column])).map((row) => ({ x: row.epoch, y: toNumber(row[column]) }));
  const out: LineSeries[] = [];
  if (train !== undefined) out.push({ name: 'training', tone: 'muted', points: of(train) });
  out.push({ name: 'validation', tone: 1, points: of(val) });
  return out.filter((series) => series.points.length > 0);
}

/** As many decimals as tell the ticks apart. */
function percentFormat(series: readonly LineSeries[]): (value: number) => string {
  const [low = 0, high = 0] = extent(series.flatMap((s) => s.points.map((p) => p.y)).filter(Number.isFinite));
  const range = high - low;
  const digits = !(range > 0) || range > 0.04 ? 0 : range > 0.004 ? 1 : 2;
  return (value) => formatPercent(value, digits);
}

const COLUMNS: readonly [Column, string, (value: number) => string][] = [
  ['trainLoss', 'Training loss', (v) => formatNumber(v)],
  ['valLoss', 'Validation loss', (v) => formatNumber(v)],
  ['trainAccuracy', 'Training accuracy', (v) => formatPercent(v, 2)],
  ['valAccuracy', 'Validation accuracy', (v) => formatPercent(v, 2)],
  ['valR2', 'Validation R²', (v) => formatNumber(v)],
  ['lr', 'Learning rate', (v) => formatNumber(v, 3)],
  ['gradientNorm', 'Gradient norm', (v) => formatNumber(v, 3)],
  ['deadShare', 'Dead ReLU', (v) => formatPercent(v)],
  ['seconds', 'Time', formatSeconds],
];

const TABLE_ROWS = 150;

function Numbers({ rows, best }: { rows: readonly HistoryRow[]; best: number | undefined }): VNode {
  // A table of thousands of rows helps nobody; metrics.jsonl has them all.
  const every = Math.ceil(rows.length / TABLE_ROWS);
  const shown = rows.filter((row, i) => i % every === 0 || i === rows.length - 1 || row.epoch === best);
  const columns = COLUMNS.filter(([key]) => rows.some((row) => given(row[key])));
  return (
    <details>
      <summary>{every === 1 ? 'Numbers by epoch' : `Numbers of one epoch in ${every}`}</summary>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Epoch</th>
              {columns.map(([key, name]) => (
                <th key={key} scope="col" class="num">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={row.epoch}>
                <td>
                  {row.epoch}
                  {row.epoch === best ? <span class="star"> ★ best</span> : null}
                </td>
                {columns.map(([key, , format]) => (
                  <td key={key} class="num">
                    {given(row[key]) ? format(toNumber(row[key])) : '–'}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function given(value: JsonNumber | null | undefined): value is JsonNumber {
  return value !== undefined && value !== null;
}
