import { NeuroForgeError } from '../../core/errors.ts';
import { formatShape, sameShape, sizeOf } from '../../core/shape.ts';
import { Indices } from '../../tensor/indices.ts';
import { Tensor } from '../../tensor/tensor.ts';
import { copied } from '../rig.ts';
import type { Fingerprint } from '../verdict.ts';
import type { Named, Wanted } from './question.ts';

/** What a function gave, read: the tensors that are there, and what is wrong with it before any number is compared. */
export interface Result {
  /** By name; what is no tensor is left out. */
  readonly given: ReadonlyMap<string, Named>;
  /** Why this cannot be an answer; null when each wanted tensor is there in its shape. */
  readonly complaint: string | null;
  readonly fingerprints: readonly Fingerprint[];
}

/** Reads what a function gave for one wanted tensor. */
export function readTensor(value: unknown, wanted: Wanted): Result {
  if (!(value instanceof Tensor)) return { given: new Map(), ...notATensor(value, `a Tensor ${shapeText(wanted)}`) };
  const given = new Map([[wanted.name, read(value, wanted.name)]]);
  return { given, ...complaintOf([value], given, [wanted]) };
}

/** Reads an object of several tensors. */
export function readObject(value: unknown, wanted: readonly Wanted[]): Result {
  const names = wanted.map(({ name }) => name);
  const object = `an object { ${names.join(', ')} }`;
  const given = new Map<string, Named>();
  if (value instanceof Tensor) {
    const complaint = `the function returns one Tensor ${formatShape(value.shape)}, expected ${object}`;
    return {
      given,
      complaint,
      fingerprints: [{ id: 'missing-keys', text: `give all back by name: \`return ${object.slice(10)};\`` }],
    };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isThenable(value)) {
    const { complaint, fingerprints } = notATensor(value, object);
    const byName = { id: 'array', text: `give them back by name: \`return ${object.slice(10)};\`` };
    return { given, complaint, fingerprints: Array.isArray(value) ? [byName] : fingerprints };
  }
  const tensors: Tensor[] = [];
  const keys = Object.keys(value);
  const missing = names.filter(
    (name) => !Object.hasOwn(value, name) || (value as Record<string, unknown>)[name] === undefined,
  );
  for (const name of names.filter((n) => !missing.includes(n))) {
    const part = (value as Record<string, unknown>)[name];
    if (part instanceof Tensor) {
      given.set(name, read(part, name));
      tensors.push(part);
    } else {
      const { complaint, fingerprints } = notATensor(part, 'a Tensor');
      return { given, complaint: `${name}: ${complaint}`, fingerprints };
    }
  }
  if (missing.length === 0) return { given, ...complaintOf(tensors, given, wanted) };
  const unknown = keys.filter((key) => !names.includes(key));
  const instead = unknown.length > 0 ? `; there is ${list(unknown)}, which nobody asks for` : '';
  return {
    given,
    complaint: `the result has no ${list(missing)}${instead}`,
    fingerprints: [
      {
        id: 'missing-keys',
        text: `the object that is returned is to have ${list(names)}: ${list(missing)} ${missing.length === 1 ? 'is' : 'are'} missing`,
      },
    ],
  };
}

/** Copies what is read: an object made to look like a tensor might say something else the next time, or throw. */
function read(t: Tensor, name: string): Named {
  const shape = Array.from(t.shape, Number);
  const values = copied(t);
  if (values.length === sizeOf(shape)) return { name, shape, values };
  throw new NeuroForgeError('NF1105', `${name}: ${values.length} values for shape ${formatShape(shape)}`);
}

function complaintOf(
  tensors: readonly Tensor[],
  given: ReadonlyMap<string, Named>,
  wanted: readonly Wanted[],
): Omit<Result, 'given'> {
  const foreign = tensors.findIndex((t) => t.dtype !== 'f64');
  if (foreign >= 0) {
    const text = 'make new tensors with `tensor`, `zeros` and `ones` inside the function, or from those that are given';
    const complaint = `${wanted[foreign].name} is a tensor of float32, expected float64 as the arguments`;
    return { complaint, fingerprints: [{ id: 'dtype', text }] };
  }
  const wrong = wanted.flatMap((w) => {
    const { shape } = given.get(w.name)!;
    return sameShape(shape, w.shape) ? [] : [`${w.name} has shape ${formatShape(shape)}, expected ${shapeText(w)}`];
  });
  return { complaint: wrong.length === 0 ? null : wrong.join('; '), fingerprints: [] };
}

export function shapeText({ shape, letters }: Wanted): string {
  return `${formatShape(shape)} = ${letters}`;
}

/** What a value is that is no tensor, and what was probably meant. */
function notATensor(value: unknown, expected: string): { complaint: string; fingerprints: Fingerprint[] } {
  const say = (id: string, what: string, text: string): { complaint: string; fingerprints: Fingerprint[] } => ({
    complaint: `the function returns ${what}, expected ${expected}`,
    fingerprints: [{ id, text }],
  });
  if (value === undefined) return say('no-return', 'nothing', 'nothing comes back: is there a `return`?');
  if (typeof value === 'number' && Number.isNaN(value)) {
    return say(
      'operator',
      'NaN',
      'JavaScript has no + - * / > && for tensors: write `P.sub(T)`, `dY.mul(z.gt(0))`, `X.T.matmul(dY)`',
    );
  }
  if (typeof value === 'number')
    return say('number', `the number ${value}`, 'a number comes back where a tensor is wanted');
  if (typeof value === 'function') {
    return say(
      'not-called',
      'a function',
      'a function comes back and not its result: are the parentheses missing, as in `colSum()`?',
    );
  }
  if (isThenable(value)) {
    return say(
      'promise',
      'a Promise',
      'the function is `async`, or does not wait for one that is: it is to give its result at once',
    );
  }
  if (Array.isArray(value) && value.some((v) => v instanceof Tensor)) {
    return say('wrapped', 'an array', 'the tensor is wrapped in an array: return the tensor itself');
  }
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    return say(
      'array',
      'an array',
      'an array comes back: `tensor(array)` makes a tensor of it, and the methods (`sub`, `matmul`, `colSum`) give tensors',
    );
  }
  if (value instanceof Indices)
    return say('not-a-tensor', 'Indices', 'whole numbers come back where a tensor is wanted');
  if (typeof value === 'boolean') {
    const text = 'true or false comes back: `z.gt(0)` compares element by element, `mul` multiplies';
    return say('operator', `${value}`, text);
  }
  if (typeof value === 'object' && value !== null && Object.values(value).some((v) => v instanceof Tensor)) {
    return say('wrapped', 'an object', 'the tensor is wrapped in an object: return the tensor itself');
  }
  const what = value === null ? 'null' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
  return say('not-a-tensor', what, `${what} comes back where a tensor is wanted`);
}

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}

/** `a, b and c`. */
export function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
