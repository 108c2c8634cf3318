import { deflateSync, gzipSync } from 'node:zlib';
import { encode } from 'fast-png';
import { backend } from '../../../src/backends/default.ts';
import { parseConfig, resolveConfig } from '../../../src/cli/config.ts';
import { fedImage } from '../../../src/cli/digit-image.ts';
import type { OpenedRun } from '../../../src/cli/open-run.ts';
import { readPng } from '../../../src/cli/png.ts';
import { inputOf } from '../../../src/cli/predict-input.ts';
import { NeuroForgeError } from '../../../src/core/errors.ts';
import { memorySource } from '../../../src/data/byte-source.ts';
import { readCsvRows } from '../../../src/data/csv.ts';
import { gunzip } from '../../../src/data/gzip.ts';
import { idxDataset, readIdx, unpackIdx } from '../../../src/data/idx.ts';
import { readNpy, writeNpy } from '../../../src/data/npy.ts';
import { openNpz, writeNpz } from '../../../src/data/npz.ts';
import { npzDataset } from '../../../src/data/npz-dataset.ts';
import { tableDataset } from '../../../src/data/table.ts';
import { loadModel, saveModel } from '../../../src/io/model-file.ts';
import { readSafetensors, tensorData, writeSafetensors } from '../../../src/io/safetensors.ts';
import { dtypeBits } from '../../../src/io/safetensors-header.ts';
import { crossEntropy } from '../../../src/losses/cross-entropy.ts';
import { mlp } from '../../../src/models/mlp.ts';
import { build } from '../../../src/models/model.ts';
import npyReference from '../../reference/npy.json' with { type: 'json' };
import written from '../../reference/safetensors/written.json' with { type: 'json' };
import { checksums, idx, pngOf, safetensors, unsealed } from '../files.ts';
import { recrced } from '../zip.ts';
import type { Target } from './check.ts';
import { jsonTree } from './json-tree.ts';
import { join, tokens } from './mutate.ts';

const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const js = backend('js');
const numbers = ['0', '-0', '1', '-1', '2147483648', '4294967296', '9007199254740993', '1e999', '1.5', '01', 'null'];
const jsonWords = [...numbers, '{', '}', '[', ']', ',', ':', '"', '\\u0000', '\\ud800', '"__proto__":', '[[[[[[[['];

const images = idx(8, [3, 4, 4], 48);
const labels = idx(8, [3], 3);

const idxTarget: Target = {
  name: 'idx',
  seeds: () => [images, labels, idx(13, [1, 2], 8), new Uint8Array(gzipSync(images))],
  async read(bytes) {
    const plain = await unpackIdx(bytes, 'f');
    readIdx(plain, 'f');
    const of = (b: Uint8Array) => ({ bytes: b, where: 'f', sha256: '' });
    if (plain[3] === 1) idxDataset({ name: 'x', images: of(images), labels: of(plain) });
    else idxDataset({ name: 'x', images: of(plain), labels: of(labels) });
  },
};

const gzipTarget: Target = {
  name: 'gzip',
  seeds: () =>
    [gzipSync(text('1,2\n'.repeat(90))), gzipSync(images), gzipSync(''), join(gzipSync('a'), gzipSync('b'))].map(
      (b) => new Uint8Array(b),
    ),
  read: (bytes) => gunzip(bytes, { where: 'f', limit: 2 ** 22 }),
};

const csvTexts = [
  'a,b,kind\n1,2,red\n3,4,blue\n5,6,red\n',
  '1,2,0\r\n3,4,1\r\n5,-6e-2,1\r\n',
  '\ufeff"x ""y"""\t,b,label\n" 1",2.5,"two\nlines"\n3,4,z\n',
  'label,a\n0,1\n1,2\n',
  '1;2;3\n4;5;6\n',
];
const csvTarget: Target = {
  name: 'csv',
  seeds: () => [...csvTexts.map(text), text(`${Array(64).fill(7).join()},1\n${Array(64).fill(9).join()},0\n`)],
  mutations: [
    tokens([',', '"', '""', '\n', '\r', '\r\n', '\ufeff', 'nan', '1e999', '../x', '\0', '0x1', ' ', ...numbers]),
  ],
  read(bytes) {
    readCsvRows(bytes, 'f');
    for (const task of ['classification', 'regression'] as const) {
      tableDataset(bytes, { name: 'f', where: 'f', sha256: '', task });
    }
  },
};

/** The header's length is made right again. */
function headerRepaired(bytes: Uint8Array): Uint8Array {
  const end = bytes.lastIndexOf(0x7d);
  if (bytes.length < 10 || end < 8) return bytes;
  const out = bytes.slice();
  new DataView(out.buffer).setBigUint64(0, BigInt(end + 1 - 8), true);
  return out;
}

/** The header of a safetensors file as JSON, and the file around another one. */
function openHeader(bytes: Uint8Array) {
  if (bytes.length < 10) return null;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const json = new TextDecoder().decode(bytes.subarray(8, 8 + length));
  return { json, close: (changed: string) => safetensors(changed, bytes.subarray(8 + length)) };
}

const openAll = (bytes: Uint8Array) => ({ json: new TextDecoder().decode(bytes), close: text });

