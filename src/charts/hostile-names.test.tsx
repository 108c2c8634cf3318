import fc from 'fast-check';
import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { hostileName, hostileNames } from '../../test/support/hostile.ts';
import { BarRows } from './bar-chart.tsx';
import { ConfusionMatrix } from './confusion-matrix.tsx';
import { FeatureBars, FeatureHeat } from './feature-weights.tsx';
import { IntervalBar } from './interval-bar.tsx';
import { LineChart } from './line-chart.tsx';
import { renderReport } from './report.tsx';
import type { ReportData } from './report-data.ts';
import { ChartSvg, renderSvgFile } from './svg.tsx';
import { safeText } from './text.ts';

// Parsers that are not ours read the page as a browser does, and SVG files as strict XML. Whatever the names: the same
// elements with the same attributes as with harmless ones, and the names are there as text.

type Names = (i: number) => string;

const image = { height: 2, width: 2, values: [0, 1, 0.5, 0] };

/** Every field of the report that holds text. */
function report(name: Names, pictures: boolean): ReportData {
  return {
    title: name(0),
    run: name(1),
    status: 'done',
    task: 'classification',
    started: name(2),
    notes: [name(3), name(4)],
    summary: { data: name(5), model: name(6), backend: name(7), optimizer: name(8), threads: 1 },
    history: [0, 1, 2, 3].map((epoch) => ({ epoch, trainLoss: 1 / (epoch + 1), valLoss: 2 / (epoch + 1) })),
    best: { epoch: 3, loss: 0.5 },
    test: { count: 300, errors: 30 },
    baselines: [{ name: name(9), value: 0.8 }],
    confusion: {
      classes: [name(10), name(11), 'x'],
      counts: [
        [9, 2, 1],
        [3, 9, 1],
        [1, 1, 9],
      ],
    },
    firstLayer: { rows: 2, cols: 2, values: [1, -1, 2, 0.5], featureNames: [name(12), name(13)] },
    mistakes: [
      { row: 1, label: name(14), prediction: `${name(15)}.`, probability: 0.9, ...(pictures ? { image } : {}) },
    ],
    config: { data: name(16), nested: { list: [name(17), name(18)] } },
    environment: { a: name(19), b: { c: { d: name(20) } } },
  };
}

type Node = DefaultTreeAdapterTypes.ChildNode | DefaultTreeAdapterTypes.Document;

/** Elements with the names of their attributes, nested; texts are collected. */
function skeleton(node: Node, texts: string[]): unknown {
  if (node.nodeName === '#text') {
    texts.push((node as DefaultTreeAdapterTypes.TextNode).value);
    return [];
  }
  const attributes = 'attrs' in node ? node.attrs.map((a) => a.name).sort() : [];
  const inside = 'childNodes' in node ? node.childNodes.flatMap((child) => skeleton(child, texts)) : [];
  return [[node.nodeName, attributes, inside]];
}

function pageOf(name: Names, pictures: boolean): { shape: unknown; texts: string[] } {
  const texts: string[] = [];
  const errors: string[] = [];
  const html = renderReport(report(name, pictures));
  const shape = skeleton(parse(html, { onParseError: (error) => errors.push(error.code) }), texts);
  expect(errors).toEqual([]);
  return { shape, texts };
}

describe('report.html', () => {
  const plain = [true, false].map((pictures) => pageOf(() => 'x', pictures).shape);

  it('has the same elements whatever the names, and no parse error', () => {
    fc.assert(
      fc.property(fc.array(hostileName, { minLength: 21, maxLength: 21 }), fc.boolean(), (names, pictures) => {
        const { shape, texts } = pageOf((i) => names[i], pictures);
        expect(shape).toEqual(plain[pictures ? 0 : 1]);
        expect(texts.some((text) => text === safeText(names[0], 120))).toBe(true);
        expect(texts).toContain(safeText(names[3], 400));
        expect(texts).toContain(safeText(names[5], 80));
      }),
      { seed: 8, numRuns: 150, examples: hostileNames.map((name) => [Array<string>(21).fill(name), true]) },
    );
  });

  it('keeps a name that reads from the right apart from what stands beside it', () => {
    const html = renderReport(report((i) => (i === 14 ? 'זהב' : 'כסף'), true));
    expect(html).toContain('<bdi>זהב</bdi>');
    expect(html).toMatch(/<bdi[^>]*>כסף\.<\/bdi>/);
  });
});

