import { gzipSync } from 'node:zlib';
import { memorySource } from '../../../src/data/byte-source.ts';
import { readCsvRows } from '../../../src/data/csv.ts';
import { gunzip } from '../../../src/data/gzip.ts';
import { idxDataset, readIdx, unpackIdx } from '../../../src/data/idx.ts';
import { readNpy, writeNpy } from '../../../src/data/npy.ts';
import { openNpz, writeNpz } from '../../../src/data/npz.ts';
import { npzDataset } from '../../../src/data/npz-dataset.ts';
import { tableDataset } from '../../../src/data/table.ts';
import npyReference from '../../reference/npy.json' with { type: 'json' };
import { idx } from '../files.ts';
import { recrced } from '../zip.ts';
import type { Target } from './check.ts';
import { join, tokens } from './mutate.ts';
import { csvTexts, csvWords, images, labels, numbers, text } from './seeds.ts';

export const idxTarget: Target = {
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

export const gzipTarget: Target = {
  name: 'gzip',
  seeds: () =>
    [gzipSync(text('1,2\n'.repeat(90))), gzipSync(images), gzipSync(''), join(gzipSync('a'), gzipSync('b'))].map(
      (b) => new Uint8Array(b),
    ),
  read: (bytes) => gunzip(bytes, { where: 'f', limit: 2 ** 22 }),
};

export const csvTarget: Target = {
  name: 'csv',
  seeds: () => [...csvTexts.map(text), text(`${Array(64).fill(7).join()},1\n${Array(64).fill(9).join()},0\n`)],
  mutations: [tokens(csvWords)],
  read(bytes) {
    readCsvRows(bytes, 'f');
    for (const task of ['classification', 'regression'] as const) {
      tableDataset(bytes, { name: 'f', where: 'f', sha256: '', task });
    }
  },
};

export const npyTarget: Target = {
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

export const npzTarget: Target = {
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
