import type { ComponentChildren, VNode } from 'preact';
import { useId } from 'preact/hooks';
import { renderToString } from 'preact-render-to-string';
import { safeText } from './text.ts';
import { CHART_CSS } from './theme.ts';

export interface ChartSvgProps {
  /** The accessible name. */
  readonly title: string;
  /** What the picture shows, in a sentence, for those who do not see it. */
  readonly desc?: string;
  readonly width: number;
  readonly height: number;
  readonly class?: string;
  readonly children?: ComponentChildren;
}

/** The frame of every chart: scales to its container, never beyond its own width, and is read as one image. */
export function ChartSvg(props: ChartSvgProps): VNode {
  const id = useId();
  const { width, height, desc } = props;
  return (
    <svg
      class={`nf-chart ${props.class ?? ''}`.trim()}
      viewBox={`0 0 ${width} ${height}`}
      style={{ maxWidth: `${width}px` }}
      role="img"
      aria-labelledby={desc === undefined ? `${id}-t` : `${id}-t ${id}-d`}
    >
      <title id={`${id}-t`}>{safeText(props.title)}</title>
      {desc === undefined ? null : <desc id={`${id}-d`}>{safeText(desc, 1000)}</desc>}
      {props.children}
    </svg>
  );
}

/** A chart as an SVG file of its own, with its styles inside. */
export function renderSvgFile(chart: VNode): string {
  const markup = renderToString(chart).replaceAll(']]>', ']]&gt;'); // no text of XML may hold that
  if (!markup.startsWith('<svg ')) throw new TypeError('renderSvgFile: wants a chart whose root is one svg element');
  const open = markup.indexOf('>') + 1;
  const [, width, height] = /viewBox="0 0 (\S+) (\S+)"/.exec(markup) ?? [];
  const head = markup
    .slice(0, open)
    .replace('<svg ', `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" `);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${head}<style>${CHART_CSS}</style>${markup.slice(open)}\n`;
}
