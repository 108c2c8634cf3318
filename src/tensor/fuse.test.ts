import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { code } from '../../test/support/one-layer.ts';
import { backend } from '../backends/default.ts';
import { createWasmBackend } from '../backends/wasm/wasm-backend.ts';
import type { AnyLayer, LayerContext } from '../layers/layer.ts';
import { leakyRelu } from '../layers/leaky-relu.ts';
import { relu } from '../layers/relu.ts';
import { sigmoid } from '../layers/sigmoid.ts';
import { softmax } from '../layers/softmax.ts';
import { tanh } from '../layers/tanh.ts';
import { losses } from '../losses/registry.ts';
import { Arena } from './arena.ts';
import { full, indices, randn, tensor } from './create.ts';
import { debug } from './debug.ts';
import { fused } from './fuse.ts';
import type { Tensor } from './tensor.ts';

let b = createWasmBackend();
let arena = new Arena(b, 'fuse test');
let compile = vi.spyOn(b, 'compile');
const kernels = (): unknown[] => compile.mock.results.map((r) => r.value).filter((v) => v !== null);
beforeEach(() => {
  b.dispose();
  b = createWasmBackend(); // makes so many kernels and no more
  arena = new Arena(b, 'fuse test');
  compile = vi.spyOn(b, 'compile');
});
afterEach(() => {
  debug.definitions = false;
  debug.poison = false;
});

const random = (shape: number[], seed: number): Tensor => randn(shape, { arena, seed });
const special = [Number.NaN, Infinity, -Infinity, 0, -0, 1e-40, -3e38];
/** Values on [-3, 3), every fifth of them special if asked. */
const values = (shape: number[], seed: number, odd = false): Tensor => {
  const t = random(shape, seed).dataSync();
  if (odd) for (let i = seed; i < t.length; i += 5) t[i] = special[i % special.length];
  return tensor(t, shape, { arena });
};
const bits = (t: Tensor): number[] =>
  Array.from(t.dataSync(), (x) => (Number.isNaN(x) ? -1 : new Uint32Array(Float32Array.of(x).buffer)[0]));

/** Runs `call` on equal operands as written and until a kernel runs; all must give the same bits. True if one was made. */
function sameBits(call: () => readonly Tensor[]): boolean {
  debug.definitions = true;
  const want = call().map(bits);
  debug.definitions = false;
  for (let i = 0; i < 4; i++) expect(call().map(bits)).toEqual(want);
  const made = kernels().length > 0;
  compile.mockClear();
  return made;
}

const sides = [0, 1, 3, 4, 17, 65];
const shapes = sides.flatMap((R) => sides.map((C) => [R, C] as [number, number]));
const context = { wantsInputGrad: true } as LayerContext;

describe('layers: fused as written', () => {
  const layers: [string, () => AnyLayer][] = [
    ...[relu, sigmoid, tanh, softmax].map((f): [string, () => AnyLayer] => [f.name, f]),
    ['leakyRelu', () => leakyRelu(0.1)],
  ];
  test.each(layers)('%s', (name, make) => {
    const layer = make();
    for (const odd of [false, true]) {
      for (const [R, C] of shapes) {
        const made = sameBits(() => {
          const { y, cache } = layer.forward(context, values([R, C], 1, odd));
          return [y, layer.backward(context, values([R, C], 2, odd), cache)!];
        });
        if (odd) continue; // the kernel is there since before
        const worth = R * C > 1 && (name !== 'softmax' || (R > 1 && C > 1));
        if (worth) expect(made, `${R}, ${C}`).toBe(true);
      }
    }
  });
});

describe('losses: fused as written', () => {
  test.each(Object.keys(losses))('%s', (name) => {
    const loss = losses[name as keyof typeof losses]();
    for (const odd of [false, true]) {
      for (const [B, wide] of shapes) {
        const C = loss.task === 'binary' ? 1 : wide;
        if (loss.task === 'classification' && C === 0) continue;
        const labels = Array.from({ length: B }, (_, i) => (loss.task === 'binary' ? i % 2 : (5 * i) % C));
        const made = sameBits(() => {
          const output = values([B, C], 1, odd);
          const o = name.includes('from-probabilities') ? output.sigmoid() : output;
          const y = loss.task === 'regression' ? values([B, C], 2, odd) : indices(labels, { arena });
          const { loss: value, dOutput } = loss.apply(o, { y });
          expect(value.shape).toEqual([]);
          return [value, dOutput];
        });
        if (B > 1 && (C > 1 || loss.task === 'binary') && !odd && made) continue;
        expect(odd || B < 2 || C < 2 || kernels().length === 0).toBe(true);
      }
    }
  });

  test('cross-entropy, the one of every step, has a kernel', () => {
    const { apply } = losses['cross-entropy']();
    const y = indices([1, 0, 2, 3, 1, 0, 2], { arena });
    expect(sameBits(() => Object.values(apply(values([7, 11], 3), { y })) as Tensor[])).toBe(true);
  });
});

