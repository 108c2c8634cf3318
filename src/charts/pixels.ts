import { encode } from 'fast-png';
import { type GrayImage, isDrawable } from './gray-image.ts';

/** Ends of the diverging scale, told apart by readers with any color vision, on light and dark ground. */
export const NEGATIVE: Rgb = [31, 119, 196];
export const POSITIVE: Rgb = [222, 98, 18];
type Rgb = readonly [number, number, number];

/** Ink as black with the value as its opacity: a style sheet may invert it for dark ground. */
export function inkDataUri(image: GrayImage): string {
  const count = pixelCount(image);
  const data = new Uint8Array(2 * count);
  for (let i = 0; i < count; i++) data[2 * i + 1] = Math.round(255 * unit(image.values[i]));
  return dataUri(image.width, image.height, data, 2);
}

/** Signed values: color by sign, opacity by |value| / limit, so that zero is whatever ground lies below. */
export function divergingDataUri(image: GrayImage, limit: number): string {
  const count = pixelCount(image);
  const data = new Uint8Array(4 * count);
  for (let i = 0; i < count; i++) {
    const value = image.values[i];
    data.set(value < 0 ? NEGATIVE : POSITIVE, 4 * i);
    data[4 * i + 3] = Math.round(255 * unit(Math.abs(value) / limit));
  }
  return dataUri(image.width, image.height, data, 4);
}

export function cssColor([r, g, b]: Rgb): string {
  return `rgb(${r} ${g} ${b})`;
}

function pixelCount(image: GrayImage): number {
  const { height, width, values } = image;
  if (!isDrawable(image))
    throw new RangeError(`image of ${height} x ${width} pixels wants as many values, got ${values.length}`);
  return height * width;
}

function unit(value: number): number {
  return value > 0 ? Math.min(value, 1) : 0; // NaN is background
}

function dataUri(width: number, height: number, data: Uint8Array, channels: 2 | 4): string {
  const png = encode({ width, height, data, channels, depth: 8 });
  let binary = '';
  for (const byte of png) binary += String.fromCharCode(byte);
  return 'data:image/png;base64,' + btoa(binary);
}
