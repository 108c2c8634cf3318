import type { ScaleContinuousNumeric } from 'd3-scale';
import type { VNode } from 'preact';
import { safeText } from './text.ts';

/** The plot's rectangle inside the chart. */
export interface Plot {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface AxesProps {
  readonly plot: Plot;
  readonly x: ScaleContinuousNumeric<number, number>;
  readonly y: ScaleContinuousNumeric<number, number>;
  readonly xTicks: readonly number[];
  readonly yTicks: readonly number[];
  readonly xFormat: (value: number) => string;
  readonly yFormat: (value: number) => string;
  readonly xLabel?: string;
  readonly yLabel?: string;
}

/** Hairlines at the y ticks, numbers beside them, one base line: no box, no tick marks. */
export function Axes({ plot, x, y, xTicks, yTicks, xFormat, yFormat, xLabel, yLabel }: AxesProps): VNode {
  const lastTick = xTicks.length === 0 ? plot.left : x(xTicks[xTicks.length - 1]);
  return (
    <g>
      {yTicks.map((tick) => (
        <g key={`y${tick}`} transform={`translate(0 ${y(tick).toFixed(1)})`}>
          <line class="nf-grid" x1={plot.left} x2={plot.right} />
          <text class="nf-quiet" x={plot.left - 8} dy=".34em" text-anchor="end">
            {yFormat(tick)}
          </text>
        </g>
      ))}
      <line class="nf-axis" x1={plot.left} x2={plot.right} y1={plot.bottom} y2={plot.bottom} />
      {xTicks.map((tick) => (
        <text key={`x${tick}`} class="nf-quiet" x={x(tick).toFixed(1)} y={plot.bottom + 18} text-anchor="middle">
          {xFormat(tick)}
        </text>
      ))}
      {xLabel === undefined ? null : lastTick > plot.right - 70 ? (
        <text class="nf-quiet" x={(plot.left + plot.right) / 2} y={plot.bottom + 36} text-anchor="middle">
          {safeText(xLabel, 40)}
        </text>
      ) : (
        <text class="nf-quiet" x={plot.right} y={plot.bottom + 18} text-anchor="end">
          {safeText(xLabel, 40)}
        </text>
      )}
      {yLabel === undefined ? null : (
        <text class="nf-quiet" x={0} y={plot.top - 14}>
          {safeText(yLabel, 40)}
        </text>
      )}
    </g>
  );
}

/** Few ticks of a log scale: decades, with 2 and 5 between where there are fewer than three. */
export function logTicks(low: number, high: number): number[] {
  const within = (steps: readonly number[]): number[] => {
    const out: number[] = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++)
      for (const step of steps) {
        const value = step * 10 ** power;
        if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)) out.push(Number(value.toPrecision(6)));
      }
    return out;
  };
  let ticks = within([1]);
  if (ticks.length < 3) ticks = within([1, 2, 5]);
  while (ticks.length > 7) ticks = ticks.filter((_, i) => i % 2 === 0);
  return ticks;
}
