import { NeuroForgeError } from '../core/errors.ts';
import type { LumaImage } from './png.ts';

/** What a model is fed of a picture, before its own scaling: raw values 0 to `maxValue`, row by row. */
export interface FedImage {
  readonly height: number;
  readonly width: number;
  readonly values: Float64Array;
}

/** The form of the images that a model was trained on. */
export interface ImageForm {
  readonly height: number;
  readonly width: number;
  /** 255 for bytes, 16 for the 8x8 digits. */
  readonly maxValue: number;
  /** Cropped and centered as the data set's digits were. */
  readonly digits: boolean;
}

interface Ink {
  readonly height: number;
  readonly width: number;
  /** 0 is the ground. */
  readonly values: Float64Array;
}

/**
 * Makes a picture what the training images are: bright on dark (inverted if the border is lighter than what it
 * encloses). Digits are cropped and centered as MNIST's were, or spread as the 8x8 digits were; other pictures are
 * scaled to fit. `raw` feeds luma as it is, alpha over the border's color, and wants the size to be right.
 * Throws NF2604 (wrong size with `raw`), NF2605 (nothing is drawn).
 */
export function fedImage(image: LumaImage, form: ImageForm, options: { raw?: boolean; where: string }): FedImage {
  const { height, width, maxValue } = form;
  const { where } = options;
  const flat = flatten(image);
  if (options.raw) {
    if (image.height !== height || image.width !== width) {
      throw new NeuroForgeError('NF2604', 'the picture has another size than the model takes', {
        where,
        expected: `${height} x ${width} pixels`,
        got: `${image.height} x ${image.width}`,
        hint: 'without --raw it is cropped, centered and scaled',
      });
    }
    return { height, width, values: quantized(flat, maxValue) };
  }
  const ink = inkOf(image, flat, where, form.digits);
  if (!form.digits) return { height, width, values: quantized(fitted(ink, height, width).values, maxValue) };
  const digit = height === 8 && width === 8 ? spreadDigit(ink) : centeredDigit(ink, height, width);
  return { height, width, values: quantized(digit.values, maxValue) };
}

/** Whole numbers 0 to maxValue, as the training images have; fractions where the largest value is 1. */
function quantized(values: ArrayLike<number>, maxValue: number): Float64Array {
  return Float64Array.from(values, (v) => (maxValue > 1 ? Math.round(v * maxValue) : v * maxValue));
}

/** Luma over the border's color: the border's median where it is opaque, else the one that shows what is drawn. */
function flatten({ width, height, luma, alpha }: LumaImage): Float64Array {
  if (alpha === null) return Float64Array.from(luma);
  const border = ring(width, height);
  const opaque = border.filter((i) => alpha[i] >= 0.5);
  let ground = 0;
  if (2 * opaque.length >= border.length) ground = quantile(opaque, luma, 0.5);
  else {
    let [sum, weight] = [0, 0];
    for (let i = 0; i < luma.length; i++) {
      sum += alpha[i] * luma[i];
      weight += alpha[i];
    }
    ground = sum < 0.5 * weight ? 1 : 0;
  }
  return Float64Array.from(luma, (v, i) => alpha[i] * v + (1 - alpha[i]) * ground);
}

/**
 * Bright on dark. For digits the border's median becomes 0 and the brightest point 1, and what is no brighter than the
 * border's own noise is ground.
 */
