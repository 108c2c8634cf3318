import { NeuroForgeError } from '../../core/errors.ts';
import type { ExerciseId } from '../exercise.ts';
import { exerciseOf, exercises } from '../exercises.ts';
import { copied } from '../rig.ts';
import { makeTensorsOn } from '../scope.ts';
import type { Fingerprint, Grade } from '../verdict.ts';
import { nearest, withoutComments } from './names.ts';
import { type Named, type Question, sameBits, tensorsOf, type Values } from './question.ts';
import { list, type Result, readObject, readTensor } from './result.ts';
import { signature } from './text.ts';
import { thrownFingerprints, told } from './thrown.ts';
import { named, watchfulParts } from './watch.ts';

/** What a function made of one question. */
export interface Answer {
  readonly question: Question;
  readonly given: ReadonlyMap<string, Named>;
  /** Why it cannot be right whatever its numbers are; null if nothing is. */
  readonly complaint: string | null;
  readonly error: Grade['error'];
  readonly fingerprints: readonly Fingerprint[];
}

/** Calls the function of an exercise with fresh tensors and reads what it gives; never throws. `code` is its text. */
export function ask(id: ExerciseId, f: unknown, question: Question, code = ''): Answer {
  const inputs = tensorsOf(question.inputs);
  const fail = (thrown: unknown, fingerprints: readonly Fingerprint[]): Answer => {
    return { question, given: new Map(), complaint: null, error: told(thrown, id), fingerprints };
  };
  if (typeof f !== 'function') return fail(...missing(id, f, code));
  const { args, fingerprints } = argumentsOf(id, inputs);
  makeTensorsOn(Object.values(inputs)[0].backend);
  try {
    const value = (f as (...args: unknown[]) => unknown)(...args);
    const result = read(value, question);
    const written = question.inputs.filter(({ name, values }) => !sameBits(copied(inputs[name]), values));
    if (written.length > 0) return { question, error: null, ...spoiled(result, written) };
    return {
      question,
      error: null,
      ...result,
      fingerprints: [...givenBack(value, inputs, code), ...result.fingerprints],
    };
  } catch (error) {
    return fail(error, fingerprints.length > 0 ? fingerprints : thrownFingerprints(error, id, code));
  }
}

function argumentsOf(id: ExerciseId, inputs: Values): { args: unknown[]; fingerprints: Fingerprint[] } {
  if (id !== 'chain') return { args: Object.values(inputs), fingerprints: [] };
  const { dz3, ...net } = inputs;
  const { my, fingerprints } = watchfulParts(inputs);
  return { args: [named('net', net), dz3, my], fingerprints };
}

function givenBack(value: unknown, inputs: Values, code: string): Fingerprint[] {
  const found = Object.keys(inputs).find((name) => inputs[name] === value);
  if (found === undefined) return [];
  const writing = /\b(toArray|dataSync)\b/.exec(code)?.[1];
  if (writing !== undefined) {
    const text = `\`${writing}()\` copies: what is written into the array does not reach ${found}; \`tensor(array)\` makes a tensor of it`;
    return [{ id: 'copy-written', text }];
  }
  return [{ id: 'returns-input', text: `the function gives back its argument ${found}` }];
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

/** Why there is no function to call, and what was probably meant. */
function missing(id: ExerciseId, f: unknown, code: string): [NeuroForgeError, Fingerprint[]] {
  const { functionName } = exerciseOf(id);
  if (f !== undefined) {
    const text = `write it as \`function ${signature(id).slice(1, -1)} { … }\``;
    return [new NeuroForgeError('NF4150', `${functionName} is not a function`), [{ id: 'no-function', text }]];
  }
  const declared = Array.from(withoutComments(code).matchAll(/(?:function|const|let|var)\s+([\w$]+)/g), ([, n]) => n);
  const meant =
    nearest(functionName, declared) ?? declared.find((name) => exercises.some((e) => e.functionName === name));
  const instead = meant === undefined ? '' : `; there is ${meant}`;
  const text =
    meant === undefined
      ? `it begins with \`function ${signature(id).slice(1)}`
      : `call it \`${functionName}\`, not \`${meant}\``;
  const error = new NeuroForgeError('NF4150', `there is no function called ${functionName}${instead}`);
  return [error, [{ id: 'no-function', text }]];
}
