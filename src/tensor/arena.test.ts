import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { collect, heapUsed } from '../../test/collect.ts';
import { backendNames, held } from '../../test/naive.ts';
import { backend } from '../backends/default.ts';
import { NeuroForgeError } from '../core/errors.ts';
import { Arena } from './arena.ts';
import { indices, ones, tensor, zeros } from './create.ts';
import { debug } from './debug.ts';
import { gatherRows, Indices } from './indices.ts';
import { scope } from './scope.ts';
import type { Tensor } from './tensor.ts';

const code = (c: string): unknown => expect.objectContaining({ code: c });

afterEach(() => {
  debug.poison = false;
});

/**
 * What arenas promise, as a model: numbers in shared cells, the arena of each, and its generation. `outer` encloses
 * `inner`; `other` is unrelated to both.
 */
type ArenaName = 'outer' | 'inner' | 'other';
interface Shadow {
  readonly cells: number[];
  readonly transposed: boolean;
  readonly arena: ArenaName | null;
  readonly generation: number;
}

const read = ({ cells, transposed }: Shadow): number[] =>
  transposed ? [cells[0], cells[2], cells[1], cells[3]] : [...cells];

function youngestOf(a: ArenaName | null, b: ArenaName | null): ArenaName | null | 'refused' {
  if (a === b || b === null) return a;
  if (a === null) return b;
  const names = new Set([a, b]);
  return names.has('other') ? 'refused' : 'inner';
}

const command = fc.oneof(
  fc.record({
    do: fc.constant('make' as const),
    arena: fc.constantFrom('outer', 'inner', 'other', null),
    value: fc.integer({ min: -9, max: 9 }),
  }),
  fc.record({
    do: fc.constantFrom('add' as const, 'matmul' as const, 'axpy' as const, 'set' as const),
    a: fc.nat(),
    b: fc.nat(),
  }),
  fc.record({
    do: fc.constantFrom('T' as const, 'reshape' as const, 'keep' as const, 'fill' as const, 'within' as const),
    a: fc.nat(),
  }),
  fc.record({ do: fc.constant('reset' as const), arena: fc.constantFrom<ArenaName>('outer', 'inner', 'other') }),
);
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

class Run {
  readonly arenas: Record<ArenaName, Arena>;
  readonly generations: Record<ArenaName, number> = { outer: 1, inner: 1, other: 1 };
  readonly pairs: { t: Tensor; shadow: Shadow }[] = [];
  readonly seen: Set<string>;

  constructor(outer: Arena, other: Arena, seen: Set<string>) {
    this.arenas = { outer, inner: outer.child('inner'), other };
    this.seen = seen;
  }

  perform(c: Command): void {
    if (c.do === 'make') {
      const arena = c.arena as ArenaName | null;
      const values = [c.value, 2, 3, 4];
      const place = arena ? { arena: this.arenas[arena] } : { backend: this.arenas.outer.backend };
      this.#push(tensor(values, [2, 2], place), values, arena);
    } else if (c.do === 'reset') {
      this.arenas[c.arena].reset();
      this.generations[c.arena]++;
    } else if (this.pairs.length > 0) {
      const a = this.pairs[c.a % this.pairs.length];
      this.#operate(c, a, 'b' in c ? this.pairs[c.b % this.pairs.length] : a);
    }
    for (const pair of this.pairs) this.#verify(pair);
  }

