import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { collect } from '../../test/collect.ts';
import { backendNames } from '../../test/naive.ts';
import { backend } from '../backends/default.ts';
import { ones, tensor } from '../tensor/create.ts';
import { debug } from '../tensor/debug.ts';
import type { Indices } from '../tensor/indices.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Batch } from './batch.ts';
import { type Dataset, firstRows } from './dataset.ts';
import { Loader } from './loader.ts';

const code = (c: string): unknown => expect.objectContaining({ code: c });

/** Row i is (10 i, 10 i + 1), label i % 3, id 100 + i. */
function table(count: number): Dataset {
  return {
    name: 'counting',
    x: Uint8Array.from({ length: 2 * count }, (_, i) => 10 * ((i - (i % 2)) / 2) + (i % 2)),
    count,
    exampleShape: [2],
    y: Int32Array.from({ length: count }, (_, i) => i % 3),
    classNames: ['a', 'b', 'c'],
    rowIds: firstRows(count).map((i) => 100 + i),
    hashes: {},
  };
}

beforeEach(() => {
  debug.poison = true;
});
afterEach(() => {
  debug.poison = false;
});

describe.each(backendNames)('batches on %s', (name) => {
  const b = backend(name);
  const loader = (count = 7): Loader => new Loader(table(count), { backend: b });
  const stale = (batch: Batch): void => {
    expect(() => batch.x.sum()).toThrow(code('NF1201'));
    expect(() => (batch.y as Indices).oneHot(3)).toThrow(code('NF1201'));
  };
  const used = (): number => b.usage().allocated;
  let before = 0;
  beforeEach(() => {
    ones([1], { backend: b }).add(1); // the scratch of ordinary results, once
    before = used();
  });

  test('every row once, x, labels and ids together, the last partial batch kept', () => {
    const source = loader();
    for (const size of [1, 2, 3, 7] as const) {
      const ids: number[] = [];
      const sizes: number[] = [];
      for (const batch of source.batches(size, { seed: 3, epoch: size })) {
        sizes.push(batch.size);
        expect(batch.x.shape).toEqual([batch.size, 2]);
        const rows = [...batch.rows].map((id) => id - 100);
        expect(batch.x.toArray()).toEqual(rows.map((i) => [10 * i, 10 * i + 1]));
        expect([...(batch.y as Indices).values]).toEqual(rows.map((i) => i % 3));
        ids.push(...rows);
      }
      expect(ids.sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
      expect(sizes.length).toBe(source.steps(size));
      expect(sizes.slice(0, -1).every((n) => n === size)).toBe(true);
    }
    expect(used()).toBe(before);
  });

  test('mixed anew by seed and epoch, or in order', () => {
    const order = (options: object): number[] => {
      const out: number[] = [];
      for (const batch of loader(20).batches(20, options)) out.push(...batch.rows);
      return out;
    };
    expect(order({ seed: 1, epoch: 1 })).toEqual(order({ seed: 1, epoch: 1 }));
    expect(order({ seed: 1, epoch: 1 })).not.toEqual(order({ seed: 1, epoch: 2 }));
    expect(order({ seed: 1, epoch: 1 })).not.toEqual(order({ seed: 2, epoch: 1 }));
    expect(order({ shuffle: false })).toEqual([...firstRows(20)].map((i) => 100 + i));
  });

  test('what a step made is stale in the next one, kept tensors are not', () => {
    const W = ones([2, 3], { backend: b });
    const seen: { y: Tensor; kept: Tensor; batch: Batch }[] = [];
    for (const batch of loader().batches(3, { shuffle: false })) {
      for (const { y, kept, batch: old } of seen) {
        expect(() => y.add(1)).toThrow(code('NF1201'));
        expect(kept.shape).toEqual([3, 3]);
        stale(old);
      }
      const y = batch.x.matmul(W);
      seen.push({ y, kept: y.keep(), batch });
    }
    expect(seen.map(({ kept }) => kept.rowRange(0, 1).toArray())).toEqual([
      [[1, 1, 1]],
      [[61, 61, 61]],
      [[121, 121, 121]],
    ]);
    for (const { y, batch } of seen) {
      expect(() => y.dataSync()).toThrow(code('NF1201'));
      stale(batch);
    }
  });

  test('spread: every batch is stale, and says what to do', () => {
    const all = [...loader().batches(3)];
    expect(all.map((batch) => batch.size)).toEqual([3, 3, 1]);
    for (const batch of all) stale(batch);
    expect(() => all[2].x.sum()).toThrow(
      expect.objectContaining({
        where: 'arena "batches of counting", step 4, now 5',
        hint: 'call .keep() on it within the step to take a copy along',
      }),
    );
    const [first, second] = loader().batches(3); // destructuring ends the loop as well
    stale(first);
    stale(second);
    const kept = Array.from(loader().batches(3, { shuffle: false }), ({ x }) => x.keep());
    expect(kept.map((x) => x.sum().item())).toEqual([63, 243, 121]);
    expect(used()).toBe(before);
  });

  test('zipped iterators: each has its step; together only ordinary or kept tensors meet', () => {
    const [left, right] = [loader().batches(2, { shuffle: false }), loader(5).batches(2, { shuffle: false })];
    let steps = 0;
    for (const a of left) {
      const next = right.next();
      if (next.done) break;
      const c = next.value;
      expect(() => a.x.rowRange(0, 1).add(c.x.rowRange(0, 1))).toThrow(code('NF1203'));
      const sum = a.x.add(c.x.keep().rowRange(0, 1).reshape(1, 2));
      expect(sum.arena).toBe(left.arena);
      expect(sum.rowRange(0, 1).reshape(-1).toArray()).toEqual([40 * steps, 40 * steps + 2]);
      steps++;
    }
    expect(steps).toBe(3);
    expect(right.next().done).toBe(true);
    expect(used()).toBe(before);
  });

  test('interleaved: the step of one does not end with the step of the other', () => {
    const [left, right] = [loader().batches(3, { shuffle: false }), loader().batches(1, { shuffle: false })];
    const a = left.next().value!;
    const y = a.x.mul(2);
    const c = right.next().value!;
    const z = c.x.mul(3);
    for (let i = 0; i < 4; i++) right.next();
    expect(() => z.add(1)).toThrow(code('NF1201'));
    expect(y.toArray()).toEqual([
      [0, 2],
      [20, 22],
      [40, 42],
    ]);
    right.return();
    expect(y.add(1).sum().item()).toBe(132);
    left.return();
    stale(a);
    expect(used()).toBe(before);
  });

  test('nested: the same loader twice', () => {
    const source = loader(4);
    let pairs = 0;
    for (const a of source.batches(2)) {
      const y = a.x.mul(1);
      for (const c of source.batches(1)) {
        c.x.mul(1);
        pairs++;
      }
      expect(y.sub(a.x).abs().sum().item()).toBe(0);
    }
    expect(pairs).toBe(8);
    expect(used()).toBe(before);
  });

  test('break, return and throw end the step and free its memory', () => {
    const last: Batch[] = [];
    for (const batch of loader().batches(2)) {
      last.push(batch);
      break;
    }
    const returned = (): number => {
      for (const batch of loader().batches(2)) {
        last.push(batch);
        return batch.size;
      }
      return 0;
    };
    expect(returned()).toBe(2);
    expect(() => {
      for (const batch of loader().batches(2)) {
        last.push(batch);
        throw new RangeError('mine');
      }
    }).toThrow(RangeError);
    const iterator = loader().batches(2);
    last.push(iterator.next().value!);
    expect(() => iterator.throw(new RangeError('mine'))).toThrow(RangeError);
    expect(iterator.next()).toEqual({ done: true, value: undefined });
    expect(iterator.return()).toEqual({ done: true, value: undefined });
    expect(last.length).toBe(4);
    for (const batch of last) stale(batch);
    expect(used()).toBe(before);
    expect(() => ones([1], { arena: iterator.arena })).toThrow(code('NF1202'));
  });

  test('a step lasts over an await, also while other runs go on', async () => {
    const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));
    const run = async (count: number): Promise<number[]> => {
      const sums: number[] = [];
      for (const batch of loader(count).batches(2, { shuffle: false })) {
        const y = batch.x.mul(2);
        await pause();
        const z = y.add(batch.x);
        await pause();
        sums.push((await z.sum().data())[0]);
      }
      return sums;
    };
    const [a, c, d] = await Promise.all([run(7), run(4), run(7)]);
    expect(a).toEqual([66, 306, 546, 363]);
    expect(d).toEqual(a);
    expect(c).toEqual([66, 306]);
    expect(used()).toBe(before);
  });

  test('an abandoned iterator is freed by the collector, but not while its batch is in use', async () => {
    (() => {
      for (let i = 0; i < 20; i++) loader().batches(2).next();
    })();
    expect(used()).toBeGreaterThan(before);
    const batch = loader().batches(2, { shuffle: false }).next().value!;
    await collect();
    expect(used()).toBeLessThanOrEqual(before + 2 ** 18);
    expect(batch.x.add(1).toArray()).toEqual([
      [1, 2],
      [11, 12],
    ]);
  });

  test('an epoch of many steps takes the memory of one, for all epochs', () => {
    const source = loader(200);
    const W = tensor([1, 1], [2, 1], { backend: b });
    let usage = b.usage();
    for (let epoch = 0; epoch < 20; epoch++) {
      for (const batch of source.batches(3, { epoch })) {
        W.setProduct(batch.x.T, batch.x.matmul(W), -1e-9, 1);
        if (epoch === 0) usage = b.usage();
        else if (b.usage().allocated !== usage.allocated) expect.fail(`epoch ${epoch} takes ${b.usage().allocated}`);
      }
    }
    expect(b.usage().capacity).toBe(usage.capacity);
    expect(used()).toBe(before);
  });
});

test('sizes that cannot be', () => {
  const loader = new Loader(table(7), { backend: backend('js64') });
  for (const size of [0, -1, 1.5, 8, Number.NaN]) expect(() => loader.batches(size)).toThrow(code('NF4104'));
  expect(() => loader.batches(8)).toThrow(
    expect.objectContaining({ expected: 'a whole number from 1 to 7, the number of rows' }),
  );
  expect([...loader.batches('full')].map(({ size }) => size)).toEqual([7]);
});
