/** What the text of a learner's function says of a mistake that its result does not show, or not as well. */
import type { ExerciseId } from '../exercise.ts';
import { exerciseOf } from '../exercises.ts';
import type { Fingerprint } from '../verdict.ts';
import { nearest, withoutComments } from './names.ts';

/** Names that a function has for tensors: its arguments, and in the chain what net holds. */
export function tensorNames(id: ExerciseId): readonly string[] {
  const { parameters } = exerciseOf(id);
  const names = parameters.flatMap(({ name, shape }) => (name === 'net' ? (shape.match(/\w+/g) ?? []) : [name]));
  return names.filter((name) => name !== 'my');
}

/** Most likely first. Where one of them holds, what the result looks like is a consequence. */
export function textFingerprints(id: ExerciseId, code: string): Fingerprint[] {
  const text = withoutComments(code);
  const arrays = /\b(toArray|dataSync|map|forEach|reduce)\b/.test(text); // a name may stand for a number there
  const one = `(?<![\\w.$])(?:net\\.)?(?:${tensorNames(id).join('|')})(?:\\.T)?(?![\\w$])`;
  const found: Fingerprint[] = [];
  const say = (holds: boolean, fingerprintId: string, said: string): void => {
    if (holds) found.push({ id: fingerprintId, text: said });
  };
  say(swapped(id, text), 'arguments-swapped', `the arguments come in another order: ${signature(id)}`);
  say(
    /\.fill\(\s*(new\s+Array|Array|\[)/.test(text),
    'shared-rows',
    '`fill` puts one and the same array into every row: `zeros(rows, cols).toArray()` has an array for each',
  );
  const kept = /(?:^|[;}]|(?<!\$)\{|[)\w]\n)\s*([A-Za-z_$][\w$]*)\.(add|sub|mul|div|neg|relu)\(/.exec(text);
  if (kept && /\breturn\b/.test(text)) {
    const [, name, method] = kept;
    const said = `\`${name}.${method}(…)\` makes a new tensor and leaves ${name} as it is: \`${name} = ${name}.${method}(…)\``;
    found.push({ id: 'dropped', text: said });
  }
  say(
    /\.(add|sub|mul|div)\(\s*\w+\.shape\s*\)/.test(text),
    'whole-shape',
    '`shape` is an array: `shape[0]` or `rows`, `shape[1]` or `cols`',
  );
  say(
    /\.data\b(?!\s*\()/.test(text),
    'indexing',
    '`data` is a method here, and one to wait for: single numbers are in the arrays that `toArray()` gives; `tensor(array)` makes a tensor of them',
  );
  if (arrays) return found;
  say(
    /\.(gt|ge|lt|le|eq)\([^()]*\)\s*(\?(?![.?])|&&|\|\|)|\bif\s*\([^{};]{0,300}\.(gt|ge|lt|le|eq)\(/.test(text),
    'tensor-condition',
    'a tensor in a condition is always true: `z.gt(0)` is many ones and zeros, to be multiplied with `mul`',
  );
  const bare = `${one}(?!\\s*[.[(])`;
  const operator = new RegExp(
    `${one}\\s*(?:[-+*/%]|[<>]=?|===?|!==?|&&|\\|\\|)|(?:(?<![=+-])[-+*/%<>]=?|&&|\\|\\|)\\s*${bare}`,
  );
  say(
    operator.test(text.replace(/=>/g, ' ')),
    'operator',
    'JavaScript has no + - * / > && for tensors: write `P.sub(T)`, `dY.mul(z.gt(0))`, `X.T.matmul(dY)`',
  );
  say(
    new RegExp(`(${one}|\\))\\s*\\[`).test(text),
    'indexing',
    'a tensor has no [i]: work on all of it (`sub`, `mul`, `matmul`), or on the arrays that `toArray()` gives',
  );
  say(
    new RegExp(`${one}\\.length\\b`).test(text),
    'no-length',
    'a tensor has no length: `rows` is the number of examples, `cols` that of columns',
  );
  return found;
}

/** `dX(dY, W)` */
export function signature(id: ExerciseId): string {
  const { functionName, parameters } = exerciseOf(id);
  return `\`${functionName}(${parameters.map((p) => p.name).join(', ')})\``;
}

/** Whether the function has the right names for its arguments in another order. */
function swapped(id: ExerciseId, text: string): boolean {
  const { functionName, parameters } = exerciseOf(id);
  const right = parameters.map((p) => p.name);
  const head = new RegExp(
    `\\bfunction\\s+${functionName}\\s*\\(([^()]*)\\)|\\b${functionName}\\s*=\\s*(?:async\\s*)?(?:function\\s*\\w*\\s*)?\\(([^()]*)\\)`,
  ).exec(text);
  const names = (head?.[1] ?? head?.[2] ?? '').split(',').map((name) => name.trim());
  return String(names) !== String(right) && String([...names].sort()) === String([...right].sort());
}

/** What an engine could not read, from the text and from what the engine says. */
export function syntaxFingerprints(id: ExerciseId, code: string, message: string): Fingerprint[] {
  const text = withoutComments(code);
  const said: [boolean, string, string][] = [
    [
      /^[ \t]*(def|elif|lambda|import numpy)\b|^[ \t]*(if|for|while|else)\b[^{};\n]*:[ \t]*$/m.test(text),
      'python',
      'this is Python: plain JavaScript is wanted, `function dY(…) { return …; }`, and methods in place of operators',
    ],
    [
      /^[ \t]*import\b/m.test(text) || /import statement/.test(message),
      'import',
      'nothing can be imported: a tensor has all that is needed as methods',
    ],
    [
      /[\w)]\??\s*:\s*(Tensor|number|any|void|unknown)\b|\)\s*:\s*\w+(\[\])?\s*(\{|=>)|\b(interface|type)\s+\w+\s*[={]|\bas\s+\w+/.test(
        text,
      ),
      'typescript',
      'this is TypeScript: plain JavaScript is wanted, without types',
    ],
    [/\\[a-z]+\{/.test(text), 'formula', 'this is a formula: write it with methods, `P.sub(T)`, `X.T.matmul(dY)`'],
    [/\bexport\b/.test(text), 'export', 'write the function without `export`'],
    [/[\w)]\s*@\s*\w/.test(text), 'no-such-operator', 'there is no @: the product of matrices is `X.T.matmul(dY)`'],
    [/\w(\^T\b|ᵀ)|^[^']*\w'[^']*$/.test(text), 'no-such-operator', 'the transposed matrix is `X.T`'],
    [
      /[\u2212\u00d7\u00b7\u2299\u2013\u2018\u2019\u201c\u201d]/.test(text),
      'strange-character',
      `\`${/[\u2212\u00d7\u00b7\u2299\u2013\u2018\u2019\u201c\u201d]/.exec(text)?.[0]}\` is no character of JavaScript: was it copied from a formula?`,
    ],
    [
      /already been declared|redeclaration of|variable twice/.test(message),
      'declared-twice',
      'two declarations have one name: give one of them another',
    ],
    [/await is only valid/.test(message), 'promise', 'there is nothing to wait for: leave `await` out'],
  ];
  const found = said.find(([holds]) => holds);
  if (found) return [{ id: found[1], text: found[2] }];
  const pairs = brackets(text);
  if (pairs !== null) return [{ id: 'brackets', text: pairs }];
  const head = `\`function ${signature(id).slice(1, -1)} {\``;
  for (const [, word] of text.matchAll(/\b([A-Za-z]{3,})\s+(?=[A-Za-z_$])/g)) {
    const meant = keywords.includes(word) ? undefined : nearest(word, keywords);
    if (meant) return [{ id: 'keyword', text: `\`${word}\` is written \`${meant}\`` }];
  }
  if (!/\bfunction\b|=>/.test(text)) return [{ id: 'no-function', text: `it begins with ${head}` }];
  if (/\)\s*(:\s*\{|return\b)/.test(text)) {
    return [{ id: 'braces', text: `what a function does stands in braces, right after its head: ${head}` }];
  }
  return [];
}

const keywords = [
  'function',
  'return',
  'const',
  'let',
  'var',
  'for',
  'while',
  'else',
  'new',
  'typeof',
  'case',
  'throw',
];

/** Which brackets have no partner; null if all have. */
function brackets(text: string): string | null {
  for (const [open, close] of ['()', '[]', '{}']) {
    const [opened, closed] = [open, close].map((b) => text.split(b).length - 1);
    if (opened > closed) return `${count(opened)} \`${open}\` and ${closed} \`${close}\`: one is not closed`;
    if (opened < closed) return `${count(opened)} \`${open}\` and ${closed} \`${close}\`: one is too many`;
  }
  return null;
}

function count(n: number): string {
  return n === 1 ? 'there is 1' : `there are ${n}`;
}
