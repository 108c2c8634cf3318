import { scaleLinear } from 'd3-scale';
import type { VNode } from 'preact';
import { formatPercent } from './format.ts';
import { ChartSvg } from './svg.tsx';
import { safeText } from './text.ts';
import { fitPixels } from './text-pixels.ts';
import { toneStyle } from './theme.ts';

export interface IntervalBarProps {
  readonly title: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Other values on the same scale; those far left of the interval are left out. */
  readonly marks?: readonly { readonly name: string; readonly value: number }[];
}

const WIDTH = 440;

/** A share with its interval on the part of 0..1 that matters, beside the baselines. */
export function IntervalBar({ title, value, low, high, marks = [] }: IntervalBarProps): VNode {
  const near = marks.filter((mark) => Number.isFinite(mark.value) && mark.value > 1 - 8 * Math.max(0.0125, 1 - low));
  const lowest = Math.min(low, ...near.map((mark) => mark.value));
  const from = [0.99, 0.98, 0.95, 0.9, 0.8, 0.5, 0].find((candidate) => candidate < lowest - (1 - lowest) / 8) ?? 0;
  const x = scaleLinear([from, 1], [0, WIDTH]);
  const y = 34;
  return (
    <ChartSvg
      title={title}
      desc={`${formatPercent(value, 2)}, interval from ${formatPercent(low, 2)} to ${formatPercent(high, 2)}.${near
        .map((mark) => ` ${safeText(mark.name, 40)}: ${formatPercent(mark.value, 2)}.`)
        .join('')}`}
      width={WIDTH}
      height={64}
    >
      <line class="nf-axis" x1={0} x2={WIDTH} y1={y} y2={y} />
      {near.map((mark) => (
        <g key={mark.name}>
          <line class="nf-axis" x1={x(mark.value)} x2={x(mark.value)} y1={y - 8} y2={y + 8} />
          <text class="nf-quiet" x={x(mark.value)} y={y - 16} text-anchor={anchor(x(mark.value))}>
            {fitPixels(safeText(mark.name, 24), 180)}
          </text>
        </g>
      ))}
      <g style={toneStyle(1)}>
        <rect
          class="nf-dot"
          x={x(low)}
          y={y - 3}
          width={Math.max(1, x(high) - x(low))}
          height={6}
          rx={3}
          opacity={0.4}
        />
        <circle class="nf-dot" cx={x(value)} cy={y} r={6} />
      </g>
      <text class="nf-quiet" x={0} y={y + 26}>
        {formatPercent(from, 0)}
      </text>
      <text class="nf-quiet" x={WIDTH} y={y + 26} text-anchor="end">
        {formatPercent(1, 0)}
      </text>
    </ChartSvg>
  );
}

function anchor(x: number): 'start' | 'middle' | 'end' {
  return x < 50 ? 'start' : x > WIDTH - 50 ? 'end' : 'middle';
}
