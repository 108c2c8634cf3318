import type { Address, Backend } from './backend.ts';
import type { BinaryOp, Reduction, Spread, UnaryOp } from './operations.ts';
import type { Input, Operand, Program, Step, StepOp } from './program.ts';

/** Thrown while recording what no kernel can be made of; the caller runs the function as written. */
export class NotRecordable extends Error {}

const refuse = (what: string): never => {
  throw new NotRecordable(what);
};

/**
 * A backend that computes nothing: it writes the operations down. Its addresses stand for values; a write in place gives
 * the address a new value. What is no elementwise operation or reduction, or touches a part of a value, throws
 * {@link NotRecordable}.
 */
export class Recorder implements Backend {
  readonly name = 'recorder';
  readonly dtype = 'f32';
  readonly threads = 1;
  readonly integersPerElement = 1;
  readonly #inputs: (Input & { at: Address })[] = [];
  readonly #steps: Step[] = [];
  readonly #known = new Map<string, number>();
  readonly #held = new Map<Address, { value: number; size: number }>();
  #top = 0;
  /** True once a value was written over another. */
  writesInPlace = false;

  /** Declares the next argument, held at `at`. All of them come before the first operation. */
  input(at: Address, input: Input): void {
    this.#inputs.push({ at, ...input });
    this.#hold(at, this.#inputs.length - 1, input.size);
  }

  /** What the recorded operations come to, for results held at the given addresses. */
  program(name: string, results: readonly { at: Address; size: number }[]): Program {
    return {
      name,
      inputs: this.#inputs.map(({ size, column, byValue }) => ({ size, column, byValue })),
      steps: this.#steps,
      outputs: results.map(({ at, size }) => this.#value(at, size)),
      writes: this.#inputs.flatMap(({ at, size }, input) => {
        const value = this.#value(at, size);
        return value === input ? [] : [{ input, value }];
      }),
    };
  }

  #value(at: Address, size: number): number {
    const held = this.#held.get(at);
    return held?.size === size && size > 0 ? held.value : refuse(`a part of a value, or an empty one, is read`);
  }

  #hold(at: Address, value: number, size: number): void {
    if (size === 0) refuse('an empty value');
    if (this.#held.has(at)) this.writesInPlace = true;
    for (const [start, held] of this.#held) {
      const apart = at + size <= start || start + held.size <= at;
      if (!apart && (start !== at || held.size !== size)) refuse('a part of a value is written');
    }
    this.#held.set(at, { value, size });
  }

  #step(op: StepOp, operands: readonly Operand[], rows: number, cols: number, size: number, constant?: number): number {
    const terms = operands.map(({ value, spread }) => `${value} ${spread}`);
    const key = [op, ...terms, rows, cols, size, Object.is(constant, -0) ? '-0' : constant].join();
    let value = this.#known.get(key);
    if (value === undefined) {
      value = this.#inputs.length + this.#steps.length;
      this.#steps.push({ op, operands, rows, cols, size, constant });
      this.#known.set(key, value);
    }
    return value;
  }

  #constant(x: number): Operand {
    return { value: this.#step('constant', [], 1, 1, 1, Math.fround(x)), spread: 'scalar' };
  }

  #full(at: Address, n: number): Operand {
    return { value: this.#value(at, n), spread: 'full' };
  }

  #flat(op: StepOp, out: Address, operands: readonly Operand[], n: number): void {
    this.#hold(out, this.#step(op, operands, 1, n, n), n);
  }

  fill(out: Address, value: number, n: number): void {
    this.#hold(out, this.#step('constant', [], 1, n, n, Math.fround(value)), n);
  }
  copy(out: Address, a: Address, n: number): void {
    this.#hold(out, this.#value(a, n), n);
  }
  unary(op: UnaryOp, out: Address, a: Address, n: number): void {
    this.#flat(op, out, [this.#full(a, n)], n);
  }
  binary(
    op: BinaryOp,
    out: Address,
    a: Address,
    aSpread: Spread,
    b: Address,
    bSpread: Spread,
    rows: number,
    cols: number,
  ): void {
    const size = { full: rows * cols, row: cols, col: rows, scalar: 1 };
    const operands = [
      { value: this.#value(a, size[aSpread]), spread: aSpread },
      { value: this.#value(b, size[bSpread]), spread: bSpread },
    ];
    this.#hold(out, this.#step(op, operands, rows, cols, size.full), size.full);
  }
  binaryScalar(op: BinaryOp, out: Address, a: Address, s: number, reversed: boolean, n: number): void {
    const [x, c] = [this.#full(a, n), this.#constant(s)];
    this.#flat(op, out, reversed ? [c, x] : [x, c], n);
  }
  where(out: Address, condition: Address, a: Address, b: Address, n: number): void {
    this.#flat('where', out, [this.#full(condition, n), this.#full(a, n), this.#full(b, n)], n);
  }
  clip(out: Address, a: Address, low: number, high: number, n: number): void {
    this.#flat('clip', out, [this.#full(a, n), this.#constant(low), this.#constant(high)], n);
  }
  axpy(y: Address, alpha: number, x: Address, n: number): void {
    const scaled = this.#step('mul', [this.#constant(alpha), this.#full(x, n)], 1, n, n);
    this.#flat('add', y, [this.#full(y, n), { value: scaled, spread: 'full' }], n);
  }
  reduceRows(op: Reduction, out: Address, a: Address, rows: number, cols: number): void {
    const step = this.#step(op === 'sum' ? 'rowSum' : 'rowMax', [this.#full(a, rows * cols)], rows, cols, rows);
    this.#hold(out, step, rows);
  }
  reduceCols(op: Reduction, out: Address, a: Address, rows: number, cols: number): void {
    const step = this.#step(op === 'sum' ? 'colSum' : 'colMax', [this.#full(a, rows * cols)], rows, cols, cols);
    this.#hold(out, step, cols);
  }

  allocate(n: number): Address {
    const at = this.#top;
    this.#top += n;
    return at;
  }
  free(): void {}
  usage(): { allocated: number; capacity: number } {
    return { allocated: this.#top, capacity: this.#top };
  }
  dispose(): void {}

  heap(): never {
    return refuse('values are read');
  }
  integers(): never {
    return refuse('indices');
  }
  matmul(): void {
    refuse('a product');
  }
  segmentedMatmul(): void {
    refuse('a product');
  }
  transpose(): void {
    refuse('a transposed view');
  }
  gatherRows(): void {
    refuse('indices');
  }
  scatterAddRows(): void {
    refuse('indices');
  }
  oneHot(): void {
    refuse('indices');
  }
  argmaxRows(): void {
    refuse('indices');
  }
  topK(): void {
    refuse('indices');
  }
  randomUniform(): void {
    refuse('random numbers');
  }
  randomNormal(): void {
    refuse('random numbers');
  }
  randomMask(): void {
    refuse('random numbers');
  }
  scaleRows(): void {
    refuse('rows of a data set');
  }
  read(): never {
    return refuse('values are read');
  }
  readAsync(): never {
    return refuse('values are read');
  }
  write(): void {
    refuse('values are written');
  }
}
