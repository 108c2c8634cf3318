import type { VNode } from 'preact';
import { formatCount, formatPercent } from './format.ts';
import { ChartSvg } from './svg.tsx';
import { safeText } from './text.ts';
import { fitPixels, pixels } from './text-pixels.ts';

export interface ConfusionMatrixProps {
  readonly title?: string;
  readonly classes: readonly string[];
  /** counts[label][prediction]. */
  readonly counts: readonly (readonly number[])[];
  readonly width?: number;
}

/** One pair of classes that the model takes for each other, most frequent first. */
export interface Confusion {
  readonly label: string;
  readonly prediction: string;
  readonly count: number;
}

/** Above this many classes cells carry no numbers. */
const NUMBERED = 20;

/**
 * Labels down, predictions across. Hits and errors have their own colors: opacity is the share of the row for hits and,
 * so that a handful of errors shows, the square root of the share of the commonest error for errors.
 */
export function ConfusionMatrix(props: ConfusionMatrixProps): VNode {
  const { title = 'Confusion matrix', width: most = 440 } = props;
  const n = props.classes.length;
  const count = (label: number, prediction: number): number => {
    const value = props.counts[label]?.[prediction];
    return typeof value === 'number' && value > 0 ? value : 0;
  };
  const indices = props.classes.map((_, i) => i);
  const names = props.classes.map((name) => fitPixels(safeText(name, 14), 92));
  const longest = Math.max(8, ...names.map(pixels));
  const numbered = n <= NUMBERED;
  const left = 34 + longest;
  const right = numbered ? 70 : 8;
  const size = Math.min(n <= 3 ? 76 : 40, (most - left - right) / Math.max(1, n));
  const width = left + n * size + right;
  const slanted = longest * 1.05 > size;
  const top = 22 + (slanted ? 8 + 0.78 * longest : 18);
  const plotEnd = top + n * size;
  const rowSums = indices.map((i) => indices.reduce((sum, j) => sum + count(i, j), 0));
  const columnSums = indices.map((j) => indices.reduce((sum, i) => sum + count(i, j), 0));
  const total = rowSums.reduce((a, b) => a + b, 0);
  const commonest = Math.max(0, ...indices.flatMap((i) => indices.map((j) => (i === j ? 0 : count(i, j)))));
  // A single error among many rows is no alarm: full color from 5 % of a row on.
  const worst = Math.max(commonest, (0.05 * total) / Math.max(1, n));
  const hits = indices.reduce((sum, i) => sum + count(i, i), 0);
  const pairs = mostConfused(props.classes, props.counts, 3);
  const fontSize = Math.max(8, Math.min(12, size * 0.4));
  const step = Math.max(1, Math.ceil(13 / Math.max(size, 1)));
  return (
    <ChartSvg
      title={title}
      desc={
        `${formatCount(hits)} of ${formatCount(total)} on the diagonal, ${n} classes.` +
        pairs.map((p) => ` ${safeText(p.label, 30)} taken for ${safeText(p.prediction, 30)}: ${p.count}.`).join('')
      }
      width={width}
      height={plotEnd + (numbered ? 30 : 8)}
      class="nf-confusion"
    >
      <text class="nf-quiet" x={left} y={12}>
        predicted
      </text>
      <text class="nf-quiet" transform={`translate(12 ${top + (n * size) / 2}) rotate(-90)`} text-anchor="middle">
        label
      </text>
      {numbered ? (
        <text class="nf-quiet" x={width} y={top - 8} text-anchor="end">
          recall
        </text>
      ) : null}
      {indices.map((i) => {
        const y = top + i * size;
        const middle = y + size / 2;
        return (
          <g key={i}>
            {i % step === 0 ? (
              <>
                <text x={left - 8} y={middle} dy=".34em" text-anchor="end">
                  {names[i]}
                </text>
                <text
                  transform={`translate(${left + (i + 0.5) * size + (slanted ? 4 : 0)} ${top - 8})${slanted ? ' rotate(-50)' : ''}`}
                  text-anchor={slanted ? 'start' : 'middle'}
                >
                  {names[i]}
                </text>
              </>
            ) : null}
            {indices.map((j) => {
              const value = count(i, j);
              const hit = i === j;
              const share = hit ? value / Math.max(1, rowSums[i]) : Math.sqrt(value / worst);
              const opacity = value === 0 ? 0 : hit ? 0.12 + 0.78 * share : 0.18 + 0.62 * share;
              return (
                <g key={j}>
                  <rect class="nf-tile" x={left + j * size + 1} y={y + 1} width={size - 2} height={size - 2} rx={2} />
                  {value === 0 ? null : (
                    <>
                      <rect
                        class={hit ? 'nf-hit' : 'nf-miss'}
                        x={left + j * size + 1}
                        y={y + 1}
                        width={size - 2}
                        height={size - 2}
                        rx={2}
                        fill-opacity={opacity.toFixed(2)}
                      >
                        <title>{`label ${names[i]}, predicted ${names[j]}: ${formatCount(value)}`}</title>
                      </rect>
                      {numbered ? (
                        <text
                          class={`nf-cell${hit ? (opacity > 0.8 ? ' nf-on' : '') : opacity > 0.72 ? ' nf-black' : ''}`}
                          x={left + (j + 0.5) * size}
                          y={middle}
                          dy=".35em"
                          text-anchor="middle"
                          style={{ fontSize: `${fontSize.toFixed(1)}px` }}
                        >
                          {short(value, size)}
                        </text>
                      ) : null}
                    </>
                  )}
                </g>
              );
            })}
            {numbered ? (
              <text class="nf-quiet" x={width} y={middle} dy=".34em" text-anchor="end">
                {rowSums[i] === 0 ? '–' : formatPercent(count(i, i) / rowSums[i], 0)}
              </text>
            ) : null}
            {numbered && size >= 26 ? (
              <text
                class="nf-quiet"
                x={left + (i + 0.5) * size}
                y={plotEnd + 18}
                text-anchor="middle"
                style={{ fontSize: '11px' }}
              >
                {columnSums[i] === 0 ? '–' : (100 * (count(i, i) / columnSums[i])).toFixed(0)}
              </text>
            ) : null}
          </g>
        );
      })}
      {numbered && size >= 26 ? (
        <text class="nf-quiet" x={width} y={plotEnd + 18} text-anchor="end">
          precision
        </text>
      ) : null}
    </ChartSvg>
  );
}

/** The commonest errors, at most `limit`. */
export function mostConfused(
  classes: readonly string[],
  counts: readonly (readonly number[])[],
  limit: number,
): Confusion[] {
  const out: Confusion[] = [];
  for (const [i, label] of classes.entries())
    for (const [j, prediction] of classes.entries())
      if (i !== j && counts[i]?.[j] > 0) out.push({ label, prediction, count: counts[i][j] });
  return out.sort((a, b) => b.count - a.count).slice(0, limit);
}

function short(value: number, size: number): string {
  const text = String(value);
  return text.length * 6.5 <= size ? text : value >= 1000 ? `${(value / 1000).toFixed(0)}k` : text;
}
