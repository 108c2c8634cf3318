import { expect, test } from 'vitest';
import { momentum, scaleByAdam } from '../../test/reference/transforms.ts';
import { backend } from '../backends/default.ts';
import { constant } from '../layers/initializers.ts';
import { Parameters } from '../layers/parameters.ts';
import { Arena } from '../tensor/arena.ts';
import { Optimizer } from './optimizer.ts';

const js64 = backend('js64');
const one = () => new Parameters(js64, [{ path: 'theta', shape: [1], initializer: constant(1) }], [], 0);

/** theta after each of `steps` steps with gradient g. */
function path(optimizer: Optimizer, g: number, steps: number, p = one()): number[] {
  const arena = new Arena(js64);
  const found: number[] = [];
  for (let t = 0; t < steps; t++) {
    p.gradient('theta').fill(g);
    optimizer.step(p, arena);
    arena.reset();
    found.push(p.param('theta').toArray() as unknown as number);
  }
  arena.dispose();
  return found.flat();
}

test('Adam with a constant gradient moves by lr a step, whatever the gradient', () => {
  for (const g of [1e-3, 1, 1e3]) {
    const thetas = path(new Optimizer('adam', [scaleByAdam([0.9, 0.999], 1e-12)], 0.01), g, 5);
    thetas.forEach((v, t) => expect(v).toBeCloseTo(1 - 0.01 * (t + 1), 8));
  }
});

test('momentum gathers: lr / (1 - beta) a step in the end', () => {
  const thetas = path(new Optimizer('momentum', [momentum(0.5)], 0.1), 1, 40);
  expect(thetas[38] - thetas[39]).toBeCloseTo(0.2, 9);
});

test('the order of links matters, and each has its own state by name', () => {
  const chain = new Optimizer('both', [momentum(0.9), scaleByAdam([0.9, 0.999], 1e-8)], 0.1);
  path(chain, 1, 1);
  expect([...chain.state.keys()]).toEqual(['momentum.v', 'adam.m', 'adam.v']);
});

test('the learning rate is asked for each step, from 0', () => {
  const asked: number[] = [];
  path(
    new Optimizer('sgd', [], (step) => {
      asked.push(step);
      return 0.1;
    }),
    1,
    3,
  );
  expect(asked).toEqual([0, 1, 2]);
});

test('other parameters begin with state and steps of their own', () => {
  const optimizer = new Optimizer('momentum', [momentum(0.9)], 0.1);
  const first = path(optimizer, 1, 3);
  expect(path(optimizer, 1, 3)).toEqual(first);
  expect(optimizer.steps).toBe(3);
});
