import { NeuroForgeError } from '../../core/errors.ts';
import { Tensor } from '../../tensor/tensor.ts';
import type { ExerciseId } from '../exercise.ts';
import { exerciseOf } from '../exercises.ts';
import type { Fingerprint, Grade } from '../verdict.ts';
import { nearest } from './names.ts';
import { list } from './result.ts';
import { signature, syntaxFingerprints, tensorNames } from './text.ts';

/** So much of a message is told, and so much of a name. */
const longest = { message: 2000, name: 100 };

/** A thrown value as plain data of bounded length, whatever it is. */
export function told(thrown: unknown, id: ExerciseId): NonNullable<Grade['error']> {
  try {
    if (!(thrown instanceof Error)) {
      return { name: 'Error', message: `${cut(String(thrown), longest.message)} was thrown`, line: null };
    }
    const { message, stack } = thrown;
    const name = thrown instanceof NeuroForgeError ? 'Error' : cut(String(thrown.name), longest.name);
    const line = new RegExp(`${id}\\.js:(\\d{1,9})`).exec(String(stack))?.[1];
    const text = cut(String(message) + details(thrown), longest.message);
    return { name, message: text, line: line ? Number(line) : null };
  } catch {
    return { name: 'Error', message: 'something was thrown that cannot be read', line: null };
  }
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/** The code of an error of the library's, '' for anything else. Never throws, as a proxy may when it is looked at. */
export function codeOf(thrown: unknown): string {
  try {
    return thrown instanceof NeuroForgeError ? String(thrown.code) : '';
  } catch {
    return '';
  }
}

function details(error: Error): string {
  if (!(error instanceof NeuroForgeError)) return '';
  const { expected, hint } = error;
  return [expected && `; expected ${expected}`, hint && `; ${hint}`].filter(Boolean).join('');
}

/** What people call a method that has another name here. */
const habits: Readonly<Record<string, string>> = {
  T: '`T` is a property: `X.T`, without parentheses',
  transpose: 'the transposed matrix is `X.T`',
  t: 'the transposed matrix is `X.T`',
  dot: 'the matrix product is `matmul`',
  mm: 'the matrix product is `matmul`',
  multiply: 'element by element it is `mul`, the matrix product is `matmul`',
  times: 'element by element it is `mul`, the matrix product is `matmul`',
  prod: 'element by element it is `mul`, the matrix product is `matmul`',
  scale: 'a number times a tensor is `mul` too',
  subtract: 'the difference is `sub`',
  minus: 'the difference is `sub`',
  plus: 'the sum of two tensors is `add`',
  divide: 'the quotient is `div`',
  over: 'the quotient is `div`',
  greater: 'z > 0, element by element, is `z.gt(0)`',
  greaterThan: 'z > 0, element by element, is `z.gt(0)`',
  less: 'z < 0, element by element, is `z.lt(0)`',
  pow: 'the square is `square()`; other powers are products',
  max: 'the larger of two, element by element, is `maximum`; `colMax` and `rowMax` are those of a column and of a row',
  min: 'the smaller of two, element by element, is `minimum`',
  sumRows: '`colSum()` adds up the rows and leaves one number a column',
  map: 'there is no map: `gt`, `mul`, `sub`, `div` work element by element',
  forEach: 'a tensor is no array: `toArray()` gives one, and `tensor(array)` makes a tensor of it',
  reduce: 'a tensor is no array: `colSum` and `rowSum` add up',
  slice: 'rows from n to m are `rowRange(n, m)`',
  get: 'single numbers are in the arrays that `toArray()` gives',
  at: 'single numbers are in the arrays that `toArray()` gives',
  copy: '`add(0)` is a copy, `zerosLike()` the same shape with zeros',
  clone: '`add(0)` is a copy, `zerosLike()` the same shape with zeros',
  shape: '`shape` is a property: `X.shape[0]`, or `X.rows` and `X.cols`',
  rows: '`rows` is a property, without parentheses',
  cols: '`cols` is a property, without parentheses',
  size: '`size` is a property, without parentheses',
};

/** Methods and properties of a tensor. */
const members: readonly string[] = Object.getOwnPropertyNames(Tensor.prototype).filter((n) => n !== 'constructor');

const notThere: readonly [RegExp, string][] = [
  [/^(np|numpy|torch|tf|jax|nj|nf|ml|Tensor)$/, 'there is no library here, and none is needed: a tensor has methods'],
  [/^(None|True|False|range|print|self|and|or|not)$/, 'this is Python: plain JavaScript is wanted'],
  [
    /^(exp|log|sqrt|sum|mean|softmax|relu|matmul|dot|transpose|sub|add|mul|div)$/,
    'it is a method: `P.log()`, `X.matmul(dY)`',
  ],
  [/^(axis|dim|keepdims?)$/, 'there is no axis: `colSum` sums each column, `rowSum` each row'],
  [/^(math)$/, 'it is `Math`; of a tensor, `log()` and `exp()` are methods'],
];

/** A name of JavaScript's. Messages are the learner's to write, and other names would break the patterns made of them. */
const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

/** What an exception says about the mistake; `code` is the text of the function, where it is known. */
export function thrownFingerprints(thrown: unknown, id: ExerciseId, code = ''): Fingerprint[] {
  const { name, message } = told(thrown, id);
  const one = (fingerprintId: string, text: string): Fingerprint[] => [{ id: fingerprintId, text }];
  if (name === 'SyntaxError') return syntaxFingerprints(id, code, message);
  const nfCode = codeOf(thrown);
  if (['NF1101', 'NF1102', 'NF1109'].includes(nfCode)) {
    if (/\btensor\(/.test(code) && /\(\d+\)/.test(message)) {
      return one('shapes-do-not-fit', 'a flat array makes a vector: `tensor(values, z.shape)` gives it a shape');
    }
    const text = 'the shapes do not go together: write the shape of each factor below it; is one to be transposed?';
    return one('shapes-do-not-fit', text);
  }
  if (nfCode === 'NF1107') return one('not-a-tensor-argument', notATensor(message));
  if (nfCode === 'NF1105' && /^set:/.test(message)) {
    return one('set-nested', '`set` takes a flat array in row order: `rows.flat()`; `tensor(rows)` takes nested ones');
  }
  if (nfCode === 'NF1103') return one('dtype', 'make tensors with `tensor`, `zeros` and `ones` inside the function');
  const unknown = /^(?:Can't find variable: )?(\S+)(?: is not defined|$)/.exec(
    name === 'ReferenceError' ? message : '',
  )?.[1];
  if (unknown !== undefined && identifier.test(unknown)) return one(...undefinedName(unknown, id, code));
  const method = /\.(\w+) is not a function/.exec(message)?.[1];
  if (method !== undefined) {
    if (Object.hasOwn(habits, method)) return one('no-such-method', habits[method]);
    if (members.includes(method)) {
      return one(
        'not-a-tensor',
        `only a tensor has \`${method}\`, and what stands before it is none: \`zeros(…)\` is one`,
      );
    }
    const meant = nearest(method, members);
    return meant ? one('no-such-method', `it is written \`${meant}\``) : [];
  }
  if (/^item\(\)/.test(message)) {
    return one('item', '`item()` reads a tensor of one number; element by element, z > 0 is `z.gt(0)`');
  }
  if (/^reshape of/.test(message)) {
    return one('reshaped', '`reshape` keeps every number: is something to be added up, or transposed with `T`?');
  }
  const read = /of undefined \(reading '([A-Za-z]\w*)'\)/.exec(message)?.[1];
  if (read !== undefined && members.includes(read)) return one('undefined-name', beforeDot(read, id, code));
  if (/of undefined \(reading '\d+'\)/.test(message)) {
    return one('beyond-end', 'an index is beyond the end of an array: does a loop run to `<=` where `<` belongs?');
  }
  if (/Assignment to constant|assignment to const|assign to readonly/.test(message))
    return one('constant', 'what `const` declares cannot be changed: `let`');
  if (/before initialization|uninitialized variable/.test(message))
    return one('order', 'a name is used above the line that declares it');
  if (/is not iterable/.test(message)) {
    return one('indexing', 'a tensor is no array: `toArray()` gives one, and `tensor(array)` makes a tensor of it');
  }
  if (/call stack|too much recursion/.test(message)) {
    return one('recursion', 'the function calls itself without end');
  }
  return [];
}

/** What is not there before `.name`. */
function beforeDot(name: string, id: ExerciseId, code: string): string {
  const [, owner, property] = new RegExp(`\\b(\\w+)\\.(\\w+)\\.${name}\\b`).exec(code) ?? [];
  if (property === undefined || members.includes(property)) {
    return `what stands before \`.${name}\` is not there: is the head of the function ${signature(id)}?`;
  }
  if (Object.hasOwn(habits, property)) return habits[property];
  const meant = nearest(property, members);
  return meant ? `\`${owner}.${property}\` is written \`${owner}.${meant}\`` : `there is no \`${owner}.${property}\``;
}

function notATensor(message: string): string {
  if (/is (true|false),/.test(message)) return 'z > 0 is not a tensor, `z.gt(0)` is: ones and zeros';
  if (/^where: .* the number/.test(message)) {
    return '`where` takes two tensors; for a gate, `mul` with ones and zeros is simpler: `dY.mul(z.gt(0))`';
  }
  if (/is undefined|is null/.test(message)) return 'what stands in the parentheses is not there: is a name misspelt?';
  return 'what stands in the parentheses is no tensor';
}

/** What a name that is not there says. */
function undefinedName(name: string, id: ExerciseId, code: string): [id: string, text: string] {
  const { parameters } = exerciseOf(id);
  const names = tensorNames(id);
  if (id === 'chain' && ['dW', 'db', 'dX', 'dReLU'].includes(name)) {
    return ['without-my', 'your pieces are in `my`: `my.dW(X, dY)`, `my.db(dY)`, `my.dX(dY, W)`, `my.dReLU(dY, z)`'];
  }
  if (id === 'chain' && name !== 'dz3' && names.includes(name))
    return ['undefined-name', `it is in net: \`net.${name}\``];
  if (id === 'chain' && name === 'W1') return ['undefined-name', 'nobody needs W1: the gradient of X is not asked for'];
  if (name === 'T' && !names.includes('T')) return ['undefined-name', `the transposed matrix is \`${names[0]}.T\``];
  if (parameters.some((p) => p.name === name)) {
    return [
      'no-argument',
      `${name} is an argument: the function begins with \`function ${signature(id).slice(1, -1)} {\``,
    ];
  }
  const dimension = parameters.find(({ shape }) => new RegExp(`\\b${name}\\b`).test(shape));
  if (dimension && id !== 'chain') {
    const first = dimension.shape.startsWith(`(${name}`);
    return ['undefined-name', `the number ${name} is \`${dimension.name}.${first ? 'rows' : 'cols'}\``];
  }
  if (name === 'len') return ['undefined-name', `the number of examples is \`${names[0]}.rows\``];
  if (members.includes(name)) return ['undefined-name', `it is a method: \`${names[0]}.${name}(…)\``];
  const known = notThere.find(([pattern]) => pattern.test(name));
  if (known) return ['undefined-name', known[1]];
  const declared = Array.from(code.matchAll(/(?:const|let|var|function)\s+([\w$]+)/g), ([, n]) => n);
  const meant = nearest(name, [...names, ...declared]);
  if (meant?.toLowerCase() === name.toLowerCase()) {
    return ['undefined-name', `there is \`${meant}\`: capital and small letters are told apart`];
  }
  if (meant) return ['undefined-name', `is it \`${meant}\` that is meant?`];
  if (new RegExp(`(?<![\\w.$])${name.replaceAll('$', '\\$')}\\s*=(?!=)`).test(code)) {
    return ['undeclared', `declare it where it is first used: \`let ${name} = …\``];
  }
  return ['undefined-name', `nothing is called ${name} here; there is ${list(names)}`];
}
