import { describe, expect, test } from 'vitest';
import { backendNames } from '../../test/naive.ts';
import { backend } from '../backends/default.ts';
import { Arena } from '../tensor/arena.ts';
import { ones, tensor, zeros } from '../tensor/create.ts';
import { constant, gaussian, values } from './initializers.ts';
import { Parameters } from './parameters.ts';

const code = (c: string): unknown => expect.objectContaining({ code: c });
const declared = [
  { path: '0.W', shape: [3, 17], initializer: gaussian(1) },
  { path: '0.b', shape: [17], initializer: constant(2) },
  { path: '1.scale', shape: [], initializer: values([5]) },
  { path: '1.none', shape: [0, 4], initializer: constant(1) },
];
const buffers = [{ path: '2.runningMean', shape: [5], initializer: constant(0.5) }];

describe.each(backendNames)('parameters on %s', (name) => {
  const b = backend(name);
  const place = { backend: b };

  test('lie in one vector each, apart, the gaps zero', () => {
    const p = new Parameters(b, declared, buffers, 3);
    expect(p.names).toEqual(['0.W', '0.b', '1.scale', '1.none']);
    expect(p.bufferNames).toEqual(['2.runningMean']);
    expect(p.count).toBe(51 + 17 + 1);
    expect(p.values.shape).toEqual([64 + 32 + 16]);
    const flat = [...p.values.dataSync()];
    expect(flat.slice(0, 51)).toEqual([...p.param('0.W').dataSync()]);
    expect(flat.slice(51, 64)).toEqual(new Array(13).fill(0));
    expect(flat.slice(64, 96)).toEqual([...new Array(17).fill(2), ...new Array(15).fill(0)]);
    expect(p.param('1.scale').item()).toBe(5);
    expect(p.buffer('2.runningMean').toArray()).toEqual(new Array(5).fill(0.5));
    expect([...p.gradients.dataSync()].every((v) => v === 0)).toBe(true);
    p.values.axpy(1, ones(p.values.shape, place));
    expect(p.param('0.b').toArray()).toEqual(new Array(17).fill(3));
    p.dispose();
  });

  test('begin the same for one seed, otherwise for another seed or path', () => {
    const start = (seed: number, path: string): number[] => {
      const p = new Parameters(b, [{ path, shape: [3, 17], initializer: gaussian(1) }], [], seed);
      const out = [...p.values.dataSync()];
      p.dispose();
      return out;
    };
    expect(start(1, '0.W')).toEqual(start(1, '0.W'));
    expect(start(1, '0.W')).not.toEqual(start(2, '0.W'));
    expect(start(1, '0.W')).not.toEqual(start(1, '1.W'));
  });

  test('the first write of a step writes, later ones add, none is zero', () => {
    const p = new Parameters(b, declared, buffers, 0);
    const arena = new Arena(b, 'step');
    p.gradients.fill(Number.NaN);
    for (let step = 0; step < 3; step++) {
      p.beginStep();
      p.sink('0.W').addProduct(ones([3, 2], { arena }), ones([2, 17], { arena }));
      p.sink('0.b').add(ones([17], { arena }));
      p.sink('0.b').add(ones([17], { arena }));
      p.sink('1.scale').add(tensor(step, [], { arena }));
      p.collect();
      expect(p.gradient('0.W').toArray()).toEqual(new Array(3).fill(new Array(17).fill(2)));
      expect(p.gradient('0.b').toArray()).toEqual(new Array(17).fill(2));
      expect(p.gradient('1.scale').item()).toBe(step);
      arena.reset();
    }
    p.beginStep();
    p.sink('0.W').add(ones([3, 17], place));
    p.sink('0.W').addProduct(ones([17, 1], place).T.reshape(17, 1).rowRange(0, 3), ones([1, 17], place));
    p.collect();
    expect(p.gradient('0.W').toArray()).toEqual(new Array(3).fill(new Array(17).fill(2)));
    expect(p.gradient('0.b').toArray()).toEqual(new Array(17).fill(0));
    arena.dispose();
    p.dispose();
  });

  test('snapshot and restore give back every bit, buffers too', () => {
    const p = new Parameters(b, declared, buffers, 4);
    const [before, bufferBefore] = [[...p.values.dataSync()], p.buffer('2.runningMean').toArray()];
    const snapshot = p.snapshot();
    p.values.axpy(0.1, ones(p.values.shape, place));
    p.buffer('2.runningMean').fill(9);
    p.restore(snapshot);
    expect([...p.values.dataSync()]).toEqual(before);
    expect(p.buffer('2.runningMean').toArray()).toEqual(bufferBefore);
    p.dispose();
  });

  test('what is refused, and how', () => {
    const used = b.usage().allocated;
    const p = new Parameters(b, declared, buffers, 0);
    expect(() => p.param('0.w')).toThrow(
      expect.objectContaining({
        code: 'NF1111',
        message: 'no parameter named 0.w',
        expected: '0.W, 0.b, 1.scale, 1.none',
      }),
    );
    expect(() => p.buffer('0.W')).toThrow(expect.objectContaining({ code: 'NF1111', expected: '2.runningMean' }));
    expect(() => p.sink('3.W')).toThrow(code('NF1111'));
    expect(() => p.sink('0.b').add(ones([3, 17], place))).toThrow(
      expect.objectContaining({
        code: 'NF1102',
        message: 'the gradient handed over for 0.b has another shape',
        where: '0.b',
        expected: '(17), as the parameter',
        got: '(3, 17)',
      }),
    );
    expect(() => p.sink('0.W').addProduct(ones([17, 2], place), ones([2, 3], place))).toThrow(
      expect.objectContaining({ code: 'NF1102', where: '0.W', got: '(17, 3)' }),
    );
    expect(() => p.sink('0.W').addProduct(ones([3, 2], place), ones([3, 17], place))).toThrow(code('NF1101'));
    const W = p.param('0.W');
    p.dispose();
    p.dispose();
    expect(() => W.add(1)).toThrow(
      expect.objectContaining({
        code: 'NF1202',
        message: 'this tensor belongs to parameters that dispose() has freed',
      }),
    );
    expect(() => p.state('optimizer')).toThrow(code('NF1202'));
    expect(() => p.snapshot()).toThrow(code('NF1202'));
    expect(b.usage().allocated).toBe(used);
  });

  test('a constructor that throws leaves no memory behind', () => {
    zeros([1], place).add(1);
    const used = b.usage().allocated;
    const twice = [declared[0], declared[0]];
    expect(() => new Parameters(b, twice, [], 0)).toThrow(code('NF1110'));
    const wrong = [{ path: 'W', shape: [3], initializer: values([1, 2]) }];
    expect(() => new Parameters(b, wrong, [], 0)).toThrow(code('NF1105'));
    expect(() => new Parameters(b, [], wrong, 0)).toThrow(code('NF1105'));
    expect(b.usage().allocated).toBe(used);
  });

  test('the state of an optimizer is as long as the parameters, zero, and goes with them', () => {
    const used = b.usage().allocated;
    const p = new Parameters(b, declared, [], 0);
    const m = p.state('optimizer m');
    expect(m.shape).toEqual(p.values.shape);
    expect(m.abs().sum().item()).toBe(0);
    p.dispose();
    expect(() => m.add(1)).toThrow(code('NF1202'));
    expect(b.usage().allocated).toBe(used);
  });
});
