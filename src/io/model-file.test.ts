import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import golden from '../../test/reference/safetensors/model-1.json' with { type: 'json' };
import { backend } from '../backends/default.ts';
import { NeuroForgeError } from '../core/errors.ts';
import { constant } from '../layers/initializers.ts';
import { defineLayer } from '../layers/layer.ts';
import { linear } from '../layers/linear.ts';
import { relu } from '../layers/relu.ts';
import { crossEntropy } from '../losses/cross-entropy.ts';
import { meanSquaredError } from '../losses/mean-squared-error.ts';
import { mlp } from '../models/mlp.ts';
import { build, type Model } from '../models/model.ts';
import { sequential } from '../models/sequential.ts';
import { tensor } from '../tensor/create.ts';
import { checksumKey } from './checksum.ts';
import { loadModel, loadWeights, type SaveOptions, saveModel } from './model-file.ts';
import { readSafetensors, type TensorToWrite, writeSafetensors } from './safetensors.ts';
import { weightsHash } from './weights.ts';

const js = backend('js');

/** y = gain x + shift, with a buffer that counts. */
const scale = defineLayer<{ start?: number }, object>('scale', {
  init(ctx, input, { start = 2 }) {
    ctx.param('shift', input, constant(0));
    ctx.param('gain', input, constant(start));
    ctx.buffer('seen', [1], constant(3));
    return input;
  },
  forward: (ctx, x) => ({ y: x.mul(ctx.param('gain')).add(ctx.param('shift')), cache: {} }),
  backward: (_, dY) => dY,
});

const info: SaveOptions = {
  preprocessing: { kind: 'standard', offset: [1 / 3, -0.1, 1e-300], factor: [0.1, 2, 1e300] },
  classNames: ['zero', 'ünï "1"', '\u{1f600}', 'd', 'e'],
  training: { seed: 7, step: 860, epoch: 2 },
  about: { data: 'digits', threshold: 0.5, shape: [8, 8], nothing: null },
};

const none = '{"kind":"none","offset":[0],"factor":[1]}';

const small = (): Model =>
  build(mlp({ hidden: [4], outputs: 5 }), { input: [3], loss: crossEntropy(), backend: js, seed: 7 });

function weights(model: Model): Record<string, number[]> {
  const { parameters: p } = model;
  return Object.fromEntries([
    ...p.names.map((n) => [n, [...p.param(n).dataSync()]]),
    ...p.bufferNames.map((n) => [n, [...p.buffer(n).dataSync()]]),
  ]);
}

async function codeOf(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (error instanceof NeuroForgeError) return error.code;
    throw error;
  }
  return 'accepted';
}

/** The file with other metadata or tensors, as another program would write it: without a checksum. */
function edited(
  bytes: Uint8Array,
  change: (metadata: Record<string, string>, tensors: TensorToWrite[]) => void,
): Uint8Array {
  const file = readSafetensors(bytes);
  const metadata = Object.fromEntries(file.metadata);
  delete metadata[checksumKey];
  const tensors = [...file.byName.values()].map((t) => ({ ...t, data: t.bytes }));
  change(metadata, tensors);
  return writeSafetensors(tensors, metadata);
}

