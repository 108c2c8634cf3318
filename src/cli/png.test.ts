import { deflateSync } from 'node:zlib';
import { encode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { readPng } from './png.ts';

function chunk(type: string, data: Uint8Array): Buffer {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length, 0);
  out.write(type, 4, 'latin1');
  out.set(data, 8);
  out.writeUInt32BE(crcOf(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}

function crcOf(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

function header(width: number, height: number, depth: number, kind: number, interlace = 0): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.set([depth, kind, 0, 0, interlace], 8);
  return chunk('IHDR', data);
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const end = chunk('IEND', new Uint8Array(0));
const png = (...chunks: Buffer[]): Uint8Array => new Uint8Array(Buffer.concat([signature, ...chunks, end]));
const pixels = (bytes: number[]): Buffer => chunk('IDAT', deflateSync(Uint8Array.from(bytes)));
const close = (values: ArrayLike<number> | null): number[] =>
  Array.from(values ?? [], (v) => Math.round(v * 1000) / 1000);

describe('readPng', () => {
  it('gray, with opacity, 8 and 16 bits', () => {
    const gray = readPng(encode({ width: 3, height: 1, channels: 1, data: Uint8Array.of(0, 51, 255) }), 'x');
    expect(close(gray.luma)).toEqual([0, 0.2, 1]);
    expect(gray.alpha).toBeNull();
    const alpha = readPng(encode({ width: 2, height: 1, channels: 2, data: Uint8Array.of(51, 0, 255, 51) }), 'x');
    expect(close(alpha.luma)).toEqual([0.2, 1]);
    expect(close(alpha.alpha)).toEqual([0, 0.2]);
    const deep = readPng(
      encode({ width: 2, height: 1, channels: 1, depth: 16, data: Uint16Array.of(65535, 13107) }),
      'x',
    );
    expect(close(deep.luma)).toEqual([1, 0.2]);
  });

  it('color becomes luma', () => {
    const data = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255);
    expect(close(readPng(encode({ width: 3, height: 1, channels: 3, data }), 'x').luma)).toEqual([0.299, 0.587, 0.114]);
  });

  it('one bit a pixel, rows that end within a byte', () => {
    const image = readPng(
      png(header(10, 2, 1, 0), pixels([0, 0b10000001, 0b01000000, 0, 0b01111110, 0b10000000])),
      'x',
    );
    expect(close(image.luma)).toEqual([1, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1, 0, 1, 0]);
  });

  it('a palette with opacity, and a gray that is declared clear', () => {
    const palette = chunk('PLTE', Uint8Array.of(0, 0, 0, 255, 255, 255, 51, 51, 51));
    const clear = chunk('tRNS', Uint8Array.of(255, 0));
    const image = readPng(png(header(3, 1, 2, 3), palette, clear, pixels([0, 0b00011000])), 'x');
    expect(close(image.luma)).toEqual([0, 1, 0.2]);
    expect(close(image.alpha)).toEqual([1, 0, 1]);
    const key = readPng(png(header(2, 1, 8, 0), chunk('tRNS', Uint8Array.of(0, 7)), pixels([0, 7, 8])), 'x');
    expect(close(key.alpha)).toEqual([0, 1]);
  });

  it('cut anywhere, it is refused', () => {
    const whole = encode({ width: 20, height: 20, channels: 1, data: new Uint8Array(400).map((_, i) => i % 251) });
    for (let length = 0; length < whole.length; length++) {
      expect(() => readPng(whole.slice(0, length), 'cut.png'), `${length} bytes`).toThrow(
        expect.objectContaining({ code: length < 8 ? 'NF2601' : 'NF2602', where: 'cut.png' }),
      );
    }
  });

  it('with a flipped bit in the pixels it is refused', () => {
    const whole = encode({ width: 20, height: 20, channels: 1, data: new Uint8Array(400).map((_, i) => i % 251) });
    const at = Buffer.from(whole).indexOf('IDAT') + 4;
    for (let i = at; i < at + 40; i++) {
      const flipped = whole.slice();
      flipped[i] ^= 4;
      expect(() => readPng(flipped, 'x'), `byte ${i}`).toThrow(expect.objectContaining({ code: 'NF2602' }));
    }
  });

  it('sizes that cannot be meant, interlacing, and pixels beyond the header take no memory', () => {
    const bomb = chunk('IDAT', deflateSync(new Uint8Array(50_000_000)));
    expect(() => readPng(png(header(2, 2, 8, 0), bomb), 'x')).toThrow(
      expect.objectContaining({ code: 'NF2602', got: expect.stringMatching(/larger than 70 bytes/) }),
    );
    expect(() => readPng(png(header(100_000, 100_000, 8, 0), pixels([0])), 'x')).toThrow(
      expect.objectContaining({ code: 'NF2603' }),
    );
    expect(() => readPng(png(header(0, 3, 8, 0), pixels([0])), 'x')).toThrow(
      expect.objectContaining({ code: 'NF2603' }),
    );
    expect(() => readPng(png(header(2, 1, 8, 0, 1), pixels([0, 1, 2])), 'x')).toThrow(/interlaced/);
    expect(() => readPng(png(header(2, 2, 8, 0), pixels([0, 1])), 'x')).toThrow(
      expect.objectContaining({ code: 'NF2602' }),
    );
  });

  it('texts and profiles are not unpacked', () => {
    const profile = chunk('iCCP', Uint8Array.of(65, 0, 0, 1, 2, 3));
    expect(close(readPng(png(header(1, 1, 8, 0), profile, pixels([0, 255])), 'x').luma)).toEqual([1]);
  });
});
