import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  backendNames,
  dimensions,
  epsilon,
  expectMatrix,
  forms,
  held,
  inArena,
  type Matrix,
  matrix,
  product,
  relative,
  shapes,
  someMatrix,
  transpose,
} from '../../test/naive.ts';
import { backend } from '../backends/default.ts';
import { indices, tensor } from './create.ts';
import { debug } from './debug.ts';
import { argmax, gatherRows } from './indices.ts';
import type { Tensor } from './tensor.ts';

beforeEach(() => {
  debug.poison = true;
});
afterEach(() => {
  debug.poison = false;
});

const map = (a: Matrix, f: (x: number) => number): Matrix => a.map((row) => row.map(f));
const zip = (a: Matrix, b: Matrix, f: (x: number, y: number) => number): Matrix =>
  a.map((row, i) => row.map((x, j) => f(x, b[i][j])));

const unaries: [string, (x: Tensor) => Tensor, (x: number) => number, (x: number) => number, number][] = [
  // name, operation, definition, what to make of the input, ulps
  ['neg', (x) => x.neg(), (x) => -x, (x) => x, 0],
  ['abs', (x) => x.abs(), Math.abs, (x) => x, 0],
  ['sign', (x) => x.sign(), Math.sign, (x) => x, 0],
  ['square', (x) => x.square(), (x) => x * x, (x) => x, 1],
  ['sqrt', (x) => x.sqrt(), Math.sqrt, Math.abs, 1],
  ['reciprocal', (x) => x.reciprocal(), (x) => 1 / x, (x) => x + 4, 1],
  ['exp', (x) => x.exp(), Math.exp, (x) => x, 4],
  ['log', (x) => x.log(), Math.log, (x) => Math.abs(x) + 2, 4],
  ['tanh', (x) => x.tanh(), Math.tanh, (x) => x, 8],
  ['sigmoid', (x) => x.sigmoid(), (x) => 1 / (1 + Math.exp(-x)), (x) => x, 8],
  ['softplus', (x) => x.softplus(), (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), (x) => x, 8],
  ['relu', (x) => x.relu(), (x) => Math.max(x, 0), (x) => x, 0],
  ['rsqrt', (x) => x.rsqrt(), (x) => 1 / Math.sqrt(x), (x) => Math.abs(x) + 1, 4],
  ['rsqrt(eps)', (x) => x.rsqrt(0.5), (x) => 1 / Math.sqrt(x + 0.5), Math.abs, 4],
  ['rsub', (x) => x.rsub(3), (x) => 3 - x, (x) => x, 1],
  ['rdiv', (x) => x.rdiv(3), (x) => 3 / x, (x) => x + 4, 1],
  ['clip', (x) => x.clip(-0.5, 0.25), (x) => Math.min(Math.max(x, -0.5), 0.25), (x) => x, 0],
  ['zerosLike', (x) => x.zerosLike(), () => 0, (x) => x, 0],
];

const binaries: [string, (a: Tensor, b: Tensor | number) => Tensor, (x: number, y: number) => number][] = [
  ['add', (a, b) => a.add(b), (x, y) => x + y],
  ['sub', (a, b) => a.sub(b), (x, y) => x - y],
  ['mul', (a, b) => a.mul(b), (x, y) => x * y],
  ['div', (a, b) => a.div(b), (x, y) => x / y],
  ['maximum', (a, b) => a.maximum(b), (x, y) => Math.max(x, y)],
  ['minimum', (a, b) => a.minimum(b), (x, y) => Math.min(x, y)],
  ['gt', (a, b) => a.gt(b), (x, y) => Number(x > y)],
  ['ge', (a, b) => a.ge(b), (x, y) => Number(x >= y)],
  ['lt', (a, b) => a.lt(b), (x, y) => Number(x < y)],
  ['le', (a, b) => a.le(b), (x, y) => Number(x <= y)],
  ['eq', (a, b) => a.eq(b), (x, y) => Number(x === y)],
];

