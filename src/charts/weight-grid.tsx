import type { VNode } from 'preact';
import { useId } from 'preact/hooks';
import { FeatureBars, FeatureHeat } from './feature-weights.tsx';
import { formatCount, formatNumber } from './format.ts';
import { cssColor, divergingDataUri, NEGATIVE, POSITIVE } from './pixels.ts';
import { ChartSvg } from './svg.tsx';
import { safeText } from './text.ts';
import { chosenUnits, unitImage, type WeightTable, weightLimit } from './weights.ts';

export interface WeightGridProps {
  readonly weights: WeightTable;
  /** Most units to show. */
  readonly limit?: number;
}

/**
 * What the first layer looks for. Units over pixels are pictures; units over named features a heat table; a single
 * unit over features bars. One symmetric scale for all, zero is the ground.
 */
export function WeightGrid({ weights, limit = 48 }: WeightGridProps): VNode {
  const scale = weightLimit(weights);
  const shape = weights.imageShape;
  if (shape === undefined || shape[0] * shape[1] !== weights.rows)
    return weights.cols === 1 ? (
      <FeatureBars weights={weights} />
    ) : (
      <div class="nf-weights">
        <FeatureHeat weights={weights} scale={scale} limit={limit} />
        <WeightLegend scale={scale} />
      </div>
    );
  const units = chosenUnits(weights, limit);
  const side = Math.max(shape[0], shape[1]);
  const named = weights.unitNames !== undefined;
  return (
    <div class="nf-weights">
      <ul class={`nf-units${units.length <= 12 ? ' nf-few' : ''}`}>
        {units.map((unit) => {
          const name = safeText(named ? weights.unitNames?.[unit] : `unit ${unit}`, 20);
          return (
            <li key={unit}>
              <ChartSvg title={`Weights into ${name}`} width={side} height={side} class="nf-fill">
                <rect class="nf-tile" width={side} height={side} />
                <image
                  class="nf-pixels"
                  x={(side - shape[1]) / 2}
                  y={(side - shape[0]) / 2}
                  width={shape[1]}
                  height={shape[0]}
                  href={divergingDataUri(unitImage(weights, unit), scale)}
                />
              </ChartSvg>
              {named ? (
                <p class="nf-caption" aria-hidden="true">
                  {name}
                </p>
              ) : null}
            </li>
          );
        })}
      </ul>
      <WeightLegend scale={scale} />
      {units.length < weights.cols ? (
        <p class="nf-note">
          {units.length} of {formatCount(weights.cols)} units, those with the largest norm first.
        </p>
      ) : null}
    </div>
  );
}

/** The shared scale, from −limit over the ground to +limit. */
export function WeightLegend({ scale }: { scale: number }): VNode {
  const id = useId();
  const text = formatNumber(scale, 2);
  return (
    <ChartSvg title={`Color scale from −${text} to ${text}`} width={260} height={34} class="nf-legend">
      <linearGradient id={id}>
        <stop offset="0" stop-color={cssColor(NEGATIVE)} />
        <stop offset=".5" stop-color={cssColor(NEGATIVE)} stop-opacity="0" />
        <stop offset=".5" stop-color={cssColor(POSITIVE)} stop-opacity="0" />
        <stop offset="1" stop-color={cssColor(POSITIVE)} />
      </linearGradient>
      <rect class="nf-tile" width={260} height={10} rx={2} />
      <rect width={260} height={10} rx={2} fill={`url(#${id})`} />
      <text class="nf-quiet" x={0} y={27}>
        −{text}
      </text>
      <text class="nf-quiet" x={130} y={27} text-anchor="middle">
        0
      </text>
      <text class="nf-quiet" x={260} y={27} text-anchor="end">
        {text}
      </text>
    </ChartSvg>
  );
}
