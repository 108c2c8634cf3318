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
    scratch: number,
  ): void;
  transpose(out: number, a: number, rows: number, cols: number): void;
  gatherRows(out: number, a: number, indices: number, n: number, cols: number): void;
  scatterAddRows(out: number, a: number, indices: number, n: number, cols: number): void;
  oneHot(out: number, labels: number, n: number, classes: number): void;
  reduceRows(op: number, out: number, a: number, rows: number, cols: number): void;
  reduceCols(op: number, out: number, a: number, rows: number, cols: number): void;
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

let compiled: object | undefined;

/** The kernels as a WebAssembly.Module, compiled once (typed so that callers need no DOM types). Throws NF1302 where there is no WebAssembly with SIMD. */
export function kernelModule(): object {
  if (compiled) return compiled;
  const hint = 'use the js backend, or Node 20+ / a browser of 2023 or newer (Safari 16.4)';
  if (typeof WebAssembly === 'undefined') {
    throw new NeuroForgeError('NF1302', 'the wasm backend needs WebAssembly, which this runtime does not offer', {
      where: 'wasm',
      hint,
    });
  }
  const bytes = Uint8Array.from(atob(kernels), (c) => c.charCodeAt(0));
  if (!WebAssembly.validate(bytes)) {
    throw new NeuroForgeError('NF1302', 'the wasm backend needs WebAssembly SIMD, which this runtime does not offer', {
      where: 'wasm',
      hint,
    });
  }
  compiled = new WebAssembly.Module(bytes);
  return compiled;
}
