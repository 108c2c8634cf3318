import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backendNames, expectMatrix, forms, inArena, type Matrix, matrix, someMatrix } from '../../test/naive.ts';
import { backend } from '../backends/default.ts';
import type { Shape } from '../core/shape.ts';
import { broadcast } from './broadcast.ts';
import { tensor } from './create.ts';
import type { Tensor } from './tensor.ts';

/** What goes together, written once more from its definition: null where it must be refused. */
function together(a: Shape, b: Shape): Shape | null {
  if (a.join() === b.join()) return a;
  for (const [big, small] of [
    [a, b],
    [b, a],
  ]) {
    if (small.length === 0) return big;
    if (big.length !== 2) continue;
    const [n, d] = big;
    if ([`${d}`, `${n},1`, `1,${d}`].includes(small.join())) return big;
  }
  return null;
}

const dimension = fc.constantFrom(0, 1, 2, 3, 17);
const shape = fc.oneof(
  { weight: 5, arbitrary: fc.array(dimension, { maxLength: 2 }) },
  { weight: 1, arbitrary: fc.array(dimension, { minLength: 3, maxLength: 3 }) },
);

test('equal shapes, (D), (N, 1), (1, D) and scalars against (N, D) go together, nothing else', () => {
  let [accepted, refused] = [0, 0];
  fc.assert(
    fc.property(shape, shape, (a, b) => {
      const expected = together(a, b);
      if (expected) {
        accepted++;
        expect(broadcast('add', a, b).shape).toEqual(expected);
      } else {
        refused++;
        expect(() => broadcast('add', a, b)).toThrow(expect.objectContaining({ code: 'NF1102' }));
      }
    }),
    { numRuns: 2000, seed: 1 },
  );
  expect(Math.min(accepted, refused)).toBeGreaterThan(300);
});

test.each([
  [
    [5, 1],
    [1, 3],
  ], // no outer sums
  [[5, 3], [5]], // a column is (N, 1)
  [
    [5, 3],
    [1, 1],
  ],
  [[5, 3], [1]],
  [[3], [5, 1]],
  [[5], [3]],
  [[2, 5, 3], [3]],
  [
    [2, 5, 3],
    [5, 3],
  ],
  [
    [5, 3],
    [3, 5],
  ],
])('%j and %j are refused, with both shapes in the message', (a, b) => {
  const place = { backend: backend('js64') };
  const zeros = (s: number[]): Tensor => tensor(new Array(s.reduce((n, d) => n * d, 1)).fill(0), s, place);
  for (const [x, y] of [
    [a, b],
    [b, a],
  ]) {
    expect(() => zeros(x).mul(zeros(y))).toThrow(
      expect.objectContaining({
        code: 'NF1102',
        message: `mul: shapes (${x.join(', ')}) and (${y.join(', ')}) do not go together`,
        expected: 'equal shapes, or (D), (N, 1), (1, D) or a number against (N, D)',
      }),
    );
  }
});

describe.each(backendNames)('spread operands on %s', (name) => {
  const ops: [string, (a: Tensor, b: Tensor) => Tensor, (x: number, y: number) => number][] = [
    ['add', (a, b) => a.add(b), (x, y) => x + y],
    ['sub', (a, b) => a.sub(b), (x, y) => x - y],
    ['maximum', (a, b) => a.maximum(b), Math.max],
    ['gt', (a, b) => a.gt(b), (x, y) => Number(x > y)],
  ];

  test.each([
    [1, 1],
    [1, 17],
    [3, 65],
    [17, 3],
    [65, 1],
    [0, 3],
    [3, 0],
  ])('(%i, %i)', (n, d) => {
    inArena(name, (arena) => {
      const a = someMatrix(n, d, 20);
      const row = someMatrix(1, d, 21);
      const col = someMatrix(n, 1, 22);
      const spread: [string, Record<string, Tensor>, (i: number, j: number) => number][] = [
        ['(1, D)', forms(row, d, arena), (_, j) => row[0][j]],
        ['(N, 1)', forms(col, 1, arena), (i) => col[i][0]],
        [
          '(D)',
          { vector: tensor(row[0], [d], { arena }), ordinary: tensor(row[0], [d], { backend: arena.backend }) },
          (_, j) => row[0][j],
        ],
        ['()', { scalar: tensor(0.75, [], { arena }) }, () => 0.75],
      ];
      for (const [op, run, define] of ops) {
        for (const [kind, small, value] of spread) {
          const ab: Matrix = matrix(n, d, (i, j) => define(a[i][j], value(i, j)));
          const ba: Matrix = matrix(n, d, (i, j) => define(value(i, j), a[i][j]));
          const bound = (): number => 4 * (name === 'js64' ? 2 ** -53 : 2 ** -24);
          for (const [fs, y] of Object.entries(small)) {
            for (const [fx, x] of Object.entries(forms(a, d, arena))) {
              expectMatrix(run(x, y), ab, d, bound, `${op} of ${fx} and ${kind} ${fs}`);
              expectMatrix(run(y, x), ba, d, bound, `${op} of ${kind} ${fs} and ${fx}`);
            }
          }
        }
      }
    });
  });
});
