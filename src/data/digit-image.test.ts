import { describe, expect, it } from 'vitest';
import { files } from '../platform/index.ts';
import { fedImage, type ImageForm, type LumaImage } from './digit-image.ts';
import { centerOfMass } from './ink.ts';
import { openData } from './open.ts';

const mnist: ImageForm = { height: 28, width: 28, maxValue: 255, digits: true };
const digits: ImageForm = { height: 8, width: 8, maxValue: 16, digits: true };
const where = 'x.png';

/** A slanted seven of `ink` on `ground`, `size` high, its corner at (left, top) of a picture that is larger. */
function seven(options: { size?: number; left?: number; top?: number; ink?: number; ground?: number }): LumaImage {
  const { size = 60, left = 30, top = 20, ink = 0, ground = 1 } = options;
  const [width, height] = [3 * size, 3 * size];
  const luma = new Float32Array(width * height).fill(ground);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const bar = y < size / 6;
      const stem = Math.abs(x - (0.8 * size - 0.5 * y)) < size / 12;
      if ((bar && x < 0.88 * size) || stem) luma[(y + top) * width + x + left] = ink;
    }
  }
  return { width, height, luma, alpha: null };
}

const inked = (values: ArrayLike<number>): number => Array.from(values).filter((v) => v > 0).length;
const farthest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, v, i) => Math.max(most, Math.abs(v - b[i])), 0);

describe('fedImage for 28 x 28 digits', () => {
  const usual = fedImage(seven({}), mnist, { where });

  it('fits 20 pixels, bright on dark, its mass where MNIST has it', () => {
    const rows = Array.from({ length: 28 }, (_, y) => inked(usual.values.subarray(28 * y, 28 * y + 28)));
    expect(rows.filter((n) => n > 0)).toHaveLength(20);
    expect(Math.max(...usual.values)).toBe(255);
    expect(usual.values[0]).toBe(0);
    const { x, y } = centerOfMass(usual);
    expect(Math.abs(x - 14.5)).toBeLessThanOrEqual(0.5);
    expect(Math.abs(y - 14.5)).toBeLessThanOrEqual(0.5);
  });

  it('does not depend on where it stands, nor on which is the lighter one, nor on contrast', () => {
    for (const image of [
      seven({ left: 100, top: 110 }),
      seven({ left: 3, top: 3 }),
      seven({ ink: 1, ground: 0 }),
      seven({ ink: 0.7, ground: 0.4 }),
      seven({ ink: 0.4, ground: 0.7 }),
    ]) {
      expect(farthest(fedImage(image, mnist, { where }).values, usual.values)).toBeLessThanOrEqual(1);
    }
  });

  it('does not depend much on its size', () => {
    for (const size of [40, 100, 120]) {
      const other = fedImage(seven({ size, left: size, top: size }), mnist, { where });
      const mean = other.values.reduce((sum, v, i) => sum + Math.abs(v - usual.values[i]), 0) / 784;
      expect(mean, String(size)).toBeLessThan(6);
    }
  });

  it('ink on clear ground, black or white, is ink', () => {
    const { width, height, luma } = seven({});
    const alpha = luma.map((v) => 1 - v);
    for (const color of [0, 1]) {
      const image = { width, height, luma: new Float32Array(luma.length).fill(color), alpha };
      expect(farthest(fedImage(image, mnist, { where }).values, usual.values)).toBeLessThanOrEqual(1);
    }
  });

  it('a clear hole in an opaque ground takes the color of the border', () => {
    const image = seven({ ground: 0.9, ink: 0.1 });
    const alpha = new Float32Array(image.luma.length).fill(1);
    for (let y = 120; y < 160; y++) for (let x = 120; x < 160; x++) alpha[y * 180 + x] = 0;
    const holed = { ...image, luma: image.luma.map((v, i) => (alpha[i] === 0 ? 0 : v)), alpha };
    expect(farthest(fedImage(holed, mnist, { where }).values, usual.values)).toBeLessThanOrEqual(1);
  });

  it('noise of the paper is not ink', () => {
    const image = seven({ ground: 0.9, ink: 0.1 });
    const luma = image.luma.map((v, i) => v + 0.03 * Math.sin(i * 12.9898) * (v > 0.5 ? 1 : 0));
    const noisy = fedImage({ ...image, luma }, mnist, { where });
    expect(Math.abs(inked(noisy.values) - inked(usual.values))).toBeLessThan(30);
  });

  it('a dot and a thin line do not fail', () => {
    for (const [width, height, points] of [
      [9, 9, [40]],
      [30, 90, Array.from({ length: 70 }, (_, y) => (y + 10) * 30 + 15)],
      [3, 3, [4]],
    ] as [number, number, number[]][]) {
      const luma = new Float32Array(width * height);
      for (const i of points) luma[i] = 1;
      for (const form of [mnist, digits]) {
        const { values } = fedImage({ width, height, luma, alpha: null }, form, { where });
        expect(inked(values)).toBeGreaterThan(0);
        expect(values.every((v) => v >= 0 && v <= form.maxValue)).toBe(true);
      }
    }
  });

  it('an even picture is refused, a single pixel too', () => {
    for (const side of [1, 2, 28]) {
      const image = { width: side, height: side, luma: new Float32Array(side * side).fill(0.5), alpha: null };
      expect(() => fedImage(image, mnist, { where })).toThrow(expect.objectContaining({ code: 'NF2605', where }));
    }
  });

  it.skipIf(!process.env.NEUROFORGE_DATA && !process.env.CI)('leaves MNIST’s own images as they are', async () => {
    const { test } = await openData('mnist', { files });
    let [same, close] = [0, 0];
    for (let row = 0; row < 500; row++) {
      const bytes = test!.x.subarray(row * 784, row * 784 + 784);
      const image = { width: 28, height: 28, luma: Float32Array.from(bytes, (v) => v / 255), alpha: null };
      const most = farthest(fedImage(image, mnist, { where }).values, bytes);
      if (most === 0) same++;
      if (most <= 2) close++;
    }
    expect(same).toBeGreaterThan(420);
    expect(close).toBeGreaterThan(495);
  });
});

