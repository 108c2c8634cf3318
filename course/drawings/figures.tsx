import type { VNode } from 'preact';
import { type GrayImage, LineChart, type PredictedImage, RocCurve, renderSvgFile } from '../../src/charts/index.ts';
import { field, type Point, range } from './contours.ts';
import { Mistakes, UnitWeights } from './images.tsx';
import { Landscape } from './landscape.tsx';
import { OneFeature } from './one-feature.tsx';

/** A figure as a file, with a margin and ground of its own, so that it reads on any page. */
function file(chart: VNode): string {
  const svg = renderSvgFile(chart).replace(
    /width="(\d+\.?\d*)" height="(\d+\.?\d*)"(.*?)viewBox="[^"]*"/,
    (_, w, h, between) => {
      const [width, height] = [Number(w) + 2 * margin, Number(h) + 2 * margin];
      return `width="${width}" height="${height}"${between}viewBox="${-margin} ${-margin} ${width} ${height}"`;
    },
  );
  const ground = `<rect x="${-margin}" y="${-margin}" width="100%" height="100%" fill="var(--nf-bg)"/>`;
  return svg.replace('</style>', `</style>${ground}`);
}

const margin = 14;
const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
const softplus = (z: number) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));

/** Mean loss, and its gradient, of p = sigmoid(x w + b). */
function logisticLoss(x: readonly number[], y: readonly number[]) {
  const loss = (w: number, b: number) =>
    x.reduce((sum, v, n) => sum + softplus(v * w + b) - y[n] * (v * w + b), 0) / x.length;
  const gradient = (w: number, b: number): Point => {
    let [dw, db] = [0, 0];
    x.forEach((v, n) => {
      const dz = (sigmoid(v * w + b) - y[n]) / x.length;
      dw += v * dz;
      db += dz;
    });
    return [dw, db];
  };
  const path = (from: Point, rate: number, steps: number): Point[] => {
    const points: Point[] = [from];
    for (let step = 0; step < steps; step++) {
      const [w, b] = points[step];
      const [dw, db] = gradient(w, b);
      points.push([w - rate * dw, b - rate * db]);
    }
    return points;
  };
  return { loss, path };
}

/** Figures of chapter 1 that need nothing but one column of the tumors. */
export function oneFeatureFigures(radius: readonly number[], malignant: readonly number[]): Record<string, string> {
  const mean = radius.reduce((a, r) => a + r, 0) / radius.length;
  const sd = Math.sqrt(radius.reduce((a, r) => a + (r - mean) ** 2, 0) / radius.length);
  const { loss, path } = logisticLoss(
    radius.map((r) => (r - mean) / sd),
    malignant,
  );
  const [w, b] = path([0, 0], 2, 2000).at(-1)!;
  const from: Point = [-1.2, 2.2];
  const twoCases = range(0.01, 0.99, 99);
  return {
    'one-feature': file(
      <OneFeature
        values={radius}
        labels={malignant}
        probability={(value: number) => sigmoid(((value - mean) / sd) * w + b)}
        even={mean - (b / w) * sd}
      />,
    ),
    'two-cases': file(
      <LineChart
        title="The two cases of the loss"
        series={[
          { name: 'if yes: −log p', points: twoCases.map((p) => ({ x: p, y: -Math.log(p) })) },
          { name: 'if no: −log(1−p)', points: twoCases.map((p) => ({ x: p, y: -Math.log(1 - p) })) },
        ]}
        xLabel="p"
        yLabel="loss of one example"
        width={560}
        height={300}
      />,
    ),
    landscape: file(
      <Landscape
        title="The loss over w and b"
        desc="One bowl. The path at rate 0.2 creeps, at 2 it turns and creeps along the flat floor, at 10 it shoots across the valley, comes back and arrives first."
        field={field(range(-2, 8, 81), range(-4.5, 3.5, 65), loss)}
        levels={[0.3, 0.32, 0.36, 0.42, 0.5, 0.6, 0.75, 1, 1.3, 1.7, 2.2, 2.8]}
        bottom={[w, b]}
        paths={[
          { name: 'rate 0.2', tone: 1, points: path(from, 0.2, 40), labelAt: [0.9, 0.9] },
          { name: 'rate 2', tone: 3, points: path(from, 2, 24), labelAt: [1.0, -1.1] },
          { name: 'rate 10', tone: 2, points: path(from, 10, 24), labelAt: [4.2, -2.6] },
        ]}
      />,
    ),
  };
}

export function sumOrMean(sum: readonly number[], mean: readonly number[]): string {
  const points = (losses: readonly number[]) => losses.map((y, x) => ({ x, y }));
  return file(
    <LineChart
      title="Sum or mean"
      series={[
        { name: 'sum', points: points(sum), tone: 2 },
        { name: 'mean', points: points(mean), tone: 1 },
      ]}
      log
      yLabel="training loss"
      width={620}
      height={320}
    />,
  );
}

export function nineFigures(about: {
  points: { fpr: number; tpr: number }[];
  auc: number;
  operating: { fpr: number; tpr: number; threshold: number };
  weights: GrayImage;
}): Record<string, string> {
  const limit = Math.max(...Array.from(about.weights.values, Math.abs)) * 0.8;
  return {
    'nine-roc': file(<RocCurve points={about.points} auc={about.auc} operating={about.operating} size={480} />),
    'nine-weights': file(<UnitWeights title="What speaks for a nine" weights={about.weights} limit={limit} />),
  };
}

export interface Curve {
  readonly epoch: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

export function mlpCurves(train: readonly Curve[], val: readonly Curve[]): string {
  const points = (curve: readonly Curve[]) => curve.map((c) => ({ x: c.epoch, y: c.mean, low: c.low, high: c.high }));
  return file(
    <LineChart
      title="Loss over thirty epochs, mean and range of five seeds"
      series={[
        { name: 'training', points: points(train), tone: 1 },
        { name: 'validation', points: points(val), tone: 2 },
      ]}
      log
      yLabel="loss, logarithmic; bands from lowest to highest seed"
      width={620}
      height={340}
    />,
  );
}

export function mistakes(items: readonly PredictedImage[]): string {
  return file(<Mistakes items={items} />);
}

export function interpolation(points: readonly { s: number; loss: number }[]): string {
  return file(
    <LineChart
      title="From a network to the same network renumbered"
      series={[{ name: 'training loss', points: points.map(({ s, loss }) => ({ x: s, y: loss })) }]}
      xLabel="s"
      yLabel="loss on the line between them"
      width={560}
      height={280}
    />,
  );
}
