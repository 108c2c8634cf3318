import { decode } from 'fast-png';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { describe, expect, it } from 'vitest';
import { logTicks } from './axes.tsx';
import { BarChart } from './bar-chart.tsx';
import { ConfusionMatrix, mostConfused } from './confusion-matrix.tsx';
import { ImageGrid } from './image-grid.tsx';
import { IntervalBar } from './interval-bar.tsx';
import { clearest, spread } from './labels.ts';
import { LineChart, type LinePoint } from './line-chart.tsx';
import { divergingDataUri, inkDataUri, NEGATIVE, POSITIVE } from './pixels.ts';
import { RocCurve } from './roc-curve.tsx';
import { renderSvgFile } from './svg.tsx';
import { WeightGrid } from './weight-grid.tsx';
import { chosenUnits, unitImage, weightLimit } from './weights.ts';
import { worstFirst } from './worst-first.ts';

const EVIL = '<script>alert("1")</script>\u001b[2J\u0000';

function html(node: VNode): string {
  const out = renderToString(node);
  expect(out).not.toMatch(/="[^"]*(NaN|undefined|Infinity)/);
  expect(out).not.toContain('<script');
  // Every attribute has a value: markup that HTML forgives is no SVG file.
  for (const [, attributes] of out.matchAll(/<[a-z]+((?: [^<>]*)?)>/gi))
    expect(
      attributes
        .replace(/ [\w:-]+="[^"<]*"/g, '')
        .replace('/', '')
        .trim(),
    ).toBe('');
  expect(out).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
  return out;
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

function curve(...ys: number[]): LinePoint[] {
  return ys.map((y, x) => ({ x, y }));
}

describe('LineChart', () => {
  it('is an image with a name and a description, and ids of its own', () => {
    const out = html(
      <div>
        <LineChart title="Loss" series={[{ name: 'validation', points: curve(3, 2, 1) }]} />
        <LineChart title="Accuracy" series={[{ name: 'validation', points: curve(0.1, 0.5, 0.9) }]} />
      </div>,
    );
    const ids = [...out.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
    const labels = [...out.matchAll(/role="img" aria-labelledby="([^ "]+) ([^"]+)"/g)];
    expect(labels).toHaveLength(2);
    expect(ids).toEqual(expect.arrayContaining(labels.flatMap((label) => [label[1], label[2]])));
    expect(out).toContain('validation: from 3.000 to 1.000 at 2.');
  });

  it('draws the points where they belong', () => {
    const out = html(<LineChart title="t" series={[{ name: 'a', points: curve(0, 10, 5) }]} />);
    const [, d] = /class="nf-curve" d="M([^"]+)"/.exec(out)!;
    const [first, second, third] = d.split('L').map((pair) => pair.split(',').map(Number));
    expect(second[0] - first[0]).toBeCloseTo(third[0] - second[0], 0);
    expect(first[1] - second[1]).toBeCloseTo(2 * (first[1] - third[1]), 0);
    expect(first[1]).toBeGreaterThan(second[1]);
  });

  it('survives nothing, one point, equal points and nothing finite', () => {
    expect(html(<LineChart title="t" series={[]} />)).toContain('no finite values');
    expect(html(<LineChart title="t" series={[{ name: 'a', points: [] }]} />)).toContain('no finite values');
    expect(html(<LineChart title="t" series={[{ name: 'a', points: curve(NaN, NaN) }]} />)).toContain('no finite');
    expect(html(<LineChart title="t" log series={[{ name: 'a', points: curve(0, -1) }]} />)).toContain('no finite');
    expect(count(html(<LineChart title="t" series={[{ name: 'a', points: curve(2) }]} />), 'class="nf-dot"')).toBe(1);
    for (const log of [false, true])
      html(<LineChart title="t" log={log} series={[{ name: 'a', points: curve(2, 2) }]} />);
    html(<LineChart title="t" series={[{ name: 'a', points: curve(0, 0, 0) }]} />);
  });

  it('breaks the line at what is not finite and says where', () => {
    const out = html(<LineChart title="t" series={[{ name: 'a', points: curve(1, 2, NaN, 3, 4, Infinity, 1) }]} />);
    const [, d] = /class="nf-curve" d="([^"]+)"/.exec(out)!;
    expect(count(d, 'M')).toBe(3);
    expect(count(out, 'class="nf-dot"')).toBe(1);
    expect(out).toContain('first NaN');
    expect(html(<LineChart title="t" series={[{ name: 'a', points: curve(1, 2) }]} />)).not.toContain('first');
  });

  it('has bands, a best mark and labels that keep apart', () => {
    const points = curve(3, 2, 1).map((p) => ({ ...p, low: p.y - 0.1, high: p.y + 0.1 }));
    const out = html(
      <LineChart
        title="t"
        series={[
          { name: 'a', points },
          { name: 'b', points },
          { name: EVIL, points: curve(1) },
        ]}
        best={{ series: 'a', x: 2, label: 'best 1.0' }}
      />,
    );
    expect(count(out, 'class="nf-band"')).toBe(2);
    expect(count(out, 'class="nf-ring"')).toBe(1);
    expect(out).toContain('best 1.0');
    const ys = [...out.matchAll(/class="nf-toned"[^>]* y="([^"]+)"/g)].map((match) => Number(match[1]));
    expect(ys).toHaveLength(3);
    ys.sort((a, b) => a - b);
    expect(Math.min(ys[1] - ys[0], ys[2] - ys[1])).toBeGreaterThan(16);
  });

  it('takes long histories', () => {
    const points = Array.from({ length: 150_000 }, (_, x) => ({ x, y: 1 / (x + 1) }));
    html(<LineChart title="t" log series={[{ name: 'a', points }]} />);
  });
});