describe('a model through a file', () => {
  test.each([
    ['js', backend('js')],
    ['js64', backend('js64')],
    ['wasm', backend('auto')],
  ])('everything comes back: %s', async (_, b) => {
    const layer = sequential(linear(17), relu(), sequential(scale({ start: 0.1 }), linear(5, { init: 'zero' })));
    const model = build(layer, { input: [3], loss: crossEntropy(), backend: b, seed: 7 });
    model.parameters.param('2.1.b').set([NaN, Infinity, -0, 1e-40, 3]);
    model.parameters.buffer('2.0.seen').set([41]);
    const bytes = await saveModel(model, info);
    const loaded = await loadModel(bytes, { layers: { scale: (c) => scale(c) }, backend: b });
    const { model: again, notes, ...rest } = loaded;
    expect(rest).toEqual(info);
    expect(notes).toEqual([]);
    expect(weights(again)).toEqual(weights(model));
    expect([again.loss.name, again.inputShape, again.outputShape, again.seed]).toEqual(['cross-entropy', [3], [5], 7]);
    expect(await weightsHash(again.parameters)).toBe(await weightsHash(model.parameters));
    expect(await saveModel(again, info)).toEqual(bytes);
    model.dispose();
    again.dispose();
  });

  test('it predicts the same', async () => {
    const model = small();
    const x = tensor([[0.1, 0.2, 0.3]], [1, 3], { backend: js });
    const loaded = await loadModel(await saveModel(model), { backend: js });
    expect(loaded.model.predict(x).dataSync()).toEqual(model.predict(x).dataSync());
    expect(loaded.training).toEqual({ seed: 7, step: 0, epoch: 0 });
    expect(Object.keys(loaded)).not.toContain('snapshot');
  });

  test('weights of an earlier instant', async () => {
    const model = small();
    const snapshot = model.parameters.snapshot();
    const [before, hash, bytes] = [weights(model), await weightsHash(model.parameters), await saveModel(model)];
    model.parameters.param('0.W').fill(9);
    expect(await weightsHash(model.parameters)).not.toBe(hash);
    expect(await weightsHash(model.parameters, snapshot)).toBe(hash);
    expect(await saveModel(model, { snapshot })).toEqual(bytes);
    model.parameters.restore(snapshot);
    expect(weights(model)).toEqual(before);
  });

  test('float64 weights in a float32 backend are rounded, with a note', async () => {
    const model = build(linear(1), { input: [3], loss: meanSquaredError(), backend: backend('js64') });
    const loaded = await loadModel(await saveModel(model), { backend: js });
    expect(loaded.notes).toEqual(['2 float64 tensors were rounded to float32, the type of this backend']);
    expect(weights(loaded.model).W).toEqual(weights(model).W.map(Math.fround));
  });

  test('a file of version 1 stays readable', async () => {
    const loaded = await loadModel(new Uint8Array(Buffer.from(golden.file, 'base64')), { backend: js });
    const { model, notes, ...rest } = loaded;
    expect(rest).toEqual(info);
    expect(notes).toEqual([]);
    expect(await weightsHash(model.parameters)).toBe(golden.weights);
    for (const t of golden.asRead.tensors) {
      const bytes = Buffer.from(t.data, 'base64');
      const values = Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
      expect([t.dtype, weights(model)[t.name]]).toEqual(['F32', values]);
    }
    expect(Object.fromEntries(readSafetensors(Buffer.from(golden.file, 'base64')).metadata)).toEqual(
      golden.asRead.metadata,
    );
  });
});

test('the hash of weights is what its description says', async () => {
  const layer = sequential(scale(), linear(2, { init: 'torch' }));
  const { parameters: p } = build(layer, { input: [3], loss: crossEntropy(), backend: js });
  const hash = createHash('sha256');
  for (const [path, t] of [
    ['0.gain', p.param('0.gain')],
    ['0.shift', p.param('0.shift')],
    ['1.W', p.param('1.W')],
    ['1.b', p.param('1.b')],
    ['0.seen', p.buffer('0.seen')],
  ] as const) {
    const numbers = Buffer.alloc(4 * (t.shape.length + t.size));
    t.shape.forEach((d, i) => {
      numbers.writeUInt32LE(d, 4 * i);
    });
    t.dataSync().forEach((v, i) => {
      numbers.writeFloatLE(v, 4 * (t.shape.length + i));
    });
    hash.update(path).update(Buffer.of(0)).update('F32').update(numbers);
  }
  expect(await weightsHash(p)).toBe(`sha256:${hash.digest('hex')}`);
});

describe('damage', () => {
  test('every bit of every byte, and every truncation, is noticed', async () => {
    const model = build(linear(1), { input: [2], loss: crossEntropy(), backend: js });
    const bytes = await saveModel(model);
    const codes = new Set<string>();
    for (let i = 0; i < bytes.length; i++) {
      for (const flip of [1, 2, 4, 8, 16, 32, 64, 128, 255]) {
        bytes[i] ^= flip;
        codes.add(await codeOf(() => loadModel(bytes, { backend: js })));
        bytes[i] ^= flip;
      }
      codes.add(await codeOf(() => loadModel(bytes.subarray(0, i), { backend: js })));
    }
    expect(codes).not.toContain('accepted');
    expect(codes).toContain('NF2231');
    expect(await codeOf(() => loadModel(bytes, { backend: js }))).toBe('accepted');
  });

  test('the checksum is the sha256 of the file with zeros in its place', async () => {
    const bytes = await saveModel(small(), info);
    const stored = readSafetensors(bytes).metadata.get(checksumKey)!;
    const text = Buffer.from(bytes).toString('latin1').replace(stored, '0'.repeat(64));
    expect(createHash('sha256').update(Buffer.from(text, 'latin1')).digest('hex')).toBe(stored);
  });
});

