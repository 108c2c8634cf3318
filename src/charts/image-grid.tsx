import type { VNode } from 'preact';
import { formatProbability } from './format.ts';
import { type GrayImage, isDrawable } from './gray-image.ts';
import { inkDataUri } from './pixels.ts';
import { ChartSvg } from './svg.tsx';
import { safeText } from './text.ts';
import { worstFirst } from './worst-first.ts';

export interface PredictedImage {
  readonly label: string;
  readonly prediction: string;
  /** Of the prediction, 0 to 1. */
  readonly probability: number;
  readonly image: GrayImage;
  /** Index of the row in its data set. */
  readonly row?: number;
}

/** Pictures with what they are and what the model took them for, worst first; wraps to its container. */
export function ImageGrid({ items, limit = 24 }: { items: readonly PredictedImage[]; limit?: number }): VNode {
  return (
    <ul class="nf-images">
      {worstFirst(items.filter((item) => isDrawable(item.image)))
        .slice(0, limit)
        .map((item, i) => (
          <li key={i}>
            <GrayTile image={item.image} title={sentence(item)} />
            <Caption {...item} />
          </li>
        ))}
    </ul>
  );
}

/** One gray image; ink on paper, and the reverse on dark ground. */
export function GrayTile({ image, title }: { image: GrayImage; title: string }): VNode {
  const { width, height } = image;
  return (
    <div class="nf-paper">
      <ChartSvg title={title} width={width} height={height} class="nf-fill nf-ink">
        <image class="nf-pixels" width={width} height={height} href={inkDataUri(image)} />
      </ChartSvg>
    </div>
  );
}

function Caption({ label, prediction, probability, row }: PredictedImage): VNode {
  const hit = label === prediction;
  return (
    <p class="nf-caption" aria-hidden="true">
      <span class="nf-pair">
        <bdi>{safeText(label, 16)}</bdi>
        {hit ? null : (
          <>
            <span class="nf-arrow"> → </span>
            <bdi class="nf-wrong">{safeText(prediction, 16)}</bdi>
          </>
        )}
      </span>
      <span class="nf-sure">{formatProbability(probability)}</span>
      {row === undefined ? null : <span class="nf-row">row {row}</span>}
    </p>
  );
}

function sentence(item: PredictedImage): string {
  const row = item.row === undefined ? '' : `Row ${item.row}: `;
  const sure = formatProbability(item.probability);
  return item.label === item.prediction
    ? `${row}${safeText(item.label, 40)}, recognized (${sure})`
    : `${row}${safeText(item.label, 40)} taken for ${safeText(item.prediction, 40)} (${sure})`;
}