describe('labels and ticks', () => {
  it('spread keeps gaps and bounds', () => {
    expect(spread([5, 5, 5], 10, 0, 100)).toEqual([5, 15, 25]);
    expect(spread([98, 99], 10, 0, 100)).toEqual([90, 100]);
    expect(spread([], 10, 0, 1)).toEqual([]);
  });
  it('clearest avoids curves', () => {
    const line = [[0, 50, 100, 50]] as const;
    const at = (x: number, ...ys: number[]) =>
      clearest(
        ys.map((y) => [x, y] as const),
        [0, 0],
        80,
        14,
        line,
      );
    expect(at(50, 50, 20)).toEqual([50, 20]);
    expect(at(50, 44, 20)).toEqual([50, 20]);
    expect(at(50, 42, 20)).toEqual([50, 42]);
    expect(at(150, 50, 20)).toEqual([150, 50]);
    expect(at(50)).toEqual([0, 0]);
    // Only the part of a slope that lies within the box's columns counts.
    expect(clearest([[15, 50]], [0, 0], 10, 14, [[0, 100, 100, 0]])).toEqual([15, 50]);
    const slope = [[0, 100, 100, 0]] as const;
    expect(
      clearest(
        [
          [15, 86],
          [15, 50],
        ],
        [0, 0],
        10,
        14,
        slope,
      ),
    ).toEqual([15, 50]);
  });
  it('log ticks are few and within the domain', () => {
    expect(logTicks(0.05, 3)).toEqual([0.05, 0.1, 0.2, 0.5, 1, 2]);
    expect(logTicks(0.001, 1000)).toEqual([0.001, 0.01, 0.1, 1, 10, 100, 1000]);
    expect(logTicks(1e-30, 1e30).length).toBeLessThanOrEqual(7);
  });
});

