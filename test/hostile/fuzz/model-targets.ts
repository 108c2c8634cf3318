import { backend } from '../../../src/backends/default.ts';
import { parseConfig, resolveConfig } from '../../../src/cli/config.ts';
import { loadModel, saveModel } from '../../../src/io/model-file.ts';
import { readSafetensors, tensorData, writeSafetensors } from '../../../src/io/safetensors.ts';
import { dtypeBits } from '../../../src/io/safetensors-header.ts';
import { crossEntropy } from '../../../src/losses/cross-entropy.ts';
import { mlp } from '../../../src/models/mlp.ts';
import { build } from '../../../src/models/model.ts';
import written from '../../reference/safetensors/written.json' with { type: 'json' };
import { safetensors, unsealed } from '../files.ts';
import type { Target } from './check.ts';
import { jsonTree } from './json-tree.ts';
import { tokens } from './mutate.ts';
import { numbers, text } from './seeds.ts';

const js = backend('js');
const jsonWords = [...numbers, '{', '}', '[', ']', ',', ':', '"', '\\u0000', '\\ud800', '"__proto__":', '[[[[[[[['];

/** The header's length is made right again. */
export function headerRepaired(bytes: Uint8Array): Uint8Array {
  const end = bytes.lastIndexOf(0x7d);
  if (bytes.length < 10 || end < 8) return bytes;
  const out = bytes.slice();
  new DataView(out.buffer).setBigUint64(0, BigInt(end + 1 - 8), true);
  return out;
}

/** The header of a safetensors file as JSON, and the file around another one. */
export function openHeader(bytes: Uint8Array) {
  if (bytes.length < 10) return null;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const json = new TextDecoder().decode(bytes.subarray(8, 8 + length));
  return { json, close: (changed: string) => safetensors(changed, bytes.subarray(8 + length)) };
}

const openAll = (bytes: Uint8Array) => ({ json: new TextDecoder().decode(bytes), close: text });

const headerWords = ['"F32"', '"F4"', '"BOOL"', '"dtype":', '"shape":', '"data_offsets":', '"__metadata__":', '[0,4]'];
export const safetensorsTarget: Target = {
  name: 'safetensors',
  seeds: () => [
    ...written.cases.map((c) => new Uint8Array(Buffer.from(c.file, 'base64'))),
    writeSafetensors([{ name: 'x', dtype: 'F32', shape: [2, 3], data: new Float32Array(6) }], { a: 'b' }),
  ],
  mutations: [tokens([...jsonWords, ...headerWords]), jsonTree(Object.keys(dtypeBits), openHeader)],
  repair: headerRepaired,
  read(bytes) {
    const { byName, tensors, dataStart } = readSafetensors(bytes, 'f');
    for (const t of byName.values()) tensorData(t);
    const covered = tensors.reduce((n, t) => n + t.end - t.begin, dataStart);
    if (covered !== bytes.length) throw new Error(`accepted ${bytes.length} bytes, described ${covered}`);
  },
};

const small = () => build(mlp({ hidden: [4], outputs: 3 }), { input: [3], loss: crossEntropy(), backend: js, seed: 7 });
const about = {
  preprocessing: { kind: 'standard' as const, offset: [0.5, 1, 2], factor: [1, 2, 3] },
  classNames: ['a', 'b', 'c'],
  about: { data: 'x.csv', threshold: 0.5, exampleShape: [3] },
};
const modelNames = [
  'linear',
  'relu',
  'leaky-relu',
  'sequential',
  'softmax',
  'flatten',
  'he',
  'torch',
  'standard',
  'unit',
  'mean-squared-error',
  'binary-cross-entropy',
  'cross-entropy',
  '7',
  '[3]',
  '{}',
  '["a","b"]',
];
const modelWords = [
  '\\"linear\\"',
  '\\"relu\\"',
  '\\"leaky-relu\\"',
  '\\"sequential\\"',
  '\\"children\\":',
  '\\"config\\":{',
  '\\"outputs\\":',
  '\\"slope\\":',
  'neuroforge/model@2',
  'neuroforge.about',
  '\\"__proto__\\":',
  '\\"constructor\\"',
  '\\"softmax\\"',
  '\\"flatten\\"',
  '1e9',
  '[1e9,1e9]',
  '\\"mean-squared-error\\"',
  '\\"binary-cross-entropy\\"',
];
export const modelTarget: Target = {
  name: 'model',
  async seeds() {
    const sealed = await saveModel(small(), about);
    return [sealed, unsealed(sealed), unsealed(await saveModel(small()))];
  },
  mutations: [
    tokens([...jsonWords, ...headerWords]),
    tokens([...modelWords, ...numbers]),
    ...Array(3).fill(jsonTree(modelNames, openHeader)),
  ],
  repair: headerRepaired,
  async read(bytes) {
    const { model } = await loadModel(bytes, { backend: js, fileName: 'f' });
    model.dispose();
  },
};

export const configTarget: Target = {
  name: 'config',
  seeds: () => [
    text(
      '{"schema":"neuroforge/config@1","data":"digits","model":"mlp:512,128","lr":0.1,"batch":32,"epochs":3,"seed":0}',
    ),
    text('{"batch":"full","val":0.1,"until":"val.accuracy=0.97","threshold":0.5,"scale":"none","threads":1}'),
    text('{"positive":"a","label":"y","header":"no","init":"he","split":"original","definitions":true,"backend":"js"}'),
    text('\ufeff{}'),
  ],
  mutations: [
    tokens([...jsonWords, '"batch":', '"lr":', '"model":"mlp:', '"full"', '1e9', '{"a":', 'true', '"NaN"']),
    jsonTree(['full', 'mlp:1', 'mlp:999999999,999999999', 'logistic', 'NaN', 'original'], openAll),
  ],
  read: (bytes) => resolveConfig({}, parseConfig(bytes, 'f'), {}),
};
