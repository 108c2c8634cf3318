import type { Backend } from '../../backends/backend.ts';
import { NativeBackend } from '../../backends/native/native-backend.ts';
import { WasmBackend } from '../../backends/wasm/wasm-backend.ts';
import type { Gemm } from '../../platform/blas-library.ts';
import type { CaseData } from './case-data.ts';
import { type BenchCase, productsOf } from './cases.ts';
import { summary } from './statistics.ts';

/** W moves by so little a step that the floor may run for ever on the same numbers. */
const rate = 1e-9;

type Call = () => void;

/**
 * The products of a training step and nothing else, over the same batches: what no program with this product routine can
 * go below. Native: straight through the foreign function on one raw view, no backend, no tensors. Others: the
 * backend's product on raw addresses. Folded, W <- W - rate x^T dZ is the product; kept, the product writes the gradient
 * (beta 0), and one SIMD pass over all of them adds it.
 */
export function floorStep(
  backend: Backend,
  kept: boolean,
  of: BenchCase,
  { weights, x: rows }: CaseData,
): (k: number) => void {
  const { net, batch } = of;
  const place = (values: ArrayLike<number>): number => {
    const at = backend.allocate(values.length, 'bench floor');
    backend.write(at, values);
    return at;
  };
  const filled = (n: number, value: number): number => place(new Float32Array(n).fill(value));
  const sizes = weights.map((W) => W.length);
  const total = sizes.reduce((sum, n) => sum + n, 0);
  const [W, dW] = [filled(total, 0), kept ? filled(total, 0) : 0];
  const offsets = sizes.map((_, l) => sizes.slice(0, l).reduce((sum, n) => sum + n, 0));
  weights.forEach((values, l) => backend.write(W + offsets[l], values));
  const all = place(rows);
  const outputs = net.slice(1).map((width) => filled(batch * width, 0.5));
  const deltas = net.slice(1).map((width) => filled(batch * width, 1 / batch));

  const product = productOf(backend);
  let x = all;
  const below = (l: number): number => (l === 0 ? x : outputs[l - 1]);
  const calls = productsOf(of).map(({ layer: l, kind, m, n, k }): Call => {
    const w = W + offsets[l];
    if (kind === 'forward') return () => product(false, false, m, n, k, 1, below(l), w, 0, outputs[l]);
    if (kind === 'dX') return () => product(false, true, m, n, k, 1, deltas[l], w, 0, deltas[l - 1]);
    if (kept) return () => product(true, false, m, n, k, 1, below(l), deltas[l], 0, dW + offsets[l]);
    return () => product(true, false, m, n, k, -rate, below(l), deltas[l], 1, w);
  });
  return (k) => {
    x = all + k * batch * net[0];
    for (const call of calls) call();
    if (kept) backend.axpy(W, -rate, dW, total);
  };
}

function productOf(backend: Backend): Gemm {
  if (backend instanceof NativeBackend) {
    const { blas } = backend;
    // after every allocation: the view does not move any more
    let heap: Float32Array | null = null;
    return (transA, transB, m, n, k, alpha, a, b, beta, c) => {
      heap ??= backend.heap();
      blas.sgemm(heap, transA, transB, m, n, k, alpha, a, b, beta, c);
    };
  }
  return (transA, transB, m, n, k, alpha, a, b, beta, c) =>
    backend.matmul(c, a, b, m, n, k, transA, transB, alpha, beta);
}

/** GFLOP/s of the bare register tile of the wasm kernels, median of 50 rounds; undefined for others and for several threads. */
export function tileGflops(backend: Backend): number | undefined {
  if (!(backend instanceof WasmBackend) || backend instanceof NativeBackend || backend.threads > 1) return undefined;
  const [k, times] = [512, 1500];
  const [a, b, c] = [4 * k, 8 * k, 32].map((n) => backend.allocate(n, 'bench tile'));
  backend.fill(a, 0.5, 4 * k);
  backend.fill(b, 0.5, 8 * k);
  const rounds = Array.from({ length: 50 }, () => {
    const from = performance.now();
    backend.kernels.tileRate(4 * a, 4 * b, k, 4 * c, times);
    return performance.now() - from;
  });
  return (2 * 32 * k * times) / summary(rounds).median / 1e6;
}