  #operate(c: Command, a: { t: Tensor; shadow: Shadow }, b: { t: Tensor; shadow: Shadow }): void {
    const [x, y] = [read(a.shadow), read(b.shadow)];
    const home = youngestOf(a.shadow.arena, b.shadow.arena);
    const stale = this.#stale(a.shadow) || this.#stale(b.shadow);
    const run = (expected: string | null, f: () => void): void => {
      let got: string | null = null;
      try {
        f();
      } catch (error) {
        if (!(error instanceof NeuroForgeError)) throw error;
        got = error.code;
      }
      this.seen.add(`${c.do}:${expected}`);
      expect(got, c.do).toBe(expected);
    };
    const refused = stale ? 'NF1201' : home === 'refused' ? 'NF1203' : null;
    const fresh = home as ArenaName | null;
    const alone = stale ? 'NF1201' : null;
    const p = [
      x[0] * y[0] + x[1] * y[2],
      x[0] * y[1] + x[1] * y[3],
      x[2] * y[0] + x[3] * y[2],
      x[2] * y[1] + x[3] * y[3],
    ];
    const actions: Record<string, () => void> = {
      add: () =>
        run(refused, () =>
          this.#push(
            a.t.add(b.t),
            x.map((v, i) => v + y[i]),
            fresh,
          ),
        ),
      matmul: () =>
        run(refused, () => {
          const t = a.t.matmul(b.t);
          expect([...t.dataSync()]).toEqual(p);
          const small = p.map((v) => v % 8); // or products of products would leave the whole numbers of f32
          this.#push(t.set(small), small, fresh);
        }),
      axpy: () =>
        run(alone, () => {
          a.t.axpy(2, b.t);
          this.#write(
            a.shadow,
            x.map((v, i) => v + 2 * y[i]),
          );
        }),
      set: () =>
        run(alone, () => {
          a.t.set(b.t);
          this.#write(a.shadow, y);
        }),
      fill: () =>
        run(alone, () => {
          a.t.fill(7);
          this.#write(a.shadow, [7, 7, 7, 7]);
        }),
      T: () =>
        run(alone, () => {
          this.pairs.push({ t: a.t.T, shadow: { ...a.shadow, transposed: !a.shadow.transposed } });
        }),
      reshape: () =>
        run(alone, () => {
          const t = a.t.reshape(4).reshape(2, -1);
          if (a.shadow.transposed) this.#push(t, x, a.shadow.arena);
          else this.pairs.push({ t, shadow: a.shadow });
        }),
      keep: () => run(alone, () => this.#push(a.t.keep(), x, null)),
      within: () =>
        run(alone ?? (a.shadow.arena === 'other' ? 'NF1203' : null), () => {
          const t = a.t.within(this.arenas.inner);
          if (a.shadow.arena === null) this.#push(t, [...x], 'inner', a.shadow.transposed);
        }),
    };
    actions[c.do]();
  }

  #stale(s: Shadow): boolean {
    return s.arena !== null && this.generations[s.arena] !== s.generation;
  }

  #push(t: Tensor, values: number[], arena: ArenaName | null, transposed = false): void {
    const cells = transposed ? [values[0], values[2], values[1], values[3]] : [...values];
    const generation = arena ? this.generations[arena] : 0;
    this.pairs.push({ t, shadow: { cells, transposed, arena, generation } });
  }

  #write(s: Shadow, values: number[]): void {
    const small = s.transposed ? [values[0], values[2], values[1], values[3]] : values;
    small.forEach((v, i) => {
      s.cells[i] = v;
    });
  }

  #verify({ t, shadow }: { t: Tensor; shadow: Shadow }): void {
    expect(t.arena).toBe(shadow.arena ? this.arenas[shadow.arena] : null);
    if (this.#stale(shadow)) expect(() => t.dataSync()).toThrow(code('NF1201'));
    else expect([...t.dataSync()]).toEqual(read(shadow));
  }
}

