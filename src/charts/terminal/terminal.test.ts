import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { barLine, drawImage, drawnSize, predictionGallery, sparkline } from './index.ts';
import { fit, textWidth } from './style.ts';

const plain = { color: false, unicode: true, width: 80 };
const ascii = { color: false, unicode: false, width: 80 };
const color = { color: true, unicode: true, width: 80 };
const SGR = /\u001b\[[0-9;]*m/g;
const bare = (text: string): string => text.replace(SGR, '');

/** Values that tell every pixel apart. */
function ramp(height: number, width: number) {
  const values = Array.from({ length: height * width }, (_, i) => i / Math.max(1, height * width - 1));
  return { height, width, values };
}

describe('drawImage', () => {
  it('puts two pixels into a half block, above in front', () => {
    const image = { height: 20, width: 1, values: [1, 0, 0.2, 0.2, ...Array(16).fill(0)] };
    const lines = drawImage(image, color).split('\n');
    expect(lines).toHaveLength(10);
    expect(lines[0]).toBe('\u001b[38;2;255;255;255;48;2;0;0;0m▀\u001b[0m');
    expect(lines[1]).toBe('\u001b[38;2;51;51;51;48;2;51;51;51m▀\u001b[0m');
    expect(drawImage(image, { ...color, colors: 256 }).split('\n')[0]).toBe('\u001b[38;5;231;48;5;16m▀\u001b[0m');
  });

  it('names a color once for a run of equal cells', () => {
    const line = drawImage({ height: 2, width: 20, values: Array(40).fill(0.5) }, color);
    expect(line.match(SGR)).toHaveLength(2);
    expect(bare(line)).toBe('▀'.repeat(20));
  });

  it('doubles small images and draws ramps without color', () => {
    expect(drawImage({ height: 2, width: 2, values: [1, 0, 0, 0.5] }, ascii)).toBe('@@  \n  ++');
    expect(drawImage({ height: 2, width: 2, values: [1, 0, 0, 0.5] }, plain)).toBe('██  \n  ▒▒');
    expect(drawnSize(ramp(8, 8), plain)).toEqual({ columns: 16, lines: 8 });
    expect(drawnSize(ramp(28, 28), plain)).toEqual({ columns: 28, lines: 14 });
  });

  it('takes odd heights, wide images and values out of range', () => {
    expect(drawImage(ramp(17, 3), color).split('\n')).toHaveLength(9);
    expect(drawnSize(ramp(100, 200), { width: 40 })).toEqual({ columns: 40, lines: 10 });
    expect(drawImage({ height: 1, width: 3, values: [NaN, -1, 7] }, ascii)).toBe('    @@');
    const mean = drawImage({ height: 100, width: 200, values: Array(20000).fill(0.55) }, { ...ascii, width: 33 });
    expect(new Set(mean.replaceAll('\n', ''))).toEqual(new Set(['+']));
  });

  it('every line is as wide as promised, in any style', () => {
    const sides = fc.constantFrom(1, 3, 8, 17, 28, 65);
    fc.assert(
      fc.property(
        sides,
        sides,
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 1, max: 90 }),
        (h, w, c, unicode, width) => {
          const style = { color: c, unicode, width };
          const size = drawnSize(ramp(h, w), style);
          const lines = drawImage(ramp(h, w), style).split('\n');
          expect(lines).toHaveLength(size.lines);
          expect(size.columns).toBeLessThanOrEqual(width);
          for (const line of lines) {
            expect(bare(line)).toHaveLength(size.columns);
            if (c) expect(line.endsWith('\u001b[0m')).toBe(true);
            if (!unicode) expect(bare(line)).toMatch(/^[\u0020-\u007e]*$/);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('refuses images with too few values', () => {
    expect(() => drawImage({ height: 2, width: 2, values: [1] }, plain)).toThrow(/2 x 2/);
  });
});

describe('sparkline', () => {
  it('goes from the lowest to the highest', () => {
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7], plain)).toBe('▁▂▃▄▅▆▇█');
    expect(sparkline([7, 0], ascii)).toBe('#_');
  });
  it('shows what is not finite, averages what is too long', () => {
    expect(sparkline([1, NaN, 2, Infinity], plain)).toBe('▁×█×');
    expect(sparkline([1, NaN], ascii)).toBe('_x');
    expect(sparkline([0, 0, 8, 8], { ...plain, width: 2 })).toBe('▁█');
    expect(sparkline(Array(1000).fill(3), { ...plain, width: 10 })).toBe('▁'.repeat(10));
    expect(sparkline([], plain)).toBe('');
    expect(sparkline([NaN, NaN], plain)).toBe('××');
  });
});

describe('barLine', () => {
  it('fills the width and keeps to it', () => {
    const style = { ...plain, width: 30 };
    expect(barLine('4', 1, style)).toBe('4 ' + '█'.repeat(20) + ' 100.0\u202f%');
    expect(barLine('4', 0.5, style)).toBe('4 ' + '█'.repeat(10) + ' '.repeat(10) + '  50.0\u202f%');
    expect(barLine('4', 0.0001, style)).toContain('▏');
    expect(barLine('4', 0, style)).not.toMatch(/[█▏]/);
    for (const share of [0, 0.37, 1, NaN, 7, -1]) expect(textWidth(barLine('name', share, style))).toBe(30);
    expect(barLine('4', 0.5, { ...ascii, width: 30 })).toBe('4 ' + '#'.repeat(10) + ' '.repeat(10) + '  50.0 %');
    expect(barLine('\u001b[2J', 0.5, style)).not.toContain('\u001b');
    expect(barLine('a', 0.5, { ...color, width: 30 })).toContain('\u001b[36m');
  });
});

describe('text', () => {
  it('counts columns', () => {
    expect(['abc', '数字', '😀', 'e\u0301', ''].map(textWidth)).toEqual([3, 4, 2, 1, 0]);
    expect(fit('abcdef', 4, true)).toBe('abc…');
    expect(fit('数字数字', 4, true)).toBe('数… ');
    expect(fit('ab', 4, true)).toBe('ab  ');
    expect(fit('ab', 0, true)).toBe('');
  });
});

describe('predictionGallery', () => {
  const item = (label: string, prediction: string, probability: number, image = ramp(8, 8)) => ({
    label,
    prediction,
    probability,
    image,
  });

  it('draws side by side with captions, mistakes first', () => {
    const out = predictionGallery([item('7', '7', 0.99), item('4', '9', 0.87), item('3', '8', 0.95)], {
      ...plain,
      width: 60,
    }).split('\n');
    expect(out).toHaveLength(9);
    expect(out[8]).toBe('3 → 8  95 %'.padEnd(19) + '4 → 9  87 %'.padEnd(19) + '7  99 %');
  });

  it('says it in ASCII and in color', () => {
    expect(predictionGallery([item('4', '9', 0.87)], ascii)).toContain('4 -> 9  87 %');
    expect(predictionGallery([item('4', '9', 0.9996)], ascii)).toContain('>99 %');
    expect(predictionGallery([item('4', '9', 0.87)], color)).toContain('\u001b[1;31m4 → 9  87 %');
    expect(predictionGallery([item('größe', '数', 0.87)], ascii)).toMatch(/^[\n\u0020-\u007e]*$/);
  });

  it('wraps into rows and stops', () => {
    const items = Array.from({ length: 9 }, (_, i) => item('1', '7', i / 10));
    const out = predictionGallery(items, { ...plain, width: 40, rows: 2 }).split('\n');
    expect(out.filter((line) => line.includes('→'))).toHaveLength(2);
    expect(out).toHaveLength(19);
  });

  it('never leaves the width, whatever the names', () => {
    const names = fc.constantFrom('4', 'Ankle boot', 'a very long class name, far too long', '数字数字', '\u001b[2J');
    fc.assert(
      fc.property(
        names,
        names,
        fc.integer({ min: 4, max: 120 }),
        fc.boolean(),
        fc.constantFrom(8, 28),
        (a, b, width, c, side) => {
          const image = ramp(side, side);
          const out = predictionGallery([item(a, b, 0.5, image), item(b, a, NaN, image)], {
            ...plain,
            color: c,
            width,
          });
          for (const line of out.split('\n')) expect(textWidth(bare(line))).toBeLessThanOrEqual(width);
          expect(bare(out)).not.toContain('\u001b');
        },
      ),
      { numRuns: 80 },
    );
  });

  it('lists what has no picture', () => {
    const out = predictionGallery([{ label: 'benign', prediction: 'malignant', probability: 0.93, row: 17 }], plain);
    expect(out).toBe('row 17  benign → malignant  93 %');
    expect(predictionGallery([], plain)).toBe('');
  });
});
