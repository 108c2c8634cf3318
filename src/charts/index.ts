export { BarChart, type BarChartProps, BarRows, type BarRowsProps, barRow } from './bar-chart.tsx';
export { type Confusion, ConfusionMatrix, type ConfusionMatrixProps, mostConfused } from './confusion-matrix.tsx';
export { FeatureBars, FeatureHeat } from './feature-weights.tsx';
export {
  formatBytes,
  formatCount,
  formatFlops,
  formatNumber,
  formatPercent,
  formatProbability,
  formatSeconds,
  type JsonNumber,
  toNumber,
} from './format.ts';
export type { GrayImage } from './gray-image.ts';
export { GrayTile, ImageGrid, type PredictedImage } from './image-grid.tsx';
export { IntervalBar, type IntervalBarProps } from './interval-bar.tsx';
export { LineChart, type LineChartProps, type LinePoint, type LineSeries } from './line-chart.tsx';
export { renderReport } from './report.tsx';
export type { HistoryRow, ReportData, ReportMetrics, ReportMistake, ReportSummary } from './report-data.ts';
export { RocCurve, type RocCurveProps, type RocPoint } from './roc-curve.tsx';
export { ChartSvg, type ChartSvgProps, renderSvgFile } from './svg.tsx';
export * from './terminal/index.ts';
export { safeText } from './text.ts';
export { CHART_CSS, type Tone } from './theme.ts';
export { WeightGrid, type WeightGridProps, WeightLegend } from './weight-grid.tsx';
export type { WeightTable } from './weights.ts';
export { type Interval, wilsonInterval } from './wilson.ts';
export { worstFirst } from './worst-first.ts';
