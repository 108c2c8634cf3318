import { type GrayImage, isDrawable } from '../gray-image.ts';
import type { TerminalStyle } from './style.ts';

const RESET = '\x1b[0m';
const SHADES = ' ░▒▓█';
const RAMP = ' .:-=+*#%@';

/** Columns and lines that an image takes when drawn. */
export interface DrawnSize {
  readonly columns: number;
  readonly lines: number;
}

/**
 * A gray image as text, one column and half a line a pixel; images of at most 16 pixels a side are doubled, wider ones
 * than the terminal shrunk. In color two pixels share a half block (foreground above, background below); without, a
 * ramp carries their mean.
 */
export function drawImage(image: GrayImage, style: TerminalStyle): string {
  return imageLines(image, style).join('\n');
}

/** The lines of {@link drawImage}, each as wide as the image and with its colors reset at its end. */
export function imageLines(image: GrayImage, style: TerminalStyle): string[] {
  const { height, width, values } = image;
  if (!isDrawable(image))
    throw new RangeError(`drawImage: ${height} x ${width} pixels want as many values, got ${values.length}`);
  const { columns, lines } = drawnSize(image, style);
  const gray = resample(image, columns, 2 * lines);
  return Array.from({ length: lines }, (_, line) => {
    const above = (column: number): number => gray[2 * line * columns + column];
    const below = (column: number): number => gray[(2 * line + 1) * columns + column];
    return style.color ? colorLine(columns, above, below, style) : rampLine(columns, above, below, style.unicode);
  });
}

export function drawnSize(image: GrayImage, style: Pick<TerminalStyle, 'width'>): DrawnSize {
  const scale = Math.max(image.height, image.width) <= 16 ? 2 : 1;
  const columns = Math.max(1, Math.min(image.width * scale, Math.floor(style.width)));
  const lines = Math.max(1, Math.round(((columns / image.width) * image.height) / 2));
  return { columns, lines };
}

function colorLine(
  columns: number,
  above: (column: number) => number,
  below: (column: number) => number,
  style: TerminalStyle,
): string {
  const code = style.colors === 256 ? gray256 : gray24;
  let out = '';
  let last = '';
  for (let column = 0; column < columns; column++) {
    // Without Unicode a cell is one color: a space on the mean of its two pixels.
    const mean = (above(column) + below(column)) / 2;
    const colors = style.unicode ? `38;${code(above(column))};48;${code(below(column))}` : `48;${code(mean)}`;
    if (colors !== last) out += `\x1b[${colors}m`;
    last = colors;
    out += style.unicode ? '▀' : ' ';
  }
  return out + RESET;
}

function rampLine(
  columns: number,
  above: (column: number) => number,
  below: (column: number) => number,
  unicode: boolean,
): string {
  const ramp = unicode ? SHADES : RAMP;
  let out = '';
  for (let column = 0; column < columns; column++) {
    const mean = (above(column) + below(column)) / 2;
    out += ramp[Math.min(ramp.length - 1, Math.floor(mean * ramp.length))];
  }
  return out;
}

function gray24(value: number): string {
  const level = Math.round(255 * value);
  return `2;${level};${level};${level}`;
}

/** The 24 grays of the 256-color palette between its black (16) and white (231). */
function gray256(value: number): string {
  const level = Math.round(25 * value);
  return `5;${level === 0 ? 16 : level === 25 ? 231 : 231 + level}`;
}

/** Area means over a new grid: exact for whole multiples, a blur where it shrinks. */
function resample(image: GrayImage, columns: number, rows: number): Float64Array {
  const { height, width, values } = image;
  const out = new Float64Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    const [top, bottom] = [(row * height) / rows, ((row + 1) * height) / rows];
    for (let column = 0; column < columns; column++) {
      const [left, right] = [(column * width) / columns, ((column + 1) * width) / columns];
      let sum = 0;
      for (let y = Math.floor(top); y < bottom && y < height; y++)
        for (let x = Math.floor(left); x < right && x < width; x++) {
          const value = values[y * width + x];
          const share = (Math.min(bottom, y + 1) - Math.max(top, y)) * (Math.min(right, x + 1) - Math.max(left, x));
          sum += share * (value > 0 ? Math.min(value, 1) : 0);
        }
      out[row * columns + column] = Math.min(1, sum / ((bottom - top) * (right - left)));
    }
  }
  return out;
}
