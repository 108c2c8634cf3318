import { describe, expect, test } from 'vitest';
import { collect, heapUsed } from '../../test/collect.ts';
import { backendNames } from '../../test/naive.ts';
import { backend } from '../backends/default.ts';
import { linear } from '../layers/linear.ts';
import { relu } from '../layers/relu.ts';
import { crossEntropy } from '../losses/cross-entropy.ts';
import { sgd } from '../optim/sgd.ts';
import { Arena } from '../tensor/arena.ts';
import { indices, randn } from '../tensor/create.ts';
import { build, type Model } from './model.ts';
import { sequential } from './sequential.ts';

describe.each(backendNames)('models on %s', (name) => {
  const b = backend(name);
  const make = (seed: number): Model =>
    build(sequential(linear(16), relu(), linear(5)), { input: [9], loss: crossEntropy(), backend: b, seed });
  const step = (model: Model, arena: Arena): number => {
    const x = randn([9, 9], { arena });
    const y = indices([0, 1, 2, 3, 4, 0, 1, 2, 3], { arena });
    const { loss } = model.computeGradients({ x, y });
    const value = loss.item();
    sgd(0.01).step(model.parameters, arena);
    arena.reset();
    return value;
  };
  const train = (seed: number): void => {
    const model = make(seed);
    const arena = new Arena(b, 'step');
    for (let i = 0; i < 2; i++) step(model, arena);
    arena.dispose();
    model.dispose();
  };

  test('1,000 models built, trained and disposed of leave no memory behind', async () => {
    for (let i = 0; i < 100; i++) train(i);
    await collect();
    const [usage, heap] = [b.usage(), heapUsed()];
    for (let i = 0; i < 1000; i++) {
      train(i);
      if (b.usage().allocated !== usage.allocated) expect.fail(`model ${i} leaves ${b.usage().allocated} elements`);
    }
    expect(b.usage()).toEqual(usage);
    await collect();
    expect(heapUsed() - heap).toBeLessThan(1e6); // a model and its run take about 10 kB
  });

  test('models that are dropped without dispose() are freed by the collector, unless in use', async () => {
    const kept = make(1);
    const W = make(2).parameters.param('0.W'); // a tensor alone keeps its model's memory
    const before = b.usage().allocated;
    const values = W.toArray();
    (() => {
      for (let i = 0; i < 100; i++) make(i);
    })();
    expect(b.usage().allocated).toBeGreaterThan(before + 100 * 200);
    await collect();
    expect(b.usage().allocated).toBeLessThanOrEqual(before);
    expect(W.toArray()).toEqual(values);
    const arena = new Arena(b, 'step');
    expect(step(kept, arena)).toBeGreaterThan(0);
    arena.dispose();
    kept.dispose();
  });

  test('a step of training takes no more memory after the second', () => {
    const model = make(3);
    const arena = new Arena(b, 'step');
    step(model, arena);
    step(model, arena);
    const usage = b.usage();
    for (let i = 0; i < 500; i++) step(model, arena);
    expect(b.usage()).toEqual(usage);
    arena.dispose();
    model.dispose();
  });

  test('after dispose() a model says so', () => {
    const model = make(4);
    const x = randn([2, 9], { backend: b });
    model.forward(x);
    model.dispose();
    model.dispose();
    expect(() => model.forward(x)).toThrow(expect.objectContaining({ code: 'NF1202' }));
  });
});
