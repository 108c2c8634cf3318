/** A line on both sides, or on one. */
export interface DiffRow {
  readonly left: string | null;
  readonly right: string | null;
  readonly same: boolean;
}

/** Two texts line by line along their longest common subsequence; blanks and closing comments do not count. */
export function diffLines(left: string, right: string): DiffRow[] {
  const [a, b] = [lines(left), lines(right)];
  const [p, q] = [a.map(essence), b.map(essence)];
  const common = Array.from({ length: a.length + 1 }, () => new Int32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i][j] = p[i] === q[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
    }
  }
  const rows: DiffRow[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && p[i] === q[j]) rows.push({ left: a[i++], right: b[j++], same: true });
    else {
      // Runs of differing lines stand side by side.
      const from = [i, j];
      while (i < a.length && (j >= b.length || (p[i] !== q[j] && common[i + 1][j] >= common[i][j + 1]))) i++;
      while (j < b.length && (i >= a.length || (p[i] !== q[j] && common[i][j + 1] >= common[i + 1][j]))) j++;
      const [ours, theirs] = [a.slice(from[0], i), b.slice(from[1], j)];
      for (let k = 0; k < Math.max(ours.length, theirs.length); k++) {
        rows.push({ left: ours[k] ?? null, right: theirs[k] ?? null, same: false });
      }
    }
  }
  return rows;
}

function lines(text: string): string[] {
  return text.trim() === '' ? [] : text.trimEnd().split('\n');
}

function essence(line: string): string {
  return line
    .replace(/\/\/.*$/, '')
    .replace(/\s+/g, '')
    .replace(/;$/, '');
}
