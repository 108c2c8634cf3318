import { expect, test } from 'vitest';
import { backend } from '../backends/default.ts';
import { NeuroForgeError } from '../core/errors.ts';
import { Arena } from './arena.ts';
import { full, indices, ones, rand, randn, tensor, zeros } from './create.ts';
import { argmax, gatherRows } from './indices.ts';
import type { Tensor } from './tensor.ts';

const place = { backend: backend('js64') };
const x = zeros([2, 3], place);
const ended = new Arena(place.backend, 'batches of digits');
const stale = ones([2, 3], { arena: ended });
const staleLabels = indices([1, 2], { arena: ended });
ended.reset();

/** What is read aloud: message, then where, expected, got, hint. */
const cases: [string, () => unknown, string, string][] = [
  [
    'matmul',
    () => x.matmul(zeros([4, 5], place)),
    'NF1101',
    'matmul: (2, 3) times (4, 5); expected (M, K)(K, N), here (3, *); got (4, 5)',
  ],
  [
    'matmul, nearly',
    () => x.matmul(zeros([5, 3], place)),
    'NF1101',
    'matmul: (2, 3) times (5, 3); expected (M, K)(K, N), here (3, *); got (5, 3); the right factor transposed would fit: .T',
  ],
  [
    'matmul of a vector',
    () => zeros([3], place).matmul(x),
    'NF1101',
    'matmul: (3) times (2, 3); expected (M, K)(K, N); got (3) and (2, 3); reshape(1, 3) or reshape(3, 1) makes a matrix of the vector',
  ],
  [
    'add',
    () => x.add(zeros([2], place)),
    'NF1102',
    'add: shapes (2, 3) and (2) do not go together; expected equal shapes, or (D), (N, 1), (1, D) or a number against (N, D); got (2, 3) and (2)',
  ],
  ['set', () => x.set(zeros([3, 2], place)), 'NF1102', 'set: shape (3, 2) does not fit; expected (2, 3); got (3, 2)'],
  [
    'set of values',
    () => x.set([1, 2]),
    'NF1105',
    'set: 2 values for shape (2, 3); expected 6 values in row order; got 2',
  ],
  [
    'where with a number',
    () => x.where(x, 0 as never),
    'NF1107',
    'where: an operand is the number 0, not a tensor; zerosLike() and zerosLike().add(1) are tensors of one number',
  ],
  [
    'mul with a truth value',
    () => x.mul(false as never),
    'NF1107',
    'mul: an operand is false, not a tensor; comparisons are methods: z.gt(0)',
  ],
  [
    'div with nothing',
    () => x.div(undefined as never),
    'NF1107',
    'div: an operand is undefined, not a tensor; does what it is read from have that name?',
  ],
  [
    'matmul with an array',
    () => x.matmul([1] as never),
    'NF1107',
    'matmul: an operand is an array, not a tensor; tensor(array) makes a tensor of it',
  ],
  [
    'add with a method',
    () => x.add(x.colSum as never),
    'NF1107',
    'add: an operand is a function, not a tensor; are the parentheses missing, as in colSum()?',
  ],
  ['sub with a text', () => x.sub('x' as never), 'NF1107', 'sub: an operand is a string, not a tensor'],
  ['where', () => x.where(x, zeros([3], place)), 'NF1102', 'where: shape (3) does not fit; expected (2, 3); got (3)'],
  [
    'two backends',
    () => x.add(zeros([2, 3], { backend: backend('js') })),
    'NF1103',
    'add: the operands live on different backends; expected one backend, and so one dtype; got js (f64) and js (f32); make both tensors with the same { backend }',
  ],
  [
    'setProduct on two backends',
    () => x.setProduct(zeros([2, 1], { backend: backend('js') }), zeros([1, 3], { backend: backend('js') })),
    'NF1103',
    'setProduct: the operands live on different backends; expected one backend, and so one dtype; got js (f64) and js (f32); make both tensors with the same { backend }',
  ],
  [
    'gatherRows on two backends',
    () => gatherRows(x, indices([0], { backend: backend('js') })),
    'NF1103',
    'gatherRows: the operands live on different backends; expected one backend, and so one dtype; got js (f64) and js (f32); make both tensors with the same { backend }',
  ],
  [
    'within another backend',
    () => x.within(new Arena(backend('js'))),
    'NF1103',
    'within: the operands live on different backends; expected one backend, and so one dtype; got js (f64) and js (f32); make both tensors with the same { backend }',
  ],
  [
    'negative dimension',
    () => full([2, -1], 0, place),
    'NF1100',
    'a dimension must be a whole number of at least 0; at shape; got (2, -1)',
  ],
  [
    'fractional dimension',
    () => randn([1.5], place),
    'NF1100',
    'a dimension must be a whole number of at least 0; at shape; got (1.5)',
  ],
  [
    'far too large',
    () => rand([2 ** 20, 2 ** 20], place),
    'NF1100',
    'a tensor holds at most 2^30 elements; at shape; got (1048576, 1048576)',
  ],
  [
    'ragged',
    () => tensor([[1, 2], [3]], undefined, place),
    'NF1105',
    'tensor: the rows have different lengths; at element [1]; expected 2 values; got 1 value',
  ],
  [
    'a number among rows',
    () => tensor([[1, 2], 3], undefined, place),
    'NF1105',
    'tensor: the rows have different lengths; at element [1]; expected 2 values; got a number',
  ],
  [
    'a row among numbers',
    () =>
      tensor(
        [
          [1, 2],
          [3, [4]],
        ],
        undefined,
        place,
      ),
    'NF1105',
    'tensor: the rows have different lengths; at element [1][1]; expected a number; got 1 value',
  ],
  [
    'values for a shape',
    () => tensor([1, 2, 3], [2, 2], place),
    'NF1105',
    'tensor: 3 values for shape (2, 2); expected 4 values; got 3',
  ],
  [
    'reshape',
    () => x.reshape(4, 2),
    'NF1105',
    'reshape of (2, 3) to (4, 2); expected dimensions whose product is 6; one may be -1 and is found; got a product of 8',
  ],
  [
    'reshape with a rest',
    () => x.reshape(4, -1),
    'NF1105',
    'reshape of (2, 3) to (4, -1); expected dimensions whose product is 6; one may be -1 and is found; got 4 times -1',
  ],
  [
    'reshape, two open',
    () => zeros([1], place).reshape(-1, -1),
    'NF1105',
    'reshape of (1) to (-1, -1); expected dimensions whose product is 1; one may be -1 and is found; got 2 times -1',
  ],
  [
    'reshape, negative',
    () => x.reshape(-2, -3),
    'NF1105',
    'reshape of (2, 3) to (-2, -3); expected dimensions whose product is 6; one may be -1 and is found; got a product of 6',
  ],
  [
    'rowRange',
    () => x.rowRange(1, 3),
    'NF1106',
    'rowRange(1, 3) of (2, 3); expected whole numbers, 0 <= from <= to <= 2',
  ],
  [
    'rowRange backwards',
    () => x.rowRange(2, 1),
    'NF1106',
    'rowRange(2, 1) of (2, 3); expected whole numbers, 0 <= from <= to <= 2',
  ],
  ['item', () => x.item(), 'NF1108', 'item() of a tensor of shape (2, 3); expected one element'],
  [
    'T of a vector',
    () => zeros([3], place).T,
    'NF1109',
    'T of a tensor of shape (3); expected a matrix (N, D); got (3)',
  ],
  [
    'rowSum of a vector',
    () => zeros([3], place).rowSum(),
    'NF1109',
    'row reduction of a tensor of shape (3); expected a matrix (N, D); got (3)',
  ],
  [
    'colSum of a number',
    () => zeros([], place).colSum(),
    'NF1109',
    'column reduction of a tensor of shape (); expected a matrix (N, D); got ()',
  ],
  [
    'argmax of a vector',
    () => argmax(zeros([3], place)),
    'NF1109',
    'argmax of a tensor of shape (3); expected a matrix (N, D) with D >= 1; got (3)',
  ],
  [
    'argmax of no columns',
    () => argmax(zeros([2, 0], place)),
    'NF1109',
    'argmax of a tensor of shape (2, 0); expected a matrix (N, D) with D >= 1; got (2, 0)',
  ],
  ['clip', () => x.clip(1, -1), 'NF1115', 'clip(1, -1); expected numbers, the lower one first'],
  [
    'no whole number',
    () => indices([0, 1.5], place),
    'NF1104',
    'an index must be a whole number (of 32 bits); at element 1; got 1.5',
  ],
  [
    'too large an index',
    () => indices([2 ** 31], place),
    'NF1104',
    'an index must be a whole number (of 32 bits); at element 0; got 2147483648',
  ],
  [
    'label',
    () => indices([0, 7], place).oneHot(3),
    'NF1104',
    'oneHot: index out of range; at element 1; expected 0 to 2; got 7',
  ],
  [
    'negative label',
    () => indices([-1], place).oneHot(3),
    'NF1104',
    'oneHot: index out of range; at element 0; expected 0 to 2; got -1',
  ],
  [
    'classes',
    () => indices([], place).oneHot(-1),
    'NF1100',
    'a dimension must be a whole number of at least 0; at oneHot; got (-1)',
  ],
  [
    'row',
    () => gatherRows(x, indices([2], place)),
    'NF1104',
    'gatherRows: index out of range; at element 0; expected 0 to 1; got 2',
  ],
  [
    'row of nothing',
    () => gatherRows(zeros([0, 3], place), indices([0], place)),
    'NF1104',
    'gatherRows: index out of range; at element 0; expected none, there are no rows; got 0',
  ],
  [
    'stale tensor',
    () => stale.add(1),
    'NF1201',
    'this tensor belongs to a step that has ended; at arena "batches of digits", step 1, now 2; call .keep() on it within the step to take a copy along',
  ],
  [
    'stale labels',
    () => staleLabels.toColumn(),
    'NF1201',
    'these indices belong to a step that has ended; at arena "batches of digits", step 1, now 2; call .keep() on them within the step to take a copy along',
  ],
  [
    'two steps',
    () =>
      ones([1], { arena: new Arena(place.backend, 'train') }).add(
        ones([1], { arena: new Arena(place.backend, 'test') }),
      ),
    'NF1203',
    'operands from two unrelated steps ("train" and "test"); expected tensors of one step, or ordinary ones; call .keep() on the one that is to outlive its step',
  ],
  [
    'an arena that has ended',
    () => {
      const a = new Arena(place.backend, 'scope');
      a.dispose();
      ones([1], { arena: a });
    },
    'NF1202',
    'the arena "scope" has ended; expected an arena before its dispose(), a scope or a loop that still runs; make the tensor within the loop, or without an arena',
  ],
];

