import type { ExerciseId } from '../../src/verify/exercises.ts';
import { type Check, type Fingerprint, type Grade, type GradedTensor, noResult } from '../../src/verify/grade.ts';
import { text } from './lab-run.ts';

/**
 * A grade as it came from a learner's worker, which is a stranger: rebuilt field by field, with bounded texts and
 * arrays, so that whatever it is cannot be more than a wrong grade. Null for what is none.
 */
export function checkedGrade(value: unknown, exercise: ExerciseId): Grade | null {
  const g = value as Grade;
  const tensors = list(g?.tensors, 12).map(tensorOf);
  const known = ['correct', 'wrong', 'error'].includes(g?.verdict) && tensors.every((t) => t !== null);
  if (!known) return null;
  const { worst, error } = g;
  return {
    exercise,
    verdict: g.verdict,
    shape: check(g.shape),
    exact: check(g.exact),
    rounding: check(g.rounding),
    worst: worst
      ? {
          tensor: text(worst.tensor),
          index: list(worst.index, 8).map(Number),
          expected: Number(worst.expected),
          got: Number(worst.got),
        }
      : null,
    tensors: tensors as GradedTensor[],
    fingerprints: list(g.fingerprints, 20).map((f: Fingerprint) => ({ id: text(f?.id), text: text(f?.text) })),
    error: error
      ? {
          name: text(error.name).slice(0, 100),
          message: text(error.message),
          line: Number.isInteger(error.line) ? error.line : null,
        }
      : null,
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

function check(value: Check): Check {
  const status = (['pass', 'fail', 'skip'] as const).find((s) => s === value?.status) ?? 'skip';
  return { status, text: text(value?.text ?? '') };
}

function tensorOf(t: GradedTensor): GradedTensor | null {
  const shape = list(t?.shape, 8).map(Number);
  const arrays = [t?.got, t?.expected, t?.error].map((a) =>
    a instanceof Float64Array && a.length <= 10_000 ? a : null,
  );
  const [got, expected, error] = arrays;
  return expected ? { name: text(t.name), shape, got, expected, error } : null;
}

// biome-ignore lint/suspicious/noExplicitAny: elements of whatever a stranger sent
function list(value: unknown, most: number): any[] {
  return Array.isArray(value) ? value.slice(0, most) : [];
}
