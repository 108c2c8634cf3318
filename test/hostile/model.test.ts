import { describe, expect, it } from 'vitest';
import { backend } from '../../src/backends/default.ts';
import { verifySeal, writeSealed } from '../../src/io/checksum.ts';
import { loadModel, saveModel } from '../../src/io/model-file.ts';
import { readSafetensors, type TensorToWrite } from '../../src/io/safetensors.ts';
import { crossEntropy } from '../../src/losses/cross-entropy.ts';
import { mlp } from '../../src/models/mlp.ts';
import { build } from '../../src/models/model.ts';
import { Workplace } from '../cli.ts';
import { unsealed } from './files.ts';

const at = new Workplace();
const js = backend('js');
const saved = async () => {
  const model = build(mlp({ hidden: [3], outputs: 3 }), { input: [4], loss: crossEntropy(), backend: js, seed: 7 });
  return saveModel(model, {
    classNames: ['a', 'b', 'c'],
    preprocessing: { kind: 'none', offset: [0], factor: [1] },
    about: { data: 'iris', exampleShape: [4] },
  });
};

/** A sealed file as a checkpoint is one: weights, the state of an optimizer, counters. */
const checkpoint = () =>
  writeSealed(
    [
      { name: '0.W', dtype: 'F32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
      { name: 'optimizer.velocity', dtype: 'F32', shape: [4], data: new Float32Array(4) },
      { name: 'counters', dtype: 'I64', shape: [2], data: BigInt64Array.of(3n, -1n) },
    ],
    { 'neuroforge.schema': 'neuroforge/checkpoint@1', 'neuroforge.position': '{"epoch":1,"step":12}' },
  );

const opened = async (bytes: Uint8Array): Promise<string> => {
  try {
    return (await verifySeal(readSafetensors(bytes, 'f'), bytes, 'f')) ? 'sealed' : 'without a seal';
  } catch (error) {
    return (error as { code: string }).code;
  }
};
const loaded = async (bytes: Uint8Array): Promise<string> => {
  try {
    (await loadModel(bytes, { backend: js, fileName: 'f' })).model.dispose();
    return 'loaded';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('damage', () => {
  it.each([
    ['a model', saved, loaded, 'loaded'],
    ['a checkpoint', checkpoint, opened, 'sealed'],
  ] as const)(
    '%s: every byte flipped in turn, every bit, and every truncation is refused',
    async (_, make, judge, fine) => {
      const bytes = await make();
      expect(await judge(bytes)).toBe(fine);
      const passed: string[] = [];
      const hold = async (damaged: Uint8Array, what: string): Promise<void> => {
        const verdict = await judge(damaged);
        if (!/^NF2\d{3}$/.test(verdict)) passed.push(`${what}: ${verdict}`);
      };
      for (let i = 0; i < bytes.length; i++) {
        for (const flip of [1, 2, 4, 8, 16, 32, 64, 128, 255]) {
          bytes[i] ^= flip;
          await hold(bytes, `byte ${i} ^ ${flip}`);
          bytes[i] ^= flip;
        }
        await hold(bytes.slice(0, i), `${i} bytes`);
        await hold(Uint8Array.from([...bytes, i & 255]), `and a byte ${i & 255}`);
      }
      expect(passed).toEqual([]);
    },
  );

  it('two bytes exchanged, a byte doubled, a byte gone', async () => {
    const bytes = await checkpoint();
    for (let i = 0; i + 1 < bytes.length; i++) {
      const gone = Uint8Array.from([...bytes.subarray(0, i), ...bytes.subarray(i + 1)]);
      const doubled = Uint8Array.from([...bytes.subarray(0, i), bytes[i], ...bytes.subarray(i)]);
      const exchanged = bytes.slice();
      [exchanged[i], exchanged[i + 1]] = [bytes[i + 1], bytes[i]];
      for (const damaged of bytes[i] === bytes[i + 1] ? [gone, doubled] : [gone, doubled, exchanged]) {
        expect(await opened(damaged), `at byte ${i}`).toMatch(/^NF2\d{3}$/);
      }
    }
  });
});

type Edit = (metadata: Record<string, string>, tensors: TensorToWrite[]) => void;
const swap =
  (from: string, to: string): Edit =>
  (m) => {
    m['neuroforge.architecture'] = m['neuroforge.architecture'].replace(from, to);
  };
const edits: readonly (readonly [says: RegExp, what: string, edit: Edit])[] = [
  [/NF2232.*\n.*format 2/, 'a newer version', (m) => (m['neuroforge.schema'] = 'neuroforge/model@2')],
  [/NF2233/, 'no model', (m) => delete m['neuroforge.schema']],
  [/NF2235.*shape/, 'another architecture', swap('"outputs":3', '"outputs":5')],
  [/NF2401.*"conv2d"/, 'a layer that is not known', swap('"linear"', '"conv2d"')],
  [/NF2401/, 'a layer of the prototype', swap('"linear"', '"__proto__"')],
  [
    /NF2234.*__proto__/,
    '__proto__ in the configuration',
    swap('"outputs":3', '"outputs":3,"__proto__":{"polluted":1}'),
  ],
  [/NF2227/, 'a key twice', swap('"outputs":3', '"outputs":3,"outputs":3')],
  [/NF2235/, 'layers whose bytes overflow', swap('"outputs":3', '"outputs":999999999')],
  [/NF2235/, 'layers beyond whole numbers', swap('"outputs":3', '"outputs":1e300')],
  [/NF4102/, 'half an output', swap('"outputs":3', '"outputs":2.5')],
  [/NF2234/, 'an input that overflows', (m) => (m['neuroforge.input'] = '[99999999,99999999]')],
  [/NF2234.*\n?.*/, 'a class name too few', (m) => (m['neuroforge.classNames'] = '["a","b"]')],
  [/NF2002/, 'a class ../x', (m) => (m['neuroforge.classNames'] = '["a","b","../x"]')],
  [/NF2002/, 'a class that is an absolute path', (m) => (m['neuroforge.classNames'] = '["a","b","/etc/x"]')],
  [/NF2002/, 'a class with a control character', (m) => (m['neuroforge.classNames'] = '["a","b","c\\u001b[2J"]')],
  [
    /NF2235.*\n.*\.\.\/x/,
    'a tensor ../x',
    (_, t) => t.push({ name: '../x', dtype: 'F32', shape: [1], data: new Float32Array(1) }),
  ],
  [
    /NF2235.*\n.*u001b/,
    'a tensor with a control character',
    (_, t) => t.push({ name: '\u001b[2J', dtype: 'F32', shape: [1], data: new Float32Array(1) }),
  ],
  [
    /NF2235/,
    'a tensor __proto__',
    (_, t) => t.push({ name: '__proto__', dtype: 'F32', shape: [1], data: new Float32Array(1) }),
  ],
  [
    /NF2236/,
    'weights of bytes',
    (_, t) =>
      (t[0] = { ...t[0], dtype: 'U8', shape: t[0].shape, data: new Uint8Array(t[0].shape.reduce((n, d) => n * d, 1)) }),
  ],
];

describe('model files that another program wrote', () => {
  it.each(edits)('%s: %s', async (says, _, edit) => {
    const bytes = unsealed(await saved(), edit);
    const error = await loadModel(bytes, { backend: js, fileName: 'dir/m.safetensors' }).catch((e) => e);
    expect(error.where).toContain('dir/m.safetensors');
    expect(`${error.code} ${error.message}\n${error.expected} ${error.got}`).toMatch(says);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('through the command line: eval, predict', async () => {
    at.write('row.csv', '1,2,3,4\n');
    at.write('good.safetensors', await saved());
    expect((await at.run(['predict', 'good.safetensors', 'row.csv'])).code).toBe(0);
    for (const what of ['a newer version', 'another architecture', 'a class ../x', 'layers whose bytes overflow']) {
      const [says, , edit] = edits.find((e) => e[1] === what)!;
      at.write('m.safetensors', unsealed(await saved(), edit));
      const code = /NF\d{4}/.exec(String(says))![0];
      await at.refused(['eval', 'm.safetensors', '--data', 'iris'], new RegExp(code), /m\.safetensors/);
      await at.refused(['predict', 'm.safetensors', 'row.csv'], new RegExp(code), /m\.safetensors/);
    }
    const damaged = await saved();
    damaged[damaged.length - 1] ^= 1;
    at.write('m.safetensors', damaged);
    await at.refused(['predict', 'm.safetensors', 'row.csv'], /NF2231/, /does? not match its own checksum|damaged/);
  });
});
