import { binaryOps, type Reduction, type Spread, type UnaryOp, unaryOps } from './backend.ts';
import { blank, type Case, draw, drawIntegers, eps, integers, restart, tiny } from './conformance-case.ts';
import { productCases } from './conformance-products.ts';

const counts = [0, 1, 2, 3, 4, 17, 65, 1000];
const shapes = [
  ...[0, 1, 3, 17, 65].flatMap((r) => [0, 1, 3, 17, 65].map((c) => [r, c] as const)),
  ...([
    [4, 8],
    [32, 10],
    [130, 36],
    [5, 1031],
  ] as const),
];

/** One rounding. */
const exact = (_: number, y: number): number => eps * Math.abs(y) + tiny;

/** In ulps, an ulp being at most 2 eps |y|. */
const unaryUlps: Partial<Record<UnaryOp, number>> = { exp: 1, log: 1, tanh: 2, sigmoid: 2, softplus: 2 };

/** Every case. The arrays are drawn anew at each call, to the same values. */
export function conformanceCases(): Case[] {
  restart();
  return [
    ...elementwiseCases(),
    ...productCases(),
    ...layoutCases(),
    ...reductionCases(),
    ...randomCases(),
    ...rowCases(),
  ];
}

function* elementwiseCases(): Generator<Case> {
  for (const n of counts) {
    for (const [op, value] of [
      ['fill', -0.3],
      ['fill', -0],
    ] as const) {
      yield { op, name: `${value} (${n})`, buffers: [blank(n)], call: (b, [o]) => b.fill(o, value, n), bound: exact };
    }
    const a = { values: draw(n, true) };
    yield { op: 'copy', name: `(${n})`, buffers: [blank(n), a], call: (b, [o, x]) => b.copy(o, x, n), bound: exact };
    for (const op of unaryOps) {
      const ulps = unaryUlps[op];
      const bound = ulps ? (_: number, y: number): number => 2 * ulps * eps * Math.abs(y) + ulps * tiny : exact;
      yield { op, name: `(${n})`, buffers: [blank(n), a], call: (b, [o, x]) => b.unary(op, o, x, n), bound };
      const own = { ...a, written: true };
      yield { op, name: `(${n}) in place`, buffers: [own], call: (b, [x]) => b.unary(op, x, x, n), bound };
    }
    for (const op of binaryOps) {
      for (const s of [0.1, -0, 2.5, Number.NaN, -Infinity]) {
        for (const reversed of [false, true]) {
          yield {
            op: `${op} scalar`,
            name: `${s}${reversed ? ' reversed' : ''} (${n})`,
            buffers: [{ ...a, written: true }],
            call: (b, [x]) => b.binaryScalar(op, x, x, s, reversed, n),
            // The number itself is rounded first: 0.1 by eps, hence a second rounding of the operand's size.
            bound: (i, y) => exact(i, y) + eps * (op === 'div' ? 2 * Math.abs(y) : 0.1 * Math.abs(a.values[i]) + 0.1),
          };
        }
      }
    }
    const [c, d] = [{ values: draw(n, true) }, { values: draw(n, true) }];
    yield {
      op: 'where',
      name: `(${n})`,
      buffers: [blank(n), { values: c.values.map((x, i) => (i % 3 ? x : 0)) }, a, d],
      call: (b, [o, k, x, y]) => b.where(o, k, x, y, n),
      bound: exact,
    };
    for (const [low, high] of [
      [-0.1, 0.1],
      [0, Infinity],
      [-Infinity, -0],
      [0.1, -0.1],
    ] as const) {
      yield {
        op: 'clip',
        name: `${low} .. ${high} (${n})`,
        buffers: [blank(n), a],
        call: (b, [o, x]) => b.clip(o, x, low, high, n),
        bound: exact,
      };
    }
    yield {
      op: 'axpy',
      name: `(${n})`,
      buffers: [{ ...c, written: true }, a],
      call: (b, [y, x]) => b.axpy(y, -0.3, x, n),
      bound: (i, y) => exact(i, y) + 2 * eps * 0.3 * Math.abs(a.values[i]),
    };
  }
  const spreads: Spread[] = ['full', 'row', 'col', 'scalar'];
  const sizeOf = (s: Spread, r: number, c: number): number =>
    s === 'full' ? r * c : s === 'row' ? c : s === 'col' ? r : 1;
  for (const [rows, cols] of shapes) {
    for (const op of rows * cols > 300 ? (['sub', 'max'] as const) : binaryOps) {
      for (const as of spreads) {
        for (const bs of spreads) {
          const a = { values: draw(sizeOf(as, rows, cols), true) };
          const b = { values: draw(sizeOf(bs, rows, cols), true) };
          const name = `${as} ${bs} (${rows}, ${cols})`;
          const call: Case['call'] = (on, [o, x, y]) => on.binary(op, o, x, as, y, bs, rows, cols);
          yield { op, name, buffers: [blank(rows * cols), a, b], call, bound: exact };
          if (as !== 'full') continue;
          const inPlace: Case['call'] = (on, [x, y]) => on.binary(op, x, x, as, y, bs, rows, cols);
          yield { op, name: `${name} in place`, buffers: [{ ...a, written: true }, b], call: inPlace, bound: exact };
        }
      }
    }
  }
}

