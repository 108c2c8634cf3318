import type { Spread } from '../../operations.ts';
import type { Program, StepOp } from '../../program.ts';

/**
 * The one matrix (rows, cols) that a program's loops run over, and what each value is in it: `full` (rows, cols), a
 * `row` of cols, a `col` with a number a row, or one number. A program without row structure is one row, and what its
 * reductions give is a `col` of length 1.
 */
export interface Domain {
  readonly rows: number;
  readonly cols: number;
  readonly kinds: readonly Spread[];
}

export const isReduction = (op: StepOp): boolean => /^(row|col)(Sum|Max)$/.test(op);
const ofColumns = (op: StepOp): boolean => /^col(Sum|Max)$/.test(op);

/** Null if the values fit no one matrix. */
export function domainOf({ inputs, steps }: Program): Domain | null {
  const structured = steps.filter(
    (s) => ofColumns(s.op) || s.rows > 1 || s.operands.some((o) => /row|col/.test(o.spread)),
  );
  let { rows, cols } = structured[0] ?? { rows: 1, cols: Math.max(...[...inputs, ...steps].map((v) => v.size)) };
  if (structured.some((s) => s.rows !== rows || s.cols !== cols)) return null;
  const reduces = steps.some((s) => isReduction(s.op) && (s.rows > 1 || ofColumns(s.op)));
  if (cols === 1 && !reduces) [rows, cols] = [1, rows]; // a column without reductions is a row
  if (cols === 1 || (rows === 1 && steps.some((s) => ofColumns(s.op)))) return null;

  const bySize = (size: number, vector: Spread): Spread | null => {
    if (size === rows * cols) return 'full';
    if (size === 1) return 'scalar';
    const fits = { full: false, row: size === cols, col: size === rows, scalar: false };
    return fits[vector] ? vector : null;
  };
  const kinds = inputs.map((i) => bySize(i.size, i.column ? 'col' : 'row') ?? bySize(i.size, i.column ? 'row' : 'col'));
  for (const { op, operands, size } of steps) {
    const of = operands.map((o) => kinds[o.value]);
    const vector = of.find((k) => k === 'row' || k === 'col') ?? 'row';
    const one = op === 'constant' || (/^row/.test(op) && rows > 1 && size === 1);
    const reduced: Spread = ofColumns(op) ? 'row' : 'col';
    const ofCol = rows === 1 && size === 1 && of.includes('col');
    const kind = one ? 'scalar' : isReduction(op) ? reduced : ofCol ? 'col' : bySize(size, vector);
    const misfit = operands.some(({ value, spread }) => {
      if (kinds[value] === 'scalar' || spread === 'scalar' || isReduction(op)) return false;
      return spread === 'full' ? kinds[value] !== kind : rows > 1 && kinds[value] !== spread;
    });
    if (misfit) return null; // a row used as a column
    kinds.push(kind);
  }
  return kinds.includes(null) ? null : { rows, cols, kinds: kinds as Spread[] };
}
