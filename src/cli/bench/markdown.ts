import type { BenchDocument } from './document.ts';
import { notesOf, type Table, tablesOf } from './tables.ts';

/** results.md: the tables of a run with the machine it ran on. */
export function markdownOf(document: BenchDocument): string {
  const { machine, rounds, secondsPerRun, version } = document;
  const load = (numbers: readonly number[]): string => numbers.map((n) => n.toFixed(2)).join(' ');
  const notes = notesOf(document);
  return [
    '# Benchmark results',
    '',
    'Written by `neuroforge bench`; what is timed and by whom: README.md beside it.',
    '',
    `neuroforge ${version}; ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB; ${machine.system}; ` +
      `${machine.runtime}; load ${load(machine.load.before)} before, ${load(machine.load.after)} after. ` +
      `${rounds} ${rounds === 1 ? 'round' : 'rounds'} of fresh processes, ${secondsPerRun} s each after warming up; ` +
      'medians of the medians, ratios as medians of the rounds. `native/own`: time of native over that of the row.',
    '',
    '![Steps a second by case](results.svg)',
    '',
    ...tablesOf(document).flatMap((table) => [`## ${table.title}`, '', ...markdownTable(table), '']),
    ...(notes.length === 0 ? [] : ['## Not measured, or not the same', '', ...notes.map((note) => `- ${note}`), '']),
  ].join('\n');
}

function markdownTable({ head, rows, numbers }: Table): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map((c) => c.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map((_, column) => (column < numbers ? '---' : '---:'))), ...rows.map(line)];
}