function inkOf({ width, height }: LumaImage, luma: Float64Array, where: string, stretch: boolean): Ink {
  const border = ring(width, height);
  const edge = quantile(border, luma, 0.5);
  const total = luma.reduce((sum, v) => sum + v, 0);
  const around = border.reduce((sum, i) => sum + luma[i], 0);
  const inverted = edge > (total - around) / (luma.length - border.length);
  const positive = inverted ? luma.map((v) => 1 - v) : luma;
  if (!stretch) return { width, height, values: positive };
  const ground = inverted ? 1 - edge : edge;
  let most = 0;
  for (const v of positive) if (v - ground > most) most = v - ground;
  if (most < 0.02) {
    throw new NeuroForgeError('NF2605', 'nothing is drawn on this picture', {
      where,
      expected: 'a digit that is darker or lighter than the border',
      got: 'one even gray',
    });
  }
  const values = positive.map((v) => Math.max(0, (v - ground) / most));
  const noise = Math.min(0.2, 2 * quantile(border, values, 0.95));
  return { width, height, values: values.map((v) => (v <= noise ? 0 : v)) };
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

function boundingBox({ width, height, values }: Ink): Box {
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (values[y * width + x] === 0) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  }
  return { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** MNIST's way: scaled to fit 20 of 28 pixels with its proportions, then moved so that its mass is centered. */
function centeredDigit(ink: Ink, height: number, width: number): Ink {
  const box = boundingBox(ink);
  const scale = Math.min((20 / 28) * (height / box.height), (20 / 28) * (width / box.width));
  const h = Math.max(1, Math.round(box.height * scale));
  const w = Math.max(1, Math.round(box.width * scale));
  const digit = resample(ink, box, h, w);
  const center = centerOfMass(digit);
  // MNIST's own mean center of mass is 14.5 pixels from each edge.
  const shift = (field: number, size: number, mass: number): number =>
    Math.min(Math.max(0, field - size), Math.max(0, Math.round(field / 2 + 0.5 - mass)));
  return placed(digit, height, width, shift(height, h, center.y), shift(width, w, center.x));
}

/** The 8x8 digits' way: slant taken out, a bitmap 32 high and at most 20 wide, counted in blocks of 4 x 4. */
function spreadDigit(slanted: Ink): Ink {
  const ink = upright(slanted);
  const box = boundingBox(ink);
  const width = Math.min(20, Math.max(1, Math.round((32 * box.width) / box.height)));
  const bitmap = resample(ink, box, 32, width);
  const left = Math.min(32 - width, Math.max(0, Math.round(16 - centerOfMass(bitmap).x)));
  return resample(placed(bitmap, 32, 32, 0, left), { left: 0, top: 0, width: 32, height: 32 }, 8, 8);
}

/** Sheared row by row so that x and y of the ink no longer go together. */
function upright(ink: Ink): Ink {
  const { width, height, values } = ink;
  const center = centerOfMass(ink);
  let [xy, yy] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const y = Math.floor(i / width) + 0.5 - center.y;
    xy += values[i] * ((i % width) + 0.5 - center.x) * y;
    yy += values[i] * y * y;
  }
  const slant = yy > 0 ? Math.max(-1, Math.min(1, xy / yy)) : 0;
  const pad = Math.ceil(Math.abs(slant) * height) + 1;
  const wide = width + 2 * pad;
  const out = new Float64Array(wide * height);
  for (let y = 0; y < height; y++) {
    const at = (x: number): number => (x >= 0 && x < width ? values[y * width + x] : 0);
    for (let x = 0; x < wide; x++) {
      const from = x - pad + slant * (y + 0.5 - center.y);
      const whole = Math.floor(from);
      const value = (1 - from + whole) * at(whole) + (from - whole) * at(whole + 1);
      out[y * wide + x] = value < 0.1 ? 0 : value;
    }
  }
  return { width: wide, height, values: out };
}

/** In pixels from the left and upper edge. */
function centerOfMass({ width, values }: Ink): { x: number; y: number } {
  let [mass, x, y] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    mass += values[i];
    x += values[i] * ((i % width) + 0.5);
    y += values[i] * (Math.floor(i / width) + 0.5);
  }
  return { x: x / mass, y: y / mass };
}

/** The whole picture, with its proportions, in the middle of the field. */
function fitted(ink: Ink, height: number, width: number): Ink {
  const scale = Math.min(height / ink.height, width / ink.width);
  const h = Math.max(1, Math.round(ink.height * scale));
  const w = Math.max(1, Math.round(ink.width * scale));
  const small = resample(ink, { left: 0, top: 0, width: ink.width, height: ink.height }, h, w);
  return placed(small, height, width, Math.floor((height - h) / 2), Math.floor((width - w) / 2));
}

function placed(small: Ink, height: number, width: number, top: number, left: number): Ink {
  const values = new Float64Array(height * width);
  for (let y = 0; y < small.height && y + top < height; y++) {
    for (let x = 0; x < small.width && x + left < width; x++) {
      values[(y + top) * width + x + left] = small.values[y * small.width + x];
    }
  }
  return { height, width, values };
}

/** A box of the picture on a new grid: each new pixel is the mean of the area that it covers. */
function resample(ink: Ink, box: Box, height: number, width: number): Ink {
  const [stepX, stepY] = [box.width / width, box.height / height];
  const values = new Float64Array(height * width);
  for (let y = 0; y < height; y++) {
    const [top, bottom] = [box.top + y * stepY, box.top + (y + 1) * stepY];
    for (let x = 0; x < width; x++) {
      const [left, right] = [box.left + x * stepX, box.left + (x + 1) * stepX];
      let sum = 0;
      for (let v = Math.floor(top); v < bottom && v < ink.height; v++) {
        const share = Math.min(bottom, v + 1) - Math.max(top, v);
        for (let u = Math.floor(left); u < right && u < ink.width; u++) {
          sum += share * (Math.min(right, u + 1) - Math.max(left, u)) * ink.values[v * ink.width + u];
        }
      }
      values[y * width + x] = Math.min(1, sum / (stepX * stepY));
    }
  }
  return { height, width, values };
}

/** Indices of the outermost pixels. */
function ring(width: number, height: number): number[] {
  const out: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (y === 0 || y === height - 1 || x === 0 || x === width - 1) out.push(y * width + x);
    }
  }
  return out;
}

function quantile(where: readonly number[], values: ArrayLike<number>, share: number): number {
  const sorted = where.map((i) => values[i]).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