test.each([2, 3, 5, 8, 17])('of zeros of both signs a maximum is the last one, %i columns', (C) => {
  const f = fused('maxima', (x: Tensor) => [x.rowMax(), x.relu().neg().rowMax()]);
  const zeros = (): Tensor =>
    tensor(
      Array.from({ length: 23 * C }, (_, i) => ((i * i + (i >> 2)) % 3 === 0 ? -0 : (i * 7) % 5 === 0 ? -1 : 0)),
      [23, C],
      { arena },
    );
  expect(sameBits(() => f(zeros()))).toBe(true);
});

describe('arguments', () => {
  test('numbers change without a new kernel, and arrive as tensors of shape ()', () => {
    const f = fused('scaled', (x: Tensor, s: Tensor) => x.mul(s).add(s));
    const x = values([5, 3], 1);
    for (const s of [2, 3, 0.1, -0, 1e-30]) expect(bits(f(x, s))).toEqual(bits(x.mul(s).add(s)));
    expect(bits(f(x, full([], 0.1, { arena })))).toEqual(bits(x.mul(0.1).add(0.1)));
    expect(kernels().length).toBe(1);
  });

  test('written in place: moments, and the argument is the result', () => {
    const f = fused('momentum', (v: Tensor, g: Tensor, beta: Tensor) => v.set(v.mul(beta).add(g)));
    const [v, g, want] = [values([33], 1), values([33], 2), values([33], 1)];
    for (let i = 0; i < 5; i++) {
      want.set(want.mul(0.9).add(g));
      expect(f(v, g, 0.9)).toBe(v);
      expect(bits(v)).toEqual(bits(want));
    }
    expect(kernels().length).toBe(1);
  });

  test('an argument that overlaps one that is written: as written', () => {
    const f = fused('into', (y: Tensor, x: Tensor) => y.axpy(2, x));
    for (let i = 0; i < 4; i++) f(values([4, 4], 1), values([4, 4], 2));
    expect(kernels().length).toBe(1);
    const y = values([4, 4], 1);
    const want = y.mul(3);
    expect(bits(f(y, y))).toEqual(bits(want));
    const z = values([6, 4], 1);
    expect(() => f(z.rowRange(0, 4), z.rowRange(2, 6))).toThrow(code('NF1114'));
  });

  test('views in row order, whole and in part, and transposed ones', () => {
    const f = fused('gate', (d: Tensor, x: Tensor) => d.mul(x.gt(0)));
    const [d, x] = [values([9, 6], 1), values([9, 6], 2)];
    for (let i = 0; i < 4; i++) f(d.rowRange(0, 6), x.rowRange(3, 9));
    expect(kernels().length).toBe(1);
    expect(bits(f(d.rowRange(0, 6), x.rowRange(3, 9)))).toEqual(bits(d.rowRange(0, 6).mul(x.rowRange(3, 9).gt(0))));
    const [s, t] = [values([6, 6], 1), values([6, 6], 2)];
    expect(f(s.T, t).toArray()).toEqual(s.T.mul(t.gt(0)).toArray());
  });

  test('ordinary tensors give ordinary ones', () => {
    const f = fused('twice', (x: Tensor) => x.add(x).exp());
    for (let i = 0; i < 4; i++) expect(f(tensor([1, 2], [2], { backend: b })).arena).toBe(null);
    expect(compile).not.toHaveBeenCalled();
  });

  test('parameters: what is made of them alone is ordinary, as written', () => {
    const f = fused('both', (x: Tensor, W: Tensor) => ({ a: x.mul(2).add(1), c: W.mul(2).add(1) }));
    const W = tensor([1, 2, 3], [3], { backend: b });
    for (let i = 0; i < 4; i++) {
      const { a, c } = f(values([3], 1), W);
      expect([a.arena, c.arena]).toEqual([arena, null]);
    }
  });

  test('several results keep their names and order', () => {
    const named = fused('named', (x: Tensor) => ({ s: x.rowSum(), e: x.exp(), m: x.rowMax() }));
    const listed = fused('listed', (x: Tensor) => [x.exp(), x.rowSum()] as const);
    for (let i = 0; i < 4; i++) {
      expect(Object.keys(named(values([5, 6], 1)))).toEqual(['s', 'e', 'm']);
      expect(listed(values([5, 6], 1)).map((t) => t.shape)).toEqual([
        [5, 6],
        [5, 1],
      ]);
    }
    expect(kernels().length).toBe(2);
  });
});

