import { highlightCode, tagHighlighter, tags } from '@lezer/highlight';
import { parser } from '@lezer/javascript';
import type { Line, Piece, Role } from './page.ts';

const typescript = parser.configure({ dialect: 'ts' });

/** The roles that the editor of the lab colors too. */
const roles = tagHighlighter([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword], class: 'keyword' },
  { tag: [tags.number, tags.bool, tags.null], class: 'number' },
  { tag: tags.string, class: 'string' },
  { tag: tags.comment, class: 'comment' },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], class: 'function' },
]);

/** The lines of `text`; those of TypeScript are colored and tell the equations that they compute. */
export function linesOf(text: string, language: string): Line[] {
  if (language !== 'ts') return text.split('\n').map((line) => ({ pieces: line === '' ? [] : [line], equations: [] }));
  const lines: Piece[][] = [[]];
  highlightCode(
    text,
    typescript.parse(text),
    roles,
    (piece, role) => lines.at(-1)!.push(role === '' ? piece : [role as Role, piece]),
    () => lines.push([]),
  );
  return lines.map((pieces) => ({ pieces, equations: equationsOf(pieces) }));
}

/**
 * `// (24, 10), (10)   (7) (8)` computes equations 7 and 8: they end the comment that ends the line, and stand alone in
 * it or after two spaces, which the shapes before them do not.
 */
function equationsOf(pieces: readonly Piece[]): string[] {
  const last = pieces.at(-1);
  if (last === undefined || typeof last === 'string' || last[0] !== 'comment') return [];
  const [, numbers = ''] = /^\/\/(?:\s|.*\s{2})((?:\(\d+\) ?)+)$/.exec(last[1]) ?? [];
  return Array.from(numbers.matchAll(/\d+/g), ([number]) => number);
}
