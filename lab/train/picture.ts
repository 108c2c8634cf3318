import { NeuroForgeError } from '../../src/core/errors.ts';
import { fedImage } from '../../src/data/digit-image.ts';
import type { Settings } from '../work/settings.ts';

/** The side of the picture that is drawn on, in its own pixels. */
export const drawnSide = 140;

export interface Fed {
  readonly side: number;
  /** 0 to 1, row by row: what the network is given. */
  readonly x: Float32Array;
}

/**
 * What the network is given of a drawing: cropped and centered by its mass as MNIST's digits were, or spread as the
 * 8x8 ones were. Null where nothing is to be seen: an empty field, or a full one.
 */
export function fedOf(luma: Float32Array, data: Settings['data']): Fed | null {
  const [side, maxValue] = data === 'mnist' ? [28, 255] : [8, 16];
  const image = { width: drawnSide, height: drawnSide, luma, alpha: null };
  const form = { width: side, height: side, maxValue, digits: true };
  try {
    const { values } = fedImage(image, form, { where: 'your drawing' });
    return { side, x: Float32Array.from(values, (v) => v / maxValue) };
  } catch (error) {
    if (error instanceof NeuroForgeError && error.code === 'NF2605') return null;
    throw error;
  }
}

/** Whether anything was drawn at all. */
export function isMarked(luma: Float32Array): boolean {
  return luma.some((v) => v > 0.02);
}

/** Luma of what a canvas holds in white on transparent ground. */
export function lumaOf({ data }: { data: Uint8ClampedArray }): Float32Array {
  return Float32Array.from({ length: data.length / 4 }, (_, i) => data[4 * i + 3] / 255);
}
