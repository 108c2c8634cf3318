import { textWidth } from './terminal/style.ts';

/** Widths in em of a common sans-serif, rather too wide than too narrow. */
const NARROW = /^[ijltfr.,:;'`|!()[\]{}/\\ -]$/;
const BROAD = /^[MWmw@%&…—\p{Extended_Pictographic}]$/u;

/** About how wide a text is in the charts' type of 12 pixels; a browser's fonts differ by some percent. */
export function pixels(text: string): number {
  let em = 0;
  for (const character of text) {
    const columns = textWidth(character);
    if (columns === 2 || BROAD.test(character)) em += 1;
    else if (columns === 1) em += NARROW.test(character) ? 0.42 : /\p{Lu}/u.test(character) ? 0.74 : 0.63;
  }
  return 12 * em;
}

/** The text where it fits so many pixels, else its beginning with an ellipsis. */
export function fitPixels(text: string, room: number): string {
  if (pixels(text) <= room) return text;
  let out = '';
  for (const character of text) {
    if (pixels(`${out}${character}…`) > room) break;
    out += character;
  }
  return `${out}…`;
}