describe('ConfusionMatrix', () => {
  const classes = ['cat', EVIL, 'dog'];
  const counts = [
    [5, 2, 0],
    [0, 7, 0],
    [1, 0, 9],
  ];
  it('colors hits and errors apart and counts', () => {
    const out = html(<ConfusionMatrix classes={classes} counts={counts} />);
    expect(count(out, 'class="nf-hit"')).toBe(3);
    expect(count(out, 'class="nf-miss"')).toBe(2);
    expect(out).toContain('21 of 24 on the diagonal, 3 classes.');
    expect(out).toContain('label dog, predicted cat: 1');
    const quiet = [...out.matchAll(/class="nf-quiet"[^>]*>([^<]+)</g)].map((match) => match[1]);
    expect(quiet.slice(-7)).toEqual(['71\u202f%', '83', '100\u202f%', '78', '90\u202f%', '100', 'precision']);
  });
  it('lists the commonest errors', () => {
    expect(mostConfused(classes, counts, 5).map((c) => [c.label, c.prediction, c.count])).toEqual([
      ['cat', EVIL, 2],
      ['dog', 'cat', 1],
    ]);
    expect(mostConfused(classes, counts, 1)).toHaveLength(1);
  });
  it('survives missing rows, empty classes, one class and many', () => {
    html(<ConfusionMatrix classes={[]} counts={[]} />);
    html(<ConfusionMatrix classes={['a']} counts={[[3]]} />);
    html(<ConfusionMatrix classes={['a', 'b']} counts={[[0, 0]]} />);
    const many = Array.from({ length: 100 }, (_, i) => `class ${i}`);
    const out = html(
      <ConfusionMatrix classes={many} counts={many.map((_, i) => many.map((_, j) => (i === j ? 9 : 1)))} />,
    );
    expect(out).not.toContain('nf-cell');
  });
});

describe('images', () => {
  const pixels = (uri: string) => decode(Uint8Array.from(atob(uri.split(',')[1]), (c) => c.charCodeAt(0)));
  it('ink is black with the value as opacity', () => {
    const png = pixels(inkDataUri({ height: 1, width: 5, values: [0, 0.5, 1, NaN, 7] }));
    expect([png.width, png.height, png.channels]).toEqual([5, 1, 2]);
    expect(Array.from(png.data)).toEqual([0, 0, 0, 128, 0, 255, 0, 0, 0, 255]);
  });
  it('signed values have two colors and zero none', () => {
    const png = pixels(divergingDataUri({ height: 1, width: 3, values: [-2, 0, 1] }, 2));
    expect(Array.from(png.data)).toEqual([...NEGATIVE, 255, ...POSITIVE, 0, ...POSITIVE, 128]);
  });
  it('refuses images with too few values', () => {
    expect(() => inkDataUri({ height: 2, width: 2, values: [1] })).toThrow(/2 x 2/);
  });
  it('puts the surest mistakes first, then the least sure hits', () => {
    const items = [
      { label: '1', prediction: '1', probability: 0.9, id: 'd' },
      { label: '4', prediction: '9', probability: 0.6, id: 'b' },
      { label: '1', prediction: '1', probability: 0.5, id: 'c' },
      { label: '4', prediction: '9', probability: 0.99, id: 'a' },
      { label: '4', prediction: '9', probability: NaN, id: 'b2' },
    ];
    expect(worstFirst(items).map((item) => item.id)).toEqual(['a', 'b', 'b2', 'c', 'd']);
  });
  it('the grid says label, prediction and probability', () => {
    const image = { height: 1, width: 1, values: [1] };
    const out = html(
      <ImageGrid
        items={[
          { label: '4', prediction: EVIL, probability: 0.87, image, row: 17 },
          { label: '4', prediction: '4', probability: 0.5, image: { height: 3, width: 3, values: [] } },
        ]}
      />,
    );
    expect(count(out, '<li>')).toBe(1);
    expect(out).toContain('row 17');
    expect(out).toContain('87\u202f%');
    expect(out).toContain('Row 17: 4 taken for');
  });
});

