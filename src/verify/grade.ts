/**
 * Grades a learner's backward function: shape first, then whether it equals the library's result bit for bit, then
 * whether it agrees with central differences of the forward function, in float64 and on several random draws of odd
 * shapes. Whatever the function does is said in the grade; nothing is thrown (an endless loop is the caller's to stop).
 */
import { sameShape } from '../core/shape.ts';
import type { ExerciseId } from './exercise.ts';
import { exerciseOf } from './exercises.ts';
import { fingerprintsOf } from './fingerprints.ts';
import { relativeError } from './finite-differences.ts';
import { type Answer, ask } from './grading/ask.ts';
import { pieceOf, questionsOf } from './grading/pieces.ts';
import { list, shapeText } from './grading/result.ts';
import type { Check, Grade, GradedTensor } from './verdict.ts';

export type { Check, Fingerprint, Grade, GradedTensor } from './verdict.ts';

export interface GradeOptions {
  /** Of the draws; default 0. */
  readonly seed?: number;
  /** The text of the function: what it shows of a mistake goes into the fingerprints. */
  readonly code?: string;
}

const tolerance = 1e-7;
const later: Check = { status: 'skip', text: 'Not looked at before the shape is right.' };

/**
 * Grades the function of one exercise among `functions`, by its name (`dz`, `dW`, `db`, `dX`, `dReLU`, `backward`). The
 * chain is given right pieces as `my`, so that a wrong `dW` is not held against it. Throws NF4154 for an id that is none.
 */
export function grade(id: ExerciseId, functions: Readonly<Record<string, unknown>>, options: GradeOptions = {}): Grade {
  const { functionName } = exerciseOf(id);
  const piece = pieceOf(id);
  const questions = questionsOf(piece, options.seed ?? 0);
  const answers: Answer[] = [];
  for (const question of questions) {
    answers.push(ask(id, functions[functionName], question, options.code));
    if (answers.at(-1)!.error) break;
  }
  const shape = shapeCheck(answers);
  const compared = shape.status === 'pass';
  const exact = compared ? exactCheck(answers) : later;
  const rounding = compared ? roundingCheck(id, answers) : later;
  const failing = answers.find((a) => a.error || a.complaint || (compared && errorOf(a) > tolerance));
  const shown = failing ?? answers[0];
  const correct = compared && rounding.status === 'pass';
  const { error } = answers.at(-1)!;
  return {
    exercise: id,
    verdict: correct ? 'correct' : error ? 'error' : 'wrong',
    shape,
    exact,
    rounding,
    worst: compared ? worstOf(shown) : null,
    tensors: tensorsOf(shown),
    fingerprints: correct ? [] : fingerprintsOf(piece, answers, options.code),
    error,
  };
}

function shapeCheck(answers: readonly Answer[]): Check {
  const failed = answers.find((a) => a.error || a.complaint);
  if (failed?.error) return noResult(failed.error.name);
  if (failed) return { status: 'fail', text: `${sentence(failed.complaint!)}.` };
  const { wanted } = answers[0].question;
  const shapes = wanted.length === 1 ? shapeText(wanted[0]) : list(wanted.map((w) => `${w.name} ${w.letters}`));
  return { status: 'pass', text: `${wanted.length === 1 ? `As expected, ${shapes}` : `All as expected: ${shapes}`}.` };
}

/** The first check where an error came before any result. */
export function noResult(error: string): Check {
  const causes: Readonly<Record<string, string>> = {
    SyntaxError: 'There is no function yet: this cannot be read as JavaScript.',
    Stopped: 'There is no result: the function did not come to an end.',
  };
  const known = Object.hasOwn(causes, error); // the name is the learner's: `constructor`, perhaps
  return { status: 'fail', text: known ? causes[error] : 'There is no result: the function stopped with an error.' };
}

function exactCheck(answers: readonly Answer[]): Check {
  let [off, all, largest] = [0, 0, 0];
  let onlyZeros = true;
  for (const { question, given } of answers) {
    for (const { name, values } of question.wanted) {
      const got = given.get(name)!.values;
      all += values.length;
      for (let i = 0; i < values.length; i++) {
        if (Object.is(got[i], values[i])) continue;
        off++;
        if (got[i] === values[i]) continue;
        onlyZeros = false;
        const difference = Math.abs(got[i] - values[i]);
        largest = difference >= 0 ? Math.max(largest, difference) : Infinity;
      }
    }
  }
  const of = `${off} of ${all} numbers`;
  if (off === 0)
    return { status: 'pass', text: `Equal to the library's result, bit for bit, in ${answers.length} draws.` };
  if (onlyZeros) return { status: 'fail', text: `${of} differ from the library's in the sign of a zero.` };
  if (largest >= 1e-12) return { status: 'fail', text: `${of} differ from the library's.` };
  const text = `Another order of operations: not the same bits, but within rounding (${of} differ, by at most ${brief(largest)}).`;
  return { status: 'fail', text };
}

function roundingCheck(id: ExerciseId, answers: readonly Answer[]): Check {
  const error = Math.max(...answers.map(errorOf));
  const pass = error <= tolerance;
  const corner = id === 'relu' ? ' Where z is 0, the slope is taken from the left: 0.' : '';
  const parts =
    id === 'chain' ? ' Graded with right pieces as `my`: a mistake in your own is not held against the chain.' : '';
  const verb = pass ? 'Agrees' : 'Does not agree';
  const bound = `${error === Infinity ? 'a number is not finite' : `worst relative error ${brief(error)}`} (at most 1e-7 passes)`;
  return {
    status: pass ? 'pass' : 'fail',
    text: `${verb} with central differences in ${answers.length} draws: ${bound}.${corner}${parts}`,
  };
}

/** The worst relative error of an answer's tensors against the slopes. */
function errorOf({ question, given }: Answer): number {
  return Math.max(...question.wanted.map(({ name, slopes }) => relativeError(given.get(name)!.values, slopes)));
}

function worstOf({ question, given }: Answer): Grade['worst'] {
  let worst: Grade['worst'] = null;
  let most = 0;
  for (const { name, shape, values } of question.wanted) {
    const got = given.get(name)!.values;
    values.forEach((expected, i) => {
      const difference = Math.abs(got[i] - expected);
      const size = difference >= 0 ? difference : Infinity;
      if (size <= most) return;
      most = size;
      worst = { tensor: name, index: indexOf(i, shape), expected, got: got[i] };
    });
  }
  return worst;
}

/** The place of element i of a tensor in row order. */
function indexOf(i: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  for (let d = shape.length - 1; d >= 0; d--) {
    index.unshift(i % shape[d]);
    i = Math.floor(i / shape[d]);
  }
  return index;
}

function tensorsOf({ question, given }: Answer): GradedTensor[] {
  return question.wanted.map(({ name, shape, values: expected }) => {
    const found = given.get(name);
    const got = found && sameShape(found.shape, shape) ? found.values : null;
    return { name, shape, got, expected: expected.slice(), error: got?.map((v, i) => v - expected[i]) ?? null };
  });
}

/** The names of results keep their small letter. */
function sentence(text: string): string {
  return text.startsWith('the ') ? `The ${text.slice(4)}` : text;
}

function brief(x: number): string {
  return x.toExponential(1);
}
