import { formatPercent } from '../format.ts';
import { safeText } from '../text.ts';
import { fit, paint, plain, type TerminalStyle, textWidth } from './style.ts';

const BARS = '▁▂▃▄▅▆▇█';
const LEVELS = '_.-=+*%#';
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/**
 * The course of a series in one line, lowest to highest value; longer ones than the width are averaged in groups. What
 * is not finite is `×` (`x`), so that a run that diverged shows it.
 */
export function sparkline(values: ArrayLike<number>, style: TerminalStyle): string {
  const columns = Math.min(values.length, Math.max(0, Math.floor(style.width)));
  const means = Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * values.length) / columns);
    const to = Math.max(from + 1, Math.floor(((column + 1) * values.length) / columns));
    let sum = 0;
    for (let i = from; i < to; i++) sum += values[i];
    return sum / (to - from);
  });
  const finite = means.filter(Number.isFinite);
  const low = Math.min(...finite);
  const range = Math.max(...finite) - low;
  const ramp = style.unicode ? BARS : LEVELS;
  return means
    .map((mean) => {
      if (!Number.isFinite(mean)) return style.unicode ? '×' : 'x';
      const share = range > 0 ? (mean - low) / range : 0;
      return ramp[Math.min(ramp.length - 1, Math.floor(share * ramp.length))];
    })
    .join('');
}

export interface BarLineOptions {
  /** Columns of the name; its own width by default. */
  readonly nameWidth?: number;
  /** Printed after the bar; the share as per cent by default. */
  readonly text?: string;
  /** SGR code of the bar, `36` (cyan) by default. */
  readonly code?: string;
}

/** `name ███▌     35.2 %`: a share of 1 as a bar that fills the width. */
export function barLine(name: string, share: number, style: TerminalStyle, options: BarLineOptions = {}): string {
  const value = plain(options.text === undefined ? formatPercent(share) : safeText(options.text, 40), style.unicode);
  const label = plain(safeText(name, 60), style.unicode);
  const nameWidth = options.nameWidth ?? Math.min(textWidth(label), Math.floor(style.width / 3));
  const valueWidth = Math.max(7, value.length);
  const room = Math.max(0, style.width - nameWidth - valueWidth - 2);
  const full = Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0)) * room;
  // Something that is not zero is never drawn as nothing.
  const eighths = full > 0 ? Math.max(1, Math.round(8 * full)) : 0;
  const bar = style.unicode
    ? '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]
    : '#'.repeat(full > 0 ? Math.max(1, Math.round(full)) : 0);
  const painted = paint(style, options.code ?? '36', bar) + ' '.repeat(Math.max(0, room - bar.length));
  return `${fit(label, nameWidth, style.unicode)} ${painted} ${value.padStart(valueWidth)}`;
}
