import { describe, expect, test } from 'vitest';
import { type Blas, loadBlas } from '../../platform/blas.ts';
import { selfTest } from '../../platform/blas-library.ts';
import { conformance } from '../conformance.ts';
import { createNativeBackend } from './native-backend.ts';

const { blas, tried } = await loadBlas();

test.skipIf(blas === null && !process.env.CI)('a BLAS is found here', () => {
  expect(blas, tried.join('; ')).not.toBeNull();
});

test('a library that is not there is refused by name, a thread count that cannot be too', async () => {
  await expect(loadBlas({ library: '/no/such/libblas.so' })).rejects.toMatchObject({ code: 'NF1303' });
  await expect(loadBlas({ threads: 0 })).rejects.toMatchObject({ code: 'NF4106' });
});

describe.skipIf(blas === null)('native: conformance, products within their bound', () => {
  const inexact = ['matmul', 'segmentedMatmul'];
  for (const { name, skip, run } of conformance(() => createNativeBackend(blas!), { inexact })) {
    if (skip) test.skip(`${name}: ${skip}`, () => {});
    else test(name, run);
  }
});

describe('the self-test', () => {
  type Sgemm = Blas['sgemm'];
  const plain: Sgemm = (heap, transA, transB, m, n, k, alpha, a, b, beta, c) => {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let p = 0; p < k; p++)
          sum += heap[a + (transA ? p * m + i : i * k + p)] * heap[b + (transB ? j * k + p : p * n + j)];
        heap[c + i * n + j] = alpha * sum + (beta === 0 ? 0 : beta * heap[c + i * n + j]);
      }
    }
  };
  const refused = expect.objectContaining({ code: 'NF1303', message: 'X computes a small product wrongly' });

  test('passes a product that is right', () => {
    expect(() => selfTest({ library: 'X', sgemm: plain })).not.toThrow();
  });

  test.each<[string, Sgemm]>([
    ['sums a step too few', (h, ta, tb, m, n, k, ...rest) => plain(h, ta, tb, m, n, k - 1, ...rest)],
    ['takes a transposed for not transposed', (h, _, tb, ...rest) => plain(h, false, tb, ...rest)],
    ['takes b for not transposed', (h, ta, _, ...rest) => plain(h, ta, false, ...rest)],
    ['forgets beta', (h, ta, tb, m, n, k, alpha, a, b, _, c) => plain(h, ta, tb, m, n, k, alpha, a, b, 0, c)],
    ['forgets alpha', (h, ta, tb, m, n, k, _, a, b, beta, c) => plain(h, ta, tb, m, n, k, 1, a, b, beta, c)],
    ['does nothing, as with integers of the wrong width', () => {}],
  ])('refuses one that %s', (_, sgemm) => {
    expect(() => selfTest({ library: 'X', sgemm })).toThrow(refused);
  });
});

describe.skipIf(blas === null)('several in one process', () => {
  test('each computes on its own number of threads', async () => {
    const [one, two] = await Promise.all([1, 2].map(async (threads) => (await loadBlas({ threads })).blas!));
    expect([one.threads, two.threads]).toEqual([1, 2]);
    const heap = Float32Array.from({ length: 3 * 256 * 256 }, (_, i) => ((i * 7919) % 1000) / 1000);
    const product = (of: Blas): Float32Array => {
      of.sgemm(heap, false, true, 256, 256, 256, 1, 0, 65536, 0, 2 * 65536);
      return heap.slice(2 * 65536);
    };
    const alone = product(one);
    product(two);
    expect(product(one)).toEqual(alone);
  });

  test('one that was disposed of is refused, not called', () => {
    const b = createNativeBackend(blas!);
    const at = b.allocate(3 * 4096, 'x');
    b.dispose();
    expect(() => b.matmul(at, at + 4096, at + 8192, 64, 64, 64, false, false, 1, 0)).toThrow(
      expect.objectContaining({ code: 'NF1202' }),
    );
  });
});