describe('refused', () => {
  test.each<[string, string, (m: Record<string, string>, t: TensorToWrite[]) => void]>([
    ['accepted', 'no checksum', () => {}],
    ['accepted', 'an entry of another program', (m) => (m.format = 'pt')],
    ['NF2233', 'no schema', (m) => delete m['neuroforge.schema']],
    ['NF2233', 'another schema', (m) => (m['neuroforge.schema'] = 'neuroforge/config@1')],
    ['NF2232', 'a newer version', (m) => (m['neuroforge.schema'] = 'neuroforge/model@2')],
    ['NF2234', 'no architecture', (m) => delete m['neuroforge.architecture']],
    ['NF2234', 'no input', (m) => delete m['neuroforge.input']],
    ['NF2223', 'architecture that is no JSON', (m) => (m['neuroforge.architecture'] = '{')],
    ['NF2223', 'too deep', (m) => (m['neuroforge.about'] = '['.repeat(1e5))],
    ['NF2227', 'a key twice', (m) => (m['neuroforge.about'] = '{"a":1,"a":2}')],
    ['NF2234', '__proto__', (m) => (m['neuroforge.about'] = '{"__proto__":{"polluted":1}}')],
    ['NF2234', 'architecture null', (m) => (m['neuroforge.architecture'] = 'null')],
    ['NF2234', 'layer without config', (m) => (m['neuroforge.architecture'] = '{"layer":"relu"}')],
    ['NF2401', 'a layer that is not known', (m) => (m['neuroforge.architecture'] = '{"layer":"conv","config":{}}')],
    ['NF2401', 'a layer toString', (m) => (m['neuroforge.architecture'] = '{"layer":"toString","config":{}}')],
    ['NF2401', 'a layer __proto__', (m) => (m['neuroforge.architecture'] = '{"layer":"__proto__","config":{}}')],
    ['NF4102', 'outputs that are no number', (m) => swap(m, '"outputs":4', '"outputs":"4"')],
    ['NF4101', 'an init that is not known', (m) => swap(m, '"init":"he"', '"init":"constructor"')],
    ['NF2235', 'an absurd width', (m) => swap(m, '"outputs":4', '"outputs":4503599627370496')],
    ['NF2234', 'another input than the scaling has', (m) => (m['neuroforge.input'] = '[4]')],
    [
      'NF2235',
      'another input',
      (m) => Object.assign(m, { 'neuroforge.input': '[4]', 'neuroforge.preprocessing': none }),
    ],
    ['NF1101', 'an input that does not fit', (m) => (m['neuroforge.input'] = '[1,3]')],
    ['NF2234', 'a negative input', (m) => (m['neuroforge.input'] = '[-3]')],
    ['NF2234', 'an absurd input', (m) => (m['neuroforge.input'] = '[1e9,1e9]')],
    ['NF2238', 'a loss that is not known', (m) => (m['neuroforge.loss'] = '"valueOf"')],
    ['NF2234', 'a loss that is no name', (m) => (m['neuroforge.loss'] = '7')],
    ['NF2234', 'children in another order', (m) => swap(m, '"children":{"0":', '"children":{"x":')],
    ['NF2234', 'a scaling of another width', (m) => swap(m, '"factor":[0.1,', '"factor":[', 'preprocessing')],
    ['NF2234', 'a scaling of text', (m) => swap(m, '"factor":[0.1,', '"factor":["0.1",', 'preprocessing')],
    ['NF2234', 'a scaling of another kind', (m) => swap(m, 'standard', 'robust', 'preprocessing')],
    ['NF2234', 'one class name too few', (m) => (m['neuroforge.classNames'] = '["a","b","c","d"]')],
    ['NF2234', 'a class name twice', (m) => (m['neuroforge.classNames'] = '["a","b","c","d","a"]')],
    ['NF2002', 'a harmful class name', (m) => (m['neuroforge.classNames'] = '["a","b","c","d","../e"]')],
    ['NF2234', 'a step that is no whole number', (m) => swap(m, '860', '860.5', 'training')],
    ['NF2234', 'no epoch', (m) => swap(m, '"epoch"', '"epic"', 'training')],
    ['NF2235', 'a tensor missing', (_, t) => t.pop()],
    ['NF2235', 'a tensor more', (_, t) => t.push({ name: '../x', dtype: 'F32', shape: [], data: new Float32Array(1) })],
    ['NF2235', 'a tensor transposed', (_, t) => change(t, '0.W', { shape: [4, 3] })],
    ['NF2236', 'a tensor of integers', (_, t) => change(t, '0.W', { dtype: 'I32' })],
  ])('%s: %s', async (code, _, edit) => {
    const bytes = edited(await saveModel(small(), info), (m, t) => void edit(m, t));
    expect(await codeOf(() => loadModel(bytes, { backend: js, fileName: 'm.safetensors' }))).toBe(code);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    if (code === 'accepted') {
      const { notes } = await loadModel(bytes, { backend: js });
      expect(notes).toEqual(['the file has no checksum of ours: another program wrote it']);
    } else {
      const loading = loadModel(bytes, { backend: js, fileName: 'm.safetensors' });
      await expect(loading).rejects.toMatchObject({ where: expect.stringContaining('m.safetensors') });
    }
  });

  function swap(metadata: Record<string, string>, from: string, to: string, field = 'architecture'): void {
    const text = metadata[`neuroforge.${field}`];
    expect(text).toContain(from);
    metadata[`neuroforge.${field}`] = text.replace(from, to);
  }

  function change(tensors: TensorToWrite[], name: string, to: Partial<TensorToWrite>): void {
    const at = tensors.findIndex((t) => t.name === name);
    tensors[at] = { ...tensors[at], ...to };
  }

  test('a layer of the user whose factory fails', async () => {
    const model = build(scale(), { input: [3], loss: crossEntropy(), backend: js });
    const bytes = await saveModel(model);
    const broken = () => {
      throw new TypeError('oh');
    };
    expect(await codeOf(() => loadModel(bytes, { backend: js, layers: { scale: broken } }))).toBe('NF2234');
    expect(await codeOf(() => loadModel(bytes, { backend: js }))).toBe('NF2401');
  });

  test.each([[() => 1], [Number.NaN], [new Float32Array(1)], [new Date()], ['\ud800'], [1n]])(
    'a config that would not come back: %s',
    async (value) => {
      const odd = defineLayer<{ value: unknown }>('odd', {
        forward: (_, y) => ({ y, cache: {} }),
        backward: (_, d) => d,
      });
      const model = build(odd({ value }), { input: [3], loss: crossEntropy(), backend: js });
      expect(await codeOf(() => saveModel(model))).toBe('NF2237');
    },
  );

  test('a harmful class name is not saved either', async () => {
    expect(await codeOf(() => saveModel(small(), { classNames: ['a', 'b', 'c', 'd', '\u001b[2J'] }))).toBe('NF2002');
  });
});