test.each(cases)('%s', (_, run, code, text) => {
  let thrown: unknown = null;
  try {
    run();
  } catch (error) {
    thrown = error;
  }
  if (!(thrown instanceof NeuroForgeError)) throw thrown ?? new Error('nothing was thrown');
  expect(thrown.code).toBe(code);
  expect(aloud(thrown)).toBe(text);
});

function aloud(e: NeuroForgeError): string {
  const parts = [e.message];
  if (e.where) parts.push(`at ${e.where}`);
  if (e.expected) parts.push(`expected ${e.expected}`);
  if (e.got) parts.push(`got ${e.got}`);
  if (e.hint) parts.push(e.hint);
  return parts.join('; ');
}

test('factors from two steps are refused by setProduct too', () => {
  const [left, right] = [new Arena(place.backend, 'left'), new Arena(place.backend, 'right')];
  const run = (): unknown =>
    zeros([2, 3], place).setProduct(ones([2, 1], { arena: left }), ones([1, 3], { arena: right }));
  expect(run).toThrow(expect.objectContaining({ code: 'NF1203' }));
  left.dispose();
  right.dispose();
});

test('an operation that was refused leaves its target and the memory as they were', () => {
  const target = ones([2, 3], place);
  const arena = new Arena(place.backend, 'step');
  ones([1], { arena });
  const before = place.backend.usage().allocated;
  for (let i = 0; i < 1000; i++) {
    expect(() => target.axpy(1, stale)).toThrow(NeuroForgeError);
    expect(() => target.set(stale)).toThrow(NeuroForgeError);
    expect(() => target.setProduct(stale, zeros([3, 3], place))).toThrow(NeuroForgeError);
    expect(() => target.add(stale)).toThrow(NeuroForgeError);
  }
  expect(target.sum().item()).toBe(6);
  expect(place.backend.usage().allocated).toBe(before);
  arena.dispose();
});