/** Charts that hold names, as files. */
const charts: Record<string, (name: Names) => VNode> = {
  ConfusionMatrix: (name) => (
    <ConfusionMatrix
      title={name(0)}
      classes={[name(1), name(2)]}
      counts={[
        [5, 1],
        [2, 7],
      ]}
    />
  ),
  IntervalBar: (name) => (
    <IntervalBar title={name(0)} value={0.9} low={0.85} high={0.93} marks={[{ name: name(1), value: 0.8 }]} />
  ),
  LineChart: (name) => (
    <LineChart
      title={name(0)}
      xLabel={name(1)}
      yLabel={name(2)}
      series={[
        {
          name: name(3),
          points: [
            { x: 0, y: 1 },
            { x: 1, y: 2 },
          ],
        },
      ]}
      best={{ series: name(3), x: 1, label: name(4) }}
    />
  ),
  BarChart: (name) => (
    <ChartSvg title={name(0)} desc={name(1)} width={300} height={60}>
      <BarRows
        bars={[
          { name: name(2), value: 1 },
          { name: name(3), value: 2 },
        ]}
        max={2}
        mark={() => undefined}
        format={String}
        width={300}
      />
    </ChartSvg>
  ),
  FeatureBars: (name) => (
    <FeatureBars weights={{ rows: 2, cols: 1, values: [1, -2], featureNames: [name(0), name(1)] }} />
  ),
  FeatureHeat: (name) => (
    <FeatureHeat
      weights={{
        ...{ rows: 2, cols: 2, values: [1, -2, 0.5, 3] },
        ...{ featureNames: [name(0), name(1)], unitNames: [name(2), name(3)] },
      }}
      scale={3}
      limit={4}
    />
  ),
};

function xmlShape(text: string): { shape: string[]; texts: string } {
  const shape: string[] = [];
  let texts = '';
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', (tag) => shape.push(`<${tag.name} ${Object.keys(tag.attributes).sort()}`));
  parser.on('closetag', (tag) => shape.push(`/${tag.name}`));
  for (const kind of ['comment', 'cdata', 'doctype', 'processinginstruction'] as const)
    parser.on(kind, () => shape.push(kind));
  parser.on('text', (said) => {
    texts += `${said}\n`;
  });
  parser.write(text).close();
  return { shape, texts };
}

/** A chart that is one svg element as a file, others as a part of a page. */
function read(chart: VNode): { shape: unknown; texts: string } {
  const inPage = renderToString(chart);
  if (inPage.startsWith('<svg ')) return xmlShape(renderSvgFile(chart));
  const texts: string[] = [];
  return { shape: skeleton(parse(`<!doctype html>${inPage}`), texts), texts: texts.join('\n') };
}

describe('charts', () => {
  it.each(Object.entries(charts))('%s has the same elements whatever the names, and is XML as a file', (_, chart) => {
    const plain = read(chart(() => 'x')).shape;
    fc.assert(
      fc.property(fc.array(hostileName, { minLength: 5, maxLength: 5 }), (names) => {
        const { shape, texts } = read(chart((i) => names[i]));
        expect(shape).toEqual(plain);
        expect(texts).toContain(safeText(names[0], 14).slice(0, -1));
      }),
      { seed: 9, numRuns: 100, examples: hostileNames.map((name) => [Array<string>(5).fill(name)]) },
    );
  });
});
