import type { Spread } from '../../operations.ts';
import type { Program, Step, StepOp } from '../../program.ts';

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

/** Null if the values fit no one matrix, or several ways. */
export function domainOf(program: Program): Domain | null {
  const inputs = program.inputs.length;
  const sizes = [...program.inputs.map((v) => v.size), ...program.steps.map((s) => s.size)];
  const structured = program.steps.filter(isStructured);
  let { rows, cols } = structured[0] ?? { rows: 1, cols: Math.max(...sizes) };
  if (structured.some((s) => s.rows !== rows || s.cols !== cols)) return null;
  if (cols === 1 && !program.steps.some((s) => isReduction(s.op) && s.rows > 1)) [rows, cols] = [1, rows];
  if (cols === 1) return null;

  const kinds = sizes.map((size) => kindBySize(size, rows, cols));
  if (rows === 1) {
    program.steps.forEach((s, i) => {
      const fromCol = s.size === 1 && s.operands.some((o) => kinds[o.value] === 'col');
      if (fromCol || /^row/.test(s.op)) kinds[inputs + i] = 'col';
    });
    if (program.steps.some((s) => /^col/.test(s.op) || (/^row/.test(s.op) && s.cols !== cols))) return null;
  } else if (rows === cols) {
    settle(program, kinds, rows);
  }
  program.steps.forEach((s, i) => {
    if (s.op === 'constant') kinds[inputs + i] = 'scalar';
  });
  return kinds.includes(undefined) ? null : { rows, cols, kinds: kinds as Spread[] };
}

function isStructured(s: Step): boolean {
  return /^col/.test(s.op) || s.rows > 1 || s.operands.some((o) => /row|col/.test(o.spread));
}

function kindBySize(size: number, rows: number, cols: number): Spread | undefined {
  if (size === rows * cols) return 'full';
  if (size === 1) return 'scalar';
  if (size === cols) return rows === cols ? undefined : 'row';
  return size === rows ? 'col' : undefined;
}

/** In a square matrix a vector is a row or a column by how it is used; operations without rows join their operands. */
function settle(program: Program, kinds: (Spread | undefined)[], n: number): void {
  const inputs = program.inputs.length;
  const known = new Map<number, Spread>();
  const conflicts = new Set<number>();
  const isConstant = (value: number): boolean => program.steps[value - inputs]?.op === 'constant';
  const learn = (value: number, kind: Spread | undefined): boolean => {
    if (kind === undefined || kinds[value] !== undefined || isConstant(value)) return false;
    if (known.get(value) === kind) return false;
    if (known.has(value)) conflicts.add(value);
    const news = !known.has(value);
    known.set(value, kind);
    return news;
  };
  for (let more = true; more; ) {
    more = false;
    program.steps.forEach((s, i) => {
      const out = inputs + i;
      if (isReduction(s.op)) {
        if (s.rows === n) more = learn(out, /^row/.test(s.op) ? 'col' : 'row') || more;
        else more = learn(s.operands[0].value, 'col') || more;
        return;
      }
      const group = s.size === n ? [out, ...s.operands.filter((o) => o.spread === 'full').map((o) => o.value)] : [];
      const kind = group.map((v) => known.get(v)).find((k) => k !== undefined);
      for (const v of group) more = learn(v, kind) || more;
      for (const o of s.operands) if (/row|col/.test(o.spread)) more = learn(o.value, o.spread) || more;
    });
  }
  for (const [value, kind] of known) kinds[value] = conflicts.has(value) ? undefined : kind;
}