test('every operation refuses a stale tensor', async () => {
  const uses: Record<string, (t: Tensor) => unknown> = {
    matmul: (t) => t.matmul(x.T),
    'matmul right': (t) => x.T.matmul(t),
    unary: (t) => t.exp(),
    binary: (t) => x.add(t),
    scalar: (t) => t.mul(2),
    clip: (t) => t.clip(0, 1),
    where: (t) => t.where(x, x),
    'where a': (t) => x.where(t, x),
    'where b': (t) => x.where(x, t),
    rowSum: (t) => t.rowSum(),
    colMax: (t) => t.colMax(),
    sum: (t) => t.sum(),
    softmax: (t) => t.softmax(),
    T: (t) => t.T,
    reshape: (t) => t.reshape(6),
    rowRange: (t) => t.rowRange(0, 1),
    zerosLike: (t) => t.zerosLike(),
    keep: (t) => t.keep(),
    dataSync: (t) => t.dataSync(),
    item: (t) => t.sum().item(),
    toArray: (t) => t.toArray(),
    fill: (t) => t.fill(0),
    set: (t) => t.set(x),
    axpy: (t) => t.axpy(1, x),
    setProduct: (t) => t.setProduct(x, zeros([3, 3], place)),
    within: (t) => t.within(ended),
    argmax: (t) => argmax(t),
    gatherRows: (t) => gatherRows(t, indices([0], place)),
  };
  for (const [what, use] of Object.entries(uses)) {
    expect(() => use(stale), what).toThrow(expect.objectContaining({ code: 'NF1201' }));
  }
  await expect(stale.data()).rejects.toThrow(expect.objectContaining({ code: 'NF1201' }));
  expect(() => staleLabels.oneHot(3)).toThrow(expect.objectContaining({ code: 'NF1201' }));
  expect(() => staleLabels.keep()).toThrow(expect.objectContaining({ code: 'NF1201' }));
  expect(() => gatherRows(x, staleLabels)).toThrow(expect.objectContaining({ code: 'NF1201' }));
});

