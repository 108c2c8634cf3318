import type { VNode } from 'preact';
import { BarRows, barRow, ChartSvg, formatNumber, formatSeconds, safeText } from '../../charts/index.ts';
import type { BenchDocument } from './document.ts';

const width = 640;
const heading = 40;

interface Panel {
  readonly title: string;
  readonly subtitle: string;
  readonly bars: readonly {
    readonly name: string;
    readonly value: number;
    readonly text: string;
    readonly ours: boolean;
  }[];
}

/** results.svg: a panel a case, a bar a participant, as long as it takes steps in a second; ours in the color of hits. */
export function BenchChart({ document }: { readonly document: BenchDocument }): VNode {
  const panels = panelsOf(document);
  const tops = panels.map((_, i) => panels.slice(0, i).reduce((sum, p) => sum + heightOf(p), 0));
  return (
    <ChartSvg
      title="Training steps a second, ours and peers"
      desc={panels.map(describe).join(' ')}
      width={width}
      height={Math.max(
        1,
        panels.reduce((sum, p) => sum + heightOf(p), 0),
      )}
    >
      {panels.map((panel, i) => (
        <g key={panel.title} transform={`translate(0 ${tops[i]})`}>
          <text class="nf-strong" x={0} y={22}>
            {safeText(panel.title)}
          </text>
          <text class="nf-quiet" x={width} y={22} text-anchor="end">
            {safeText(panel.subtitle)}
          </text>
          <g transform={`translate(0 ${heading - 8})`}>
            <BarRows
              bars={panel.bars}
              max={Math.max(...panel.bars.map((b) => b.value))}
              mark={(k) => (panel.bars[k].ours ? 'nf-hit' : undefined)}
              format={(_, k) => panel.bars[k].text}
              width={width}
              nameLength={26}
              valueWidth={84}
            />
          </g>
        </g>
      ))}
    </ChartSvg>
  );
}

function heightOf(panel: Panel): number {
  return heading + panel.bars.length * barRow + 12;
}

function describe({ title, bars }: Panel): string {
  return `${title}: ${bars
    .slice(0, 3)
    .map((b) => `${b.name} ${b.text}`)
    .join(', ')}.`;
}

function nameOf({ who, kind }: { readonly who: string; readonly kind: string }): string {
  return kind === 'ours' ? `neuroforge ${who}` : who;
}

/** Cases in order, participants from fastest to slowest; floors, which train nothing, are in the tables. */
function panelsOf({ cases, results, until97 }: BenchDocument): Panel[] {
  const panels = cases.map((c): Panel => {
    const here = results
      .filter((r) => r.case === c.name && r.kind !== 'floor' && r.variant === 'default')
      .toSorted((a, b) => a.msPerStep.median - b.msPerStep.median);
    return {
      title: `${c.name}: ${c.net.join('-')}, batch ${c.batch}`,
      subtitle: 'bars: steps a second; figures: ms a step',
      bars: here.map((r) => ({
        name: nameOf(r),
        value: 1 / r.msPerStep.median,
        text: `${formatNumber(r.msPerStep.median, 3)} ms`,
        ours: r.kind === 'ours',
      })),
    };
  });
  const raced = (until97?.results ?? []).toSorted((a, b) => a.seconds.median - b.seconds.median);
  panels.push({
    title: '97 % on MNIST from a cold start',
    subtitle: 'wall clock; shorter is faster',
    bars: raced.map((u) => ({
      name: nameOf(u),
      value: u.seconds.median,
      text: formatSeconds(u.seconds.median),
      ours: u.kind === 'ours',
    })),
  });
  return panels.filter((panel) => panel.bars.length > 0);
}
