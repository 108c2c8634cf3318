import { describe, expect, test } from 'vitest';
import { digits } from '../data/embedded/digits.ts';
import { Loader } from '../data/loader.ts';
import { fitScaling } from '../data/scaling.ts';
import { splitData } from '../data/splits.ts';
import { crossEntropy } from '../losses/cross-entropy.ts';
import { mlp } from '../models/mlp.ts';
import { build } from '../models/model.ts';
import { sgd } from '../optim/sgd.ts';
import { type BlasSearch, loadBlas } from '../platform/blas.ts';
import { fit } from '../train/fit.ts';
import { backend } from './default.ts';
import { NativeBackend } from './native/native-backend.ts';
import { openBackend } from './open.ts';

const nothing = async (): Promise<BlasSearch> => ({ blas: null, tried: ['libx.so: not found'] });
const { blas, tried } = await loadBlas();
if (blas === null && process.env.CI) throw new Error(`no BLAS here: ${tried.join('; ')}`);

describe('openBackend', () => {
  test('wasm and js are those of the process', async () => {
    expect(await openBackend('wasm')).toBe(backend('wasm'));
    expect(await openBackend('js')).toBe(backend('js'));
    expect(await openBackend('js64')).toBe(backend('js64'));
    expect(await openBackend('auto')).toBe(backend('auto'));
  });

  test('auto without a BLAS is wasm, and says why and what to do', async () => {
    const lines: string[] = [];
    expect(await openBackend('auto', { loadBlas: nothing, log: (l) => lines.push(l) })).toBe(backend('wasm'));
    expect(lines).toEqual([
      'wasm: no BLAS found (libx.so: not found); to compute faster: apt-get install libdnnl2 (or another BLAS), npm install koffi',
    ]);
  });

  test('native without a BLAS, or without a way to load one, is refused', async () => {
    await expect(openBackend('native', { loadBlas: nothing })).rejects.toMatchObject({
      code: 'NF1303',
      got: 'libx.so: not found',
    });
    await expect(openBackend('native')).rejects.toMatchObject({ code: 'NF1303' });
  });

  test.each([0, 1.5, -1, Number.NaN, 1025])('%d threads are refused', async (threads) => {
    await expect(openBackend('wasm', { threads })).rejects.toMatchObject({ code: 'NF4106' });
  });

  test('js has one thread', async () => {
    await expect(openBackend('js', { threads: 2 })).rejects.toMatchObject({ code: 'NF4106' });
  });

  test.skipIf(blas === null)('native and auto find the BLAS of this machine and say which', async () => {
    for (const name of ['native', 'auto'] as const) {
      const lines: string[] = [];
      const on = await openBackend(name, { loadBlas, log: (l) => lines.push(l) });
      expect(on).toBeInstanceOf(NativeBackend);
      expect([on.name, on.threads]).toEqual(['native', 1]);
      expect(lines).toEqual([expect.stringMatching(/^native: \w+ \(.+\), 1 thread$/)]);
    }
  });
});

test('wasm on two threads trains to the bits of one, fused kernels included', async () => {
  const weights: Float32Array[] = [];
  for (const threads of [1, 2]) {
    const on = await openBackend('wasm', { threads });
    expect(on.threads).toBe(threads);
    const { train } = splitData(digits(), null);
    const loader = new Loader(train, { scaling: fitScaling('unit', train), backend: on });
    const model = build(mlp({ hidden: [128, 64], outputs: 10 }), { input: [64], loss: crossEntropy(), backend: on });
    await fit(model, { train: loader }, { optimizer: sgd(0.1), epochs: 2, batch: 128 });
    weights.push(model.parameters.values.dataSync() as Float32Array);
    if (threads > 1) on.dispose();
  }
  expect(weights[1]).toEqual(weights[0]);
});
