import type { VNode } from 'preact';
import { formatPercent } from './format.ts';
import { ChartSvg } from './svg.tsx';
import { safeText } from './text.ts';

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

const ROW = 22;

/** Horizontal bars: class probabilities, class counts. */
export function BarChart(props: BarChartProps): VNode {
  const { bars, max = 1, width = 320, format = (value: number) => formatPercent(value) } = props;
  const names = bars.map((bar) => safeText(bar.name, 20));
  const left = Math.min(150, 14 + 7.6 * Math.max(1, ...names.map((name) => Array.from(name).length)));
  const reach = width - left - 58;
  const order = bars.map((_, i) => i).sort((a, b) => finite(bars[b].value) - finite(bars[a].value));
  return (
    <ChartSvg
      title={props.title}
      desc={order
        .slice(0, 3)
        .map((i) => `${names[i]}: ${format(bars[i].value)}.`)
        .join(' ')}
      width={width}
      height={Math.max(1, bars.length) * ROW + 4}
    >
      {bars.map((bar, i) => {
        const marked = i === props.label ? 'nf-hit' : i === props.prediction ? 'nf-miss' : undefined;
        const length = Math.min(1, Math.max(0, finite(bar.value)) / max) * reach;
        const y = 2 + i * ROW;
        return (
          <g key={i}>
            <text class={marked && 'nf-strong'} x={left - 10} y={y + ROW / 2} dy=".34em" text-anchor="end">
              {names[i]}
            </text>
            <rect class="nf-track" x={left} y={y + ROW / 2 - 0.5} width={reach} height={1} />
            <rect
              class={marked}
              fill={marked === undefined ? 'var(--nf-strong)' : undefined}
              x={left}
              y={y + 4}
              width={length.toFixed(1)}
              height={ROW - 8}
              rx={1.5}
            />
            <text
              class={marked === undefined ? 'nf-quiet' : 'nf-strong'}
              x={width}
              y={y + ROW / 2}
              dy=".34em"
              text-anchor="end"
            >
              {format(bar.value)}
            </text>
          </g>
        );
      })}
    </ChartSvg>
  );
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
