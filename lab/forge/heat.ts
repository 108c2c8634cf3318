import type { Grade, GradedTensor } from '../../src/verify/grade.ts';

export type Side = 'error' | 'got' | 'expected';

export interface HeatCell {
  readonly index: readonly number[];
  readonly value: number;
  /** -1 to 1 of the largest size in sight; NaN where the value is not finite. */
  readonly heat: number;
}

/** One side of a graded tensor as rows of cells; null where the learner gave nothing of this shape. */
export function heatRows(graded: GradedTensor, side: Side): HeatCell[][] | null {
  const values = graded[side];
  if (values === null) return null;
  const { shape } = graded;
  const cols = shape.length === 0 ? 1 : shape[shape.length - 1];
  const finite = Array.from(values, Math.abs).filter((v) => v < Infinity);
  const largest = Math.max(0, ...finite);
  const rows: HeatCell[][] = [];
  for (let from = 0; from < values.length; from += cols) {
    rows.push(
      Array.from({ length: cols }, (_, col) => {
        const value = values[from + col];
        const heat = Number.isFinite(value) ? (largest === 0 ? 0 : value / largest) : Number.NaN;
        return { index: shape.length < 2 ? [col] : [from / cols, col], value, heat };
      }),
    );
  }
  return rows;
}

/** A tensor in one sentence, for who does not see it. */
export function heatText(graded: GradedTensor): string {
  const { name, shape, error } = graded;
  if (error === null) return `${name} could not be compared.`;
  const off = Array.from(error).filter((e) => e !== 0).length;
  const size = `${name}, ${shape.join(' by ')}`;
  return off === 0 ? `${size}: no number differs.` : `${size}: ${off} of ${error.length} numbers differ.`;
}

/** The tensors of a grade that have numbers to show: none after an error, and none where no given number is off. */
export function comparable({ error, tensors }: Pick<Grade, 'error' | 'tensors'>): GradedTensor[] {
  if (error !== null) return [];
  const given = tensors.filter((t) => t.error !== null);
  return given.some((t) => t.error!.some((e) => e !== 0)) ? given : [];
}

/** What deserves to be seen first: the tensor with the worst number, then those that differ, then the rest. */
export function byInterest(tensors: readonly GradedTensor[], worst: string | undefined): GradedTensor[] {
  const rank = (t: GradedTensor): number => (t.name === worst ? 0 : t.error?.every((e) => e === 0) ? 2 : 1);
  return [...tensors].sort((a, b) => rank(a) - rank(b));
}
