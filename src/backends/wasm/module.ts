import { NeuroForgeError } from '../../core/errors.ts';
import { kernels } from './kernels.generated.ts';

/** What the kernels export (kernels/index.ts). Addresses are bytes, counts are elements. */
export interface Kernels {
  heapBase(): number;
  matmulScratch(): number;
  fill(out: number, value: number, n: number): void;
  copy(out: number, a: number, n: number): void;
  unary(op: number, out: number, a: number, n: number): void;
  binary(
    op: number,
    out: number,
    a: number,
    aStep: number,
    b: number,
    bStep: number,
    kind: number,
    rows: number,
    cols: number,
  ): void;
  binaryScalar(op: number, out: number, a: number, s: number, reversed: number, n: number): void;
  where(out: number, condition: number, a: number, b: number, n: number): void;
  clip(out: number, a: number, low: number, high: number, n: number): void;
  axpy(y: number, alpha: number, x: number, n: number): void;
  matmul(
    c: number,
    a: number,
    b: number,
    m: number,
    n: number,
    k: number,
    transA: number,
    transB: number,
    alpha: number,
    beta: number,
    add: number,
    rowFrom: number,
    rowTo: number,
    colFrom: number,
    colTo: number,
    scratch: number,
  ): void;
  segmentedMatmul(
    c: number,
    a: number,
    b: number,
    offsets: number,
    groups: number,
    n: number,
    k: number,
    transB: number,
    rowFrom: number,
    rowTo: number,
    colFrom: number,
    colTo: number,
    scratch: number,
  ): void;
  transpose(out: number, outStep: number, a: number, aStep: number, rows: number, cols: number): void;
  gatherRows(out: number, a: number, indices: number, n: number, cols: number): void;
  scatterAddRows(out: number, a: number, indices: number, n: number, cols: number, step: number): void;
  oneHot(out: number, labels: number, n: number, classes: number): void;
  reduceRows(op: number, out: number, a: number, rows: number, cols: number): void;
  reduceCols(op: number, out: number, a: number, rows: number, cols: number, step: number): void;
  argmaxRows(out: number, a: number, rows: number, cols: number): void;
  topK(values: number, indices: number, a: number, rows: number, cols: number, k: number): void;
  randomUniform(out: number, n: number, key0: number, key1: number, step: number, block: number): void;
  randomNormal(out: number, n: number, key0: number, key1: number, step: number, block: number): void;
  randomMask(
    out: number,
    n: number,
    threshold: number,
    value: number,
    key0: number,
    key1: number,
    step: number,
    block: number,
  ): void;
  scaleRows(
    kind: number,
    out: number,
    a: number,
    rows: number,
    cols: number,
    offset: number,
    factor: number,
    alike: number,
  ): void;
  /** For measurements: the bare register tile, `times` times over k steps. */
  tileRate(a: number, b: number, k: number, c: number, times: number): void;
}

const compiled = new Map<boolean, object>();

/**
 * The kernels as a WebAssembly.Module, compiled once (typed so that callers need no DOM types), for a memory that
 * threads share or for one of a single thread. Throws NF1302 where there is no WebAssembly with SIMD.
 */
export function kernelModule(shared = false): object {
  const known = compiled.get(shared);
  if (known) return known;
  const hint = 'use the js backend, or Node 20+ / a browser of 2023 or newer (Safari 16.4)';
  if (typeof WebAssembly === 'undefined') {
    throw new NeuroForgeError('NF1302', 'the wasm backend needs WebAssembly, which this runtime does not offer', {
      where: 'wasm',
      hint,
    });
  }
  const bytes = withMemoryShared(
    Uint8Array.from(atob(kernels), (c) => c.charCodeAt(0)),
    shared,
  );
  if (!WebAssembly.validate(bytes as BufferSource)) {
    throw new NeuroForgeError('NF1302', 'the wasm backend needs WebAssembly SIMD, which this runtime does not offer', {
      where: 'wasm',
      hint,
    });
  }
  const module = new WebAssembly.Module(bytes as BufferSource);
  compiled.set(shared, module);
  return module;
}

/** `env`, `memory` as the import section has them, and the kind of a memory; the flags of its limits come next. */
const memoryImport = [3, ...letters('env'), 6, ...letters('memory'), 2];
const [hasMaximum, isShared] = [1, 2];

function letters(text: string): number[] {
  return Array.from(text, (c) => c.charCodeAt(0));
}

/**
 * A copy of a module whose imported memory is shared or not: two bits in the flags of the import. The code is the same
 * either way, since none of it needs atomic instructions. Throws NF9001 for a module without such an import.
 */
export function withMemoryShared(module: Uint8Array, shared: boolean): Uint8Array {
  const at = module.findIndex((_, i) => memoryImport.every((byte, j) => module[i + j] === byte));
  const flags = at + memoryImport.length;
  if (at < 0 || (module[flags] & ~isShared) !== hasMaximum) {
    throw new NeuroForgeError('NF9001', 'the module imports no env.memory with a maximum');
  }
  const copy = new Uint8Array(module);
  copy[flags] = shared ? hasMaximum | isShared : hasMaximum;
  return copy;
}
