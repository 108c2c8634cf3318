import type { Matrix, Name, Values } from './network.ts';
import { factor, shown } from './number-text.ts';
import type { Step } from './steps.ts';

export interface Cell {
  readonly name: Name;
  readonly row: number;
  readonly col: number;
}

/** How one cell of a step's result came about. */
export interface Reading {
  /** The cells that it was computed from. */
  readonly used: readonly Cell[];
  /** `1 · 0.25 + 0 · (−0.5)` */
  readonly sum: string;
}

/** What the cell (row, col) of a step's result is computed from. */
export function reading(step: Step, values: Values, row: number, col: number): Reading {
  const used: Cell[] = [];
  const at = (name: Name, i: number, j: number): number => {
    used.push({ name, row: i, col: j });
    return values[name].values[i * values[name].cols + j];
  };
  const o = step.operation;
  const sum = ((): string => {
    switch (o.kind) {
      case 'affine': {
        const terms = each(values[o.x].cols, (k) => product(at(o.x, row, k), at(o.W, k, col)));
        return `${terms.join(' + ')} + ${factor(at(o.b, 0, col))}`;
      }
      case 'relu':
        return `max(${shown(at(o.z, row, col))}, 0)`;
      case 'softmax': {
        const z = each(values[o.z].cols, (k) => at(o.z, row, k));
        return `e^${factor(z[col])} / (${z.map((v) => `e^${factor(v)}`).join(' + ')})`;
      }
      case 'loss': {
        const terms = each(values[o.P].rows, (n) => `log ${shown(at(o.P, n, trueClass(values[o.T], n)))}`);
        return `−(${terms.join(' + ')}) / ${values[o.P].rows}`;
      }
      case 'difference':
        return `(${shown(at(o.P, row, col))} − ${shown(at(o.T, row, col))}) / ${values[o.P].rows}`;
      case 'weights':
        return each(values[o.x].rows, (n) => product(at(o.x, n, row), at(o.dY, n, col))).join(' + ');
      case 'columns':
        return each(values[o.dY].rows, (n) => factor(at(o.dY, n, col))).join(' + ');
      case 'back':
        return each(values[o.dY].cols, (k) => product(at(o.dY, row, k), at(o.W, col, k))).join(' + ');
      case 'gate': {
        const [dh, z] = [at(o.dh, row, col), at(o.z, row, col)];
        return `${shown(dh)} · [${shown(z)} > 0] = ${shown(dh)} · ${z > 0 ? 1 : 0}`;
      }
    }
  })();
  return { used, sum };
}

function product(a: number, b: number): string {
  return `${factor(a)} · ${factor(b)}`;
}

function each<T>(count: number, make: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i));
}

function trueClass(T: Matrix, n: number): number {
  return T.values.subarray(n * T.cols, (n + 1) * T.cols).indexOf(1);
}
