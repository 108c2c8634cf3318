import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Allocator } from './allocator.ts';

const limit = 4096;

/** A heap that grows to what is asked, at least by half, up to `limit` elements. */
function make(first: number, capacity: number): { allocator: Allocator; heap: () => Float64Array } {
  let heap = new Float64Array(capacity);
  const allocator = new Allocator(first, capacity, 4, (needed) => {
    if (needed > limit) return heap.length;
    const grown = new Float64Array(Math.min(limit, Math.max(needed, Math.ceil(1.5 * heap.length))));
    grown.set(heap);
    heap = grown;
    return heap.length;
  });
  return { allocator, heap: () => heap };
}

const steps = fc.array(fc.oneof(fc.record({ n: fc.integer({ min: 0, max: 300 }) }), fc.record({ free: fc.nat() })), {
  maxLength: 60,
});

describe('allocator', () => {
  test('ranges are aligned, inside the heap, never overlap, and keep their contents through growth', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 40 }), (list, first) => {
        const { allocator, heap } = make(first * 16, 1024);
        const held: { at: number; n: number; mark: number }[] = [];
        let mark = 0;
        for (const step of list) {
          if ('n' in step) {
            let at: number;
            try {
              at = allocator.allocate(step.n, 'test');
            } catch (error) {
              expect(error).toMatchObject({ code: 'NF1301' });
              continue;
            }
            expect(at % 16).toBe(0);
            expect(at).toBeGreaterThanOrEqual(first * 16);
            expect(at + step.n).toBeLessThanOrEqual(heap().length);
            for (const other of held) expect(at >= other.at + other.n || at + step.n <= other.at).toBe(true);
            heap().fill(++mark, at, at + step.n);
            held.push({ at, n: step.n, mark });
          } else if (held.length) {
            const [gone] = held.splice(step.free % held.length, 1);
            allocator.free(gone.at);
          }
          for (const { at, n, mark } of held) {
            for (let i = at; i < at + n; i++) if (heap()[i] !== mark) throw new Error(`${i} was overwritten`);
          }
          const sum = held.reduce((s, { n }) => s + 16 * Math.max(1, Math.ceil(n / 16)), 0);
          expect(allocator.usage().allocated).toBe(sum);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('freed in any order, the heap is whole again', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 8 }), (order) => {
        const { allocator } = make(0, limit);
        const at = order.map(() => allocator.allocate(500, 'part'));
        expect(() => allocator.allocate(1, 'more')).toThrow();
        for (const i of order) allocator.free(at[i]);
        expect(allocator.allocate(limit, 'all')).toBe(0);
      }),
    );
  });

  test('growth uses the free tail: a heap of 1024 with 1000 free grows only by what is missing', () => {
    const asked: number[] = [];
    const allocator = new Allocator(0, 1024, 4, (needed) => {
      asked.push(needed);
      return needed;
    });
    allocator.allocate(16, 'a');
    expect(allocator.allocate(1024, 'b')).toBe(16);
    expect(asked).toEqual([1040]);
  });

  test('exhaustion names who asked, what is held and the largest holders', () => {
    const allocator = new Allocator(0, 2 ** 22, 4, () => 0);
    allocator.allocate(2 ** 19, 'small');
    allocator.allocate(2 ** 20, 'weights of 0.W');
    allocator.allocate(2 ** 20, 'weights of 0.W');
    expect(() => allocator.allocate(2 ** 21, 'arena of fit')).toThrowError(
      expect.objectContaining({
        code: 'NF1301',
        where: 'arena of fit',
        message: 'out of memory: arena of fit asked for 8 MiB',
        expected: 'at most 16 MiB in all',
        got: '10 MiB held, most by weights of 0.W (8 MiB), small (2 MiB)',
      }),
    );
    expect(allocator.allocate(2 ** 20, 'still works')).toBe(5 * 2 ** 19);
  });

  test('free of what is not allocated is a bug of ours', () => {
    const { allocator } = make(0, 1024);
    const at = allocator.allocate(10, 'a');
    allocator.free(at);
    expect(() => allocator.free(at)).toThrowError(expect.objectContaining({ code: 'NF9001' }));
  });
});