function* layoutCases(): Generator<Case> {
  for (const [rows, cols] of shapes) {
    const name = `(${rows}, ${cols})`;
    const a = { values: draw(rows * cols, true) };
    yield {
      op: 'transpose',
      name,
      buffers: [blank(rows * cols), a],
      call: (b, [o, x]) => b.transpose(o, x, rows, cols),
      bound: exact,
    };
    if (rows === 0) continue;
    for (const n of [0, 1, 7, 20]) {
      const rowsOf = integers(drawIntegers(n, rows));
      yield {
        op: 'gatherRows',
        name: `${n} of ${name}`,
        buffers: [blank(n * cols), a, rowsOf],
        call: (b, [o, x, i]) => b.gatherRows(o, x, i, n, cols),
        bound: exact,
      };
      const added = { values: draw(n * cols) };
      const sums = { values: draw(rows * cols), written: true };
      yield {
        op: 'scatterAddRows',
        name: `${n} to ${name}`,
        buffers: [sums, added, rowsOf],
        call: (b, [o, x, i]) => b.scatterAddRows(o, x, i, n, cols),
        bound: () => 2 * (n + 1) * n * eps, // n additions of values and partial sums up to 2 (n + 1)
      };
      if (cols === 0) continue;
      yield {
        op: 'oneHot',
        name: `(${n}, ${cols})`,
        buffers: [blank(n * cols), integers(drawIntegers(n, cols))],
        call: (b, [o, l]) => b.oneHot(o, l, n, cols),
        bound: exact,
      };
    }
  }
}

function* reductionCases(): Generator<Case> {
  for (const [rows, cols] of shapes) {
    for (const kind of ['plain', 'special', 'zeros'] as const) {
      const values =
        kind === 'zeros'
          ? drawIntegers(rows * cols, 3).map((x) => (x === 2 ? -0 : x === 1 ? 0 : -1))
          : draw(rows * cols, kind === 'special');
      const a = { values };
      const name = `${kind} (${rows}, ${cols})`;
      for (const op of ['sum', 'max'] as Reduction[]) {
        // n - 1 roundings of sums of at most the sum of magnitudes; for special values the f32 sums may overflow.
        const size = (of: (j: number) => number, n: number): number => {
          let s = 0;
          for (let j = 0; j < n; j++) s += Math.abs(values[of(j)]);
          return op === 'max' ? 0 : s > 3.4e38 ? Infinity : eps * n * s;
        };
        yield {
          op: `${op} of rows`,
          name,
          buffers: [blank(rows), a],
          call: (b, [o, x]) => b.reduceRows(op, o, x, rows, cols),
          bound: (i) => size((j) => i * cols + j, cols),
        };
        yield {
          op: `${op} of columns`,
          name,
          buffers: [blank(cols), a],
          call: (b, [o, x]) => b.reduceCols(op, o, x, rows, cols),
          bound: (j) => size((i) => i * cols + j, rows),
        };
      }
      yield {
        op: 'argmaxRows',
        name,
        buffers: [{ values: new Array(rows).fill(7), integers: true, written: true }, a],
        call: (b, [o, x]) => b.argmaxRows(o, x, rows, cols),
        bound: exact,
      };
      if (kind === 'special') continue; // the order of NaN is not part of the contract
      for (const k of new Set([0, 1, 2, cols].filter((n) => n <= cols))) {
        yield {
          op: 'topK',
          name: `${k} of ${name}`,
          buffers: [blank(rows * k), { values: new Array(rows * k).fill(7), integers: true, written: true }, a],
          call: (b, [v, i, x]) => b.topK(v, i, x, rows, cols, k),
          bound: exact,
        };
      }
    }
  }
}

function* randomCases(): Generator<Case> {
  for (const n of [...counts, 10_001]) {
    for (const [key0, key1, step] of [
      [0, 0, 0],
      [1, 2, 3],
      [0xdeadbeef, 0xfedcba98, 0xffffffff],
    ] as const) {
      const name = `(${n}) key ${key0} ${key1} step ${step}`;
      yield {
        op: 'randomUniform',
        name,
        buffers: [blank(n)],
        call: (b, [o]) => b.randomUniform(o, n, key0, key1, step),
        bound: () => 0,
      };
      yield {
        op: 'randomNormal',
        name,
        buffers: [blank(n)],
        call: (b, [o]) => b.randomNormal(o, n, key0, key1, step),
        bound: exact,
      };
      for (const keep of [0, 0.2, 0.5, 0.8, 1]) {
        yield {
          op: 'randomMask',
          name: `${keep} ${name}`,
          buffers: [blank(n)],
          call: (b, [o]) => b.randomMask(o, n, keep, key0, key1, step),
          bound: exact,
        };
      }
    }
  }
}

/** Rows of a data set: bytes, float32 and float64, with one scaling for all columns and one a column. */
function* rowCases(): Generator<Case> {
  for (const [rows, cols] of shapes) {
    for (const type of [Uint8Array, Float32Array, Float64Array]) {
      const x = new type(draw(3 * cols).map((v) => (type === Uint8Array ? 64 * (v + 2) : v)));
      const picked = Int32Array.from({ length: rows }, (_, i) => (i * 2) % 3);
      for (const alike of [true, false]) {
        const n = alike ? 1 : cols;
        const offset = Float64Array.from(draw(n));
        const factor = Float64Array.from(draw(n));
        yield {
          op: 'scaleRows',
          name: `${type.name} (${rows}, ${cols})${alike ? ' alike' : ''}`,
          buffers: [blank(rows * cols)],
          call: (b, [o]) => b.scaleRows(o, x, picked, cols, { offset, factor, alike }),
          bound: exact,
        };
      }
    }
  }
}
