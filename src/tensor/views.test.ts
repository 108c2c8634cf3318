import { afterEach, describe, expect, test } from 'vitest';
import { backendNames, held, someMatrix } from '../../test/naive.ts';
import { backend } from '../backends/default.ts';
import { Arena } from './arena.ts';
import { tensor } from './create.ts';
import { debug } from './debug.ts';
import type { Tensor } from './tensor.ts';

const code = (c: string): unknown => expect.objectContaining({ code: c });

afterEach(() => {
  debug.versions = false;
});

describe.each(backendNames)('views on %s', (name) => {
  const arena = new Arena(backend(name), 'views');
  const homes: [string, (values: number[][]) => Tensor][] = [
    ['ordinary', (v) => tensor(v, undefined, { backend: backend(name) })],
    ['arena', (v) => tensor(v, undefined, { arena })],
    ['block', (v) => held(v, v[0].length, name).t],
  ];

  describe.each(homes)('%s', (where, make) => {
    const base = (): Tensor =>
      make([
        [1, 2, 3],
        [4, 5, 6],
      ]);

    test('writes through the base are seen in every view, also after the view was used', () => {
      const x = base();
      const views = { T: x.T, reshape: x.reshape(3, 2), range: x.rowRange(1, 2), all: x.reshape(-1) };
      for (const v of Object.values(views)) v.add(0).dataSync();
      x.set([10, 20, 30, 40, 50, 60]);
      expect(views.T.toArray()).toEqual([
        [10, 40],
        [20, 50],
        [30, 60],
      ]);
      expect(views.T.add(0).toArray()).toEqual(views.T.toArray());
      expect(views.reshape.add(0).toArray()).toEqual([
        [10, 20],
        [30, 40],
        [50, 60],
      ]);
      expect(views.range.add(0).toArray()).toEqual([[40, 50, 60]]);
      expect(views.all.add(0).toArray()).toEqual([10, 20, 30, 40, 50, 60]);
    });

    test('writes through a view are seen in the base and in other views', () => {
      const x = base();
      x.add(0);
      x.rowRange(0, 1).fill(7);
      expect(x.add(0).toArray()).toEqual([
        [7, 7, 7],
        [4, 5, 6],
      ]);
      const flat = x.reshape(6);
      x.rowRange(1, 2).axpy(2, tensor([[1, 1, 1]], undefined, { backend: backend(name) }));
      expect(flat.add(0).toArray()).toEqual([7, 7, 7, 6, 7, 8]);
      flat.set([1, 2, 3, 4, 5, 6]);
      expect(x.T.toArray()).toEqual([
        [1, 4],
        [2, 5],
        [3, 6],
      ]);
    });

    test('views of views', () => {
      const x = make([[1], [2], [3], [4], [5], [6]]);
      const rows = x.rowRange(1, 6).rowRange(1, 5); // 3 4 5 6
      expect(rows.add(0).toArray()).toEqual([[3], [4], [5], [6]]);
      expect(rows.reshape(2, 2).T.add(0).toArray()).toEqual([
        [3, 5],
        [4, 6],
      ]);
      expect(rows.reshape(2, 2).rowRange(1, 2).T.T.toArray()).toEqual([[5, 6]]);
      rows.reshape(2, 2).T.rowRange(0, 1).fill(0); // rows of a transposed view are a copy
      rows.reshape(2, 2).rowRange(1, 2).reshape(-1).fill(9);
      expect(x.toArray()).toEqual([[1], [2], [3], [4], [9], [9]]);
    });

    test('a transposed view is written like any other', () => {
      const place = { backend: backend(name) };
      const x = base();
      x.T.set([1, 2, 3, 4, 5, 6]);
      expect(x.toArray()).toEqual([
        [1, 3, 5],
        [2, 4, 6],
      ]);
      x.T.set(
        tensor(
          [
            [10, 20],
            [30, 40],
            [50, 60],
          ],
          undefined,
          place,
        ),
      );
      expect(x.toArray()).toEqual([
        [10, 30, 50],
        [20, 40, 60],
      ]);
      x.T.axpy(
        1,
        tensor(
          [
            [1, 2],
            [3, 4],
            [5, 6],
          ],
          undefined,
          place,
        ),
      );
      expect(x.toArray()).toEqual([
        [11, 33, 55],
        [22, 44, 66],
      ]);
      x.T.setProduct(tensor([[1], [2], [3]], undefined, place), tensor([[1, 10]], undefined, place));
      expect(x.toArray()).toEqual([
        [1, 2, 3],
        [10, 20, 30],
      ]);
      x.T.fill(5);
      expect(x.sum().item()).toBe(30);
      expect(() => x.T.set([1, 2])).toThrow(code('NF1105'));
      expect(() => x.T.set(x)).toThrow(expect.objectContaining({ code: 'NF1102', expected: '(3, 2)', got: '(2, 3)' }));
      expect(() => x.T.axpy(1, x)).toThrow(code('NF1102'));
    });

    test('the result of an operation on a transposed view can be written', () => {
      const y = base().T.mul(2);
      y.fill(1);
      expect(y.toArray()).toEqual([
        [1, 1],
        [1, 1],
        [1, 1],
      ]);
    });

    test('data, dataSync, item and toArray copy', async () => {
      const x = base();
      const [a, b, nested] = [x.dataSync(), await x.T.data(), x.toArray() as number[][]];
      a.fill(0);
      b.fill(0);
      nested[0][0] = 0;
      expect([...(await x.data())]).toEqual([1, 2, 3, 4, 5, 6]);
      expect([...(await x.T.data())]).toEqual([1, 4, 2, 5, 3, 6]);
      expect([...(await x.rowRange(1, 2).data())]).toEqual([4, 5, 6]);
      const kept = x.keep();
      x.fill(0);
      expect(kept.sum().item()).toBe(21);
    });

    test('the source array of a tensor is copied', () => {
      const source = Float32Array.of(1, 2);
      const x = tensor(source, [2], { backend: backend(name) });
      source[0] = 9;
      expect(x.toArray()).toEqual([1, 2]);
    });

    test('products that would overwrite what they read are refused or computed apart', () => {
      const w = make([
        [1, 2],
        [3, 4],
      ]);
      const before = w.toArray();
      const squared = w.matmul(w).toArray();
      const ordinary = tensor(before as number[][], undefined, { backend: backend(name) });
      for (const [a, b] of [
        [w, w],
        [w, ordinary],
        [ordinary, w.T.T],
      ]) {
        w.set((before as number[][]).flat());
        if (where === 'ordinary') expect(w.setProduct(a, b).toArray()).toEqual(squared);
        else {
          expect(() => w.setProduct(a, b)).toThrow(code('NF1114'));
          expect(w.toArray()).toEqual(before);
        }
      }
    });

    test('axpy with itself, with its transpose, and with a shifted view', () => {
      const w = make([
        [1, 2],
        [3, 4],
      ]);
      expect(w.axpy(1, w).toArray()).toEqual([
        [2, 4],
        [6, 8],
      ]);
      expect(w.axpy(1, w.T).toArray()).toEqual([
        [4, 10],
        [10, 16],
      ]);
      const tall = make([[1], [2], [3]]);
      try {
        expect(tall.rowRange(1, 3).axpy(1, tall.rowRange(0, 2)).toArray()).toEqual([[3], [5]]);
      } catch (error) {
        expect(error).toEqual(code('NF1114'));
        expect(tall.toArray()).toEqual([[1], [2], [3]]);
      }
      // set copies as if through a third place
      tall.set([1, 2, 3]);
      tall.rowRange(1, 3).set(tall.rowRange(0, 2));
      expect(tall.toArray()).toEqual([[1], [1], [2]]);
      w.set([1, 2, 3, 4]);
      expect(w.set(w.T).toArray()).toEqual([
        [1, 3],
        [2, 4],
      ]);
    });

    test('debug.versions: reading a view after its base was written throws NF1204 and says what to do', async () => {
      debug.versions = true;
      const x = base();
      const views = [x.T, x.reshape(3, 2), x.rowRange(0, 2), x.T.T, x.T.rowRange(0, 1).reshape(-1)];
      const copied = views.pop()!; // rows of a transposed view are a copy
      for (const v of views) v.add(0);
      x.axpy(1, x.keep());
      for (const v of views) {
        expect(() => v.add(0)).toThrow(
          expect.objectContaining({
            code: 'NF1204',
            hint: 'take the view again after the write, or keep() a copy before it',
          }),
        );
        expect(() => v.matmul(v.T)).toThrow(code('NF1204'));
        expect(() => v.dataSync()).toThrow(code('NF1204'));
        await expect(v.data()).rejects.toThrow(code('NF1204'));
      }
      expect(copied.dataSync()).toEqual(copied.add(0).dataSync());
      expect(x.T.toArray()).toEqual([
        [2, 8],
        [4, 10],
        [6, 12],
      ]);
      debug.versions = false;
      expect(views[0].toArray()).toEqual(x.T.toArray());
    });

    test("debug.versions: a view's own writes do not make it stale, a sibling's do", () => {
      debug.versions = true;
      const x = base();
      const [top, bottom, transposed] = [x.rowRange(0, 1), x.rowRange(1, 2), x.T];
      top.fill(1);
      expect(top.toArray()).toEqual([[1, 1, 1]]);
      expect(() => bottom.toArray()).toThrow(code('NF1204'));
      const again = x.T;
      again.set([1, 2, 3, 4, 5, 6]);
      expect(again.toArray()).toEqual([
        [1, 2],
        [3, 4],
        [5, 6],
      ]);
      expect(() => transposed.toArray()).toThrow(code('NF1204'));
      expect(() => top.toArray()).toThrow(code('NF1204'));
    });
  });

  test('within: writes go to the memory of a model, and count as writes of it', () => {
    const { t: state, free } = held([[1, 2]], 2, name);
    const view = state.T;
    const step = new Arena(backend(name), 'step');
    state.within(step).axpy(1, tensor([[10, 10]], undefined, { backend: backend(name) }));
    expect(state.toArray()).toEqual([[11, 12]]);
    debug.versions = true;
    expect(() => view.dataSync()).toThrow(code('NF1204'));
    expect(state.within(step).add(1).arena).toBe(step);
    const stale = state.within(step);
    step.reset();
    expect(() => stale.dataSync()).toThrow(code('NF1201'));
    free();
    expect(() => state.within(step)).toThrow(code('NF1202'));
    step.dispose();
  });

  test('within: an ordinary tensor is copied, and stays as it was', () => {
    const x = tensor([[1, 2]], undefined, { backend: backend(name) });
    const step = new Arena(backend(name), 'step');
    const copy = x.within(step);
    const other = tensor([[0, 0]], undefined, { arena: step });
    copy.fill(9);
    expect(x.add(other).toArray()).toEqual([[1, 2]]);
    expect(x.toArray()).toEqual([[1, 2]]);
    step.dispose();
  });

  test('rows of a large ordinary tensor are placed without the rest', () => {
    const b = backend(name);
    const x = tensor(someMatrix(4096, 256, 3).flat(), [4096, 256], { backend: b });
    const step = new Arena(b, 'step');
    const one = tensor([[1]], undefined, { arena: step });
    const before = b.usage().allocated;
    for (let i = 0; i < 32; i++)
      x.rowRange(i, i + 2).add(one.reshape(1, 1).matmul(tensor([new Array(256).fill(0)], undefined, { backend: b })));
    expect(b.usage().allocated).toBe(before);
    step.dispose();
  });
});
