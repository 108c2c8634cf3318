import type { VNode } from 'preact';
import { ChartSvg, type GrayImage, type PredictedImage, worstFirst } from '../../src/charts/index.ts';
import { cssColor, divergingDataUri, inkDataUri, NEGATIVE, POSITIVE } from '../../src/charts/pixels.ts';

/** The weights of one unit over pixels: what speaks for yes, and what against. */
export function UnitWeights({ title, weights, limit }: { title: string; weights: GrayImage; limit: number }): VNode {
  const [width, height, side] = [470, 300, 260];
  return (
    <ChartSvg
      title={title}
      desc="Orange pixels speak for the class, blue ones against it."
      width={width}
      height={height}
    >
      <rect class="nf-tile" x={20} y={20} width={side} height={side} />
      <image class="nf-pixels" x={20} y={20} width={side} height={side} href={divergingDataUri(weights, limit)} />
      <rect x={306} y={120} width={14} height={14} fill={cssColor(POSITIVE)} />
      <text x={328} y={127} dy=".34em">
        speaks for it
      </text>
      <rect x={306} y={148} width={14} height={14} fill={cssColor(NEGATIVE)} />
      <text x={328} y={155} dy=".34em">
        speaks against
      </text>
    </ChartSvg>
  );
}

/** Predictions as pictures with what they are and what they were taken for, the surest mistakes first. */
export function Mistakes({ items, columns = 6, rows = 3 }: MistakesProps): VNode {
  const [cell, caption, gap] = [84, 24, 16];
  const width = columns * (cell + gap) + gap;
  const height = rows * (cell + caption + gap) + gap;
  const shown = worstFirst(items).slice(0, columns * rows);
  return (
    <ChartSvg
      title="Mistakes first"
      desc={shown.map((i) => `${i.label} taken for ${i.prediction}`).join(', ')}
      width={width}
      height={height}
    >
      {shown.map((item, i) => {
        const x = gap + (i % columns) * (cell + gap);
        const y = gap + Math.floor(i / columns) * (cell + caption + gap);
        return (
          <g key={i}>
            <rect class="nf-tile" x={x} y={y} width={cell} height={cell} rx={3} />
            <image
              class="nf-pixels nf-ink"
              x={x + 4}
              y={y + 4}
              width={cell - 8}
              height={cell - 8}
              href={inkDataUri(item.image)}
            />
            <text x={x + cell / 2} y={y + cell + 16} text-anchor="middle">
              {item.label} → <tspan class="nf-miss nf-strong">{item.prediction}</tspan>{' '}
              <tspan class="nf-quiet">{item.probability.toFixed(2)}</tspan>
            </text>
          </g>
        );
      })}
    </ChartSvg>
  );
}

interface MistakesProps {
  readonly items: readonly PredictedImage[];
  readonly columns?: number;
  readonly rows?: number;
}
