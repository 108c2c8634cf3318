import { formatNumber, formatPercent, formatSeconds } from '../../charts/index.ts';
import type { BenchDocument, BenchResult, UntilResult } from './document.ts';

/** A table for people: the terminal and results.md show the same cells. Columns from `numbers` on are figures. */
export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly numbers: number;
}

/** Every table of a run, in order. */
export function tablesOf(document: BenchDocument): Table[] {
  const tables = document.cases.map((c) => caseTable(document, c));
  if (document.until97 && document.until97.results.length > 0) tables.push(untilTable(document.until97.results));
  if (document.bars.length > 0) tables.push(barTable(document));
  return tables;
}

function caseTable({ results, ratios }: BenchDocument, of: BenchDocument['cases'][number]): Table {
  const here = results.filter((r) => r.case === of.name);
  const against = ['native', 'wasm'].filter((who) => ratios.some((r) => r.case === of.name && r.of === who));
  const share = (r: BenchResult): string => {
    if (r.shareOfTile !== null) return `${formatPercent(r.shareOfTile, 0)} of tile`;
    return r.share === null ? '' : formatPercent(r.share, 0);
  };
  return {
    title: `${of.name}: ${of.net.join('-')}, batch ${of.batch}`,
    head: [
      'who',
      'version',
      'threads',
      'ms a step',
      'least',
      'most',
      'GFLOP/s',
      'floor/own',
      ...against.map((who) => `${who}/own`),
    ],
    numbers: 2,
    rows: here.map((r) => [
      r.who,
      r.version,
      String(r.threads),
      ...[r.msPerStep.median, r.msPerStep.min, r.msPerStep.max].map((ms) => formatNumber(ms, 3)),
      r.gflops.toFixed(r.gflops < 10 ? 2 : 0),
      share(r),
      ...against.map((who) => {
        const found = ratios.find((q) => q.case === of.name && q.of === who && q.to === r.who);
        return found ? formatNumber(found.median, 3) : '';
      }),
    ]),
  };
}

function untilTable(results: readonly UntilResult[]): Table {
  return {
    title: '97 % on MNIST, from the start of the process to its end',
    head: ['who', 'version', 'threads', 'seconds', 'least', 'most', 'test accuracy, least', 'runs'],
    numbers: 2,
    rows: results.map((u) => [
      u.who,
      u.version,
      String(u.threads),
      ...[u.seconds.median, u.seconds.min, u.seconds.max].map(formatSeconds),
      formatPercent(u.testAccuracy.min, 2),
      String(u.runs.length),
    ]),
  };
}

function barTable({ bars }: BenchDocument): Table {
  return {
    title: 'Bars',
    head: ['case', 'bar', 'verdict', 'wanted', 'measured'],
    numbers: 3,
    rows: bars.map((b) => [
      b.case ?? '',
      b.name,
      b.verdict,
      `${b.sense === 'atMost' ? '≤' : '≥'} ${formatNumber(b.bar, 3)}`,
      b.measured === null ? '' : formatNumber(b.measured, 3),
    ]),
  };
}

/** Lines of what could not take part, or did not compute the same. */
export function notesOf(document: BenchDocument): string[] {
  const missing = [...document.missing, ...(document.until97?.missing ?? [])];
  const said = new Map<string, string[]>();
  for (const { case: inCase, who, state, reason, get } of missing) {
    const text = `${who} ${state}: ${reason}${get === null ? '' : ` (${get})`}`;
    said.set(text, [...(said.get(text) ?? []), inCase ?? '97 %']);
  }
  const everywhere = document.cases.length + (document.until97 ? 1 : 0);
  return [
    ...[...said].map(([text, where]) => (where.length === everywhere ? text : `${text} [${where.join(', ')}]`)),
    ...document.disagreements.map(
      (d) =>
        `${d.who} computes something else in ${d.case}: loss ${d.loss ?? 'not finite'} at step ${d.step}, the median is ${d.median}`,
    ),
  ];
}

/** Aligned columns. */
export function textTable({ head, rows, numbers }: Table): string[] {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  return all.map((row) =>
    row
      .map((cell, column) => (column < numbers ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join('  ')
      .trimEnd(),
  );
}
