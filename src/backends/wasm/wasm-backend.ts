import { NeuroForgeError } from '../../core/errors.ts';
import { ceil } from '../../core/math.ts';
import { Allocator } from '../allocator.ts';
import {
  type Address,
  type Backend,
  type BinaryOp,
  binaryOps,
  type RawRows,
  type Reduction,
  type RowScaling,
  type Spread,
  type UnaryOp,
  unaryOps,
} from '../backend.ts';
import type { Compiled, Program } from '../program.ts';
import { Compiler, type FusedCall } from './compiler.ts';
import type { Emitted } from './emit/emit.ts';
import { type Kernels, kernelModule } from './module.ts';
import { RowStaging, unchanged } from './raw-rows.ts';

const pageBytes = 65536;
const firstBytes = 64 * 2 ** 20;

export interface WasmOptions {
  /** At most this many bytes of memory; 4 GiB in Node and 1 GiB in pages unless given. */
  maxBytes?: number;
  /** The kernels as a WebAssembly.Module, compiled elsewhere (a page with a strict CSP, a worker). */
  module?: object;
}

/**
 * SIMD kernels over one WebAssembly.Memory, with the same bits as the js backend in f32. Throws NF1302 where
 * WebAssembly SIMD is missing, NF1301 where not even the first 64 MiB are granted.
 */
export function createWasmBackend(options: WasmOptions = {}): WasmBackend {
  return new WasmBackend(options.module ?? kernelModule(), options.maxBytes ?? defaultMemoryLimit());
}

/** 4 GiB in Node, 1 GiB in pages. */
export function defaultMemoryLimit(): number {
  const inNode = typeof process === 'object' && typeof process.versions?.node === 'string';
  return inNode ? 2 ** 32 : 2 ** 30;
}

/** A memory that may grow to `maxBytes`, or to a half, a quarter … of it when the address space is not granted. */
function reserve(maxBytes: number, shared: boolean): WebAssembly.Memory {
  const most = Math.floor(Math.min(Math.max(maxBytes, 0), 2 ** 32) / pageBytes);
  const initial = Math.min(firstBytes / pageBytes, most);
  for (let maximum = most; ; maximum = Math.max(Math.floor(maximum / 2), initial)) {
    try {
      return new WebAssembly.Memory({ initial, maximum, shared });
    } catch (cause) {
      if (maximum > initial) continue;
      throw new NeuroForgeError('NF1301', `out of memory: wasm asked for its first ${initial / 16} MiB`, {
        where: 'wasm',
        hint: 'close other programs or use the js backend',
        cause,
      });
    }
  }
}

const unaryCode = codes<UnaryOp>(unaryOps);
const binaryCode = codes<BinaryOp>(binaryOps);

function codes<K extends string>(names: readonly K[]): Readonly<Record<K, number>> {
  return Object.fromEntries(names.map((name, i) => [name, i])) as Record<K, number>;
}

export class WasmBackend implements Backend {
  readonly name: string = 'wasm';
  readonly dtype = 'f32';
  readonly threads: number = 1;
  readonly integersPerElement = 1;
  /** The kernels themselves, which count addresses in bytes; for measurements and for kernels made later. */
  kernels: Kernels;
  /** What the operations call: the kernels, or functions that run them in parts. */
  protected calls: Kernels;
  protected memory: WebAssembly.Memory | undefined;
  readonly #allocator: Allocator;
  /** Where products pack their operands, in bytes. */
  protected readonly scratch: number;
  readonly #staging: RowStaging;
  #compiler: Compiler | null;
  #heap!: Float32Array;
  #integers!: Int32Array;

  constructor(module: object, maxBytes: number, shared = false) {
    const memory = reserve(maxBytes, shared);
    this.memory = memory;
    const instance = new WebAssembly.Instance(module as WebAssembly.Module, { env: { memory } });
    this.kernels = instance.exports as unknown as Kernels;
    this.calls = this.kernels;
    this.#remakeViews();
    const first = 16 * ceil(this.kernels.heapBase() / 64);
    this.#allocator = new Allocator(first, this.#heap.length, 4, (capacity) => this.#grow(capacity));
    this.scratch = this.allocateScratch();
    this.#staging = new RowStaging(this);
    this.#compiler = new Compiler(memory, this.kernels, this.#allocator, (...made) => this.fusedCall(...made));
  }

