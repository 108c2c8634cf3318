import { formatProbability } from '../format.ts';
import { type GrayImage, isDrawable } from '../gray-image.ts';
import { safeText } from '../text.ts';
import { worstFirst } from '../worst-first.ts';
import { drawnSize, imageLines } from './draw-image.ts';
import { fit, paint, plain, type TerminalStyle, textWidth } from './style.ts';

export interface Prediction {
  readonly label: string;
  readonly prediction: string;
  /** Of the prediction, 0 to 1. */
  readonly probability: number;
  /** Without one the prediction is a line of text. */
  readonly image?: GrayImage;
  readonly row?: number;
}

export interface GalleryOptions extends TerminalStyle {
  /** Most rows of pictures, 2 by default. */
  readonly rows?: number;
  /** Columns between pictures, 3 by default. */
  readonly gap?: number;
}

const WRONG = '1;31';
const QUIET = '2';

/**
 * Predictions side by side, as many as fit the width, mistakes first and the surest of them first, captioned
 * `4 → 9  87 %`. No line is wider than the width; without images a list.
 */
export function predictionGallery(predictions: readonly Prediction[], options: GalleryOptions): string {
  const sorted = worstFirst(predictions);
  const drawn = sorted.filter((prediction) => isDrawable(prediction.image));
  const { rows = 2, gap = 3 } = options;
  if (drawn.length === 0)
    return sorted
      .slice(0, 5 * rows)
      .map((p) => listLine(p, options))
      .join('\n');
  const captionWidth = Math.max(...drawn.map((p) => textWidth(caption(p, options))));
  const imageWidth = Math.max(...drawn.map((p) => drawnSize(p.image!, options).columns));
  const cell = Math.min(options.width, Math.max(imageWidth, Math.min(captionWidth, Math.max(imageWidth, 26))));
  const perRow = Math.max(1, Math.floor((options.width + gap) / (cell + gap)));
  const out: string[] = [];
  for (let from = 0; from < drawn.length && from < rows * perRow; from += perRow) {
    if (from > 0) out.push('');
    out.push(...galleryRow(drawn.slice(from, Math.min(from + perRow, rows * perRow)), cell, gap, options));
  }
  return out.join('\n');
}

function galleryRow(items: readonly Prediction[], cell: number, gap: number, style: TerminalStyle): string[] {
  const pictures = items.map((item) => {
    const { columns } = drawnSize(item.image!, style);
    return imageLines(item.image!, style).map((line) => line + ' '.repeat(Math.max(0, cell - columns)));
  });
  const height = Math.max(...pictures.map((lines) => lines.length));
  const space = ' '.repeat(gap);
  const lines = Array.from({ length: height }, (_, i) =>
    pictures
      .map((picture) => picture[i] ?? ' '.repeat(cell))
      .join(space)
      .trimEnd(),
  );
  const captions = items.map((item) => paint(style, code(item), fit(caption(item, style), cell, style.unicode)));
  return [...lines, captions.join(space).trimEnd()];
}

function listLine(item: Prediction, style: TerminalStyle): string {
  const row = item.row === undefined ? '' : `row ${item.row}  `;
  const text = row + caption(item, style);
  return paint(style, code(item), fit(text, Math.min(style.width, textWidth(text)), style.unicode));
}

function caption(item: Prediction, style: TerminalStyle): string {
  const name = (text: string): string => plain(safeText(text, 24), style.unicode);
  const sure = formatProbability(item.probability)
    .replace(/\u202f(?=%)/, ' ')
    .replace('\u202f', '');
  const arrow = style.unicode ? ' → ' : ' -> ';
  const pair = item.label === item.prediction ? name(item.label) : name(item.label) + arrow + name(item.prediction);
  return `${pair}  ${sure}`;
}

function code(item: Prediction): string {
  return item.label === item.prediction ? QUIET : WRONG;
}
