export type Point = readonly [number, number];

/** Values on a grid: `at(i, j)` belongs to (xs[i], ys[j]). */
export interface Field {
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  readonly at: (i: number, j: number) => number;
}

export function field(xs: readonly number[], ys: readonly number[], f: (x: number, y: number) => number): Field {
  const values = xs.map((x) => ys.map((y) => f(x, y)));
  return { xs, ys, at: (i, j) => values[i][j] };
}

/** `count` numbers from `low` to `high`, both included. */
export function range(low: number, high: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
}

/** The line where the field has the value `level`, as separate short pieces: two linear ones at most a triangle. */
export function contour({ xs, ys, at }: Field, level: number): [Point, Point][] {
  const pieces: [Point, Point][] = [];
  for (let i = 0; i + 1 < xs.length; i++) {
    for (let j = 0; j + 1 < ys.length; j++) {
      const corner = (a: number, b: number) => ({ x: xs[i + a], y: ys[j + b], v: at(i + a, j + b) - level });
      const [sw, se, nw, ne] = [corner(0, 0), corner(1, 0), corner(0, 1), corner(1, 1)];
      for (const triangle of [
        [sw, se, ne],
        [sw, ne, nw],
      ]) {
        const crossings: Point[] = [];
        triangle.forEach((p, k) => {
          const q = triangle[(k + 1) % 3];
          if (p.v < 0 === q.v < 0) return;
          const s = p.v / (p.v - q.v);
          crossings.push([p.x + s * (q.x - p.x), p.y + s * (q.y - p.y)]);
        });
        if (crossings.length === 2) pieces.push([crossings[0], crossings[1]]);
      }
    }
  }
  return pieces;
}
