import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { writeNpy } from '../../src/data/npy.ts';
import { readNpz, writeNpz } from '../../src/data/npz.ts';
import { Workplace } from '../cli.ts';
import { type Entry, zip } from './zip.ts';

const at = new Workplace();
const data = writeNpy({ type: 'u1', shape: [3, 4], data: Uint8Array.from({ length: 12 }, (_, i) => i) });
const a: Entry = { name: 'a.npy', data };
const b: Entry = { name: 'b.npy', data, method: 8 };
const zeros = (bytes: number): Uint8Array => new Uint8Array(deflateRawSync(new Uint8Array(bytes)));
const descriptor = (marked: boolean, crc: number): Uint8Array => {
  const out = Buffer.alloc(marked ? 16 : 12);
  if (marked) out.writeUInt32LE(0x08074b50);
  out.writeUInt32LE(crc, out.length - 12);
  out.writeUInt32LE(data.length, out.length - 8);
  out.writeUInt32LE(data.length, out.length - 4);
  return out;
};
const cases: readonly (readonly [code: string, what: string, bytes: Uint8Array])[] = [
  ['NF2301', 'nothing', new Uint8Array(0)],
  ['NF2302', 'an HTML page', new TextEncoder().encode('<!DOCTYPE html><p>404')],
  ['NF2303', 'a git-lfs pointer', new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\n')],
  ['NF2251', 'cut before the directory', zip([a, b]).slice(0, 200)],
  ['NF2251', 'cut within the end', zip([a, b]).slice(0, -1)],
  ['NF2256', 'bytes before it', zip([a], { before: new Uint8Array(7) })],
  ['NF2256', 'bytes after it', zip([a], { after: new Uint8Array(7) })],
  ['NF2256', 'a comment', zip([a], { comment: 'hello' })],
  ['NF2256', 'bytes between two entries', zip([{ ...a, after: new Uint8Array(5) }, b])],
  ['NF2256', 'a hidden entry at the start', hidden()],
  ['NF2256', 'entries that overlap', zip([a, { ...b, central: { offset: 20 } }])],
  ['NF2252', 'more entries than there are', zip([a], { count: 2 })],
  ['NF2252', 'ten thousand entries claimed', zip([a], { count: 10_000 })],
  ['NF2252', 'a directory past the end', zip([a], { offset: 2 ** 31 })],
  ['NF2252', 'a directory that claims gigabytes', zip([a], { size: 2 ** 32 - 2 })],
  ['NF2253', 'zip64 in the end record', zip([a], { offset: 2 ** 32 - 1 })],
  ['NF2253', 'zip64 in an entry', zip([{ ...a, central: { size: 2 ** 32 - 1 } }])],
  ['NF2253', 'encryption', zip([{ ...a, flags: 1 }])],
  ['NF2253', 'strong encryption', zip([{ ...a, flags: 64 }])],
  ['NF2253', 'a patch', zip([{ ...a, flags: 32 }])],
  ['NF2253', 'another packing', zip([{ ...a, method: 14 }])],
  ['NF2253', 'an archive in parts', zip([a], { disk: 1 })],
  ['NF2253', 'an entry on another disk', zip([{ ...a, central: { disk: 1 } }])],
  ['NF2255', 'a name twice', zip([a, { ...b, name: 'a.npy' }])],
  ['NF2002', '../x', zip([{ ...a, name: '../x.npy' }])],
  ['NF2002', '..\\x', zip([{ ...a, name: '..\\x.npy' }])],
  ['NF2002', 'an absolute name', zip([{ ...a, name: '/etc/x.npy' }])],
  ['NF2002', "Windows's absolute name", zip([{ ...a, name: 'C:\\x.npy' }])],
  ['NF2002', 'a control character', zip([{ ...a, name: 'a\u001b[2J.npy' }])],
  ['NF2002', 'an empty name', zip([{ ...a, name: '' }])],
  ['NF2002', 'a long name', zip([{ ...a, name: `${'a'.repeat(300)}.npy` }])],
  ['NF2254', 'an entry of another kind', zip([a, { ...a, name: 'README.txt' }])],
  ['NF2254', 'a folder', zip([a, { name: 'folder/', data: new Uint8Array(0) }])],
  ['NF2254', 'an entry called .npy', zip([{ ...a, name: '.npy' }])],
  ['NF2257', 'another name in its own header', zip([{ ...a, local: { name: 'b.npy' } }])],
  ['NF2257', 'another size in its own header', zip([{ ...a, local: { size: 11 } }])],
  ['NF2257', 'another CRC in its own header', zip([{ ...a, local: { crc: 0 } }])],
  ['NF2257', 'another packing in its own header', zip([{ ...a, local: { method: 8 } }])],
  ['NF2257', 'another flag in its own header', zip([{ ...a, local: { flags: 1 } }])],
  ['NF2257', 'no header of its own', noHeader()],
  [
    'NF2256',
    'sizes after the data that are not its own',
    zip([{ ...a, flags: 8, local: zeroed(), after: descriptor(true, 1) }]),
  ],
  ['NF2258', 'a wrong CRC', zip([{ ...a, local: { crc: 0 }, central: { crc: 0 } }])],
  ['NF2258', 'packed data that are none', zip([{ ...b, packed: Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0) }])],
  ['NF2258', 'data packed from more than it says', zip([{ ...b, packed: zeros(50_000) }])],
  [
    'NF2246',
    'data packed from less than it says',
    zip([{ ...b, packed: new Uint8Array(deflateRawSync(data.slice(0, 100))) }]),
  ],
  ['NF2259', 'a bomb: a gigabyte in a megabyte', zip([bomb(2 ** 30)])],
  [
    'NF2259',
    'a claim of a gigabyte in a few bytes',
    zip([{ ...b, local: { size: 2 ** 30 }, central: { size: 2 ** 30 } }]),
  ],
  ['NF2241', 'an entry that is no npy', zip([{ name: 'a.npy', data: new TextEncoder().encode('1,2,3,4') }])],
  ['NF2301', 'an entry of nothing', zip([{ name: 'a.npy', data: new Uint8Array(0) }])],
];