describe.each(backendNames)('arenas on %s', (name) => {
  test.each([false, true])('every sequence of operations gives what the model says (poison %j)', (poison) => {
    debug.poison = poison;
    const b = backend(name);
    const before = b.usage().allocated;
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.array(command, { minLength: 5, maxLength: 40 }), (commands) => {
        const [outer, other] = [new Arena(b, 'outer'), new Arena(b, 'other')];
        const run = new Run(outer, other, seen);
        try {
          for (const c of commands) run.perform(c);
        } finally {
          run.arenas.inner.dispose();
          outer.dispose();
          other.dispose();
        }
      }),
      { numRuns: 150, seed: 7 },
    );
    for (const what of [
      'add:null',
      'add:NF1201',
      'add:NF1203',
      'matmul:null',
      'within:null',
      'within:NF1203',
      'axpy:null',
      'axpy:NF1201',
      'keep:NF1201',
    ]) {
      expect(seen).toContain(what);
    }
    expect(b.usage().allocated).toBeLessThanOrEqual(before + 2 ** 18); // the scratch of ordinary results, once
  });

  test('poison: what is read past its step is NaN', () => {
    const b = backend(name);
    const arena = new Arena(b, 'step');
    const x = ones([3, 17], { arena });
    const at = x.storage.address(arena);
    arena.reset();
    expect([...b.read(at, 51)]).toEqual(new Array(51).fill(1));
    debug.poison = true;
    expect(ones([3, 17], { arena }).storage.address(arena)).toBe(at);
    arena.reset();
    expect([...b.read(at, 51)]).toEqual(new Array(51).fill(Number.NaN));
    arena.dispose();
  });

  test('an ordinary tensor is copied into a step once, and anew after a write or in the next step', () => {
    const b = backend(name);
    const arena = new Arena(b, 'step');
    const W = tensor([1, 2], undefined, { backend: b });
    const one = (): Tensor => ones([2], { arena });
    const address = (): number => W.storage.address(arena);
    const first = one().mul(W);
    const placed = address();
    expect(one().add(W).toArray()).toEqual([2, 3]);
    expect(address()).toBe(placed);
    W.set([10, 20]);
    expect(one().mul(W).toArray()).toEqual([10, 20]);
    expect(first.toArray()).toEqual([1, 2]);
    W.axpy(1, W);
    W.rowRange(1, 2).fill(5);
    expect(one().mul(W).toArray()).toEqual([20, 5]);
    arena.reset();
    one().fill(9);
    expect(one().mul(W).toArray()).toEqual([20, 5]);
    expect(W.arena).toBe(null);
    arena.dispose();
    expect(W.toArray()).toEqual([20, 5]);
  });

  test('the result of where and gatherRows lives in the youngest arena of all operands', () => {
    const b = backend(name);
    const outer = new Arena(b, 'outer');
    const inner = outer.child('inner');
    const places = [{ backend: b }, { arena: outer }, { arena: inner }];
    for (const [c, x, y, home] of [
      [0, 0, 0, null],
      [1, 0, 0, outer],
      [0, 1, 0, outer],
      [0, 0, 1, outer],
      [1, 2, 0, inner],
      [1, 0, 2, inner],
      [2, 1, 1, inner],
    ] as const) {
      const [condition, yes, no] = [c, x, y].map((i) => ones([2], places[i]));
      expect(condition.where(yes, no).arena).toBe(home);
      if (c === 0) expect(gatherRows(yes, indices([1, 0], places[y])).arena).toBe(home);
    }
    expect(gatherRows(ones([2], { arena: outer }), indices([1], { arena: inner })).arena).toBe(inner);
    const other = new Arena(b, 'other');
    const there = ones([2], { arena: other });
    const here = ones([2], { arena: inner });
    expect(() => here.where(here, there)).toThrow(code('NF1203'));
    expect(() => gatherRows(here, indices([0], { arena: other }))).toThrow(code('NF1203'));
    for (const arena of [inner, outer, other]) arena.dispose();
  });

  test('each arena has its own copy of an ordinary tensor', () => {
    const b = backend(name);
    const [left, right] = [new Arena(b, 'left'), new Arena(b, 'right')];
    const W = tensor([1, 2], undefined, { backend: b });
    const one = ones([2], { arena: right });
    ones([2], { arena: left }).add(W);
    left.reset();
    for (let i = 0; i < 9; i++) ones([2], { arena: left }).fill(9);
    expect(one.mul(W).toArray()).toEqual([1, 2]);
    left.dispose();
    right.dispose();
  });

  test('different rows of an ordinary tensor in one step, before and after the whole of it', () => {
    const b = backend(name);
    const arena = new Arena(b, 'step');
    const W = tensor([[1], [2], [3], [4], [5]], undefined, { backend: b });
    const sum = (from: number, to: number): number => {
      const rows = W.rowRange(from, to);
      return ones([rows.rows, 1], { arena }).mul(rows).sum().item();
    };
    const ranges: [number, number, number][] = [
      [2, 4, 7],
      [1, 3, 5],
      [3, 4, 4],
      [2, 5, 12],
      [0, 1, 1],
      [0, 5, 15],
      [1, 2, 2],
      [4, 5, 5],
    ];
    for (const order of [ranges, ranges.toReversed(), ranges]) {
      for (const [from, to, expected] of order) expect(sum(from, to)).toBe(expected);
      arena.reset();
    }
    arena.dispose();
  });

  test('what is made begins at 64 bytes (f32)', () => {
    const arena = new Arena(backend(name), 'step');
    for (const n of [1, 0, 3, 17, 65, 16]) expect(ones([n], { arena }).storage.address(arena) % 16).toBe(0);
    arena.dispose();
  });

  test('10,000 steps take no more memory than the second', () => {
    const b = backend(name);
    const arena = new Arena(b, 'step');
    const W = tensor(new Array(17 * 5).fill(0.1), [17, 5], { backend: b });
    let [usage, heap] = [b.usage(), 0];
    let last = 0;
    for (let step = 0; step < 10_000; step++) {
      arena.reset();
      const x = ones([step % 7 === 6 ? 3 : 9, 17], { arena });
      const p = x.matmul(W).softmax();
      const labels = indices(new Array(p.rows).fill(step % 5), { arena });
      const d = p.sub(labels.oneHot(5));
      last = p.rowSum().mean().item() + d.sum().item();
      W.setProduct(x.T, d, -0.001, 1);
      if (step === 1) usage = b.usage();
      if (step === 2000) heap = heapUsed();
    }
    expect(b.usage()).toEqual(usage);
    expect(last).toBeCloseTo(1, 5);
    const growth = heapUsed() - heap;
    expect(growth).toBeLessThan(2e6);
    arena.dispose();
  });

  test('a step larger than a chunk settles into one chunk', () => {
    const b = backend(name);
    const before = b.usage().allocated;
    const arena = new Arena(b, 'large');
    const step = (): void => {
      arena.reset();
      for (let i = 0; i < 5; i++) ones([1000, 100], { arena }).add(1);
    };
    step();
    step();
    const settled = b.usage().allocated;
    for (let i = 0; i < 20; i++) step();
    expect(b.usage().allocated).toBe(settled);
    arena.dispose();
    expect(b.usage().allocated).toBe(before);
    arena.dispose(); // again is no error
    expect(b.usage().allocated).toBe(before);
  });

  test('scope keeps what is returned, frees the rest', () => {
    const b = backend(name);
    scope(() => ones([1], { backend: b }).add(1).item(), { backend: b });
    const before = b.usage().allocated;
    let inside: Tensor | null = null;
    const ordinary = zeros([2], { backend: b });
    const result = scope(
      (arena) => {
        inside = ones([2, 2], { arena });
        const sum = inside.add(inside);
        const nested = { sum, parts: [inside, inside.T.rowRange(0, 1)], n: 3, ordinary, none: null };
        return { nested, labels: indices([1, 0], { arena }), time: new Date(5) };
      },
      { backend: b },
    );
    expect(b.usage().allocated).toBe(before);
    expect(() => inside!.dataSync()).toThrow(code('NF1201'));
    expect(result.nested.sum.toArray()).toEqual([
      [2, 2],
      [2, 2],
    ]);
    expect(result.nested.parts.map((p) => p.shape)).toEqual([
      [2, 2],
      [1, 2],
    ]);
    expect(result.nested.parts[1].sum().item()).toBe(2);
    expect(result.nested.ordinary).toBe(ordinary);
    expect([result.nested.n, result.nested.none]).toEqual([3, null]);
    expect(result.labels).toBeInstanceOf(Indices);
    expect(result.labels.oneHot(2).toArray()).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(result.time).toEqual(new Date(5));
  });

  test('scope frees when its body throws, and waits for an async one', async () => {
    const b = backend(name);
    ones([1], { backend: b }).add(1);
    const before = b.usage().allocated;
    expect(() =>
      scope(
        (arena) => {
          ones([5], { arena });
          throw new RangeError('mine');
        },
        { backend: b },
      ),
    ).toThrow(RangeError);
    expect(b.usage().allocated).toBe(before);
    const later = scope(
      async (arena) => {
        const x = ones([2], { arena });
        await new Promise((resolve) => setTimeout(resolve, 1));
        return [x.add(1)];
      },
      { backend: b },
    );
    const kept = await later;
    expect(kept[0].toArray()).toEqual([2, 2]);
    expect(b.usage().allocated).toBe(before);
    const failing = scope(
      async (arena) => {
        ones([2], { arena });
        await null;
        throw new RangeError('mine');
      },
      { backend: b },
    );
    await expect(failing).rejects.toThrow(RangeError);
    expect(b.usage().allocated).toBe(before);
  });

  test('nested scopes', () => {
    const b = backend(name);
    const total = scope(
      (outer) => {
        const x = ones([3], { arena: outer });
        const inner = scope((arena) => ones([3], { arena }).add(1), { backend: b });
        expect(inner.arena).toBe(null);
        expect(() => scope((arena) => ones([3], { arena }).add(x), { backend: b })).toThrow(code('NF1203'));
        const child = outer.child('child');
        const y = x.add(ones([3], { arena: child }));
        expect(y.arena).toBe(child);
        child.reset();
        expect(() => y.add(x)).toThrow(code('NF1201'));
        const sum = x.add(inner).sum().item();
        child.dispose();
        return sum;
      },
      { backend: b },
    );
    expect(total).toBe(9);
  });

  test('within: the outer step ends, and so does what was tied to the inner one', () => {
    const outer = new Arena(backend(name), 'outer');
    const inner = outer.child('inner');
    const x = ones([2], { arena: outer }).within(inner);
    expect(x.add(1).arena).toBe(inner);
    outer.reset();
    expect(() => x.add(1)).toThrow(code('NF1201'));
    const parameter = held([[1]], 1, name);
    const p = parameter.t.within(inner);
    expect(p.add(1).toArray()).toEqual([[2]]);
    parameter.free();
    expect(() => p.add(1)).toThrow(code('NF1202'));
    inner.dispose();
    outer.dispose();
  });

  test('the collector gives back what was dropped without dispose(): arenas, blocks', async () => {
    const b = backend(name);
    ones([1], { backend: b }).add(1);
    await collect();
    const before = b.usage().allocated;
    (() => {
      for (let i = 0; i < 50; i++) {
        ones([100], { arena: new Arena(b, 'dropped') }).add(1);
        held([[1, 2, 3]], 3, name);
      }
    })();
    expect(b.usage().allocated).toBeGreaterThan(before);
    const survivor = ones([3], { arena: new Arena(b, 'survivor') })
      .add(1)
      .reshape(3, 1);
    await collect();
    expect(survivor.toArray()).toEqual([[2], [2], [2]]);
    expect(b.usage().allocated).toBeLessThanOrEqual(before + 2 ** 18);
  });

  test('indices belong to their step', () => {
    const b = backend(name);
    const arena = new Arena(b, 'step');
    const labels = indices([2, 0], { arena });
    expect(labels.oneHot(3).arena).toBe(arena);
    expect(labels.toColumn().arena).toBe(arena);
    const kept = labels.keep();
    arena.reset();
    for (const use of [() => labels.oneHot(3), () => labels.toColumn(), () => labels.keep()]) {
      expect(use).toThrow(code('NF1201'));
    }
    expect(kept.oneHot(3).arena).toBe(null);
    expect(kept.toColumn().toArray()).toEqual([[2], [0]]);
    arena.dispose();
  });
});