describe('weights of another program', () => {
  const file = (shape: number[], data: Float32Array | Float64Array = new Float32Array([1, 2, 3])): Uint8Array =>
    writeSafetensors([
      { name: 'W', dtype: data instanceof Float64Array ? 'F64' : 'F32', shape, data },
      { name: 'b', dtype: 'F32', shape: [1], data: new Float32Array([4]) },
    ]);

  test('are taken where names and shapes are the same', async () => {
    const model = build(linear(1), { input: [3], loss: meanSquaredError(), backend: js });
    expect(await loadWeights(model, file([3, 1]))).toEqual([
      'the file has no checksum of ours: another program wrote it',
    ]);
    expect(weights(model)).toEqual({ W: [1, 2, 3], b: [4] });
    expect(await loadWeights(model, file([3, 1], new Float64Array(3)))).toHaveLength(2);
  });

  test('all or none', async () => {
    const model = build(sequential(linear(1), linear(1)), { input: [3], loss: meanSquaredError(), backend: js });
    const before = weights(model);
    expect(await codeOf(() => loadWeights(model, file([3, 1])))).toBe('NF2235');
    const other = build(linear(1), { input: [3], loss: meanSquaredError(), backend: js });
    expect(await codeOf(() => loadWeights(other, file([1, 3])))).toBe('NF2235');
    expect(weights(model)).toEqual(before);
  });
});
