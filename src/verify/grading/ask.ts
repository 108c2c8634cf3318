import { NeuroForgeError } from '../../core/errors.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { ExerciseId } from '../exercise.ts';
import { exerciseOf } from '../exercises.ts';
import { copied } from '../rig.ts';
import type { Fingerprint, Grade } from '../verdict.ts';
import { parts } from './chain.ts';
import { type Named, type Question, sameBits, tensorsOf } from './question.ts';
import { list, type Result, readObject, readTensor } from './result.ts';

/** What a function made of one question. */
export interface Answer {
  readonly question: Question;
  readonly given: ReadonlyMap<string, Named>;
  /** Why it cannot be right whatever its numbers are; null if nothing is. */
  readonly complaint: string | null;
  readonly error: Grade['error'];
  readonly fingerprints: readonly Fingerprint[];
}

type Callable = (...args: unknown[]) => unknown;

/** Calls the function of an exercise with fresh tensors and reads what it gives; never throws. */
export function ask(id: ExerciseId, f: unknown, question: Question): Answer {
  const inputs = tensorsOf(question.inputs);
  const fail = (thrown: unknown, fingerprints: readonly Fingerprint[]): Answer => {
    return { question, given: new Map(), complaint: null, error: told(thrown, id), fingerprints };
  };
  if (typeof f !== 'function') return fail(missing(id, f), []);
  try {
    const result = read(call(id, f as Callable, inputs), question);
    const written = question.inputs.filter(({ name, values }) => !sameBits(copied(inputs[name]), values));
    return { question, error: null, ...(written.length > 0 ? spoiled(result, written) : result) };
  } catch (error) {
    return fail(error, []);
  }
}

function call(id: ExerciseId, f: Callable, inputs: Record<string, Tensor>): unknown {
  if (id !== 'chain') return f(...Object.values(inputs));
  const { dz3, ...net } = inputs;
  return f(net, dz3, parts);
}

function read(value: unknown, question: Question): Result {
  const { wanted } = question;
  return wanted.length === 1 ? readTensor(value, wanted[0]) : readObject(value, wanted);
}

function spoiled(result: Result, written: readonly Named[]): Result {
  const names = list(written.map(({ name }) => name));
  return {
    given: result.given,
    complaint: `the function writes into ${names}, which others still need`,
    fingerprints: [
      {
        id: 'mutates-input',
        text: `${names} ${written.length === 1 ? 'is' : 'are'} changed: set, fill, axpy and setProduct write in place; sub, mul, add and matmul make a new tensor`,
      },
    ],
  };
}

function missing(id: ExerciseId, f: unknown): NeuroForgeError {
  const { functionName } = exerciseOf(id);
  const what = f === undefined ? `there is no function called ${functionName}` : `${functionName} is not a function`;
  return new NeuroForgeError('NF4150', what);
}

/** A thrown value as plain data, whatever it is. */
export function told(thrown: unknown, id: ExerciseId): Grade['error'] {
  try {
    if (!(thrown instanceof Error)) return { name: 'Error', message: `${String(thrown)} was thrown`, line: null };
    const { name, message, stack } = thrown;
    const line = new RegExp(`${id}\\.js:(\\d+)`).exec(String(stack))?.[1];
    return { name: String(name), message: String(message) + details(thrown), line: line ? Number(line) : null };
  } catch {
    return { name: 'Error', message: 'something was thrown that cannot be read', line: null };
  }
}

function details(error: Error): string {
  if (!(error instanceof NeuroForgeError)) return '';
  const { expected, hint } = error;
  return [expected && `; expected ${expected}`, hint && `; ${hint}`].filter(Boolean).join('');
}
