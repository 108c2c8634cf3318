import type { VNode } from 'preact';
import { formatPercent } from './format.ts';
import { ChartSvg } from './svg.tsx';
import { safeText } from './text.ts';
import { fitPixels, pixels } from './text-pixels.ts';

export interface BarRowsProps {
  readonly bars: readonly { readonly name: string; readonly value: number }[];
  /** Full length. */
  readonly max: number;
  /** Class of a bar that stands out; the others are quiet. */
  readonly mark: (index: number) => 'nf-hit' | 'nf-miss' | undefined;
  /** What stands at the end of a bar's row. */
  readonly format: (value: number, index: number) => string;
  readonly width: number;
  /** Characters of a name, at most; default 20. */
  readonly nameLength?: number;
  /** Room for the value; default 58. */
  readonly valueWidth?: number;
}

/** Height of one bar with its gap. */
export const barRow = 22;

/** Name, bar and value, one under the other: for a chart's frame. */
export function BarRows(props: BarRowsProps): VNode {
  const { bars, max, mark, format, width, nameLength = 20, valueWidth = 58 } = props;
  const room = 7.5 * nameLength - 14;
  const names = bars.map((bar) => fitPixels(safeText(bar.name, nameLength), room));
  const left = 14 + Math.max(8, ...names.map(pixels));
  const reach = width - left - valueWidth;
  return (
    <g>
      {bars.map((bar, i) => {
        const marked = mark(i);
        const length = Math.min(1, Math.max(0, finite(bar.value)) / max) * reach;
        const y = 2 + i * barRow;
        return (
          <g key={i}>
            <text class={marked && 'nf-strong'} x={left - 10} y={y + barRow / 2} dy=".34em" text-anchor="end">
              {names[i]}
            </text>
            <rect class="nf-track" x={left} y={y + barRow / 2 - 0.5} width={reach} height={1} />
            <rect
              class={marked}
              fill={marked === undefined ? 'var(--nf-strong)' : undefined}
              x={left}
              y={y + 4}
              width={length.toFixed(1)}
              height={barRow - 8}
              rx={1.5}
            />
            <text
              class={marked === undefined ? 'nf-quiet' : 'nf-strong'}
              x={width}
              y={y + barRow / 2}
              dy=".34em"
              text-anchor="end"
            >
              {format(bar.value, i)}
            </text>
          </g>
        );
      })}
    </g>
  );
}

export interface BarChartProps {
  readonly title: string;
  readonly bars: readonly { readonly name: string; readonly value: number }[];
  /** Index of the bar drawn in the color of hits, the label. */
  readonly label?: number;
  /** Index of the bar drawn in the color of errors, unless it is the label. */
  readonly prediction?: number;
  /** Full length; shares of 1 by default. */
  readonly max?: number;
  readonly format?: (value: number) => string;
  readonly width?: number;
}

/** Horizontal bars: class probabilities, class counts. */
export function BarChart(props: BarChartProps): VNode {
  const { bars, max = 1, width = 320, format = (value: number) => formatPercent(value) } = props;
  const order = bars.map((_, i) => i).sort((a, b) => finite(bars[b].value) - finite(bars[a].value));
  return (
    <ChartSvg
      title={props.title}
      desc={order
        .slice(0, 3)
        .map((i) => `${safeText(bars[i].name, 20)}: ${format(bars[i].value)}.`)
        .join(' ')}
      width={width}
      height={Math.max(1, bars.length) * barRow + 4}
    >
      <BarRows
        bars={bars}
        max={max}
        mark={(i) => (i === props.label ? 'nf-hit' : i === props.prediction ? 'nf-miss' : undefined)}
        format={format}
        width={width}
      />
    </ChartSvg>
  );
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
