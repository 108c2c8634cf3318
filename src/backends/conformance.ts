import { NeuroForgeError } from '../core/errors.ts';
import type { Backend } from './backend.ts';
import type { Case } from './conformance-case.ts';
import { conformanceCases } from './conformance-cases.ts';
import { JsBackend } from './js/js-backend.ts';

export interface ConformanceOptions {
  /** Operations that need not have the bits of js in f32, only stay within the bound. */
  inexact?: readonly string[];
  /** Operations that are not checked, each with its reason. */
  skip?: Readonly<Record<string, string>>;
}

export interface ConformanceTest {
  name: string;
  /** Why it is skipped. */
  skip?: string;
  /** Throws NF9001 at the first violation. */
  run(): void;
}

/**
 * The tests that every f32 backend must pass, as data for any test runner: each operation at shapes 1, 3, 17, 65, empty
 * and some larger, at addresses of no particular alignment, with sentinels around every buffer. Results have the bits
 * of the js backend in f32 (unless listed as inexact) and lie within the case's bound of the js backend in f64;
 * buffers that are only read stay as they were.
 */
export function conformance(make: () => Backend, options: ConformanceOptions = {}): ConformanceTest[] {
  let made: { backend: Backend; f32: JsBackend; f64: JsBackend } | undefined;
  const all = (): { backend: Backend; f32: JsBackend; f64: JsBackend } => {
    made ??= { backend: make(), f32: new JsBackend('f32'), f64: new JsBackend('f64') };
    return made;
  };
  const check = (c: Case): void => {
    const { backend, f32, f64 } = all();
    const got = runCase(backend, c);
    if (!options.inexact?.includes(c.op)) sameBits(c, runCase(f32, c), got);
    withinBound(c, runCase(f64, c), got);
  };
  const byOp = new Map<string, Case[]>();
  for (const c of conformanceCases()) {
    const cases = byOp.get(c.op);
    if (cases) cases.push(c);
    else byOp.set(c.op, [c]);
  }
  return [...byOp].map(([op, cases]) => ({
    name: `${op} (${cases.length} cases)`,
    skip: options.skip?.[op],
    run: () => cases.forEach(check),
  }));
}

const guard = 19; // elements around each buffer; odd, so that buffers are not aligned
const sentinel = 77.25;

/** Lays the buffers out, calls, checks what must not change, and gives the written buffers' values. */
export function runCase(backend: Backend, c: Case): number[][] {
  const sizes = c.buffers.map(({ values }) => values.length + 2 * guard);
  const starts = sizes.map((n) => backend.allocate(n, `conformance ${c.op}`));
  const at = starts.map((start) => start + guard);
  c.buffers.forEach(({ values, integers }, i) => {
    backend.fill(starts[i], sentinel, sizes[i]);
    if (integers) backend.integers().set(values, at[i] * backend.integersPerElement);
    else backend.write(at[i], values);
  });
  c.call(backend, at);
  const out: number[][] = [];
  c.buffers.forEach(({ values, integers, written }, i) => {
    const whole = backend.read(starts[i], sizes[i]);
    const n = values.length;
    const end = integers ? guard + ceilDivide(n, backend.integersPerElement) : guard + n;
    for (let j = 0; j < whole.length; j++) {
      if ((j < guard || j >= end) && whole[j] !== sentinel) fail(c, `wrote ${whole[j]} at ${j - guard} of buffer ${i}`);
    }
    const from = at[i] * backend.integersPerElement;
    const now = integers ? backend.integers().slice(from, from + n) : whole.slice(guard, guard + n);
    if (written) out.push(Array.from(now));
    else if (!Array.from(now).every((x, j) => same(x, integers ? values[j] : round(backend, values[j])))) {
      fail(c, `changed buffer ${i}, which it only reads`);
    }
  });
  for (const start of starts) backend.free(start);
  return out;
}

function round(backend: Backend, x: number): number {
  return backend.dtype === 'f32' ? Math.fround(x) : x;
}

function ceilDivide(n: number, d: number): number {
  return Math.floor((n + d - 1) / d);
}

/** Equal, with the sign of zero; one NaN is like another. */
function same(x: number, y: number): boolean {
  return Object.is(x, y);
}

function sameBits(c: Case, expected: number[][], got: number[][]): void {
  expected.forEach((values, b) => {
    values.forEach((y, i) => {
      if (!same(got[b][i], y)) fail(c, `result ${i} is ${got[b][i]}, js in f32 gives ${y}`);
    });
  });
}

/** Where the definition rounds to an infinity, a zero or NaN in f32, that is what must come; signs of zero are free. */
function withinBound(c: Case, expected: number[][], got: number[][]): void {
  const floats = c.buffers.filter((b) => b.written).map((b) => !b.integers);
  expected.forEach((values, b) => {
    values.forEach((y, i) => {
      const x = got[b][i];
      const bound = floats[b] ? c.bound(i, y) : 0;
      const rounded = Math.fround(y);
      if (bound === Infinity || same(x, rounded) || x === rounded || Math.abs(x - y) <= bound) return;
      fail(c, `result ${i} is ${x}, js in f64 gives ${y}, allowed distance ${bound}`);
    });
  });
}

function fail(c: Case, what: string): never {
  throw new NeuroForgeError('NF9001', `${c.op}, ${c.name}: ${what}`, { where: 'conformance' });
}
