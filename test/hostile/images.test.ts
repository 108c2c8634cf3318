import { deflateSync } from 'node:zlib';
import { encode } from 'fast-png';
import { beforeAll, describe, expect, it } from 'vitest';
import { readPng } from '../../src/cli/png.ts';
import { Workplace } from '../cli.ts';
import { idx, pngOf } from './files.ts';

const at = new Workplace();
const text = (s: string): Uint8Array => new TextEncoder().encode(s);

function header(width: number, height: number, depth = 8, kind = 0): Uint8Array {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.set([depth, kind, 0, 0, 0], 8);
  return new Uint8Array(data);
}
const end = ['IEND', new Uint8Array(0)] as const;
const packed = (bytes: number): Uint8Array => new Uint8Array(deflateSync(new Uint8Array(bytes)));
const drawn = encode({
  width: 28,
  height: 28,
  channels: 1,
  data: Uint8Array.from({ length: 784 }, (_, i) => (i % 28 > 10 && i % 28 < 16 && i > 140 && i < 640 ? 255 : 0)),
});

/** What people give to predict in place of a picture, and what it says. */
const cases: readonly (readonly [what: string, name: string, bytes: Uint8Array, says: RegExp])[] = [
  ['nothing', 'x.png', new Uint8Array(0), /NF2601|NF2301/],
  ['a JPEG', 'x.png', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), /NF2601 .*JPEG.*\n.*convert it to PNG/],
  ['a page', 'x.png', text('<!DOCTYPE html>'), /NF2601/],
  ['a page under another name', 'x.csv', text('<!DOCTYPE html>'), /NF2302/],
  ['a picture that is cut', 'x.png', drawn.slice(0, -20), /NF2602 .*cut or damaged/],
  ['a flipped bit', 'x.png', drawn.map((b, i) => (i === 60 ? b ^ 1 : b)), /NF2602/],
  [
    '2^31 pixels a side',
    'x.png',
    pngOf([['IHDR', header(2 ** 31 - 1, 2 ** 31 - 1)], ['IDAT', packed(4)], end]),
    /NF2603 .*size/,
  ],
  ['no pixels', 'x.png', pngOf([['IHDR', header(0, 5)], ['IDAT', packed(4)], end]), /NF2603/],
  ['more pixels than its size', 'x.png', pngOf([['IHDR', header(2, 2)], ['IDAT', packed(1e6)], end]), /NF2602/],
  [
    'a small file of a large picture',
    'x.png',
    pngOf([['IHDR', header(5000, 5000)], ['IDAT', packed(5000 * 5001)], end]),
    /NF2603 .*50 times/,
  ],
  // Found by fuzzing: the size that was judged was not the size that was decoded.
  [
    'a second header',
    'x.png',
    pngOf([['IHDR', header(6, 6)], ['IHDR', header(30_000, 30_000)], ['IDAT', packed(42)], end]),
    /NF2602 .*\n.*second IHDR/,
  ],
  ['an unknown kind of color', 'x.png', pngOf([['IHDR', header(2, 2, 8, 5)], ['IDAT', packed(6)], end]), /NF2603/],
  [
    'a color beyond the palette',
    'x.png',
    pngOf([
      ['IHDR', header(1, 1, 8, 3)],
      ['PLTE', new Uint8Array(3)],
      ['IDAT', new Uint8Array(deflateSync(Uint8Array.of(0, 7)))],
      end,
    ]),
    /NF2602/,
  ],
  ['nothing drawn', 'x.png', encode({ width: 28, height: 28, channels: 1, data: new Uint8Array(784) }), /NF2605/],
  [
    'images of another size',
    'x-images-idx3-ubyte',
    idx(8, [2, 5, 5], 50),
    /NF4134 .*another size.*\n.*8 x 8, got 5 x 5/,
  ],
  ['labels for images', 'x.idx', idx(8, [2], 2), /NF2201/],
  ['a row of too few columns', 'x.csv', text('1,2,3\n'), /NF4134 .*columns.*\n.*64 features/],
  ['an npz file', 'x.npz', Uint8Array.of(0x50, 0x4b, 5, 6, ...new Uint8Array(18)), /NF4134|NF2102/],
];

describe('pictures and other inputs of predict', () => {
  beforeAll(async () => {
    const { code, stderr } = await at.run(['train', '--epochs', '1', '--backend', 'js', '--quiet']);
    expect(code, stderr).toBe(0);
  });

  it.each(cases)('%s', async (_, name, bytes, says) => {
    at.write(name, bytes);
    await at.refused(['predict', 'latest', name], says, new RegExp(name.replace('.', '\\.')));
  });

  it('a folder, a device, a file that is not there', async () => {
    await at.refused(['predict', 'latest', 'runs'], /NF4134 .*folder/);
    await at.refused(['predict', 'latest', '/dev/zero'], /NF2003/);
    await at.refused(['predict', 'latest', 'none.png'], /NF2901/);
  });

  it('a picture is predicted, a large one by the means of its pixels', async () => {
    at.write('drawn.png', drawn);
    expect((await at.json(['predict', 'latest', 'drawn.png'])).predictions).toHaveLength(1);
    // A megapixel and more: squares of 2 x 2, each with one bright pixel.
    const side = 1100;
    const data = Uint8Array.from({ length: side * side }, (_, i) =>
      i % 2 === 0 && Math.floor(i / side) % 2 === 0 ? 255 : 0,
    );
    const large = readPng(encode({ width: side, height: side, channels: 1, data }), 'x');
    expect([large.width, large.height, large.shrunk, large.alpha]).toEqual([550, 550, 2, null]);
    expect(new Set(large.luma)).toEqual(new Set([0.25]));
    // Opacity weighs: one opaque white pixel of four is white, a quarter opaque.
    const clear = new Uint8Array(side * side * 2);
    for (let i = 0; i < side * side; i++)
      if (i % 2 === 0 && Math.floor(i / side) % 2 === 0) clear.fill(255, 2 * i, 2 * i + 2);
    const veil = readPng(encode({ width: side, height: side, channels: 2, data: clear }), 'x');
    expect([veil.luma[0], veil.alpha?.[0]]).toEqual([1, 0.25]);
  });
});
