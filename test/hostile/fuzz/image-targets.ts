import { deflateSync, gzipSync } from 'node:zlib';
import { encode } from 'fast-png';
import { backend } from '../../../src/backends/default.ts';
import type { OpenedRun } from '../../../src/cli/open-run.ts';
import { readPng } from '../../../src/cli/png.ts';
import { inputOf } from '../../../src/cli/predict-input.ts';
import { NeuroForgeError } from '../../../src/core/errors.ts';
import { fedImage } from '../../../src/data/digit-image.ts';
import { crossEntropy } from '../../../src/losses/cross-entropy.ts';
import { mlp } from '../../../src/models/mlp.ts';
import { build } from '../../../src/models/model.ts';
import { checksums, pngOf } from '../files.ts';
import type { Target } from './check.ts';
import { tokens } from './mutate.ts';
import { csvTexts, csvWords, images, text } from './seeds.ts';

const js = backend('js');
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
export const pngTarget: Target = {
  name: 'png',
  seeds: pngs,
  mutations: [tokens(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND', 'gAMA', 'iCCP', Uint8Array.of(0, 0, 0, 0)])],
  repair: checksums,
  read: (bytes) => readPng(bytes, 'f'),
};

export const digitTarget: Target = {
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
export const predictTarget: Target = {
  name: 'predict',
  seeds: () => [
    ...csvTexts.map(text),
    images,
    new Uint8Array(gzipSync(images)),
    new Uint8Array(gzipSync(csvTexts[0])),
    ...pngs(),
  ],
  mutations: [tokens(csvWords)],
  async read(bytes) {
    const read = runs.map((run) => inputOf(bytes, 'f', run, { raw: false }).catch((error: unknown) => error));
    const answers = await Promise.all(read);
    const errors = answers.filter((answer) => answer instanceof Error);
    const crash = errors.find((error) => !(error instanceof NeuroForgeError));
    if (crash !== undefined || errors.length === runs.length) throw crash ?? errors[0];
  },
};
