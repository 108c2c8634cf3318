import { scaleLinear } from 'd3-scale';
import { area, line } from 'd3-shape';
import type { VNode } from 'preact';
import { Axes } from './axes.tsx';
import { formatNumber, formatPercent } from './format.ts';
import { ChartSvg } from './svg.tsx';
import { toneStyle } from './theme.ts';

export interface RocPoint {
  /** False positive rate. */
  readonly fpr: number;
  /** True positive rate. */
  readonly tpr: number;
}

export interface RocCurveProps {
  /** From (0, 0) to (1, 1), in the order of falling thresholds. */
  readonly points: readonly RocPoint[];
  readonly auc?: number;
  /** Where the model works: the rates at its threshold. */
  readonly operating?: RocPoint & { readonly threshold?: number };
  readonly size?: number;
}

const TICKS = [0, 0.25, 0.5, 0.75, 1];

/** True against false positive rate over all thresholds, with the working point. */
export function RocCurve({ points, auc, operating, size = 440 }: RocCurveProps): VNode {
  const height = size * 0.86;
  const plot = { left: 48, right: size - 16, top: 30, bottom: height - 42 };
  const x = scaleLinear([0, 1], [plot.left, plot.right]);
  const y = scaleLinear([0, 1], [plot.bottom, plot.top]);
  const finite = points.filter((p) => Number.isFinite(p.fpr) && Number.isFinite(p.tpr));
  const curve = line<RocPoint>(
    (p) => x(p.fpr),
    (p) => y(p.tpr),
  ).digits(1)(finite);
  const under = area<RocPoint>(
    (p) => x(p.fpr),
    plot.bottom,
    (p) => y(p.tpr),
  ).digits(1)(finite);
  const tick = (value: number): string => String(value);
  const known = auc !== undefined && Number.isFinite(auc);
  return (
    <ChartSvg
      title="ROC curve"
      desc={
        (known ? `Area under the curve ${formatNumber(auc, 4)}.` : 'True against false positive rate.') +
        (operating === undefined
          ? ''
          : ` At the threshold ${formatPercent(operating.tpr)} of the positives are found, ${formatPercent(operating.fpr)} of the negatives wrongly so.`)
      }
      width={size}
      height={height}
    >
      <Axes
        plot={plot}
        x={x}
        y={y}
        xTicks={TICKS}
        yTicks={TICKS}
        xFormat={tick}
        yFormat={tick}
        xLabel="false positive rate"
        yLabel="true positive rate"
      />
      <line class="nf-rule" x1={plot.left} y1={plot.bottom} x2={plot.right} y2={plot.top} />
      <g style={toneStyle(1)}>
        <path class="nf-band" d={under ?? undefined} style={{ opacity: 0.08 }} />
        <path class="nf-curve" d={curve ?? undefined} />
        {operating === undefined ? null : (
          <>
            <circle class="nf-ring" cx={x(operating.fpr).toFixed(1)} cy={y(operating.tpr).toFixed(1)} r={4.5} />
            {operating.threshold === undefined ? null : (
              <text
                class="nf-halo"
                x={Math.min(x(operating.fpr) + 12, plot.right - 90).toFixed(1)}
                y={(y(operating.tpr) + 22).toFixed(1)}
              >
                threshold {formatNumber(operating.threshold, 2)}
              </text>
            )}
          </>
        )}
      </g>
      {known ? (
        <text class="nf-halo" x={plot.right - 12} y={plot.bottom - 16} text-anchor="end">
          area <tspan class="nf-strong">{formatNumber(auc, 4)}</tspan>
        </text>
      ) : null}
    </ChartSvg>
  );
}