describe('errors are those of the definition', () => {
  const f = fused('sum of two', (x: Tensor, y: Tensor) => x.add(y).exp());
  const warm = (): void => {
    for (let i = 0; i < 4; i++) f(values([4, 6], 1), values([4, 6], 2));
  };
  test('shapes', () => {
    for (let i = 0; i < 5; i++) expect(() => f(values([4, 6], 1), values([4, 5], 1))).toThrow(code('NF1102'));
  });
  test('backends', () => {
    warm();
    const other = full([4, 6], 1, { backend: backend('js') });
    expect(() => f(values([4, 6], 1), other)).toThrow(code('NF1103'));
  });
  test('a step that has ended, and two unrelated steps', () => {
    warm();
    const step = new Arena(b, 'ended');
    const x = randn([4, 6], { arena: step });
    expect(() => f(x, values([4, 6], 1))).toThrow(code('NF1203'));
    const y = randn([4, 6], { arena: step });
    expect(bits(f(x, y))).toEqual(bits(x.add(y).exp()));
    step.reset();
    expect(() => f(x, y)).toThrow(code('NF1201'));
    step.dispose();
  });
  test('an error of its own, at every call', () => {
    const g = fused('throws', (x: Tensor): Tensor => {
      throw new RangeError(`no ${x.shape}`);
    });
    for (let i = 0; i < 4; i++) expect(() => g(values([2], 1))).toThrow(new RangeError('no 2'));
  });
});

describe('as written, for good', () => {
  const W = (): Tensor => values([6, 6], 9);
  test.each<[string, (x: Tensor) => Tensor]>([
    ['a product', (x) => x.matmul(W().within(x.arena!)).relu().add(1)],
    ['a product of arguments', (x) => x.matmul(x.T).exp()],
    ['readback', (x) => x.mul(x.sum().item())],
    ['another tensor', (x) => x.add(W().rowRange(0, 4)).exp()],
    ['random numbers', (x) => x.mul(randn([4, 6], { arena: x.arena })).exp()],
    ['a transposed view', (x) => x.T.exp().rowSum()],
    ['part of a value', (x) => x.exp().rowRange(0, 2).add(1)],
    [
      'a part written',
      (x) => {
        const e = x.exp();
        e.rowRange(1, 2).fill(3);
        return e.add(1);
      },
    ],
    ['a result of column sums over the matrix', (x) => x.sub(x.colMean()).exp()],
    ['an argument itself, seen differently', (x) => x.exp() && x.reshape(6, 4)],
  ])('%s', (_, fn) => {
    const f = fused('not fused', fn);
    debug.definitions = true;
    const want = f(values([4, 6], 1)).toArray();
    debug.definitions = false;
    for (let i = 0; i < 5; i++) expect(f(values([4, 6], 1)).toArray()).toEqual(want);
    expect(kernels()).toEqual([]);
    expect(compile.mock.calls.length).toBeLessThan(2);
  });

  test('on backends without a compiler', () => {
    for (const name of ['js', 'js64'] as const) {
      const step = new Arena(backend(name));
      const f = fused('anywhere', (x: Tensor) => x.exp().rowSum());
      for (let i = 0; i < 4; i++) {
        expect(f(full([2, 2], 0, { arena: step })).toArray()).toEqual([[2], [2]]);
      }
      step.dispose();
    }
  });

  test('where a page forbids modules', () => {
    const refuse = vi.spyOn(WebAssembly, 'Module').mockImplementation(
      class {
        constructor() {
          throw new WebAssembly.CompileError('blocked by Content-Security-Policy');
        }
      } as never,
    );
    const f = fused('forbidden', (x: Tensor) => x.exp().add(1));
    for (let i = 0; i < 5; i++) expect(bits(f(values([3], 1)))).toEqual(bits(values([3], 1).exp().add(1)));
    expect(refuse).toHaveBeenCalledTimes(1);
    refuse.mockRestore();
  });
});

