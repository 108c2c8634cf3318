import { expect } from 'vitest';
import { type BackendName, backend } from '../src/backends/default.ts';
import { Arena } from '../src/tensor/arena.ts';
import { tensor } from '../src/tensor/create.ts';
import { Block, Storage } from '../src/tensor/storage.ts';
import { Tensor } from '../src/tensor/tensor.ts';

/** Matrices as nested arrays: the definitions that tensor operations are held against, in float64, with `Math`. */
export type Matrix = number[][];

export const backendNames: readonly BackendName[] = ['js64', 'js', 'wasm'];
export const dimensions: readonly number[] = [1, 3, 17, 65];
/** Every pair of odd sizes is too many for products of three; these meet each size in each place, and empty ones. */
export const shapes: readonly (readonly [number, number])[] = [
  [1, 1],
  [1, 17],
  [3, 65],
  [17, 3],
  [65, 1],
  [0, 3],
  [3, 0],
  [0, 0],
];

export function matrix(rows: number, cols: number, value: (i: number, j: number) => number): Matrix {
  return Array.from({ length: rows }, (_, i) => Array.from({ length: cols }, (_, j) => value(i, j)));
}

/** Numbers in (-2, 2) that f32 holds exactly, some of them 0, -0 or repeated. */
export function someMatrix(rows: number, cols: number, seed = 1): Matrix {
  let state = seed >>> 0;
  return matrix(rows, cols, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const pick = state >>> 28;
    if (pick === 0) return 0;
    if (pick === 1) return 0.5;
    return Math.fround((state >>> 8) / 2 ** 22 - 2);
  });
}

export function transpose(a: Matrix, cols: number = a[0]?.length ?? 0): Matrix {
  return matrix(cols, a.length, (i, j) => a[j][i]);
}

export function product(a: Matrix, b: Matrix, cols: number): Matrix {
  return matrix(a.length, cols, (i, j) => a[i].reduce((sum, x, p) => sum + x * b[p][j], 0));
}

/**
 * Tensors that hold the same matrix in every way that a tensor can: ordinary, in an arena, in a model's block, as a
 * transposed view, as rows of a larger one, as a reshaped vector.
 */
export function forms(a: Matrix, cols: number, arena: Arena): Record<string, Tensor> {
  const rows = a.length;
  const place = { backend: arena.backend };
  const flat = a.flat();
  const taller = [...someMatrix(2, cols, 99).flat(), ...flat, ...someMatrix(1, cols, 98).flat()];
  return {
    ordinary: tensor(flat, [rows, cols], place),
    arena: tensor(flat, [rows, cols], { arena }),
    transposed: tensor(transpose(a, cols).flat(), [cols, rows], place).T,
    'transposed in arena': tensor(transpose(a, cols).flat(), [cols, rows], { arena }).T,
    'rows of another': tensor(taller, [rows + 3, cols], place).rowRange(2, 2 + rows),
    'rows of another in arena': tensor(taller, [rows + 3, cols], { arena }).rowRange(2, 2 + rows),
    reshaped: tensor(flat, [flat.length], { arena }).reshape(rows, cols),
  };
}

/** A tensor in memory of its own, such as a model's; `free` gives it back. */
export function held(a: Matrix, cols: number, name: BackendName): { t: Tensor; free: () => void } {
  const block = new Block(backend(name), a.length * cols, 'the parameters');
  const t = new Tensor(Storage.inBlock(block, 0, a.length * cols), [a.length, cols]);
  t.set(a.flat());
  return { t, free: () => block.free() };
}

/** Runs `body` with an arena of the named backend. */
export function inArena(name: BackendName, body: (arena: Arena) => void): void {
  const arena = new Arena(backend(name), 'test');
  try {
    body(arena);
  } finally {
    arena.dispose();
  }
}

/** Rounding of the named backend's type. */
export function epsilon(name: BackendName): number {
  return name === 'js64' ? 2 ** -53 : 2 ** -24;
}

/** |actual - expected| <= bound(i, j), NaN equal to NaN, infinities exact. */
export function expectMatrix(
  actual: Tensor,
  expected: Matrix,
  cols: number,
  bound: (i: number, j: number) => number,
  what: string,
): void {
  expect(actual.shape, what).toEqual([expected.length, cols]);
  const values = actual.dataSync();
  expect(values.length, what).toBe(expected.length * cols);
  for (let i = 0; i < expected.length; i++) {
    for (let j = 0; j < cols; j++) {
      const [x, e] = [values[i * cols + j], expected[i][j]];
      if (Object.is(x, e) || x === e) continue;
      const error = Math.abs(x - e);
      if (!(error <= bound(i, j))) {
        expect.fail(`${what}: element (${i}, ${j}) is ${x}, expected ${e} to ${bound(i, j)}`);
      }
    }
  }
}

/** A bound relative to the expected value: `ulps` roundings. */
export function relative(expected: Matrix, ulps: number, name: BackendName): (i: number, j: number) => number {
  return (i, j) => ulps * epsilon(name) * Math.abs(expected[i][j]);
}
