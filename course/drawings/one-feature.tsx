import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { VNode } from 'preact';
import { Axes } from '../../src/charts/axes.tsx';
import { ChartSvg } from '../../src/charts/index.ts';
import { toneStyle } from '../../src/charts/theme.ts';

export interface OneFeatureProps {
  readonly values: readonly number[];
  readonly labels: readonly number[];
  /** P(malignant) at a value. */
  readonly probability: (value: number) => number;
  readonly even: number;
}

/** Above, how many tumors of each kind have which radius; below, the share of malignant ones and the fitted curve. */
export function OneFeature({ values, labels, probability, even }: OneFeatureProps): VNode {
  const [width, height] = [620, 440];
  const upper = { left: 46, right: width - 20, top: 30, bottom: 200 };
  const lower = { left: 46, right: width - 20, top: 246, bottom: height - 42 };
  const edges = Array.from({ length: 24 }, (_, i) => 6 + i);
  const counted = edges.map((from) => {
    const inside = labels.filter((_, n) => values[n] >= from && values[n] < from + 1);
    const yes = inside.filter((label) => label === 1).length;
    return { from, yes, no: inside.length - yes };
  });
  const x = scaleLinear([6, 30], [upper.left, upper.right]);
  const count = scaleLinear([0, Math.max(...counted.map((c) => Math.max(c.yes, c.no)))], [upper.bottom, upper.top]);
  const p = scaleLinear([0, 1], [lower.bottom, lower.top]);
  const half = (x(1) - x(0)) / 2 - 1.5;
  const bars = (kind: 'no' | 'yes', tone: 1 | 2) => (
    <g style={toneStyle(tone)}>
      {counted.map((c) => (
        <rect
          key={c.from}
          class="nf-dot"
          x={(x(c.from) + 1 + (kind === 'yes' ? half : 0)).toFixed(1)}
          width={half.toFixed(1)}
          y={count(c[kind]).toFixed(1)}
          height={(upper.bottom - count(c[kind])).toFixed(1)}
        />
      ))}
    </g>
  );
  const curve = line<number>(x, (v) => p(probability(v))).digits(1)(Array.from({ length: 97 }, (_, i) => 6 + i / 4));
  return (
    <ChartSvg
      title="One feature of the tumors"
      desc="Benign tumors have mean radii around 12, malignant ones around 17; the fitted logistic curve rises from 0 to 1 between them."
      width={width}
      height={height}
    >
      <Axes
        plot={upper}
        x={x}
        y={count}
        xTicks={[]}
        yTicks={count.ticks(4)}
        xFormat={String}
        yFormat={String}
        yLabel="tumors"
      />
      {bars('no', 1)}
      {bars('yes', 2)}
      <text class="nf-toned nf-strong" style={toneStyle(1)} x={x(7)} y={upper.top + 26}>
        benign
      </text>
      <text class="nf-toned nf-strong" style={toneStyle(2)} x={x(19.4)} y={upper.top + 96}>
        malignant
      </text>
      <Axes
        plot={lower}
        x={x}
        y={p}
        xTicks={[6, 10, 14, 18, 22, 26, 30]}
        yTicks={[0, 0.5, 1]}
        xFormat={String}
        yFormat={String}
        xLabel="mean radius"
        yLabel="probability of malignant"
      />
      <line class="nf-rule" x1={x(even)} x2={x(even)} y1={upper.top} y2={lower.bottom} />
      <g style={toneStyle(2)}>
        {counted
          .filter((c) => c.yes + c.no > 0)
          .map((c) => (
            <circle
              key={c.from}
              class="nf-dot"
              opacity={0.55}
              cx={x(c.from + 0.5).toFixed(1)}
              cy={p(c.yes / (c.yes + c.no)).toFixed(1)}
              r={(1.6 + Math.sqrt(c.yes + c.no) / 2).toFixed(1)}
            />
          ))}
      </g>
      <g style={toneStyle(3)}>
        <path class="nf-curve" d={curve ?? ''} />
      </g>
      <text class="nf-halo" x={x(even) + 10} y={p(0.5)} dy=".9em">
        even odds at {even.toFixed(1)}
      </text>
    </ChartSvg>
  );
}
