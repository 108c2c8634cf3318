import { scaleLinear } from 'd3-scale';
import type { VNode } from 'preact';
import { Axes } from '../../src/charts/axes.tsx';
import { ChartSvg, type Tone } from '../../src/charts/index.ts';
import { toneStyle } from '../../src/charts/theme.ts';
import { contour, type Field, type Point } from './contours.ts';

export interface LandscapeProps {
  readonly title: string;
  readonly desc: string;
  readonly field: Field;
  readonly levels: readonly number[];
  readonly paths: readonly { name: string; tone: Tone; points: readonly Point[]; labelAt: Point }[];
  readonly bottom?: Point;
}

/** A loss over two parameters as a map, with paths of descent. */
export function Landscape({ title, desc, field, levels, paths, bottom }: LandscapeProps): VNode {
  const [width, height] = [620, 420];
  const plot = { left: 46, right: width - 14, top: 28, bottom: height - 40 };
  const x = scaleLinear([field.xs[0], field.xs.at(-1)!], [plot.left, plot.right]);
  const y = scaleLinear([field.ys[0], field.ys.at(-1)!], [plot.bottom, plot.top]);
  const at = ([a, b]: Point) => `${x(a).toFixed(1)} ${y(b).toFixed(1)}`;
  const plain = (value: number) => String(value).replace('-', '−');
  return (
    <ChartSvg title={title} desc={desc} width={width} height={height}>
      <clipPath id="map">
        <rect x={plot.left} y={plot.top} width={plot.right - plot.left} height={plot.bottom - plot.top} />
      </clipPath>
      <Axes
        plot={plot}
        x={x}
        y={y}
        xTicks={x.ticks(8)}
        yTicks={[]}
        xFormat={plain}
        yFormat={plain}
        xLabel="w"
        yLabel="b"
      />
      {y.ticks(6).map((tick) => (
        <text key={tick} class="nf-quiet" x={plot.left - 8} y={y(tick)} dy=".34em" text-anchor="end">
          {plain(tick)}
        </text>
      ))}
      <g clip-path="url(#map)">
        {levels.map((level, i) => (
          <path
            key={level}
            d={contour(field, level)
              .map(([p, q]) => `M${at(p)}L${at(q)}`)
              .join('')}
            fill="none"
            stroke="var(--nf-strong)"
            stroke-width={1}
            opacity={(0.95 - (0.6 * i) / levels.length).toFixed(2)}
          />
        ))}
        {paths.map(({ name, tone, points }) => (
          <g key={name} style={toneStyle(tone)}>
            <path class="nf-curve nf-thin" d={`M${points.map(at).join('L')}`} />
            {points.map((p, i) => (
              <circle key={i} class="nf-dot" cx={x(p[0]).toFixed(1)} cy={y(p[1]).toFixed(1)} r={i === 0 ? 4 : 2.2} />
            ))}
          </g>
        ))}
        {bottom === undefined ? null : (
          <circle class="nf-ring" style={toneStyle('muted')} cx={x(bottom[0])} cy={y(bottom[1])} r={4.5} />
        )}
      </g>
      {paths.map(({ name, tone, labelAt }) => (
        <text key={name} class="nf-halo nf-toned nf-strong" style={toneStyle(tone)} x={x(labelAt[0])} y={y(labelAt[1])}>
          {name}
        </text>
      ))}
    </ChartSvg>
  );
}