describe.each(backendNames)('operations on %s', (name) => {
  const place = { backend: backend(name) };

  test.each(unaries)('%s', (op, run, define, domain, ulps) => {
    inArena(name, (arena) => {
      for (const [rows, cols] of shapes) {
        const a = map(map(someMatrix(rows, cols), domain), name === 'js64' ? (x) => x : Math.fround);
        const expected = map(a, define);
        for (const [form, x] of Object.entries(forms(a, cols, arena))) {
          expectMatrix(run(x), expected, cols, relative(expected, ulps, name), `${op} of ${form} (${rows}, ${cols})`);
        }
      }
    });
  });

  test.each(binaries)('%s of two matrices, of a matrix and a number', (op, run, define) => {
    inArena(name, (arena) => {
      for (const [rows, cols] of shapes) {
        const [a, b] = [someMatrix(rows, cols, 5), someMatrix(rows, cols, 6)];
        const expected = zip(a, b, define);
        const withNumber = map(a, (x) => define(x, 0.5));
        for (const [fa, x] of Object.entries(forms(a, cols, arena))) {
          const what = `${op} of ${fa} (${rows}, ${cols})`;
          expectMatrix(run(x, 0.5), withNumber, cols, relative(withNumber, 1, name), `${what} and 0.5`);
          for (const [fb, y] of Object.entries(forms(b, cols, arena))) {
            expectMatrix(run(x, y), expected, cols, relative(expected, 1, name), `${what} and ${fb}`);
          }
        }
      }
    });
  });

  test('maximum and minimum give NaN if either is NaN', () => {
    const a = tensor([Number.NaN, 1, Number.NaN], [3], place);
    const b = tensor([1, Number.NaN, Number.NaN], [3], place);
    for (const r of [a.maximum(b), a.minimum(b), b.maximum(a)]) expect([...r.dataSync()]).toEqual([NaN, NaN, NaN]);
  });

  test('matmul: NN, NT, TN, TT in every storage', () => {
    inArena(name, (arena) => {
      for (const [m, n, k] of [
        ...dimensions.flatMap((d) => [
          [d, 3, 65],
          [17, d, 3],
          [3, 17, d],
        ]),
        [0, 3, 2],
        [2, 0, 3],
        [3, 2, 0],
      ]) {
        const [a, b] = [someMatrix(m, k, 7), someMatrix(k, n, 8)];
        const expected = product(a, b, n);
        const magnitude = product(map(a, Math.abs), map(b, Math.abs), n);
        const bound = (i: number, j: number): number => 4 * k * epsilon(name) * magnitude[i][j];
        const parameter = held(b, n, name);
        for (const [fa, x] of Object.entries(forms(a, k, arena))) {
          for (const [fb, y] of Object.entries({ ...forms(b, n, arena), parameter: parameter.t })) {
            expectMatrix(x.matmul(y), expected, n, bound, `${fa} (${m}, ${k}) times ${fb} (${k}, ${n})`);
          }
        }
        parameter.free();
      }
    });
  });

  test('setProduct: alpha a b + beta c, into every storage', () => {
    inArena(name, (arena) => {
      const [m, n, k] = [3, 17, 65];
      const [a, b, c] = [someMatrix(m, k, 9), someMatrix(k, n, 10), someMatrix(m, n, 11)];
      const ab = product(a, b, n);
      const bound = (): number => 4 * k * epsilon(name) * 4 * k;
      for (const [alpha, beta] of [
        [1, 0],
        [1, 1],
        [-0.5, 2],
      ]) {
        const expected = zip(ab, c, (x, y) => alpha * x + beta * y);
        const parameter = held(c, n, name);
        for (const [form, target] of Object.entries({ ...forms(c, n, arena), parameter: parameter.t })) {
          for (const [fa, x] of Object.entries(forms(a, k, arena))) {
            target.set(c.flat());
            expect(target.setProduct(x, tensor(b, undefined, place), alpha, beta)).toBe(target);
            expectMatrix(target, expected, n, bound, `${form} = ${alpha} ${fa} b + ${beta}`);
          }
        }
        parameter.free();
      }
      const blank = tensor(
        matrix(m, n, () => Number.NaN),
        undefined,
        place,
      );
      expectMatrix(
        blank.setProduct(tensor(a, undefined, place), tensor(b, undefined, place)),
        ab,
        n,
        bound,
        'beta 0 reads nothing',
      );
    });
  });

  test('where', () => {
    inArena(name, (arena) => {
      for (const [rows, cols] of shapes) {
        const [c, a, b] = [3, 4, 5].map((seed) => someMatrix(rows, cols, seed));
        const expected = c.map((row, i) => row.map((x, j) => (x !== 0 ? a[i][j] : b[i][j])));
        const [fa, fb] = [Object.values(forms(a, cols, arena)), Object.values(forms(b, cols, arena))];
        Object.values(forms(c, cols, arena)).forEach((x, i) => {
          const [y, z] = [fa[(i + 2) % fa.length], fb[(i + 4) % fb.length]];
          expectMatrix(x.where(y, z), expected, cols, () => 0, `where (${rows}, ${cols}) ${i}`);
        });
      }
    });
  });

  test('reductions', () => {
    inArena(name, (arena) => {
      for (const [rows, cols] of shapes) {
        const a = someMatrix(rows, cols, 12);
        const rowSums = a.map((row) => [row.reduce((s, x) => s + x, 0)]);
        const rowMaxima = a.map((row) => [Math.max(...row)]);
        const columns = transpose(a, cols);
        const colSums = [columns.map((col) => col.reduce((s, x) => s + x, 0))];
        const colMaxima = [columns.map((col) => Math.max(...col))];
        const total = rowSums.flat().reduce((s, x) => s + x, 0);
        const bound = (n: number) => () => 4 * (n + 1) * epsilon(name) * 2 * n;
        const flat = (t: Tensor): Tensor => {
          expect(t.shape).toEqual([cols]);
          return t.reshape(1, cols);
        };
        for (const [form, x] of Object.entries(forms(a, cols, arena))) {
          const what = `${form} (${rows}, ${cols})`;
          expectMatrix(x.rowSum(), rowSums, 1, bound(cols), `rowSum ${what}`);
          expectMatrix(x.rowMax(), rowMaxima, 1, () => 0, `rowMax ${what}`);
          expectMatrix(flat(x.colSum()), colSums, cols, bound(rows), `colSum ${what}`);
          expectMatrix(flat(x.colMax()), colMaxima, cols, () => 0, `colMax ${what}`);
          expectMatrix(
            x.rowMean(),
            map(rowSums, (s) => s / cols),
            1,
            bound(1),
            `rowMean ${what}`,
          );
          expectMatrix(
            flat(x.colMean()),
            map(colSums, (s) => s / rows),
            cols,
            bound(1),
            `colMean ${what}`,
          );
          expect(x.sum().shape).toEqual([]);
          expectMatrix(x.sum().reshape(1, 1), [[total]], 1, bound(rows * cols), `sum ${what}`);
          expectMatrix(x.mean().reshape(1, 1), [[total / (rows * cols)]], 1, bound(1), `mean ${what}`);
        }
      }
    });
  });

  test('softmax and logSumExp, also where e^x overflows', () => {
    inArena(name, (arena) => {
      for (const scale of [1, 1e4]) {
        for (const [rows, cols] of shapes) {
          const a = map(someMatrix(rows, cols, 13), (x) => Math.fround(x * scale));
          const maxima = a.map((row) => Math.max(...row));
          const exps = a.map((row, i) => row.map((x) => Math.exp(x - maxima[i])));
          const sums = exps.map((row) => row.reduce((s, x) => s + x, 0));
          const softmax = exps.map((row, i) => row.map((x) => x / sums[i]));
          const lse = sums.map((s, i) => [cols === 0 ? -Infinity : maxima[i] + Math.log(s)]);
          // The subtraction x - max rounds: e^x gains an error of |x - max| eps, relative to itself.
          const bound = (): number => (16 + 8 * scale + cols) * epsilon(name);
          for (const [form, x] of Object.entries(forms(a, cols, arena))) {
            expectMatrix(x.softmax(), softmax, cols, bound, `softmax ${form} (${rows}, ${cols})`);
            expectMatrix(x.logSumExp(), lse, 1, bound, `logSumExp ${form} (${rows}, ${cols})`);
          }
        }
      }
    });
  });

  test('argmax, gatherRows, oneHot, toColumn', () => {
    inArena(name, (arena) => {
      for (const [rows, cols] of shapes) {
        const a = someMatrix(rows, cols, 14);
        for (const [form, x] of Object.entries(forms(a, cols, arena))) {
          if (rows > 0 && cols > 0) {
            const best = argmax(x);
            expect([...best.values], form).toEqual(a.map((row) => row.indexOf(Math.max(...row))));
            const hot = matrix(rows, cols + 2, (i, j) => Number(best.values[i] === j));
            expectMatrix(best.oneHot(cols + 2), hot, cols + 2, () => 0, `oneHot ${form}`);
            expectMatrix(
              best.toColumn(),
              [...best.values].map((v) => [v]),
              1,
              () => 0,
              'toColumn',
            );
          }
          const order = rows === 0 ? [] : [rows - 1, 0, rows - 1];
          const picked = gatherRows(x, indices(order, place));
          expectMatrix(
            picked,
            order.map((i) => a[i]),
            cols,
            () => 0,
            `gatherRows ${form} (${rows}, ${cols})`,
          );
        }
      }
    });
  });
});