describe('fedImage for 8 x 8 digits', () => {
  it('fills the height and the middle six columns with whole numbers to 16, the slant taken out', () => {
    const { values } = fedImage(seven({}), digits, { where });
    expect(values.every((v) => Number.isInteger(v) && v >= 0 && v <= 16)).toBe(true);
    for (const row of [0, 7]) expect(inked(values.subarray(8 * row, 8 * row + 8))).toBeGreaterThan(0);
    for (let row = 0; row < 8; row++) expect([values[8 * row], values[8 * row + 7]]).toEqual([0, 0]);
  });

  it('thin strokes are thickened', () => {
    const luma = new Float32Array(100 * 100);
    for (let y = 10; y < 90; y++) luma[y * 100 + 50] = 1;
    const { values } = fedImage({ width: 100, height: 100, luma, alpha: null }, digits, { where });
    expect(values.reduce((a, b) => a + b) / (64 * 16)).toBeGreaterThan(0.12);
  });
});

describe('other pictures and --raw', () => {
  it('are scaled with their proportions, and neither cropped nor stretched', () => {
    const clothes = { ...mnist, digits: false };
    const luma = new Float32Array(56 * 28).fill(1);
    luma[14 * 56 + 28] = 0.5;
    const { values } = fedImage({ width: 56, height: 28, luma, alpha: null }, clothes, { where });
    expect(inked(values)).toBe(1);
    expect(values[14 * 28 + 14]).toBe(Math.round(255 * 0.125));
  });

  it('raw: as it is, and only of the right size', () => {
    const luma = Float32Array.from({ length: 784 }, (_, i) => i / 784);
    const { values } = fedImage({ width: 28, height: 28, luma, alpha: null }, mnist, { where, raw: true });
    expect(Array.from(values)).toEqual(Array.from(luma, (v) => Math.round(255 * v)));
    expect(() => fedImage(seven({}), mnist, { where, raw: true })).toThrow(expect.objectContaining({ code: 'NF2604' }));
  });
});
