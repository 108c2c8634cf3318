import { inflateSync } from 'node:zlib';
import { type DecodedPng, decode } from 'fast-png';
import { NeuroForgeError } from '../core/errors.ts';
import type { LumaImage } from '../data/digit-image.ts';

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const onceOnly = ['IHDR', 'PLTE', 'tRNS'];
const mostPixels = 2 ** 25;
/** More than this takes a file that is no smaller than a fiftieth of it. */
const freelyUnpacked = 3 * 2 ** 22;
const likelyRatio = 50;
const enoughPixels = 2 ** 20;

export function isPng(bytes: Uint8Array): boolean {
  return signature.every((byte, i) => bytes[i] === byte);
}

/**
 * Reads a PNG. What is not needed (profiles, texts) is left packed; the pixels are unpacked up to what the header
 * implies. Throws NF2601 (not a PNG), NF2602 (cut or damaged), NF2603 (larger than a picture may be, or of a kind that
 * is not read).
 */
export function readPng(bytes: Uint8Array, where: string): LumaImage {
  if (!isPng(bytes)) {
    throw new NeuroForgeError('NF2601', 'this is not a PNG image', { where, hint: 'convert it to PNG' });
  }
  const kept = neededChunks(bytes, where);
  let decoded: DecodedPng;
  try {
    decoded = decode(kept, { checkCrc: true });
  } catch (cause) {
    throw damaged(where, cause instanceof Error ? cause.message : String(cause));
  }
  return lumaOf(decoded, where);
}

function damaged(where: string, got: string): NeuroForgeError {
  return new NeuroForgeError('NF2602', 'the PNG is cut or damaged', { where, got });
}

/** Signature, IHDR, PLTE, tRNS, IDAT, IEND, after judging sizes: a small file may not become a large memory. */
function neededChunks(bytes: Uint8Array, where: string): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Uint8Array[] = [bytes.subarray(0, 8)];
  const pixels: Uint8Array[] = [];
  let implied = 0;
  let ended = false;
  const seen = new Set<string>();
  for (let at = 8; !ended; ) {
    if (at + 12 > bytes.length) throw damaged(where, 'no end of the image');
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const end = at + 12 + length;
    if (end > bytes.length) throw damaged(where, `a chunk ${JSON.stringify(type)} that goes past the end`);
    if (at === 8) {
      if (type !== 'IHDR' || length !== 13) throw damaged(where, 'no header');
      implied = impliedBytes(view, where);
    }
    // What was judged is what is decoded: a second header could claim another size.
    if (onceOnly.includes(type) && seen.has(type)) throw damaged(where, `a second ${type}`);
    seen.add(type);
    if (type === 'IDAT') pixels.push(bytes.subarray(at + 8, at + 8 + length));
    if (['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'].includes(type)) parts.push(bytes.subarray(at, end));
    ended = type === 'IEND';
    at = end;
  }
  const packed = pixels.reduce((n, part) => n + part.length, 0);
  if (implied > freelyUnpacked && implied > packed * likelyRatio) {
    throw new NeuroForgeError('NF2603', `the picture unpacks to more than ${likelyRatio} times its size`, {
      where,
      expected: `at most ${freelyUnpacked.toLocaleString('en-US')} bytes of pixels in so small a file`,
      got: implied.toLocaleString('en-US'),
      hint: 'scale it down: 28 x 28 pixels are used in the end',
    });
  }
  try {
    const unpacked = inflateSync(Buffer.concat(pixels), { maxOutputLength: implied + 64 });
    if (unpacked.length < implied) throw new Error('too few pixels');
  } catch (cause) {
    throw damaged(where, cause instanceof Error ? cause.message : String(cause));
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** Bytes of the unpacked pixels, by the header: a filter byte before each row. Throws NF2603. */
function impliedBytes(view: DataView, where: string): number {
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const [depth, kind, interlace] = [view.getUint8(24), view.getUint8(25), view.getUint8(28)];
  if (width === 0 || height === 0 || width * height > mostPixels || !(kind in channelsOf)) {
    throw new NeuroForgeError('NF2603', 'the size of the picture cannot be meant', {
      where,
      expected: `1 to ${mostPixels.toLocaleString('en-US')} pixels`,
      got: `${width} x ${height}`,
    });
  }
  if (interlace !== 0) {
    throw new NeuroForgeError('NF2603', 'interlaced PNGs are not read', { where, hint: 'save it without interlacing' });
  }
  return height * (1 + Math.ceil((width * depth * channelsOf[kind]) / 8));
}

/** Luma and opacity, a large picture by the means of squares of pixels: what is fed has 28 x 28 in the end. */
function lumaOf(png: DecodedPng, where: string): LumaImage {
  const shrunk = Math.max(1, Math.ceil(Math.sqrt((png.width * png.height) / enoughPixels)));
  const [width, height] = [Math.ceil(png.width / shrunk), Math.ceil(png.height / shrunk)];
  const weighted = new Float32Array(width * height);
  const plain = new Float32Array(width * height);
  const alpha = new Float32Array(width * height);
  const pixels = new Float32Array(width * height);
  const pixel = pixelReader(png, where);
  const at = { luma: 0, alpha: 1 };
  for (let row = 0, i = 0; row < png.height; row++) {
    const start = Math.floor(row / shrunk) * width;
    for (let column = 0; column < png.width; column++, i++) {
      const to = start + Math.floor(column / shrunk);
      pixel(i, at);
      weighted[to] += at.luma * at.alpha;
      plain[to] += at.luma;
      alpha[to] += at.alpha;
      pixels[to]++;
    }
  }
  let opaque = true;
  for (let i = 0; i < alpha.length; i++) {
    plain[i] = shrunk > 1 && alpha[i] > 0 ? weighted[i] / alpha[i] : plain[i] / pixels[i];
    alpha[i] /= pixels[i];
    opaque &&= alpha[i] === 1;
  }
  return { width, height, shrunk, luma: plain, alpha: opaque ? null : alpha };
}

/** Writes luma and opacity of pixel i into `to`. */
function pixelReader(png: DecodedPng, where: string): (i: number, to: { luma: number; alpha: number }) => void {
  const { palette } = png;
  const most = 2 ** png.depth - 1;
  const at = sampler(png);
  const luma = (r: number, g: number, b: number): number => 0.299 * r + 0.587 * g + 0.114 * b;
  if (palette) {
    return (i, to) => {
      const index = at(i, 0);
      if (index >= palette.length) throw damaged(where, `color ${index} of a palette of ${palette.length}`);
      const [r, g, b, a = 255] = palette[index];
      to.luma = luma(r / 255, g / 255, b / 255);
      to.alpha = a / 255;
    };
  }
  const { channels } = png;
  const clear = png.transparency?.length ? [...png.transparency] : null;
  const gray = channels < 3;
  return (i, to) => {
    const first = at(i, 0);
    to.luma = gray ? first / most : luma(first / most, at(i, 1) / most, at(i, 2) / most);
    to.alpha = channels === 2 || channels === 4 ? at(i, channels - 1) / most : 1;
    if (clear?.every((v, c) => v === at(i, c))) to.alpha = 0;
  };
}

/** Sample `channel` of pixel i; depths below 8 are packed, each row beginning at a byte. */
function sampler({ data, width, depth, channels }: DecodedPng): (i: number, channel: number) => number {
  if (depth >= 8) return (i, channel) => data[i * channels + channel];
  const bytesPerRow = Math.ceil((width * depth) / 8);
  return (i) => {
    const [row, column] = [Math.floor(i / width), i % width];
    const bit = column * depth;
    return (data[row * bytesPerRow + (bit >> 3)] >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
  };
}
