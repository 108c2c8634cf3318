import { beforeAll, describe, expect, test } from 'vitest';
import { type BackendName, backend as named } from '../backends/default.ts';
import { loadModel } from '../io/model-file.ts';
import { weightsHash } from '../io/weights.ts';
import type { AnyLayer } from '../layers/layer.ts';
import { linear } from '../layers/linear.ts';
import { relu } from '../layers/relu.ts';
import { tanh } from '../layers/tanh.ts';
import { meanSquaredError } from '../losses/mean-squared-error.ts';
import { build, type Model } from '../models/model.ts';
import { sequential } from '../models/sequential.ts';
import { loadCheckpoint, saveCheckpoint } from './checkpoint.ts';
import type { TrainingState } from './state.ts';

function makeModel(name: BackendName = 'wasm', activation: AnyLayer = relu(), seed = 7): Model {
  const layer = sequential(linear(3), activation, linear(1));
  return build(layer, { input: [2], loss: meanSquaredError(), backend: named(name), seed });
}

function stateOf(model: Model): TrainingState {
  const { parameters } = model;
  const gaps = parameters.snapshot().values.map((v) => (v === 0 ? 0 : 1)); // only what is stored comes back
  const vector = gaps.map((g, i) => (g * (i + 1)) / 3);
  return {
    step: 41,
    epoch: 3,
    evaluated: false,
    lossSum: 0.1 + 0.2,
    rows: 96,
    seconds: 1.5,
    best: { epoch: 0, step: 0, loss: Infinity },
    parameters: parameters.snapshot(),
    bestParameters: { values: gaps.map((g, i) => g * i * i), buffers: parameters.snapshot().buffers },
    optimizer: { name: 'own', steps: 41, vectors: { 'm.velocity': vector, 'v.square': vector.map((v) => v * v) } },
  };
}

describe.each(['wasm', 'js64'] as const)('a checkpoint on %s', (name) => {
  test('comes back as it was, bit for bit', async () => {
    const model = makeModel(name);
    const state = stateOf(model);
    expect(await loadCheckpoint(await saveCheckpoint(model, state), makeModel(name))).toEqual(state);
  });
});

describe('a checkpoint', () => {
  const model = makeModel();
  let bytes: Uint8Array;
  beforeAll(async () => {
    bytes = await saveCheckpoint(model, stateOf(model), { about: { data: 'iris' } });
  });

  test('is a model file too', async () => {
    const loaded = await loadModel(bytes);
    expect(loaded).toMatchObject({ notes: [], training: { seed: 7, step: 41, epoch: 3 }, about: { data: 'iris' } });
    expect(await weightsHash(loaded.model.parameters)).toBe(await weightsHash(model.parameters));
  });

  test('with any bit flipped, or cut anywhere, is refused with a reason', async () => {
    const target = makeModel();
    const failure = (damaged: Uint8Array) =>
      loadCheckpoint(damaged, target).then(
        () => null,
        (error) => error.code,
      );
    const codes = new Set<string | null>();
    for (let i = 0; i < bytes.length; i++) {
      const damaged = bytes.slice();
      damaged[i] ^= 1 << (i % 8);
      codes.add(await failure(damaged));
      codes.add(await failure(bytes.subarray(0, i)));
    }
    expect([...codes].sort().join(' ')).toMatch(/^(NF22\d\d ?)+$/);
  });

  test.each([
    ['another architecture', makeModel('wasm', tanh()), 'NF4123'],
    ['another seed', makeModel('wasm', relu(), 8), 'NF4123'],
    ['another type of numbers', makeModel('js64'), 'NF4123'],
  ])('of %s is refused', async (_, other, code) => {
    await expect(loadCheckpoint(bytes, other)).rejects.toMatchObject({ code });
  });

  test('that is only a model is refused', async () => {
    const { saveModel } = await import('../io/model-file.ts');
    await expect(loadCheckpoint(await saveModel(model), makeModel())).rejects.toMatchObject({ code: 'NF4122' });
  });
});