const headerWords = ['"F32"', '"F4"', '"BOOL"', '"dtype":', '"shape":', '"data_offsets":', '"__metadata__":', '[0,4]'];
const safetensorsTarget: Target = {
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
const modelTarget: Target = {
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

const configTarget: Target = {
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

const gray = Uint8Array.from({ length: 144 }, (_, i) => (i % 12 > 3 && i % 12 < 8 ? 255 - (i % 3) * 40 : 3));
const pngs = (): Uint8Array[] => [
  encode({ width: 12, height: 12, channels: 1, data: gray }),
  encode({ width: 12, height: 6, channels: 2, data: gray }),
  encode({ width: 6, height: 6, channels: 4, data: gray }),
  encode({ width: 6, height: 12, channels: 1, depth: 16, data: new Uint16Array(72).map((_, i) => i * 900) }),
  pngOf([
    ['IHDR', Uint8Array.of(0, 0, 0, 3, 0, 0, 0, 1, 2, 3, 0, 0, 0)],
    ['PLTE', Uint8Array.of(0, 0, 0, 255, 255, 255, 51, 51, 51)],
    ['tRNS', Uint8Array.of(255, 0)],
    ['IDAT', new Uint8Array(deflateSync(Uint8Array.of(0, 0b00011000)))],
    ['IEND', new Uint8Array(0)],
  ]),
];
const pngTarget: Target = {
  name: 'png',
  seeds: pngs,
  mutations: [tokens(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND', 'gAMA', 'iCCP', Uint8Array.of(0, 0, 0, 0)])],
  repair: checksums,
  read: (bytes) => readPng(bytes, 'f'),
};

const digitTarget: Target = {
  ...pngTarget,
  name: 'digit-image',
  read(bytes) {
    const image = readPng(bytes, 'f');
    for (const [side, maxValue] of [
      [8, 16],
      [28, 255],
    ]) {
      for (const digits of [true, false]) {
        const { values } = fedImage(image, { height: side, width: side, maxValue, digits }, { where: 'f' });
        if (values.some((v) => !(v >= 0 && v <= maxValue))) throw new Error('fed a value out of range');
      }
    }
  },
};

const opened = (exampleShape: number[], classNames: string[], maxValue?: number): OpenedRun => ({
  folder: null,
  file: 'm',
  config: null,
  dataHashes: {},
  model: build(mlp({ hidden: [], outputs: 3 }), {
    input: [exampleShape.reduce((a, b) => a * b, 1)],
    loss: crossEntropy(),
    backend: js,
  }),
  scaling: { kind: 'none', offset: [0], factor: [1] },
  classNames,
  weights: '',
  about: { exampleShape, maxValue, threshold: 0.5, mean: 0, sd: 1 },
});
const runs = [opened([2], ['red', 'blue', 'z']), opened([4, 4], ['0', '1', '2'], 255)];
const predictTarget: Target = {
  name: 'predict',
  seeds: () => [
    ...csvTexts.map(text),
    images,
    new Uint8Array(gzipSync(images)),
    new Uint8Array(gzipSync(csvTexts[0])),
    ...pngs(),
  ],
  mutations: csvTarget.mutations,
  async read(bytes) {
    const read = runs.map((run) => inputOf(bytes, 'f', run, { raw: false }).catch((error: unknown) => error));
    const answers = await Promise.all(read);
    const errors = answers.filter((answer) => answer instanceof Error);
    const crash = errors.find((error) => !(error instanceof NeuroForgeError));
    if (crash !== undefined || errors.length === runs.length) throw crash ?? errors[0];
  },
};

const npyTarget: Target = {
  name: 'npy',
  seeds: () =>
    [...npyReference.arrays, ...npyReference.refused].map((c) => new Uint8Array(Buffer.from(c.file, 'base64'))),
  mutations: [
    tokens([
      "'descr': ",
      "'<f4'",
      "'|O'",
      "'|b1'",
      "'>f8'",
      "'fortran_order': ",
      'True',
      'False',
      "'shape': ",
      '(3,)',
      '()',
      '(2, 3)',
      '[(',
      ', ',
      "'",
      'L',
      ...numbers,
    ]),
  ],
  /** The header's length is made right again, to the line break before the data. */
  repair(bytes) {
    const end = bytes.indexOf(10, 10);
    if (end < 0 || bytes[6] !== 1) return bytes;
    const out = bytes.slice();
    new DataView(out.buffer).setUint16(8, Math.min(65535, end + 1 - 10), true);
    return out;
  },
  read(bytes) {
    const array = readNpy(bytes, 'f');
    const again = readNpy(writeNpy(array), 'f');
    if (Buffer.compare(Buffer.from(again.data.buffer), Buffer.from(array.data.buffer)) !== 0)
      throw new Error('written and read, it differs');
  },
};

const npzTarget: Target = {
  name: 'npz',
  seeds: () => [
    ...npyReference.archives.map((c) => new Uint8Array(Buffer.from(c.file, 'base64'))),
    writeNpz({
      x_train: { type: 'u1', shape: [2, 3], data: new Uint8Array(6) },
      y_train: { type: 'i8', shape: [2], data: BigInt64Array.of(0n, 1n) },
    }),
    writeNpz(
      {
        x: { type: 'f4', shape: [2, 1], data: new Float32Array(2) },
        y: { type: 'f8', shape: [2], data: Float64Array.of(0, 1) },
      },
      { compress: true },
    ),
  ],
  mutations: [
    tokens([
      'PK\x01\x02',
      'PK\x03\x04',
      'PK\x05\x06',
      'PK\x07\x08',
      'x.npy',
      '../',
      'y_test.npy',
      Uint8Array.of(255, 255, 255, 255),
      Uint8Array.of(8, 0),
      '(2, 3)',
      "'<f8'",
    ]),
  ],
  repair: recrced,
  async read(bytes) {
    const members = await openNpz(memorySource(bytes), 'f');
    for (const member of members) await member.read();
    await npzDataset(members, { name: 'f', where: 'f', sha256: '' });
  },
};

export const targets: readonly Target[] = [
  idxTarget,
  gzipTarget,
  csvTarget,
  safetensorsTarget,
  modelTarget,
  configTarget,
  pngTarget,
  digitTarget,
  predictTarget,
  npyTarget,
  npzTarget,
];
