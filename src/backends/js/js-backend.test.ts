import { describe, expect, test } from 'vitest';
import type { Backend, BinaryOp, UnaryOp } from '../backend.ts';
import { conformance } from '../conformance.ts';
import { JsBackend } from './js-backend.ts';

describe('conformance: js in f32 stays within the bounds around js in f64', () => {
  for (const { name, skip, run } of conformance(() => new JsBackend('f32'))) test.skipIf(skip)(name, run);
});

/** Puts the operands on a backend, calls, and reads n results. */
function on(b: Backend, n: number, operands: number[][], call: (out: number, ...at: number[]) => void): number[] {
  const at = operands.map((values) => {
    const address = b.allocate(values.length, 'operand');
    b.write(address, values);
    return address;
  });
  const out = b.allocate(n, 'out');
  call(out, ...at);
  return Array.from(b.read(out, n));
}

function integersOf(b: Backend, address: number, n: number): number[] {
  return Array.from(b.integers().slice(address * b.integersPerElement, address * b.integersPerElement + n));
}

function putIntegers(b: Backend, values: number[]): number {
  const address = b.allocate(values.length, 'integers');
  b.integers().set(values, address * b.integersPerElement);
  return address;
}

const xs = [-3.7, -1, -0.25, -1e-9, 0, 1e-9, 0.4, 1, 2.5, 30];

