/** What the terminal can show. */
export interface TerminalStyle {
  readonly color: boolean;
  /** Blocks and arrows; ASCII otherwise. */
  readonly unicode: boolean;
  /** Columns. */
  readonly width: number;
  /** 256 for terminals without 24-bit color. */
  readonly colors?: 256 | 16777216;
}

/** `text` in an SGR color or weight, where colors are on; always ends with a reset. */
export function paint(style: TerminalStyle, code: string, text: string): string {
  return style.color && text !== '' ? `\x1b[${code}m${text}\x1b[0m` : text;
}

const MARKS = /\p{M}/u;

/** Columns that a text takes: wide East Asian characters and emoji two, combining marks none. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** `text` in exactly `width` columns: cut with an ellipsis or filled with spaces at its end. */
export function fit(text: string, width: number, unicode: boolean): string {
  const room = Math.max(0, width);
  const full = textWidth(text);
  if (full <= room) return text + ' '.repeat(room - full);
  const ellipsis = room === 0 ? '' : unicode ? '…' : '~';
  let out = '';
  let used = ellipsis.length;
  for (const character of text) {
    const next = characterWidth(character);
    if (used + next > room) break;
    out += character;
    used += next;
  }
  return out + ellipsis + ' '.repeat(room - used);
}

/** Characters beyond ASCII as `?` where the terminal shows none. */
export function plain(text: string, unicode: boolean): string {
  return unicode
    ? text
    : text
        .replace(/[\u202f\u00a0]/g, ' ')
        .replace(/…/g, '~')
        .replace(/[^\x20-\x7e]/gu, '?');
}

function characterWidth(character: string): number {
  const code = character.codePointAt(0)!;
  if (code < 0x300) return 1;
  if (MARKS.test(character) || code === 0x200c || code === 0x200d) return 0;
  const wide =
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd);
  return wide ? 2 : 1;
}
