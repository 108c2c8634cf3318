import { NeuroForgeError } from '../core/errors.ts';
import {
  boundingBox,
  centerOfMass,
  coverage,
  type Ink,
  placed,
  quantile,
  resample,
  ring,
  rounded,
  thickened,
  upright,
} from './ink.ts';

/** A picture: luma (Rec. 601) and opacity, 0 to 1, row by row; `alpha` is null where all is opaque. */
export interface LumaImage {
  readonly width: number;
  readonly height: number;
  /** One pixel here is the mean of so many in the file, in both directions; default 1. */
  readonly shrunk?: number;
  readonly luma: Float32Array;
  readonly alpha: Float32Array | null;
}

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
    if (image.height !== height || image.width !== width || (image.shrunk ?? 1) > 1) {
      throw new NeuroForgeError('NF2604', 'the picture has another size than the model takes', {
        where,
        expected: `${height} x ${width} pixels`,
        got: (image.shrunk ?? 1) > 1 ? 'more than a megapixel' : `${image.height} x ${image.width}`,
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
  return Float64Array.from(values, (v) => (maxValue > 1 ? rounded(v * maxValue) : v * maxValue));
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

/** MNIST's way: scaled to fit 20 of 28 pixels with its proportions, then moved so that its mass is centered. */
function centeredDigit(ink: Ink, height: number, width: number): Ink {
  const box = boundingBox(ink);
  const scale = Math.min((20 / 28) * (height / box.height), (20 / 28) * (width / box.width));
  const h = Math.max(1, rounded(box.height * scale));
  const w = Math.max(1, rounded(box.width * scale));
  const digit = resample(ink, box, h, w);
  const center = centerOfMass(digit);
  // MNIST's own mean center of mass is 14.5 pixels from each edge.
  const shift = (field: number, size: number, mass: number): number =>
    Math.min(Math.max(0, field - size), Math.max(0, rounded(field / 2 + 0.5 - mass)));
  return placed(digit, height, width, shift(height, h, center.y), shift(width, w, center.x));
}

/**
 * The 8x8 digits' way: slant taken out, a bitmap 32 high and at most 20 wide, counted in blocks of 4 x 4. Those digits
 * cover .3 of their bitmaps: thin strokes are thickened until they cover .2.
 */
function spreadDigit(slanted: Ink): Ink {
  const ink = upright(slanted);
  const box = boundingBox(ink);
  const width = Math.min(20, Math.max(1, rounded((32 * box.width) / box.height)));
  const digit = resample(ink, box, 32, width);
  const left = Math.min(32 - width, Math.max(0, rounded(16 - centerOfMass(digit).x)));
  let bitmap = placed(digit, 32, 32, 0, left);
  for (let i = 0; i < 4 && coverage(bitmap) < 0.2; i++) bitmap = thickened(bitmap);
  return resample(bitmap, { left: 0, top: 0, width: 32, height: 32 }, 8, 8);
}

/** The whole picture, with its proportions, in the middle of the field. */
function fitted(ink: Ink, height: number, width: number): Ink {
  const scale = Math.min(height / ink.height, width / ink.width);
  const h = Math.max(1, rounded(ink.height * scale));
  const w = Math.max(1, rounded(ink.width * scale));
  const small = resample(ink, { left: 0, top: 0, width: ink.width, height: ink.height }, h, w);
  return placed(small, height, width, Math.floor((height - h) / 2), Math.floor((width - w) / 2));
}
