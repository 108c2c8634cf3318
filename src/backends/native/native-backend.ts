import type { Blas } from '../../platform/blas.ts';
import type { Address } from '../backend.ts';
import { kernelModule } from '../wasm/module.ts';
import { defaultMemoryLimit, WasmBackend, type WasmOptions } from '../wasm/wasm-backend.ts';

/** Below so many multiplications a call out of JavaScript costs more than the product in SIMD. */
const smallProduct = 2 ** 13;

/**
 * The wasm backend with its products done by a system BLAS on the same memory. Everything else has the bits of `wasm`;
 * products have those of the library, its version and thread count, and a run repeats on those alone.
 */
export class NativeBackend extends WasmBackend {
  override readonly name: string = 'native';
  override readonly threads: number;
  readonly blas: Blas;

  constructor(blas: Blas, module: WebAssembly.Module, maxBytes: number) {
    super(module, maxBytes);
    this.blas = blas;
    this.threads = blas.threads;
  }

  override matmul(
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
    if (m * n * k < smallProduct) super.matmul(c, a, b, m, n, k, transA, transB, alpha, beta);
    else this.blas.sgemm(this.heap(), transA, transB, m, n, k, alpha, a, b, beta, c);
  }

  override segmentedMatmul(
    c: Address,
    a: Address,
    b: Address,
    offsets: Address,
    groups: number,
    n: number,
    k: number,
    transB: boolean,
  ): void {
    for (let g = 0; g < groups; g++) {
      const from = this.integers()[offsets + g];
      const rows = this.integers()[offsets + g + 1] - from;
      this.matmul(c + from * n, a + from * k, b + g * k * n, rows, n, k, false, transB, 1, 0);
    }
  }
}

/** `createNativeBackend((await loadBlas()).blas!)`, with `loadBlas` from `neuroforge/platform`. */
export function createNativeBackend(blas: Blas, options: WasmOptions = {}): NativeBackend {
  return new NativeBackend(blas, options.module ?? kernelModule(), options.maxBytes ?? defaultMemoryLimit());
}
