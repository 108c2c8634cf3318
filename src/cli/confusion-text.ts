import { fit, plain, textWidth } from '../charts/terminal/style.ts';
import { safeText } from '../charts/text.ts';
import { type Output, people } from './output.ts';

interface Confusion {
  readonly labels: readonly string[];
  /** counts[truth][prediction] */
  readonly counts: readonly (readonly number[])[];
}

/** The matrix where it fits the width, else the pairs that are confused most. Rows are the truth. */
export function confusionLines({ labels, counts }: Confusion, output: Output): string[] {
  const { paint, unicode, width } = output;
  const names = labels.map((label) => plain(safeText(label, 40), unicode));
  const nameWidth = Math.min(20, Math.max(...names.map(textWidth)));
  const most = counts.reduce((m, row) => Math.max(m, ...row), 0);
  const numbers = people(most).length;
  const cell = Math.max(numbers, Math.min(9, Math.max(...names.map(textWidth))));
  if (nameWidth + names.length * (cell + 2) + 9 > width) return confusedPairs({ labels: names, counts }, output);
  const head = names.map((name) => {
    const room = Math.min(cell, textWidth(name));
    return ' '.repeat(cell - room) + fit(name, room, unicode);
  });
  const lines = [
    paint.dim('rows: truth, columns: prediction'),
    paint.dim(`${' '.repeat(nameWidth)}  ${head.join('  ')}   recall`),
  ];
  counts.forEach((row, truth) => {
    const cells = row.map((n, k) => {
      const text = (n === 0 && k !== truth ? (unicode ? '·' : '.') : people(n)).padStart(cell);
      if (k === truth) return paint.bold(text);
      return n === 0 ? paint.dim(text) : paint.red(text);
    });
    const total = row.reduce((a, b) => a + b, 0);
    const recall = total === 0 ? '-' : `${((100 * row[truth]) / total).toFixed(1)} %`;
    lines.push(`${fit(names[truth], nameWidth, unicode)}  ${cells.join('  ')}  ${recall.padStart(7)}`);
  });
  return lines;
}

function confusedPairs({ labels, counts }: Confusion, { paint, unicode }: Output): string[] {
  const pairs = counts.flatMap((row, truth) =>
    row.map((n, prediction) => ({ n, truth, prediction })).filter((p) => p.n > 0 && p.truth !== p.prediction),
  );
  if (pairs.length === 0) return [`all ${labels.length} classes without a mistake`];
  pairs.sort((a, b) => b.n - a.n);
  const arrow = unicode ? '→' : '->';
  return [
    paint.dim('most confused, truth and prediction'),
    ...pairs.slice(0, 12).map((p) => `${people(p.n).padStart(6)}  ${labels[p.truth]} ${arrow} ${labels[p.prediction]}`),
  ];
}
