import { afterAll, describe, expect, test } from 'vitest';
import { trainDigits } from '../../../test/support/train-digits.js';
import * as neuroforge from '../../index.ts';
import { conformance } from '../conformance.ts';
import { kernelModule, withMemoryShared } from './module.ts';
import { createThreadedWasmBackend, type ThreadedWasmBackend } from './threaded-backend.ts';
import { createWasmBackend, type WasmBackend } from './wasm-backend.ts';

/** Every operation is split that has two parts, however small. */
const thresholds = { work: 1, product: 1, asleep: 1, balanced: false };
const made: ThreadedWasmBackend[] = [];
async function onThreads(threads: number): Promise<ThreadedWasmBackend> {
  const backend = await createThreadedWasmBackend({ threads, maxBytes: 2 ** 30, thresholds });
  made.push(backend);
  return backend;
}
afterAll(() => {
  for (const backend of made) backend.dispose();
});

const one = createWasmBackend();
const [two, three] = [await onThreads(2), await onThreads(3)];
const both = [two, three];

// Threads that outnumber the free processors wait for each other.
describe.each(both)('conformance on $threads threads: the bits of js in f32', { timeout: 300_000 }, (backend) => {
  for (const { name, skip, run } of conformance(() => backend)) test.skipIf(skip)(name, run);
});

const bits = (b: WasmBackend, at: number, n: number): string =>
  Buffer.from(b.read(at, n).buffer as ArrayBuffer).toString('base64');

describe('bit-equal to one thread', () => {
  /** What `use` leaves in its result, on every backend the same. */
  function same(use: (b: WasmBackend, take: (n: number) => number) => [at: number, n: number]): void {
    const results = [one, ...both].map((b) => {
      const taken: number[] = [];
      const [at, n] = use(b, (size) => {
        taken.push(b.allocate(size, 'test'));
        return taken[taken.length - 1];
      });
      const result = bits(b, at, n);
      for (const address of taken) b.free(address);
      return result;
    });
    expect(new Set(results).size).toBe(1);
  }

  test.each([
    [37, 45, 1100, false, false],
    [5, 700, 33, false, true],
    [301, 10, 129, true, false],
    [2, 515, 64, false, false],
    [64, 1, 2049, true, true],
    [257, 1030, 31, true, false],
  ])('a product of (%i, %i, %i), transposed %s %s', (m, n, k, ta, tb) => {
    same((b, take) => {
      const [x, y, c] = [take(m * k), take(k * n), take(m * n)];
      b.randomNormal(x, m * k, 1, 2, 3);
      b.randomNormal(y, k * n, 1, 2, 4);
      b.randomNormal(c, m * n, 1, 2, 5);
      b.matmul(c, x, y, m, n, k, ta, tb, 0.5, -2);
      return [c, m * n];
    });
  });

  test('a segmented product with empty and uneven groups', () => {
    const [sizes, n, k] = [[3, 0, 130, 1, 70], 45, 300];
    same((b, take) => {
      const [x, y, c, offsets] = [take(204 * k), take(5 * k * n), take(204 * n), take(6)];
      b.randomNormal(x, 204 * k, 1, 2, 3);
      b.randomNormal(y, 5 * k * n, 1, 2, 4);
      b.integers().set([0, ...sizes.map((_, g) => sizes.slice(0, g + 1).reduce((s, r) => s + r))], offsets);
      b.segmentedMatmul(c, x, y, offsets, 5, n, k, false);
      return [c, 204 * n];
    });
  });

  test('commands of bounded work: more rounds than one', () => {
    const n = 2 ** 22 + 5; // draws of normals are 2^26 units of work, two or three times the bound of a command
    same((b, take) => {
      const x = take(n);
      b.randomNormal(x, n, 7, 8, 9);
      b.unary('tanh', x, x, n);
      return [x, n];
    });
  });
});

test('a training run: the weights of 1, 2 and 3 threads', { timeout: 120_000 }, async () => {
  const reports = [];
  for (const backend of [one, ...both]) reports.push(await trainDigits({ ...neuroforge, backend: () => backend }, ''));
  expect(reports[0].steps.length).toBeGreaterThan(50);
  expect(reports[0].accuracy).toBeGreaterThan(0.8);
  for (const report of reports.slice(1)) expect(report).toEqual(reports[0]);
});

test('growth of the memory while threads live', async () => {
  const b = await onThreads(2);
  const a = b.allocate(3, 'a');
  b.write(a, [1.5, -2, 3]);
  const [before, n] = [b.usage().capacity, 20 * 2 ** 20];
  const far = b.allocate(n, 'far');
  expect(b.usage().capacity).toBeGreaterThan(before);
  b.fill(far, 4, n);
  expect([b.read(far, 1)[0], b.read(far + n - 1, 1)[0]]).toEqual([4, 4]);
  expect(Array.from(b.read(a, 3))).toEqual([1.5, -2, 3]);
  expect(b.read(a, 3).buffer).toBeInstanceOf(ArrayBuffer); // a copy, not a view of what is shared
});

describe('one binary for memories of both kinds', () => {
  const bytes = Uint8Array.from([...'xx', ...'\x03env\x06memory\x02'].map((c) => c.charCodeAt(0)).concat(3, 1, 2));

  test('one bit differs', () => {
    expect(Array.from(withMemoryShared(bytes, false))).toEqual([...bytes.slice(0, -3), 1, 1, 2]);
    expect(Array.from(withMemoryShared(withMemoryShared(bytes, false), true))).toEqual(Array.from(bytes));
    expect(withMemoryShared(bytes, true)).not.toBe(bytes);
  });

  test('each takes a memory of its kind only', () => {
    const limits = { initial: 1024, maximum: 1024 };
    for (const shared of [false, true]) {
      const module = kernelModule(shared) as WebAssembly.Module;
      const instance = (as: boolean): unknown =>
        new WebAssembly.Instance(module, { env: { memory: new WebAssembly.Memory({ ...limits, shared: as }) } });
      expect(instance(shared)).toBeInstanceOf(WebAssembly.Instance);
      expect(() => instance(!shared)).toThrow(WebAssembly.LinkError);
    }
  });

  test('a module without such a memory is refused', () => {
    expect(() => withMemoryShared(bytes.slice(0, 9), true)).toThrowError(expect.objectContaining({ code: 'NF9001' }));
  });
});
