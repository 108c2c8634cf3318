import 'uplot/dist/uPlot.min.css';
import uPlot from 'uplot';

export interface PlotOptions {
  readonly xLabel: string;
  /** Shares of 1 as percent, from the tenth below the least one up to all. */
  readonly percent?: boolean;
}

export interface Plot {
  /** x and the three curves, a null where one has no point. */
  set(data: uPlot.AlignedData): void;
  resize(width: number, height: number): void;
  destroy(): void;
}

/** Steps and epochs are whole. */
const whole = [1, 10, 100, 1000, 10_000, 100_000].flatMap((n) => [n, 2 * n, 5 * n]);

/** A uPlot of the learner's curve over the library's, and of the run's, dashed, over both; colors are read from the page when it is made. */
export function openPlot(host: HTMLElement, { xLabel, percent = false }: PlotOptions): Plot {
  const style = getComputedStyle(host);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  const font = `12px ${style.fontFamily}`;
  const axis = {
    font,
    stroke: color('--quiet'),
    grid: { stroke: color('--line'), width: 1 },
    ticks: { show: false },
  };
  const text = (v: number): string => (percent ? `${Math.round(v * 100)} %` : String(Number(v.toPrecision(3))));
  const plot = new uPlot(
    {
      ...{ width: Math.max(200, host.clientWidth), height: 220 },
      legend: { show: false },
      cursor: { points: { show: false }, drag: { x: false, y: false } },
      scales: {
        x: { time: false },
        y: { range: (_, least, most) => (percent ? [tenthBelow(least), 1] : [0, Math.max(most, least + 0.1) * 1.05]) },
      },
      axes: [
        { ...axis, incrs: whole, label: xLabel, labelFont: font, labelSize: 20, size: 32, grid: { show: false } },
        { ...axis, size: 52, values: (_, ticks) => ticks.map(text) },
      ],
      series: [
        {},
        { label: 'library', stroke: color('--library'), width: 4, points: { show: percent, size: 9 }, spanGaps: true },
        { label: 'yours', stroke: color('--accent'), width: 1.75, points: { show: percent, size: 5 }, spanGaps: true },
        {
          label: 'run',
          stroke: color('--run'),
          width: 2.25,
          dash: [7, 6],
          points: { show: alone, size: 7 },
          spanGaps: true,
        },
      ],
    },
    [[], [], [], []],
    host,
  );
  return {
    set: (data) => plot.setData(data),
    resize: (width, height) => plot.setSize({ width, height }),
    destroy: () => plot.destroy(),
  };
}

/** A single point makes no line. */
function alone({ data }: uPlot, series: number): boolean {
  return Array.from(data[series]).filter((v) => v !== null && v !== undefined).length === 1;
}

function tenthBelow(share: number): number {
  return Number.isFinite(share) ? Math.max(0, Math.min(0.9, Math.floor(share * 10) / 10)) : 0;
}

/** Curves on the union of their places. */
export function joined(...curves: [number[], number[]][]): uPlot.AlignedData {
  return uPlot.join(curves);
}
