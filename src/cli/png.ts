import { inflateSync } from 'node:zlib';
import { type DecodedPng, decode } from 'fast-png';
import { NeuroForgeError } from '../core/errors.ts';
import type { LumaImage } from '../data/digit-image.ts';

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const mostPixels = 2 ** 25;

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
    if (type === 'IDAT') pixels.push(bytes.subarray(at + 8, at + 8 + length));
    if (['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'].includes(type)) parts.push(bytes.subarray(at, end));
    ended = type === 'IEND';
    at = end;
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

function lumaOf(png: DecodedPng, where: string): LumaImage {
  const { width, height, palette } = png;
  const most = 2 ** png.depth - 1;
  const channels = palette ? 1 : png.channels;
  const luma = new Float32Array(width * height);
  const alpha = new Float32Array(width * height).fill(1);
  const clear = !palette && png.transparency?.length ? [...png.transparency] : null;
  const at = sampler(png);
  for (let i = 0; i < luma.length; i++) {
    const raw = Array.from({ length: channels }, (_, c) => at(i, c));
    let color = raw.map((v) => v / most);
    if (palette) {
      if (raw[0] >= palette.length) throw damaged(where, `color ${raw[0]} of a palette of ${palette.length}`);
      const entry = palette[raw[0]];
      color = entry.map((v) => v / 255);
    }
    const gray = color.length < 3;
    luma[i] = gray ? color[0] : 0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2];
    if (color.length === 2 || color.length === 4) alpha[i] = color[color.length - 1];
    if (clear?.every((v, c) => v === raw[c])) alpha[i] = 0;
  }
  return { width, height, luma, alpha: alpha.every((a) => a === 1) ? null : alpha };
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
