import { ceil } from '../../core/math.ts';
import type { Address, Backend, RawRows, RowScaling } from '../backend.ts';

/** A chunk of raw rows stays in the second cache between its copy and its use. */
const stagingBytes = 2 ** 18;
/** Offsets and factors of so many columns have a place from the start. */
const usualColumns = 4096;

/** True for rows that are fed as they are. */
export function unchanged(x: RawRows, { offset, factor, alike }: RowScaling): x is Float32Array {
  return x instanceof Float32Array && alike && offset[0] === 0 && factor[0] === 1;
}

/** Bytes of a raw value by kind, in the order of the kernel's kinds (kernels/rows.ts). */
const rawBytes = [1, 4, 8];

/** Values of other arrays are brought as doubles. */
function kindOf(x: RawRows): number {
  return x instanceof Uint8Array ? 0 : x instanceof Float32Array ? 1 : 2;
}

/**
 * Brings rows of a data set, which lives outside the backend's memory as bytes, to where the kernels can read them: a
 * chunk of rows at a time. Offsets and factors are brought once for as long as the same scaling is used.
 */
export class RowStaging {
  readonly #backend: Backend;
  #address: Address;
  #bytes = stagingBytes;
  #scaling: RowScaling | null = null;
  #scalingAddress: Address;
  #columns = usualColumns;

  constructor(backend: Backend) {
    this.#backend = backend;
    this.#address = backend.allocate(stagingBytes / 4, 'raw rows of a batch');
    this.#scalingAddress = backend.allocate(4 * usualColumns, 'scaling of a batch');
  }

  /** Calls `run(first, count, kind, raw, offset, factor)` for chunks of rows, with addresses in bytes. */
  chunks(
    x: RawRows,
    rows: Int32Array,
    cols: number,
    scaling: RowScaling,
    run: (first: number, count: number, kind: number, raw: number, offset: number, factor: number) => void,
  ): void {
    const kind = kindOf(x);
    const bytes = cols * rawBytes[kind];
    if (rows.length === 0 || bytes === 0) return;
    const held = Math.max(1, Math.floor(stagingBytes / bytes));
    this.#reserve(Math.min(held, rows.length) * bytes);
    const offset = this.#place(scaling);
    const factor = offset + 8 * scaling.offset.length;
    const raw = 4 * this.#address;
    for (let first = 0; first < rows.length; first += held) {
      const count = Math.min(held, rows.length - first);
      const target = this.#view(x, raw, count * cols);
      for (let i = 0; i < count; i++) {
        const from = rows[first + i] * cols;
        target.set(x.subarray(from, from + cols), i * cols);
      }
      run(first, count, kind, raw, offset, factor);
    }
  }

  #view(x: RawRows, at: number, length: number): RawRows {
    const { buffer } = this.#backend.heap();
    if (x instanceof Uint8Array) return new Uint8Array(buffer, at, length);
    if (x instanceof Float32Array) return new Float32Array(buffer, at, length);
    return new Float64Array(buffer, at, length);
  }

  /** Room for a row that is longer than usual. */
  #reserve(bytes: number): void {
    if (bytes <= this.#bytes) return;
    const before = this.#address;
    this.#address = this.#backend.allocate(ceil(bytes / 4), 'raw rows of a batch');
    this.#bytes = bytes;
    this.#backend.free(before);
  }

  #place(scaling: RowScaling): number {
    if (this.#scaling !== scaling) {
      const n = scaling.offset.length;
      if (n > this.#columns) {
        const before = this.#scalingAddress;
        this.#scalingAddress = this.#backend.allocate(4 * n, 'scaling of a batch');
        this.#columns = n;
        this.#backend.free(before);
      }
      const target = new Float64Array(this.#backend.heap().buffer, 4 * this.#scalingAddress, 2 * n);
      target.set(scaling.offset);
      target.set(scaling.factor, n);
      this.#scaling = scaling;
    }
    return 4 * this.#scalingAddress;
  }
}
