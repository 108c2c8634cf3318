import type { Spread } from '../backends/backend.ts';
import { NeuroForgeError } from '../core/errors.ts';
import { formatShape, type Shape, sameShape, sizeOf } from '../core/shape.ts';

export interface Broadcast {
  readonly shape: Shape;
  readonly rows: number;
  readonly cols: number;
  readonly a: Spread;
  readonly b: Spread;
}

/** How `small` spreads over a matrix (N, D): a row (D) or (1, D), a column (N, 1); null if it does not. */
function spreadOver(small: Shape, [n, d]: Shape): Spread | null {
  if (small.length === 1) return small[0] === d ? 'row' : null;
  if (small.length !== 2) return null;
  if (small[0] === n && small[1] === d) return 'full';
  if (small[0] === 1 && small[1] === d) return 'row';
  return small[0] === n && small[1] === 1 ? 'col' : null;
}

/** (D), (N, 1), (1, D) and scalars spread against (N, D); equal shapes of any rank match; nothing else (NF1102). */
export function broadcast(op: string, a: Shape, b: Shape): Broadcast {
  if (sameShape(a, b)) return { shape: a, rows: 1, cols: sizeOf(a), a: 'full', b: 'full' };
  if (a.length === 0) return { shape: b, rows: 1, cols: sizeOf(b), a: 'scalar', b: 'full' };
  if (b.length === 0) return { shape: a, rows: 1, cols: sizeOf(a), a: 'full', b: 'scalar' };
  if (a.length === 2) {
    const spread = spreadOver(b, a);
    if (spread) return { shape: a, rows: a[0], cols: a[1], a: 'full', b: spread };
  }
  if (b.length === 2) {
    const spread = spreadOver(a, b);
    if (spread) return { shape: b, rows: b[0], cols: b[1], a: spread, b: 'full' };
  }
  throw new NeuroForgeError('NF1102', `${op}: shapes ${formatShape(a)} and ${formatShape(b)} do not go together`, {
    expected: 'equal shapes, or (D), (N, 1), (1, D) or a number against (N, D)',
    got: `${formatShape(a)} and ${formatShape(b)}`,
  });
}
