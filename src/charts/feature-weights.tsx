import type { VNode } from 'preact';
import { formatCount, formatNumber } from './format.ts';
import { cssColor, divergingDataUri, NEGATIVE, POSITIVE } from './pixels.ts';
import { ChartSvg } from './svg.tsx';
import { safeText } from './text.ts';
import { fitPixels, pixels } from './text-pixels.ts';
import { chosenUnits, type WeightTable } from './weights.ts';

const ROW = 19;
const WIDTH = 460;

/** The weights of one unit as bars left and right of zero, largest first. */
export function FeatureBars({ weights, limit = 40 }: { weights: WeightTable; limit?: number }): VNode {
  const size = (i: number): number => (Number.isFinite(weights.values[i]) ? Math.abs(weights.values[i]) : 0);
  const order = Array.from({ length: weights.rows }, (_, i) => i).sort((a, b) => size(b) - size(a) || a - b);
  const shown = order.slice(0, limit);
  const most = size(order[0]) || 1;
  const names = shown.map((i) => featureName(weights, i));
  const left = labelSpace(names);
  const zero = left + (WIDTH - left - 60) / 2 + 8;
  const reach = WIDTH - 68 - zero;
  const height = 10 + shown.length * ROW;
  return (
    <div class="nf-weights">
      <ChartSvg
        title="Weight of each feature"
        desc={shown
          .slice(0, 5)
          .map((i, at) => `${names[at]}: ${formatNumber(weights.values[i], 3)}.`)
          .join(' ')}
        width={WIDTH}
        height={height}
      >
        {shown.map((feature, at) => {
          const value = weights.values[feature];
          const length = (size(feature) / most) * reach;
          const y = 5 + at * ROW;
          return (
            <g key={feature}>
              <text x={left - 10} y={y + ROW / 2} dy=".34em" text-anchor="end">
                {names[at]}
              </text>
              <rect
                x={(value < 0 ? zero - length : zero).toFixed(1)}
                y={y + 3}
                width={length.toFixed(1)}
                height={ROW - 7}
                rx={1}
                fill={cssColor(value < 0 ? NEGATIVE : POSITIVE)}
              />
              <text class="nf-quiet" x={WIDTH} y={y + ROW / 2} dy=".34em" text-anchor="end">
                {formatNumber(value, 3)}
              </text>
            </g>
          );
        })}
        <line class="nf-axis" x1={zero} x2={zero} y1={2} y2={height - 2} />
      </ChartSvg>
      {shown.length < weights.rows ? (
        <p class="nf-note">
          {shown.length} of {formatCount(weights.rows)} features, those with the largest weights.
        </p>
      ) : null}
    </div>
  );
}

/** Features down, units across, one cell a weight. */
export function FeatureHeat(props: { weights: WeightTable; scale: number; limit: number }): VNode {
  const { weights, scale } = props;
  const units = chosenUnits(weights, props.limit);
  const rows = Math.min(weights.rows, 60);
  const names = Array.from({ length: rows }, (_, i) => featureName(weights, i));
  const left = labelSpace(names);
  const cell = Math.min(40, (WIDTH - left) / units.length);
  const values = Float64Array.from(
    { length: rows * units.length },
    (_, i) => weights.values[Math.floor(i / units.length) * weights.cols + units[i % units.length]],
  );
  const titled = weights.unitNames !== undefined && cell >= 20;
  const top = titled ? 22 : 4;
  return (
    <>
      <ChartSvg
        title="Weights of each feature into each unit"
        desc={`${formatCount(weights.rows)} features, ${formatCount(weights.cols)} units.`}
        width={WIDTH}
        height={top + rows * ROW + 4}
      >
        {titled
          ? units.map((unit, at) => (
              <text key={unit} class="nf-quiet" x={left + (at + 0.5) * cell} y={14} text-anchor="middle">
                {fitPixels(safeText(weights.unitNames?.[unit], 20), cell - 2)}
              </text>
            ))
          : null}
        <rect class="nf-tile" x={left} y={top} width={units.length * cell} height={rows * ROW} />
        <image
          class="nf-pixels"
          x={left}
          y={top}
          width={units.length * cell}
          height={rows * ROW}
          preserveAspectRatio="none"
          href={divergingDataUri({ height: rows, width: units.length, values }, scale)}
        />
        {names.map((name, i) => (
          <text key={i} x={left - 10} y={top + (i + 0.5) * ROW} dy=".34em" text-anchor="end">
            {name}
          </text>
        ))}
      </ChartSvg>
      {rows < weights.rows || units.length < weights.cols ? (
        <p class="nf-note">
          {rows} of {formatCount(weights.rows)} features, {units.length} of {formatCount(weights.cols)} units.
        </p>
      ) : null}
    </>
  );
}

function featureName(weights: WeightTable, index: number): string {
  return fitPixels(safeText(weights.featureNames?.[index] ?? `feature ${index}`, 26), 186);
}

function labelSpace(names: readonly string[]): number {
  return 14 + Math.max(8, ...names.map(pixels));
}
