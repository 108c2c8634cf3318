import type { Address, Backend } from './backend.ts';

/** What some numbers of a heap come to: the finite ones' range, and how many are none. */
export interface Range {
  readonly min: number;
  readonly max: number;
  readonly nan: number;
  readonly infinite: number;
}

export interface Operand extends Range {
  readonly at: Address;
  readonly n: number;
}

/** One operation as it ran. An operand that is written in place is shown as it was before. */
export interface Operation {
  /** As a backend calls it: `matmul`, `exp`, `div`, `sum`; `write` for numbers from outside. */
  readonly name: string;
  /** The number of a `binaryScalar`, else null. */
  readonly constant: number | null;
  readonly operands: readonly Operand[];
  readonly result: Operand;
  /** Rows of the result where the operation knows of rows, 0 where it has none, null where it does not say. */
  readonly rows: number | null;
}

/** The range of heap[at .. at + n); of no finite number it is [Infinity, -Infinity]. */
export function rangeOf(heap: ArrayLike<number>, at = 0, n: number = heap.length): Range {
  let [min, max, nan, infinite] = [Infinity, -Infinity, 0, 0];
  for (let i = at; i < at + n; i++) {
    const v = heap[i];
    if (v - v !== 0) {
      if (v !== v) nan++;
      else infinite++;
      continue;
    }
    if (v < min) min = v;
    if (v > max) max = v;
  }
  return { min, max, nan, infinite };
}

export function allFinite({ nan, infinite }: Range): boolean {
  return nan === 0 && infinite === 0;
}

type Span = readonly [Address, number];

/**
 * Has every operation of `backend` told to `tell`, until the function that it answers is called. The methods are
 * shadowed on the object itself, so a backend that nobody watches pays nothing. Compiled kernels are not seen: set
 * `debug.definitions` meanwhile.
 */
export function watchOperations(backend: Backend, tell: (operation: Operation) => void): () => void {
  const shadowed: string[] = [];
  let within = false; // an operation that is made of others is told once
  const shadow = <K extends keyof Backend>(
    method: K,
    spans: (...args: Parameters<Extract<Backend[K], (...a: never[]) => unknown>>) => {
      name: string;
      reads: readonly Span[];
      writes: Span;
      constant?: number;
      rows?: number;
    },
  ): void => {
    const original = backend[method] as (...args: unknown[]) => unknown;
    const own = Object.getOwnPropertyDescriptor(backend, method);
    if (own) return; // watched already
    const watched = (...args: unknown[]): unknown => {
      if (within) return original.apply(backend, args);
      within = true;
      try {
        const { name, reads, writes, constant, rows } = spans(...(args as never));
        const measure = ([at, n]: Span): Operand => ({ at, n, ...rangeOf(backend.heap(), at, n) });
        const operands = reads.map(measure);
        const answer = original.apply(backend, args);
        tell({ name, constant: constant ?? null, operands, result: measure(writes), rows: rows ?? null });
        return answer;
      } finally {
        within = false;
      }
    };
    Object.defineProperty(backend, method, { value: watched, configurable: true });
    shadowed.push(method);
  };

  shadow('fill', (out, _, n) => ({ name: 'fill', reads: [], writes: [out, n] }));
  shadow('copy', (out, a, n) => ({ name: 'copy', reads: [[a, n]], writes: [out, n] }));
  shadow('unary', (op, out, a, n) => ({ name: op, reads: [[a, n]], writes: [out, n] }));
  shadow('binary', (op, out, a, aSpread, b, bSpread, rows, cols) => {
    const size = { full: rows * cols, row: cols, col: rows, scalar: 1 };
    return {
      name: op,
      reads: [
        [a, size[aSpread]],
        [b, size[bSpread]],
      ],
      writes: [out, size.full],
    };
  });
  shadow('binaryScalar', (op, out, a, constant, reversed, n) => {
    // number / x is what the user wrote as a reciprocal
    return { name: op === 'div' && reversed ? 'reciprocal' : op, reads: [[a, n]], writes: [out, n], constant };
  });
  shadow('where', (out, condition, a, b, n) => {
    const reads: Span[] = [condition, a, b].map((at) => [at, n]);
    return { name: 'where', reads, writes: [out, n] };
  });
  shadow('clip', (out, a, _low, _high, n) => ({ name: 'clip', reads: [[a, n]], writes: [out, n] }));
  shadow('axpy', (y, alpha, x, n) => {
    const reads: Span[] = [
      [y, n],
      [x, n],
    ];
    return { name: 'axpy', reads, writes: [y, n], constant: alpha };
  });
  shadow('matmul', (c, a, b, m, n, k, _ta, _tb, alpha, beta) => {
    const reads: Span[] = [
      [a, m * k],
      [b, k * n],
    ];
    if (beta !== 0) reads.push([c, m * n]);
    return { name: 'matmul', reads, writes: [c, m * n], constant: alpha, rows: m };
  });
  shadow('transpose', (out, a, rows, cols) => ({
    name: 'transpose',
    reads: [[a, rows * cols]],
    writes: [out, rows * cols],
  }));
  shadow('gatherRows', (out, a, _, n, cols) => ({ name: 'gatherRows', reads: [[a, cols]], writes: [out, n * cols] }));
  shadow('oneHot', (out, _, n, classes) => ({ name: 'oneHot', reads: [], writes: [out, n * classes] }));
  shadow('reduceRows', (op, out, a, rows, cols) => ({
    name: op,
    reads: [[a, rows * cols]],
    writes: [out, rows],
    rows,
  }));
  shadow('reduceCols', (op, out, a, rows, cols) => ({
    name: op,
    reads: [[a, rows * cols]],
    writes: [out, cols],
    rows: 0,
  }));
  shadow('write', (out, values) => ({ name: 'write', reads: [], writes: [out, values.length] }));

  return () => {
    for (const method of shadowed) delete (backend as unknown as Record<string, unknown>)[method];
  };
}
