import { NeuroForgeError } from '../../core/errors.ts';
import type { ExerciseId } from '../exercise.ts';
import type { Fingerprint, Grade } from '../verdict.ts';

/** A thrown value as plain data, whatever it is. */
export function told(thrown: unknown, id: ExerciseId): NonNullable<Grade['error']> {
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

/** What people call a method that has another name here. */
const habits: Readonly<Record<string, string>> = {
  T: 'T is a property: X.T, without parentheses',
  transpose: 'the transposed matrix is X.T',
  t: 'the transposed matrix is X.T',
  dot: 'the matrix product is matmul',
  mm: 'the matrix product is matmul',
  multiply: 'element by element it is mul, the matrix product is matmul',
  times: 'element by element it is mul, the matrix product is matmul',
  subtract: 'the difference is sub',
  minus: 'the difference is sub',
  plus: 'the sum of two tensors is add',
  divide: 'the quotient is div',
  greater: 'z > 0, element by element, is z.gt(0)',
  map: 'there is no map: gt, mul, sub, div work element by element',
  shape: 'shape is a property: X.shape[0], or X.rows and X.cols',
  rows: 'rows is a property, without parentheses',
  cols: 'cols is a property, without parentheses',
  size: 'size is a property, without parentheses',
};

/** What an exception says about the mistake. */
export function thrownFingerprints(thrown: unknown): Fingerprint[] {
  const { name, message } = told(thrown, 'chain');
  const code = thrown instanceof NeuroForgeError ? thrown.code : '';
  if (['NF1101', 'NF1102', 'NF1109'].includes(code)) {
    const text = 'the shapes do not go together: write the shape of each factor below it; is one to be transposed?';
    return [{ id: 'shapes-do-not-fit', text }];
  }
  if (code === 'NF1107' || /reading '(backend|shape|storage)'/.test(message)) {
    const text = 'an operation was given what is neither a tensor nor a number: z > 0 is not a tensor, z.gt(0) is';
    return [{ id: 'not-a-tensor-argument', text }];
  }
  const method = /\.(\w+) is not a function/.exec(message)?.[1];
  if (method !== undefined && Object.hasOwn(habits, method)) return [{ id: 'no-such-method', text: habits[method] }];
  if (name === 'RangeError' && /call stack/.test(message)) {
    return [{ id: 'recursion', text: 'the function calls itself without end' }];
  }
  return [];
}
