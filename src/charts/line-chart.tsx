import { extent } from 'd3-array';
import { scaleLinear, scaleLog } from 'd3-scale';
import { area, line } from 'd3-shape';
import type { VNode } from 'preact';
import { useId } from 'preact/hooks';
import { Axes, logTicks, type Plot } from './axes.tsx';
import { formatNumber } from './format.ts';
import { clearest, type Segment, spread } from './labels.ts';
import { ChartSvg } from './svg.tsx';
import { safeText } from './text.ts';
import { fitPixels, pixels } from './text-pixels.ts';
import { type Tone, toneAt, toneStyle } from './theme.ts';

export interface LinePoint {
  readonly x: number;
  readonly y: number;
  /** Ends of the error band at x. */
  readonly low?: number;
  readonly high?: number;
}

export interface LineSeries {
  readonly name: string;
  readonly points: readonly LinePoint[];
  readonly tone?: Tone;
  readonly dashed?: boolean;
}

export interface LineChartProps {
  readonly title: string;
  readonly desc?: string;
  readonly series: readonly LineSeries[];
  readonly xLabel?: string;
  readonly yLabel?: string;
  /** Logarithmic y; values that are not positive are left out. */
  readonly log?: boolean;
  /** Marks the best point of the series with this name. */
  readonly best?: { readonly series: string; readonly x: number; readonly label: string };
  readonly yFormat?: (value: number) => string;
  readonly width?: number;
  readonly height?: number;
}

/** Curves over steps or epochs, labeled where they end. What is not finite breaks its line and is marked. */
export function LineChart(props: LineChartProps): VNode {
  const { series, log = false, best, width = 440, height = 270, xLabel = 'epoch' } = props;
  const clip = useId();
  const shown = (y: number): boolean => Number.isFinite(y) && (!log || y > 0);
  const points = series.flatMap((s) => s.points).filter((p) => shown(p.y) && Number.isFinite(p.x));
  const names = series.map((s) => fitPixels(safeText(s.name, 18), width / 3));
  const labelWidth = Math.max(0, ...names.map(pixels)) + 14;
  const plot: Plot = {
    left: 52,
    right: width - Math.max(16, labelWidth),
    top: (props.yLabel === undefined ? 12 : 30) + (series.some((s) => brokenAt(s) !== undefined) ? 14 : 0),
    bottom: height - 42,
  };

  if (points.length === 0)
    return (
      <ChartSvg title={props.title} desc="No finite values." width={width} height={height}>
        <line class="nf-axis" x1={plot.left} x2={width - 16} y1={plot.bottom} y2={plot.bottom} />
        <text class="nf-quiet" x={(plot.left + width - 16) / 2} y={(plot.top + plot.bottom) / 2} text-anchor="middle">
          no finite values
        </text>
      </ChartSvg>
    );

  const ys = points.flatMap((p) => [p.y, p.low ?? p.y, p.high ?? p.y]).filter(shown);
  const xs = series.flatMap((s) => s.points.map((p) => p.x)).filter(Number.isFinite);
  const [xLow, xHigh] = widen(extent(xs) as [number, number], false);
  const [yLow, yHigh] = widen(extent(ys) as [number, number], log);
  const x = scaleLinear([xLow, xHigh], [plot.left, plot.right]);
  const y = log
    ? scaleLog([yLow / 1.12, yHigh * 1.12], [plot.bottom, plot.top])
    : scaleLinear([yLow, yHigh], [plot.bottom, plot.top]).nice(5);
  const whole = xs.every(Number.isInteger);
  const xTicks = x.ticks(6).filter((tick) => !whole || Number.isInteger(tick));
  const yTicks = log ? logTicks(y.domain()[0], y.domain()[1]) : y.ticks(5);
  const yFormat = props.yFormat ?? ((value: number) => tickText(value));

  const ends = series.map((s) => s.points.findLast((p) => shown(p.y) && Number.isFinite(p.x)));
  const labelled = series.map((_, i) => i).filter((i) => ends[i] !== undefined);
  const labelYs = spread(
    labelled.map((i) => y(ends[i]!.y)),
    17,
    plot.top + 2,
    plot.bottom - 4,
  );
  return (
    <ChartSvg title={props.title} desc={props.desc ?? describe(series, shown)} width={width} height={height}>
      <clipPath id={clip}>
        <rect
          x={plot.left - 4}
          y={plot.top - 4}
          width={plot.right - plot.left + 8}
          height={plot.bottom - plot.top + 4}
        />
      </clipPath>
      <Axes
        plot={plot}
        x={x}
        y={y}
        xTicks={xTicks}
        yTicks={yTicks}
        xFormat={(value) => tickText(value)}
        yFormat={yFormat}
        xLabel={xLabel}
        yLabel={props.yLabel}
      />
      <g clip-path={`url(#${clip})`}>
        {series.map((s, i) => (
          <Curve key={i} series={s} index={i} x={x} y={y} shown={shown} />
        ))}
      </g>
      <Broken series={series} x={x} plot={plot} />
      {labelled.map((i, at) => (
        <text
          key={i}
          class="nf-toned"
          style={toneStyle(series[i].tone ?? toneAt(i))}
          x={plot.right + 10}
          y={labelYs[at].toFixed(1)}
          dy=".34em"
        >
          {names[i]}
        </text>
      ))}
      {best === undefined ? null : <Best best={best} series={series} x={x} y={y} plot={plot} shown={shown} />}
    </ChartSvg>
  );
}

type Scale = (value: number) => number;

