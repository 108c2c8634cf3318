/**
 * Characters that do not show or that act: controls (C0, DEL, C1), line and paragraph separators, bidirectional and
 * zero-width ones, interlinear marks, noncharacters, halves of surrogate pairs, the fifth and further marks on one
 * letter. Spared are the variation selectors of emoji, and joiners where scripts and emoji need them.
 */
const UNSEEN = new RegExp(
  [
    '[\\p{Cc}\\p{Cs}\\u2028\\u2029\\ufff9-\\ufffb\\p{Noncharacter_Code_Point}]',
    '(?<=\\p{M}{4})\\p{M}',
    '(?![\\ufe0e\\ufe0f]|(?<=[\\p{Script=Arabic}\\p{M}\\p{Emoji_Presentation}])[\\u200c\\u200d](?=[\\p{L}\\p{Extended_Pictographic}]))\\p{Default_Ignorable_Code_Point}',
  ].join('|'),
  'gu',
);

/** `text` with every such character spelled as in JSON (`\u001b`), so that it shows and does nothing. */
export function spellUnseen(text: string): string {
  return text.replace(UNSEEN, spell);
}

/** UTF-16 code units, as JSON has them. */
function spell(character: string): string {
  return Array.from({ length: character.length }, (_, i) => {
    return '\\u' + character.charCodeAt(i).toString(16).padStart(4, '0');
  }).join('');
}

/**
 * The value as JSON, in files and on stdout: numbers that are not finite are the strings of their names, and what
 * would not show or would act in a terminal is escaped within the strings, which leaves their values as they are.
 */
export function toJson(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, (_, v) => (typeof v === 'number' && !Number.isFinite(v) ? String(v) : v), indent);
  return text.replace(/[^\n]+/g, spellUnseen);
}
