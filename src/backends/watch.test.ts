import { expect, test } from 'vitest';
import { tensor } from '../tensor/create.ts';
import { backend } from './default.ts';
import { openBackend } from './open.ts';
import { type Operation, rangeOf, watchOperations } from './watch.ts';

test('a range counts what is no number apart', () => {
  expect(rangeOf([3, Number.NaN, -2, Infinity, -Infinity, 7], 0, 6)).toEqual({ min: -2, max: 7, nan: 1, infinite: 2 });
  expect(rangeOf([3, Number.NaN, -2], 2, 1)).toEqual({ min: -2, max: -2, nan: 0, infinite: 0 });
  expect(rangeOf([])).toEqual({ min: Infinity, max: -Infinity, nan: 0, infinite: 0 });
});

test.each(['js', 'js64', 'wasm', 'threads'] as const)(
  '%s: every operation is told with its operands, and then none',
  async (name) => {
    const on = name === 'threads' ? await openBackend('wasm', { threads: 2 }) : backend(name);
    const place = { backend: on };
    const told: Operation[] = [];
    const x = tensor([[1, 4], [0, -9]], undefined, place); // biome-ignore format: a matrix
    const stop = watchOperations(on, (o) => void told.push(o));
    const y = x.matmul(x).abs().sqrt().div(x).sub(2);
    stop();
    expect(y.shape).toEqual([2, 2]);
    const named = told
      .filter((o) => o.name !== 'write')
      .map(({ name: op, operands, rows, constant, result }) => {
        return [op, operands.map((o) => [o.min, o.max]), rows, constant, result.infinite];
      });
    expect(named).toMatchObject([
    ['matmul', [[-9, 4], [-9, 4]], 2, 1, 0],
    ['abs', [[-32, 81]], null, null, 0],
    ['sqrt', [[0, 81]], null, null, 0],
    ['div', [[0, 9], [-9, 4]], null, null, 0],
    ['sub', [[-1, expect.any(Number)]], null, 2, 0],
  ]); // biome-ignore format: a line an operation
    const count = told.length;
    x.add(x);
    expect(told).toHaveLength(count);
    expect(Object.keys(on)).not.toContain('matmul');
  },
);

test('an operand that is written in place is shown as it was', () => {
  const told: Operation[] = [];
  const on = backend('js');
  const [a, b] = [1, 2].map((v) => tensor([v, v], undefined, { backend: on }));
  const stop = watchOperations(on, (o) => void told.push(o));
  a.axpy(Infinity, b);
  stop();
  const axpy = told.find((o) => o.name === 'axpy')!;
  expect(axpy).toMatchObject({
    constant: Infinity,
    operands: [{ min: 1, infinite: 0 }, { min: 2 }],
    result: { infinite: 2 },
  });
});