function zeroed(): Entry['local'] {
  return { crc: 0, packed: 0, size: 0 };
}

/** A directory that leaves the first entry out. */
function hidden(): Uint8Array {
  const whole = zip([a, b]);
  const only = 46 + b.name.length;
  const end = whole.length - 22;
  const first = end - 2 * only;
  const out = Buffer.concat([whole.subarray(0, first), whole.subarray(first + only)]);
  out.writeUInt16LE(1, out.length - 14);
  out.writeUInt16LE(1, out.length - 12);
  out.writeUInt32LE(only, out.length - 10);
  return new Uint8Array(out);
}

function noHeader(): Uint8Array {
  const whole = zip([a, b]);
  whole[0] = 0;
  return whole;
}

/** Claims what it unpacks to; two bytes of zeros in every 2,064 would do. */
function bomb(size: number): Entry {
  const packed = new Uint8Array(2 ** 20);
  return { ...b, packed, local: { size }, central: { size } };
}

describe('npz: refused, each with its own message and place', () => {
  it.each(cases)('%s: %s', async (code, _, bytes) => {
    await expect(readNpz(bytes, 'data/f.npz')).rejects.toMatchObject({
      code,
      where: expect.stringContaining('data/f.npz'),
    });
  });

  it('sizes after the data are read, with a mark and without', async () => {
    const right = new DataView(zip([a]).buffer).getUint32(14, true);
    for (const marked of [true, false]) {
      const bytes = zip([{ ...a, flags: 8, local: zeroed(), after: descriptor(marked, right) }, b]);
      expect([...(await readNpz(bytes, 'f')).keys()]).toEqual(['a', 'b']);
    }
  });

  it('with the real size of an end record within the last entry', async () => {
    // The data of an array may look like the end of an archive.
    const end = zip([]);
    const tricky = writeNpy({ type: 'u1', shape: [22], data: end });
    expect([...(await readNpz(zip([{ name: 'x.npy', data: tricky }]), 'f')).keys()]).toEqual(['x']);
  });
});

describe('npz through the command line', () => {
  const x = (shape: number[], f: (i: number) => number) => ({
    type: 'u1' as const,
    shape,
    data: Uint8Array.from({ length: shape.reduce((n, d) => n * d, 1) }, (_, i) => f(i)),
  });
  const table = writeNpz(
    {
      x_train: x([60, 8, 8], (i) => ((i / 64) % 2 < 1 ? i % 50 : 200)),
      y_train: x([60], (i) => i % 2),
      x_test: x([10, 8, 8], (i) => ((i / 64) % 2 < 1 ? i % 50 : 200)),
      y_test: x([10], (i) => i % 2),
    },
    { compress: true },
  );

  it('what is in it, training on it, evaluating', async () => {
    at.write('own.npz', table);
    at.write('one.npy', data);
    const info = await at.json(['data', 'info', 'own.npz']);
    expect(info.arrays).toMatchObject({
      format: 'npz',
      arrays: [{ name: 'x_train', dtype: 'u1', shape: [60, 8, 8] }, {}, {}, {}],
    });
    expect((await at.run(['data', 'info', 'one.npy'])).stdout).toMatch(
      /npy file of 1 array.*\narray +u1 +3 x 4 +0 to 11/,
    );
    const run = await at.json(['train', '--data', 'own.npz', '--epochs', '5', '--backend', 'js', '--quiet']);
    expect(run.test.accuracy).toBe(1);
    const again = await at.json(['eval', 'latest', '--data', 'own.npz']);
    expect(again.count).toBe(10);
    await at.refused(['predict', 'latest', 'own.npz'], /NF4134/, /eval RUN --data/);
  });

  it('a sample of what is refused', async () => {
    for (const what of ['a bomb: a gigabyte in a megabyte', '../x', 'a wrong CRC', 'cut within the end', 'nothing']) {
      const [code, , bytes] = cases.find((c) => c[1] === what)!;
      at.write('bad.npz', bytes);
      await at.refused(['data', 'info', 'bad.npz'], new RegExp(code), /bad\.npz/);
      // Of arrays that are no examples only the headers are read.
      await at.refused(['train', '--data', 'bad.npz'], code === 'NF2258' ? /NF2261/ : new RegExp(code), /bad\.npz/);
    }
    at.write('other.npz', writeNpz({ images: x([2, 2], () => 1) }));
    await at.refused(['train', '--data', 'other.npz'], /NF2261/, /x_train/);
  });
});
