import type { VNode } from 'preact';
import { ConfusionMatrix, mostConfused } from './confusion-matrix.tsx';
import { formatCount, formatNumber, formatPercent, toNumber } from './format.ts';
import { isDrawable } from './gray-image.ts';
import { ImageGrid, type PredictedImage } from './image-grid.tsx';
import type { ReportData, ReportMistake } from './report-data.ts';
import { RocCurve } from './roc-curve.tsx';
import { safeText } from './text.ts';
import { WeightGrid } from './weight-grid.tsx';
import { isWeightTable } from './weights.ts';
import { worstFirst } from './worst-first.ts';

/** The confusion matrix beside the commonest errors, or beside the ROC curve. */
export function Confusions({ data }: { data: ReportData }): VNode | null {
  const { confusion, roc } = data;
  const metrics = data.test ?? data.val;
  const matrix = confusion !== undefined && confusion.classes.length > 0 && confusion.counts.length > 0;
  const curve = roc !== undefined && roc.points.length > 1;
  if (!matrix && !curve) return null;
  const pairs = matrix ? mostConfused(confusion.classes, confusion.counts, 8) : [];
  const threshold = metrics?.threshold === undefined ? undefined : toNumber(metrics.threshold);
  return (
    <section>
      <h2>{matrix ? 'Confusion matrix' : 'ROC curve'}</h2>
      <div class="wide-narrow">
        {matrix ? <ConfusionMatrix classes={confusion.classes} counts={confusion.counts} /> : null}
        {curve ? (
          <RocCurve
            points={roc.points}
            auc={metrics?.auc === undefined ? undefined : toNumber(metrics.auc)}
            operating={metrics?.operating === undefined ? undefined : { ...metrics.operating, threshold }}
          />
        ) : pairs.length === 0 ? (
          <p class="nf-note">No errors.</p>
        ) : (
          <div class="pairs">
            <h3>Most frequent errors</h3>
            <table>
              <thead>
                <tr>
                  <th scope="col">Label</th>
                  <th scope="col">Predicted</th>
                  <th scope="col" class="num">
                    Rows
                  </th>
                </tr>
              </thead>
              <tbody>
                {pairs.map((pair, i) => (
                  <tr key={i}>
                    <td>{safeText(pair.label, 30)}</td>
                    <td>{safeText(pair.prediction, 30)}</td>
                    <td class="num">{formatCount(pair.count)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </div>
    </section>
  );
}

export function FirstLayer({ data }: { data: ReportData }): VNode | null {
  if (!isWeightTable(data.firstLayer)) return null;
  const pixels = data.firstLayer.imageShape !== undefined;
  return (
    <section>
      <h2>First-layer weights</h2>
      <p class="lede">
        {pixels
          ? 'One picture a unit: orange inputs raise it, blue ones lower it, blank ones leave it as it is.'
          : 'Orange raises the unit, blue lowers it.'}
      </p>
      <WeightGrid weights={data.firstLayer} />
    </section>
  );
}

/** Mistakes with pictures are a gallery, others a table; the surest come first. */
export function Mistakes({ data }: { data: ReportData }): VNode | null {
  const mistakes = data.mistakes ?? [];
  if (mistakes.length === 0) return null;
  const drawn = mistakes.filter((mistake) => isDrawable(mistake.image));
  const regression = data.task === 'regression';
  return (
    <section>
      <h2>Worst mistakes</h2>
      <p class="lede">
        {regression
          ? 'The rows with the largest differences.'
          : drawn.length > 0
            ? 'Label → prediction, with the probability that the model gave its prediction; the surest first.'
            : 'The predictions that the model was surest of, and wrong.'}
      </p>
      {drawn.length > 0 && !regression ? (
        <ImageGrid items={drawn.map(asPredicted)} />
      ) : (
        <MistakeTable mistakes={mistakes} regression={regression} />
      )}
    </section>
  );
}

function asPredicted(mistake: ReportMistake): PredictedImage {
  return {
    label: String(mistake.label),
    prediction: String(mistake.prediction),
    probability: toNumber(mistake.probability),
    image: mistake.image!,
    row: mistake.row,
  };
}

function MistakeTable({ mistakes, regression }: { mistakes: readonly ReportMistake[]; regression: boolean }): VNode {
  const difference = (m: ReportMistake): number => Number(m.prediction) - Number(m.label);
  const sorted = regression
    ? mistakes.slice().sort((a, b) => Math.abs(difference(b)) - Math.abs(difference(a)))
    : worstFirst(mistakes.map((m) => ({ ...m, probability: toNumber(m.probability) })));
  const value = (v: string | number): string => (typeof v === 'number' ? formatNumber(v) : safeText(v, 40));
  const align = regression ? 'num' : undefined;
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Row</th>
            <th scope="col" class={align}>
              {regression ? 'Target' : 'Label'}
            </th>
            <th scope="col" class={align}>
              Predicted
            </th>
            <th scope="col" class="num">
              {regression ? 'Difference' : 'Probability'}
            </th>
          </tr>
        </thead>
        <tbody>
          {sorted.slice(0, 20).map((m, i) => (
            <tr key={i}>
              <td>{m.row}</td>
              <td class={align}>{value(m.label)}</td>
              <td class={align}>{value(m.prediction)}</td>
              <td class="num">{regression ? formatNumber(difference(m)) : formatPercent(toNumber(m.probability))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Configuration and environment, side by side where there is room. */
export function Records({ data }: { data: ReportData }): VNode | null {
  const records = [
    ['Configuration', data.config],
    ['Environment', data.environment],
  ] as const;
  const known = records.filter(([, record]) => record !== undefined && Object.keys(record).length > 0);
  if (known.length === 0) return null;
  return (
    <section>
      <h2>Configuration and environment</h2>
      <div class="two">
        {known.map(([name, record]) => (
          <div key={name}>
            <h3>{name}</h3>
            <table class="record">
              <tbody>
                {Object.entries(flat(record!)).map(([key, value]) => (
                  <tr key={key}>
                    <th scope="row">{safeText(key, 60)}</th>
                    <td class={isHash(value) ? 'hash' : undefined}>{safeText(value, 300)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        ))}
      </div>
    </section>
  );
}

/** One level of nested records becomes `outer.inner`. */
function flat(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const out: [string, unknown][] = [];
  for (const [key, value] of Object.entries(record))
    if (value !== null && typeof value === 'object' && !Array.isArray(value))
      for (const [inner, innerValue] of Object.entries(value)) out.push([`${key}.${inner}`, innerValue]);
    else out.push([key, value]);
  return Object.fromEntries(out);
}

function isHash(value: unknown): boolean {
  return typeof value === 'string' && /^(sha256:)?[0-9a-f]{16,}$/.test(value);
}