  protected allocateScratch(): number {
    return 4 * this.#allocator.allocate(this.kernels.matmulScratch() / 4, 'wasm (packed operands)');
  }

  #grow(capacity: number): number {
    const now = this.#heap.length;
    const wanted = Math.max(capacity, Math.min(2 * now, now + 2 ** 26));
    for (const elements of [wanted, capacity]) {
      try {
        this.memory?.grow(ceil((4 * elements) / pageBytes) - (4 * now) / pageBytes);
        this.#remakeViews();
        return this.#heap.length;
      } catch {
        // refused: try what is needed, then leave it to the allocator to say so
      }
    }
    return now;
  }

  #remakeViews(): void {
    const buffer = this.memory?.buffer ?? new ArrayBuffer(0);
    this.#heap = new Float32Array(buffer);
    this.#integers = new Int32Array(buffer);
  }

  heap(): Float32Array {
    return this.#heap;
  }
  integers(): Int32Array {
    return this.#integers;
  }
  allocate(n: number, holder: string): Address {
    return this.#allocator.allocate(n, holder);
  }
  free(address: Address): void {
    this.#allocator.free(address);
  }
  usage(): { allocated: number; capacity: number } {
    return this.#allocator.usage();
  }
  dispose(): void {
    this.memory = undefined; // the instance and the views hold it too
    this.kernels = {} as Kernels;
    this.calls = this.kernels;
    this.#compiler = null;
    this.#remakeViews();
  }

  /** How a kernel that was made of a program is called. */
  protected fusedCall(_program: Program, _emitted: Emitted, run: FusedCall): FusedCall {
    return run;
  }

  compile(program: Program): Compiled | null {
    return this.#compiler?.compile(program) ?? null;
  }

  fill(out: Address, value: number, n: number): void {
    this.calls.fill(4 * out, value, n);
  }
  copy(out: Address, a: Address, n: number): void {
    this.calls.copy(4 * out, 4 * a, n);
  }
  unary(op: UnaryOp, out: Address, a: Address, n: number): void {
    this.calls.unary(unaryCode[op], 4 * out, 4 * a, n);
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
    // One row of all elements where no operand turns at a row's end.
    const aFlat = aSpread === 'scalar' || aSpread === 'full' || (cols === 1 && aSpread === 'col');
    const bFlat = bSpread === 'scalar' || bSpread === 'full' || (cols === 1 && bSpread === 'col');
    const flat = aFlat && bFlat;
    const aOne = aSpread === 'scalar' || (aSpread === 'col' && !flat);
    const bOne = bSpread === 'scalar' || (bSpread === 'col' && !flat);
    const aStep = aSpread === 'full' ? 4 * cols : aSpread === 'col' ? 4 : 0;
    const bStep = bSpread === 'full' ? 4 * cols : bSpread === 'col' ? 4 : 0;
    const kind = (aOne ? 1 : 0) + (bOne ? 2 : 0);
    const code = binaryCode[op];
    if (flat) this.calls.binary(code, 4 * out, 4 * a, 0, 4 * b, 0, kind, 1, rows * cols);
    else this.calls.binary(code, 4 * out, 4 * a, aStep, 4 * b, bStep, kind, rows, cols);
  }

  binaryScalar(op: BinaryOp, out: Address, a: Address, s: number, reversed: boolean, n: number): void {
    this.calls.binaryScalar(binaryCode[op], 4 * out, 4 * a, s, +reversed, n);
  }
  where(out: Address, condition: Address, a: Address, b: Address, n: number): void {
    this.calls.where(4 * out, 4 * condition, 4 * a, 4 * b, n);
  }
  clip(out: Address, a: Address, low: number, high: number, n: number): void {
    this.calls.clip(4 * out, 4 * a, low, high, n);
  }
  axpy(y: Address, alpha: number, x: Address, n: number): void {
    this.calls.axpy(4 * y, alpha, 4 * x, n);
  }

  matmul(
    c: Address,
    a: Address,
    b: Address,
    m: number,
    n: number,
    k: number,
    transA: boolean,
    transB: boolean,
    alpha: number,
    beta: number,
  ): void {
    const add = beta === 0 ? 0 : 1;
    // biome-ignore format: one call
    this.calls.matmul(4 * c, 4 * a, 4 * b, m, n, k, +transA, +transB, alpha, beta, add, 0, m, 0, n, this.scratch);
  }

  segmentedMatmul(
    c: Address,
    a: Address,
    b: Address,
    offsets: Address,
    groups: number,
    n: number,
    k: number,
    transB: boolean,
  ): void {
    const all = 2 ** 31 - 1;
    // biome-ignore format: one call
    this.calls.segmentedMatmul(
      4 * c, 4 * a, 4 * b, 4 * offsets, groups, n, k, +transB, 0, all, 0, n, this.scratch,
    );
  }

  transpose(out: Address, a: Address, rows: number, cols: number): void {
    this.calls.transpose(4 * out, 4 * rows, 4 * a, 4 * cols, rows, cols);
  }
  gatherRows(out: Address, a: Address, indices: Address, n: number, cols: number): void {
    this.calls.gatherRows(4 * out, 4 * a, 4 * indices, n, cols);
  }
  scatterAddRows(out: Address, a: Address, indices: Address, n: number, cols: number): void {
    this.calls.scatterAddRows(4 * out, 4 * a, 4 * indices, n, cols, 4 * cols);
  }
  oneHot(out: Address, labels: Address, n: number, classes: number): void {
    this.calls.oneHot(4 * out, 4 * labels, n, classes);
  }

  reduceRows(op: Reduction, out: Address, a: Address, rows: number, cols: number): void {
    this.calls.reduceRows(op === 'sum' ? 0 : 1, 4 * out, 4 * a, rows, cols);
  }
  reduceCols(op: Reduction, out: Address, a: Address, rows: number, cols: number): void {
    this.calls.reduceCols(op === 'sum' ? 0 : 1, 4 * out, 4 * a, rows, cols, 4 * cols);
  }
  argmaxRows(out: Address, a: Address, rows: number, cols: number): void {
    this.calls.argmaxRows(4 * out, 4 * a, rows, cols);
  }
  topK(values: Address, indices: Address, a: Address, rows: number, cols: number, k: number): void {
    this.calls.topK(4 * values, 4 * indices, 4 * a, rows, cols, k);
  }

  randomUniform(out: Address, n: number, key0: number, key1: number, step: number): void {
    this.calls.randomUniform(4 * out, n, key0, key1, step, 0);
  }
  randomNormal(out: Address, n: number, key0: number, key1: number, step: number): void {
    this.calls.randomNormal(4 * out, n, key0, key1, step, 0);
  }
  randomMask(out: Address, n: number, keep: number, key0: number, key1: number, step: number): void {
    const threshold = Math.floor(keep * 65536 + 0.5);
    this.calls.randomMask(4 * out, n, threshold, 65536 / threshold, key0, key1, step, 0);
  }

  scaleRows(out: Address, x: RawRows, rows: Int32Array, cols: number, scaling: RowScaling): void {
    if (unchanged(x, scaling)) {
      for (let i = 0; i < rows.length; i++) {
        this.#heap.set(x.subarray(rows[i] * cols, (rows[i] + 1) * cols), out + i * cols);
      }
      return;
    }
    this.#staging.chunks(x, rows, cols, scaling, (first, count, kind, raw, offset, factor) => {
      this.calls.scaleRows(kind, 4 * (out + first * cols), raw, count, cols, offset, factor, +scaling.alike);
    });
  }
  read(a: Address, n: number): Float32Array {
    return this.#heap.slice(a, a + n);
  }
  readAsync(a: Address, n: number): Promise<Float32Array> {
    return Promise.resolve(this.read(a, n));
  }
  write(out: Address, values: ArrayLike<number>): void {
    this.#heap.set(values, out);
  }
}
