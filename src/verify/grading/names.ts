/** Names that people write for others. */

/** As the eye takes them: without case, `_` and `$`. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[_$]/g, '');
}

/** The name among `names` that was probably meant; undefined if none is near. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const same = names.find((n) => n !== name && plain(n) === plain(name));
  if (same || name.length < 4) return same;
  const near = names.map((n) => ({ n, far: distance(plain(n), plain(name)) })).sort((a, b) => a.far - b.far);
  return near[0] && near[0].far <= (name.length < 6 ? 1 : 2) ? near[0].n : undefined;
}

/** How many letters are to be put in, left out or changed to make one of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}

/** The code without its comments; each keeps its line ends, so that lines keep their numbers. */
export function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?(?:\*\/|(?![\s\S]))|\/\/.*$/gm, (comment) => comment.replace(/[^\n]/g, ''));
}