test('toString writes the numbers, NaN and infinities too, and not a whole data set', () => {
  expect(
    String(
      tensor(
        [
          [1, Number.NaN],
          [-Infinity, 0.5],
        ],
        undefined,
        place,
      ),
    ),
  ).toBe('Tensor (2, 2) f64 [[1, NaN], [-Infinity, 0.5]]');
  expect(String(zeros([100, 100], place))).toBe('Tensor (100, 100) f64 10000 values');
});

test('what tensor() takes', () => {
  const b = backend('js');
  expect(tensor(Float32Array.of(1, 2, 3), undefined, { backend: b }).toArray()).toEqual([1, 2, 3]);
  expect(tensor(new Uint8Array(6), [2, 3], { backend: b }).toArray()).toEqual([
    [0, 0, 0],
    [0, 0, 0],
  ]);
  expect(tensor(5, undefined, { backend: b }).item()).toBe(5);
  expect(tensor(5, [1, 1], { backend: b }).shape).toEqual([1, 1]);
  expect(
    tensor(
      [
        [1, 2],
        [3, 4],
      ],
      [4],
      { backend: b },
    ).toArray(),
  ).toEqual([1, 2, 3, 4]);
  expect(
    tensor(
      [
        [[1], [2]],
        [[3], [4]],
      ],
      undefined,
      { backend: b },
    ).shape,
  ).toEqual([2, 2, 1]);
  expect(tensor([], undefined, { backend: b }).shape).toEqual([0]);
  expect(tensor([[], []], undefined, { backend: b }).shape).toEqual([2, 0]);
});
