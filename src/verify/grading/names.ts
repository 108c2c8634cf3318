/** Names that people write for others. */
import { editsBetween } from '../../core/edits.ts';

/** As the eye takes them: without case, `_` and `$`. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[_$]/g, '');
}

/** The name among `names` that was probably meant; undefined if none is near. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const same = names.find((n) => n !== name && plain(n) === plain(name));
  if (same || name.length < 4) return same;
  const near = names.map((n) => ({ n, far: editsBetween(plain(n), plain(name)) })).sort((a, b) => a.far - b.far);
  return near[0] && near[0].far <= (name.length < 6 ? 1 : 2) ? near[0].n : undefined;
}

/** The code without its comments; each keeps its line ends, so that lines keep their numbers. */
export function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?(?:\*\/|(?![\s\S]))|\/\/.*$/gm, (comment) => comment.replace(/[^\n]/g, ''));
}
