/** Labels pushed apart to at least `gap`, kept between the bounds as far as there is room; input order kept. */
export function spread(positions: readonly number[], gap: number, low: number, high: number): number[] {
  const order = positions.map((_, i) => i).sort((a, b) => positions[a] - positions[b] || a - b);
  const out = positions.slice();
  let floor = low;
  for (const i of order) {
    out[i] = Math.max(out[i], floor);
    floor = out[i] + gap;
  }
  let ceiling = high;
  for (const i of order.reverse()) {
    out[i] = Math.min(out[i], ceiling);
    ceiling = out[i] - gap;
  }
  return out;
}

/** A straight piece of a curve, in pixels. */
export type Segment = readonly [x1: number, y1: number, x2: number, y2: number];

/** The first of the candidate centers whose box crosses the fewest segments; `otherwise` when there are none. */
export function clearest(
  candidates: readonly Center[],
  otherwise: Center,
  width: number,
  height: number,
  segments: readonly Segment[],
): Center {
  let best = otherwise;
  let fewest = Infinity;
  for (const [x, y] of candidates) {
    const box = [x - width / 2, x + width / 2, y - height / 2, y + height / 2] as const;
    const hits = segments.filter((segment) => crosses(segment, ...box)).length;
    if (hits < fewest) {
      best = [x, y];
      fewest = hits;
    }
  }
  return best;
}

type Center = readonly [x: number, y: number];

/** Whether the segment, cut to the box's columns, has a part in the box's rows. */
function crosses([x1, y1, x2, y2]: Segment, left: number, right: number, top: number, bottom: number): boolean {
  if (Math.max(x1, x2) < left || Math.min(x1, x2) > right) return false;
  const at = (x: number): number => (x2 === x1 ? y1 : y1 + ((y2 - y1) * (x - x1)) / (x2 - x1));
  const ends = x1 === x2 ? [y1, y2] : [at(Math.max(left, Math.min(x1, x2))), at(Math.min(right, Math.max(x1, x2)))];
  return Math.max(...ends) >= top && Math.min(...ends) <= bottom;
}