describe('when a kernel is made', () => {
  const f = fused('counted', (x: Tensor) => x.exp().add(1));

  test('at the third call with the same shapes', () => {
    for (const expected of [0, 0, 1, 1]) {
      f(values([8], 1));
      expect(compile.mock.calls.length).toBe(expected);
    }
    f(values([9], 1));
    expect(compile.mock.calls.length).toBe(1);
  });

  test('shapes that never come again are forgotten', () => {
    f(values([100], 1));
    f(values([100], 1));
    for (let n = 200; n < 230; n++) f(values([n], 1));
    f(values([100], 1));
    expect(compile).not.toHaveBeenCalled();
  });

  test('debug.definitions turns kernels off at once, and on again', () => {
    let run = 0;
    const g = fused('watched', (x: Tensor) => {
      run++;
      return x.exp().add(1);
    });
    for (let i = 0; i < 4; i++) g(values([8], 1));
    expect(run).toBe(3); // two calls and the recording
    debug.definitions = true;
    g(values([8], 1));
    expect(run).toBe(4);
    debug.definitions = false;
    g(values([8], 1));
    expect(run).toBe(4);
  });

  test('at most 256 on a backend', () => {
    const own = createWasmBackend();
    const step = new Arena(own);
    const made = vi.spyOn(own, 'compile');
    const g = fused('many', (x: Tensor) => x.exp().add(1));
    for (let n = 2; n < 270; n++) for (let i = 0; i < 3; i++) g(full([n], 0, { arena: step }));
    expect(made.mock.results.filter((r) => r.value !== null).length).toBe(256);
    expect(g(full([269], 0, { arena: step })).dataSync()[268]).toBe(2);
    own.dispose();
  });
});

describe('a kernel changes nothing', () => {
  test('arenas that are poisoned', () => {
    debug.poison = true;
    const double = fused('double', (x: Tensor) => x.add(x).mul(x));
    for (let i = 0; i < 5; i++) {
      arena.reset();
      const x = values([3, 4], 1);
      expect(bits(double(x))).toEqual(bits(x.add(x).mul(x)));
    }
    expect(kernels()).toHaveLength(1);
  });

  test('where a result lives, when an argument is written in place', () => {
    const v = tensor([1, 2, 3, 4], [4], { backend: b });
    const decay = fused('decay', (state: Tensor, g: Tensor) => {
      state.set(state.mul(0.9).add(g));
      return state.mul(2);
    });
    for (let i = 0; i < 5; i++) expect(decay(v, values([4], i)).arena).toBe(null);
    const inStep = fused('in a step', (x: Tensor, g: Tensor) => {
      const t = x.zerosLike();
      t.axpy(1, g);
      return t;
    });
    for (let i = 0; i < 5; i++) expect(inStep(v, values([4], i)).arena).toBe(null);
  });

  test('what shares memory with what', () => {
    const both = fused('both', (x: Tensor) => {
      const e = x.exp();
      return { e, flat: e.reshape(-1) };
    });
    for (let i = 0; i < 5; i++) {
      const { e, flat } = both(values([2, 2], i));
      e.fill(7);
      expect([...flat.dataSync()]).toEqual([7, 7, 7, 7]);
    }
  });

  test('functions whose values double with each operation are no burden', () => {
    const doubling = fused('doubling', (x: Tensor) => {
      let y = x;
      for (let i = 0; i < 60; i++) y = y.mul(y);
      return y.sub(y.rowMean());
    });
    sameBits(() => [doubling(values([3, 4], 1))]);
  });

  test('very long functions run as written', () => {
    const long = fused('long', (x: Tensor) => {
      let y = x;
      for (let i = 0; i < 3000; i++) y = y.add(1);
      return y;
    });
    expect(sameBits(() => [long(values([2], 1))])).toBe(false);
  });

  test('memory that is not there for it', () => {
    const small = createWasmBackend({ maxBytes: 2 ** 26 });
    const step = new Arena(small, 'small');
    const centered = fused('centered', (x: Tensor) => x.sub(x.rowMean()).exp());
    const x = randn([4, 2 ** 18], { arena: step });
    const held: number[] = [];
    try {
      for (;;) held.push(small.allocate(2 ** 16, 'all of it'));
    } catch {
      small.free(held.pop()!);
    }
    let wanted = '';
    for (let i = 0; i < 4; i++) {
      for (const at of held.splice(0, 200)) small.free(at);
      const y = centered(x);
      const text = [...y.dataSync().subarray(0, 50)].join();
      wanted ||= text;
      expect(text).toBe(wanted);
    }
    small.dispose();
  });
});
