import { describe, expect, test } from 'vitest';
import { loadBlas } from '../../platform/blas.ts';
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