describe('the definition against the engine and by hand', () => {
  const b = new JsBackend('f64');

  const engine: Record<UnaryOp, (x: number) => number> = {
    neg: (x) => -x,
    abs: Math.abs,
    sign: Math.sign,
    square: (x) => x ** 2,
    sqrt: Math.sqrt,
    reciprocal: (x) => 1 / x,
    exp: Math.exp,
    log: Math.log,
    tanh: Math.tanh,
    sigmoid: (x) => 1 / (1 + Math.exp(-x)),
    softplus: (x) => (x > 30 ? x : Math.log1p(Math.exp(x))),
    relu: (x) => Math.max(x, 0),
    step: (x) => Number(x > 0),
  };
  test.each(Object.entries(engine) as [UnaryOp, (x: number) => number][])('%s', (op, f) => {
    on(b, xs.length, [xs], (o, x) => b.unary(op, o, x, xs.length)).forEach((y, i) => {
      const expected = f(xs[i]);
      if (Number.isFinite(expected)) expect(Math.abs(y - expected)).toBeLessThanOrEqual(1e-15 * Math.abs(expected));
      else expect(y).toBe(expected);
    });
  });

  test('NaN, zeros and infinities of abs, sign, relu, step', () => {
    const special = [Number.NaN, 0, -0, Infinity, -Infinity];
    const of = (op: UnaryOp): number[] => on(b, 5, [special], (o, x) => b.unary(op, o, x, 5));
    expect(of('abs')).toEqual([Number.NaN, 0, 0, Infinity, Infinity]);
    expect(of('sign')).toEqual([Number.NaN, 0, -0, 1, -1]);
    expect(of('relu')).toEqual([Number.NaN, 0, 0, Infinity, 0]);
    expect(of('step')).toEqual([0, 0, 0, 1, 0]);
  });

  test.each<[BinaryOp, number[]]>([
    ['add', [5, 1, -4, Number.NaN]],
    ['sub', [-1, 1, 4, Number.NaN]],
    ['mul', [6, 0, -0, Number.NaN]],
    ['div', [2 / 3, Infinity, -0, Number.NaN]],
    ['max', [3, 1, 0, Number.NaN]],
    ['min', [2, 0, -4, Number.NaN]],
    ['gt', [0, 1, 1, 0]],
    ['ge', [0, 1, 1, 0]],
    ['lt', [1, 0, 0, 0]],
    ['le', [1, 0, 0, 0]],
    ['eq', [0, 0, 0, 0]],
  ])('%s', (op, expected) => {
    const [x, y] = [
      [2, 1, 0, Number.NaN],
      [3, 0, -4, 1],
    ];
    expect(on(b, 4, [x, y], (o, p, q) => b.binary(op, o, p, 'full', q, 'full', 2, 2))).toEqual(expected);
    expect(on(b, 1, [[1], [Number.NaN]], (o, p, q) => b.binary(op, o, p, 'full', q, 'full', 1, 1))).toEqual([
      ['gt', 'ge', 'lt', 'le', 'eq'].includes(op) ? 0 : Number.NaN,
    ]);
  });

  test('rows, columns and scalars spread over (2, 3)', () => {
    const sub = (as: 'row' | 'col' | 'scalar', a: number[], bs: 'full' | 'row' | 'col', c: number[]): number[] =>
      on(b, 6, [a, c], (o, x, y) => b.binary('sub', o, x, as, y, bs, 2, 3));
    expect(sub('row', [10, 20, 30], 'col', [1, 2])).toEqual([9, 19, 29, 8, 18, 28]);
    expect(sub('col', [10, 20], 'row', [1, 2, 3])).toEqual([9, 8, 7, 19, 18, 17]);
    expect(sub('scalar', [1], 'full', [1, 2, 3, 4, 5, 6])).toEqual([0, -1, -2, -3, -4, -5]);
  });

  test('scalars on either side, where, clip, axpy, fill, copy', () => {
    const a = [1, 2, 4];
    expect(on(b, 3, [a], (o, x) => b.binaryScalar('div', o, x, 2, false, 3))).toEqual([0.5, 1, 2]);
    expect(on(b, 3, [a], (o, x) => b.binaryScalar('div', o, x, 2, true, 3))).toEqual([2, 1, 0.5]);
    expect(on(b, 3, [[0, -1, Number.NaN], a, [7, 8, 9]], (o, c, x, y) => b.where(o, c, x, y, 3))).toEqual([7, 2, 4]);
    expect(on(b, 4, [[...a, Number.NaN]], (o, x) => b.clip(o, x, 1.5, 3, 4))).toEqual([1.5, 2, 3, Number.NaN]);
    expect(on(b, 3, [a], (o, x) => [b.fill(o, 10, 3), b.axpy(o, -2, x, 3)])).toEqual([8, 6, 2]);
    expect(on(b, 3, [a], (o, x) => b.copy(o, x, 3))).toEqual(a);
  });

  // (2, 3)(3, 2): rows 1 2 3 / 4 5 6 times rows 7 8 / 9 10 / 11 12
  test.each([
    [false, false, [1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12]],
    [true, false, [1, 4, 2, 5, 3, 6], [7, 8, 9, 10, 11, 12]],
    [false, true, [1, 2, 3, 4, 5, 6], [7, 9, 11, 8, 10, 12]],
    [true, true, [1, 4, 2, 5, 3, 6], [7, 9, 11, 8, 10, 12]],
  ])('product, a transposed %s, b transposed %s', (ta, tb, x, y) => {
    const run = (alpha: number, beta: number): number[] =>
      on(b, 4, [x, y], (o, p, q) => [b.fill(o, 100, 4), b.matmul(o, p, q, 2, 2, 3, ta, tb, alpha, beta)]);
    expect(run(1, 0)).toEqual([58, 64, 139, 154]);
    expect(run(-2, 0.5)).toEqual([-66, -78, -228, -258]);
  });

  test('f32 products and row sums round in the order that the contract gives', () => {
    const f32 = new JsBackend('f32');
    const big = [2 ** 24, 1, -(2 ** 24)];
    const dot = (x: Backend): number[] =>
      on(x, 1, [big, [1, 1, 1]], (o, p, q) => x.matmul(o, p, q, 1, 1, 3, false, false, 1, 0));
    expect(dot(f32)).toEqual([0]);
    expect(dot(b)).toEqual([1]);
    // columns 0 and 4 meet first: (2^24 + 1) + ... loses the 1; columns 1 and 5 cancel before it is added
    const sum = (row: number[]): number => on(f32, 1, [row], (o, x) => f32.reduceRows('sum', o, x, 1, row.length))[0];
    expect(sum([2 ** 24, 0, 0, 0, 1, -(2 ** 24)])).toBe(0);
    expect(sum([1, 2 ** 24, 0, 0, 0, -(2 ** 24)])).toBe(1);
  });

  test('rows by group, gathered, scattered, one-hot, transposed', () => {
    const offsets = putIntegers(b, [0, 1, 1, 3]);
    const matrices = [1, 0, 0, 1, 9, 9, 9, 9, 0, 1, 2, 0]; // (2, 2) each: identity, unused, a swap that doubles
    expect(
      on(b, 6, [[1, 2, 3, 4, 5, 6], matrices], (o, x, y) => b.segmentedMatmul(o, x, y, offsets, 3, 2, 2, false)),
    ).toEqual([1, 2, 8, 3, 12, 5]);
    const at = putIntegers(b, [2, 0, 2]);
    const a = [1, 2, 3, 4, 5, 6];
    expect(on(b, 6, [a], (o, x) => b.gatherRows(o, x, at, 3, 2))).toEqual([5, 6, 1, 2, 5, 6]);
    expect(on(b, 6, [a], (o, x) => [b.fill(o, 0, 6), b.scatterAddRows(o, x, at, 3, 2)])).toEqual([3, 4, 0, 0, 6, 8]);
    expect(on(b, 9, [], (o) => b.oneHot(o, at, 3, 3))).toEqual([0, 0, 1, 1, 0, 0, 0, 0, 1]);
    expect(on(b, 6, [a], (o, x) => b.transpose(o, x, 2, 3))).toEqual([1, 4, 2, 5, 3, 6]);
  });

  test('sums, maxima, argmax, top k', () => {
    const a = [3, 1, 3, 2, 0, Number.NaN, 5, Number.NaN];
    expect(on(b, 2, [a], (o, x) => b.reduceRows('max', o, x, 2, 4))).toEqual([3, Number.NaN]);
    expect(on(b, 2, [a], (o, x) => b.reduceRows('sum', o, x, 2, 4))).toEqual([9, Number.NaN]);
    expect(on(b, 4, [a], (o, x) => b.reduceCols('sum', o, x, 2, 4))).toEqual([3, Number.NaN, 8, Number.NaN]);
    expect(on(b, 4, [a], (o, x) => b.reduceCols('max', o, x, 2, 4))).toEqual([3, Number.NaN, 5, Number.NaN]);
    expect(on(b, 1, [[]], (o, x) => b.reduceRows('sum', o, x, 1, 0))).toEqual([0]);
    expect(on(b, 1, [[]], (o, x) => b.reduceCols('max', o, x, 0, 1))).toEqual([-Infinity]);
    const indices = b.allocate(6, 'indices');
    on(b, 1, [a], (_, x) => b.argmaxRows(indices, x, 2, 4));
    expect(integersOf(b, indices, 2)).toEqual([0, 1]);
    const best = on(b, 3, [a], (o, x) => b.topK(o, indices, x, 1, 4, 3));
    expect(best).toEqual([3, 3, 2]);
    expect(integersOf(b, indices, 3)).toEqual([0, 2, 3]);
  });

  test('random fills: moments, range, share of kept elements, independent steps', () => {
    const n = 40_000;
    const mean = (v: number[]): number => v.reduce((s, x) => s + x, 0) / n;
    const u = on(b, n, [], (o) => b.randomUniform(o, n, 1, 2, 3));
    expect(Math.min(...u.slice(0, 9999))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...u.slice(0, 9999))).toBeLessThan(1);
    expect(Math.abs(mean(u) - 0.5)).toBeLessThan(0.01);
    const z = on(b, n, [], (o) => b.randomNormal(o, n, 1, 2, 3));
    expect(Math.abs(mean(z))).toBeLessThan(0.025);
    expect(Math.abs(mean(z.map((x) => x * x)) - 1)).toBeLessThan(0.04);
    const mask = on(b, n, [], (o) => b.randomMask(o, n, 0.8, 1, 2, 3));
    const kept = 65536 / Math.round(0.8 * 65536);
    expect(new Set(mask)).toEqual(new Set([0, kept]));
    expect(Math.abs(mean(mask) - 1)).toBeLessThan(0.02);
    expect(on(b, 8, [], (o) => b.randomUniform(o, 8, 1, 2, 4))).not.toEqual(u.slice(0, 8));
  });
});

describe('memory', () => {
  test.each(['f32', 'f64'] as const)('growth keeps contents and integers (%s)', (dtype) => {
    const b = new JsBackend(dtype);
    const a = b.allocate(3, 'a');
    b.write(a, [1.5, 2.5, 3.5]);
    const labels = putIntegers(b, [7, -1]);
    const before = b.usage().capacity;
    const far = b.allocate(3 * before, 'far');
    b.fill(far, 1, 3 * before);
    expect(Array.from(b.read(a, 3))).toEqual([1.5, 2.5, 3.5]);
    expect(integersOf(b, labels, 2)).toEqual([7, -1]);
    expect(b.heap().length).toBe(b.usage().capacity);
  });

  test('read is a copy; readAsync answers the same', async () => {
    const b = new JsBackend('f32');
    const a = b.allocate(2, 'a');
    b.write(a, [1, 2]);
    const copy = b.read(a, 2);
    b.fill(a, 9, 2);
    expect(Array.from(copy)).toEqual([1, 2]);
    expect(Array.from(await b.readAsync(a, 2))).toEqual([9, 9]);
  });
});