function Curve(props: { series: LineSeries; index: number; x: Scale; y: Scale; shown: (y: number) => boolean }): VNode {
  const { series, x, y, shown } = props;
  const points = series.points.filter((p) => Number.isFinite(p.x));
  const tone = series.tone ?? toneAt(props.index);
  const defined = (p: LinePoint): boolean => shown(p.y);
  const banded = (p: LinePoint): boolean =>
    p.low !== undefined && p.high !== undefined && shown(p.low) && shown(p.high);
  const curve = line<LinePoint>(
    (p) => x(p.x),
    (p) => y(p.y),
  )
    .defined(defined)
    .digits(1)(points);
  const band = points.some(banded)
    ? area<LinePoint>(
        (p) => x(p.x),
        (p) => y(p.low!),
        (p) => y(p.high!),
      )
        .defined(banded)
        .digits(1)(points)
    : null;
  const alone = points.filter((p, i) => defined(p) && !has(points[i - 1], defined) && !has(points[i + 1], defined));
  return (
    <g style={toneStyle(tone)}>
      {band === null ? null : <path class="nf-band" d={band} />}
      <path
        class={`nf-curve${tone === 'muted' ? ' nf-thin' : ''}${series.dashed ? ' nf-dashed' : ''}`}
        d={curve ?? undefined}
      />
      {alone.map((p, i) => (
        <circle key={i} class="nf-dot" cx={x(p.x).toFixed(1)} cy={y(p.y).toFixed(1)} r={3} />
      ))}
      {points.length > 120
        ? null
        : points.filter(defined).map((p, i) => (
            <circle key={i} class="nf-hot" cx={x(p.x).toFixed(1)} cy={y(p.y).toFixed(1)} r={6}>
              <title>{`${safeText(series.name, 40)}, ${p.x}: ${formatNumber(p.y)}`}</title>
            </circle>
          ))}
    </g>
  );
}

/** A dotted rule at the first value that is not finite. */
function Broken({ series, x, plot }: { series: readonly LineSeries[]; x: Scale; plot: Plot }): VNode | null {
  const firsts = series.flatMap((s) => brokenAt(s) ?? []);
  if (firsts.length === 0) return null;
  const first = firsts.reduce((a, b) => (b.x < a.x ? b : a));
  const at = x(first.x);
  return (
    <g>
      <line class="nf-rule" x1={at} x2={at} y1={plot.top - 6} y2={plot.bottom} />
      <text x={Math.min(at, plot.right - 40)} y={plot.top - 11} text-anchor="middle">
        {`first ${formatNumber(first.y)}`}
      </text>
    </g>
  );
}

function brokenAt(series: LineSeries): LinePoint | undefined {
  return series.points.find((p) => Number.isFinite(p.x) && !Number.isFinite(p.y));
}

function Best(props: {
  best: NonNullable<LineChartProps['best']>;
  series: readonly LineSeries[];
  x: Scale;
  y: Scale;
  plot: Plot;
  shown: (y: number) => boolean;
}): VNode | null {
  const { best, series, x, y, plot } = props;
  const index = series.findIndex((s) => s.name === best.series);
  const point = series[index]?.points.find((p) => p.x === best.x && props.shown(p.y));
  if (point === undefined) return null;
  const [cx, cy] = [x(point.x), y(point.y)];
  const label = safeText(best.label, 40);
  const half = pixels(label) * 0.56;
  const segments = series.flatMap((s): Segment[] =>
    s.points
      .slice(1)
      .map((p, i): Segment => [x(s.points[i].x), y(s.points[i].y), x(p.x), y(p.y)])
      .filter((segment) => segment.every(Number.isFinite)),
  );
  const inside = (v: number): number => Math.max(plot.left + half, Math.min(v, plot.right - half));
  const candidates = [-18, 22, -34, 38, -50, 54].flatMap((dy) =>
    cy + dy > plot.top && cy + dy < plot.bottom - 8
      ? [0, half, -half].map((dx) => [inside(cx + dx), cy + dy] as const)
      : [],
  );
  const [labelX, labelY] = clearest(candidates, [inside(cx), cy - 18], 2 * half, 14, segments);
  return (
    <g style={toneStyle(series[index].tone ?? toneAt(index))}>
      <circle class="nf-ring" cx={cx.toFixed(1)} cy={cy.toFixed(1)} r={4.5} />
      <text class="nf-halo nf-strong" x={labelX.toFixed(1)} y={labelY.toFixed(1)} dy=".34em" text-anchor="middle">
        {label}
      </text>
    </g>
  );
}

function has(point: LinePoint | undefined, defined: (p: LinePoint) => boolean): boolean {
  return point !== undefined && defined(point);
}

/** A domain with some extent, also when all values are one. */
function widen([low, high]: [number, number], log: boolean): [number, number] {
  if (low < high) return [low, high];
  if (log) return [low / 2, high * 2];
  const pad = low === 0 ? 1 : Math.abs(low) / 2;
  return [low - pad, high + pad];
}

function tickText(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) return value.toExponential(0).replace('e+', 'e').replace('-', '−');
  return String(Number(value.toPrecision(6))).replace('-', '−');
}

function describe(series: readonly LineSeries[], shown: (y: number) => boolean): string {
  return series
    .flatMap((s) => {
      const finite = s.points.filter((p) => shown(p.y));
      if (finite.length === 0) return [`${safeText(s.name, 40)}: no finite values.`];
      const last = finite[finite.length - 1];
      return [`${safeText(s.name, 40)}: from ${formatNumber(finite[0].y)} to ${formatNumber(last.y)} at ${last.x}.`];
    })
    .join(' ');
}
