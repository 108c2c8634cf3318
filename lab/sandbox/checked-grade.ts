import type { ExerciseId } from '../../src/verify/exercises.ts';
import { type Check, type Fingerprint, type Grade, type GradedTensor, noResult } from '../../src/verify/grade.ts';
import { fields, list, number, text } from './stranger.ts';

/**
 * A grade as it came from a learner's worker, which is a stranger: rebuilt field by field, with bounded texts and
 * arrays, so that whatever it is cannot be more than a wrong grade. Null for what is none.
 */
export function checkedGrade(value: unknown, exercise: ExerciseId): Grade | null {
  const g = fields(value);
  const verdict = (['correct', 'wrong', 'error'] as const).find((v) => v === g.verdict);
  const tensors = list(g.tensors, 12).map(tensorOf);
  if (verdict === undefined || tensors.includes(null)) return null;
  return {
    exercise,
    verdict,
    shape: check(g.shape),
    exact: check(g.exact),
    rounding: check(g.rounding),
    worst: g.worst ? worstOf(fields(g.worst)) : null,
    tensors: tensors as GradedTensor[],
    fingerprints: list(g.fingerprints, 20).map(fingerprint),
    error: g.error ? errorOf(fields(g.error)) : null,
  };
}

/** A grade without a verdict on the mathematics: the code did not come to an end, or not to a result. */
export function errorGrade(exercise: ExerciseId, name: string, message: string, line: number | null = null): Grade {
  const skip: Check = { status: 'skip', text: 'Not looked at before the shape is right.' };
  return {
    exercise,
    verdict: 'error',
    shape: noResult(name),
    exact: skip,
    rounding: skip,
    worst: null,
    tensors: [],
    fingerprints: [],
    error: { name, message, line },
  };
}

function check(value: unknown): Check {
  const { status, text: said = '' } = fields(value);
  return { status: (['pass', 'fail', 'skip'] as const).find((s) => s === status) ?? 'skip', text: text(said) };
}

function worstOf({ tensor, index, expected, got }: Readonly<Record<string, unknown>>): Grade['worst'] {
  return { tensor: text(tensor), index: list(index, 8).map(number), expected: number(expected), got: number(got) };
}

function fingerprint(value: unknown): Fingerprint {
  const { id, text: said } = fields(value);
  return { id: text(id), text: text(said) };
}

function errorOf({ name, message, line }: Readonly<Record<string, unknown>>): Grade['error'] {
  return {
    name: text(name).slice(0, 100),
    message: text(message),
    line: Number.isInteger(line) ? number(line) : null,
  };
}

/** Null where the numbers are not as many as the shape says: whoever walks over them goes by the shape. */
function tensorOf(value: unknown): GradedTensor | null {
  const t = fields(value);
  const shape = list(t.shape, 8).map(number);
  const size = shape.reduce((product, n) => product * (Number.isInteger(n) && n >= 1 ? n : Number.NaN), 1);
  if (!(size <= 10_000)) return null;
  const [expected, got, error] = [t.expected, t.got, t.error].map((numbers) =>
    numbers instanceof Float64Array && numbers.length === size ? numbers : null,
  );
  return expected ? { name: text(t.name), shape, got, expected, error } : null;
}