describe('weights', () => {
  const table = { rows: 4, cols: 3, values: [0, 1, -9, 0, 2, 0, 0, 2, 0, 0, 2, 0], imageShape: [2, 2] } as const;
  it('chooses the units with the largest norm', () => {
    expect(chosenUnits(table, 2)).toEqual([2, 1]);
    expect(chosenUnits(table, 3)).toEqual([0, 1, 2]);
  });
  it('the scale is robust and never zero', () => {
    expect(weightLimit(table)).toBe(9);
    const values = Array.from({ length: 1000 }, (_, i) => (i === 0 ? 1e6 : 0.5));
    expect(weightLimit({ rows: 1000, cols: 1, values })).toBe(0.5);
    expect(weightLimit({ rows: 1, cols: 2, values: [0, 0] })).toBe(1);
    expect(weightLimit({ rows: 1, cols: 2, values: [NaN, NaN] })).toBe(1);
  });
  it('takes a unit as a column of W', () => {
    expect(unitImage(table, 2)).toEqual({ height: 2, width: 2, values: Float64Array.of(-9, 0, 0, 0) });
    expect(unitImage({ rows: 2, cols: 2, values: [1, 2, 3, 4] }, 0).values).toEqual(Float64Array.of(1, 3));
  });
  it('draws pictures, bars or a heat table', () => {
    expect(count(html(<WeightGrid weights={table} limit={2} />), '<li>')).toBe(2);
    const bars = html(<WeightGrid weights={{ rows: 3, cols: 1, values: [0.1, -3, NaN], featureNames: ['a', EVIL] }} />);
    expect(bars.indexOf('−3.00')).toBeLessThan(bars.indexOf('0.100'));
    expect(bars).toContain('feature 2');
    const heat = html(<WeightGrid weights={{ rows: 3, cols: 2, values: [1, 2, 3, 4, 5, 6] }} />);
    expect(count(heat, '<image')).toBe(1);
    expect(heat).toContain('feature 1');
    const mismatch = html(
      <WeightGrid weights={{ rows: 3, cols: 2, values: [1, 2, 3, 4, 5, 6], imageShape: [2, 2] }} />,
    );
    expect(mismatch).toContain('feature 0');
  });
});

describe('other charts', () => {
  it('bars, ROC and interval', () => {
    const bars = html(
      <BarChart title="p" label={0} prediction={1} bars={[0.2, 0.7].map((value, i) => ({ name: EVIL + i, value }))} />,
    );
    expect(bars).toContain('70.0\u202f%');
    const widths = [...bars.matchAll(/class="nf-(?:hit|miss)"[^>]* width="([^"]+)"/g)].map((match) => Number(match[1]));
    expect(widths[1] / widths[0]).toBeCloseTo(3.5, 1);
    expect(html(<BarChart title="p" bars={[]} />)).toContain('<svg');
    const roc = html(
      <RocCurve
        auc={0.75}
        points={[
          { fpr: 0, tpr: 0 },
          { fpr: 0, tpr: 0.5 },
          { fpr: 1, tpr: 1 },
        ]}
        operating={{ fpr: 0, tpr: 0.5, threshold: 0.5 }}
      />,
    );
    expect(roc).toContain('area <tspan class="nf-strong">0.7500<');
    expect(roc).toContain('threshold 0.50');
    html(<RocCurve points={[]} />);
    const interval = html(
      <IntervalBar
        title="i"
        value={0.97}
        low={0.95}
        high={0.985}
        marks={[
          { name: 'linear', value: 0.96 },
          { name: 'majority', value: 0.1 },
        ]}
      />,
    );
    expect(interval).toContain('linear');
    expect(interval).not.toContain('majority');
  });

  it('an SVG file of its own carries namespace, size and styles', () => {
    const out = renderSvgFile(<BarChart title={EVIL} bars={[{ name: 'a & b', value: 1 }]} />);
    expect(out).toMatch(
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="320" height="26"/,
    );
    expect(out).toContain('prefers-color-scheme:dark');
    expect(out).toContain('a &amp; b');
    expect(out).not.toContain('<script');
    expect(() => renderSvgFile(<p>no</p>)).toThrow(TypeError);
  });
});
