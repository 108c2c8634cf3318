/**
 * One BLAS opened through koffi: its products, threads and version, and the test that it has to pass.
 */
import { NeuroForgeError } from '../core/errors.ts';
import { withoutSignals } from './signals.ts';

/** c (m, n) = alpha op(a) (m, k) op(b) (k, n) + beta c, by places of the operands. */
export type Gemm = (
  transA: boolean,
  transB: boolean,
  m: number,
  n: number,
  k: number,
  alpha: number,
  a: number,
  b: number,
  beta: number,
  c: number,
) => void;

/** Single-precision products of row-major matrices on a heap, by element offsets. */
export interface Blas {
  /** `oneDNN`, `OpenBLAS`, `Accelerate`, `MKL` or `BLIS`. */
  readonly library: string;
  /** What was loaded: a file name or path. */
  readonly file: string;
  /** As the library tells it, with its core type where it tells that; empty where it does not. */
  readonly version: string;
  readonly threads: number;
  /** c (m, n) = alpha op(a) (m, k) op(b) (k, n) + beta c; with beta 0, c is not read. */
  sgemm(heap: Float32Array, ...product: Parameters<Gemm>): void;
}

/** A library has one number of threads for all that use it in this process: the one of the last call, by file. */
const threadsNow = new Map<string, number>();

/** koffi itself. */
export type Native = typeof import('koffi').default;
type Library = ReturnType<Native['load']>;
type Call = (...args: (number | bigint | string | null)[]) => number;

/** Loads `file` and tests it; throws what went wrong. */
export function openBlas(koffi: Native, library: string, file: string, threads: number): Blas {
  const lib = withThreadVariables(threads, () => {
    if (process.platform === 'linux') pin(koffi, file);
    return koffi.load(file);
  });
  const gemm = library === 'oneDNN' ? oneDnn(koffi, lib) : cblas(lib);
  const setThreads = threadSetter(koffi, lib, library);
  let heapNow: Float32Array | null = null;
  let base = 0;
  const blas: Blas = {
    library,
    file,
    version: versionOf(koffi, lib, library),
    threads,
    sgemm(heap, transA, transB, m, n, k, alpha, a, b, beta, c) {
      if (threadsNow.get(file) !== threads) {
        setThreads(threads);
        threadsNow.set(file, threads);
      }
      if (heap !== heapNow) {
        base = Number(koffi.address(heap));
        heapNow = heap;
      }
      if (base === 0) throw new NeuroForgeError('NF1202', 'this backend was disposed of: it has no memory left');
      gemm(transA, transB, m, n, k, alpha, base + 4 * a, base + 4 * b, beta, base + 4 * c);
    },
  };
  selfTest(blas);
  return blas;
}

function oneDnn(koffi: Native, lib: Library): Gemm {
  const call = lib.func(
    'int dnnl_sgemm(char ta, char tb, int64_t m, int64_t n, int64_t k, float alpha, uintptr_t a, int64_t lda, ' +
      'uintptr_t b, int64_t ldb, float beta, uintptr_t c, int64_t ldc)',
  ) as unknown as Call;
  const [N, T] = [78, 84]; // 'N', 'T'
  const gemm: Gemm = (transA, transB, m, n, k, alpha, a, b, beta, c) => {
    call(transA ? T : N, transB ? T : N, m, n, k, alpha, a, transA ? m : k, b, transB ? k : n, beta, c, n);
  };
  const affected =
    process.platform === 'linux' && process.arch === 'x64' && !atLeast(oneDnnVersion(koffi, lib), [3, 11, 2]);
  return affected ? withoutSignals(koffi, gemm) : gemm;
}

/** major, minor, patch: the first fields of dnnl_version_t. */
function oneDnnVersion(koffi: Native, lib: Library): readonly number[] {
  const at = (lib.func('void *dnnl_version()') as unknown as () => unknown)();
  return Array.from(koffi.decode(at, 'int', 3) as ArrayLike<number>);
}

function atLeast(version: readonly number[], least: readonly number[]): boolean {
  const i = version.findIndex((v, k) => v !== least[k]);
  return i < 0 || version[i] > least[i];
}

function cblas(lib: Library): Gemm {
  const call = lib.func(
    'void cblas_sgemm(int order, int ta, int tb, int m, int n, int k, float alpha, uintptr_t a, int lda, ' +
      'uintptr_t b, int ldb, float beta, uintptr_t c, int ldc)',
  ) as unknown as Call;
  const [rowMajor, N, T] = [101, 111, 112];
  return (transA, transB, m, n, k, alpha, a, b, beta, c) => {
    call(rowMajor, transA ? T : N, transB ? T : N, m, n, k, alpha, a, transA ? m : k, b, transB ? k : n, beta, c, n);
  };
}

/**
 * Keeps the library and its OpenMP runtime in memory until the process is gone: a runtime that is unloaded at exit
 * while its threads spin crashes the process.
 */
function pin(koffi: Native, file: string): void {
  const dlopen = koffi.load(null).func('void *dlopen(const char *file, int flags)') as unknown as Call;
  const nowAndForEver = 0x1002; // RTLD_NOW | RTLD_NODELETE
  for (const name of ['libgomp.so.1', file]) dlopen(name, nowAndForEver);
}

/** Libraries read these when they are loaded; what the process starts later is not to inherit them. */
function withThreadVariables<T>(threads: number, load: () => T): T {
  const names = [
    'OMP_NUM_THREADS',
    'OPENBLAS_NUM_THREADS',
    'MKL_NUM_THREADS',
    'BLIS_NUM_THREADS',
    'VECLIB_MAXIMUM_THREADS',
  ];
  const before = names.map((name) => process.env[name]);
  for (const name of names) process.env[name] = String(threads);
  try {
    return load();
  } finally {
    names.forEach((name, i) => {
      if (before[i] === undefined) delete process.env[name];
      else process.env[name] = before[i];
    });
  }
}

/** Sets the number of threads of a library that has read its variables; a build that cannot goes by those. */
function threadSetter(koffi: Native, lib: Library, library: string): (threads: number) => void {
  const setters: Readonly<Record<string, string>> = {
    OpenBLAS: 'void openblas_set_num_threads(int n)',
    MKL: 'void MKL_Set_Num_Threads(int n)',
    BLIS: 'void bli_thread_set_num_threads(int64_t n)',
  };
  try {
    if (library in setters) return lib.func(setters[library]) as unknown as Call;
    if (process.platform === 'linux') {
      return koffi.load('libgomp.so.1').func('void omp_set_num_threads(int n)') as unknown as Call;
    }
  } catch {
    // It has no such function.
  }
  return () => {};
}

function versionOf(koffi: Native, lib: Library, library: string): string {
  try {
    if (library === 'OpenBLAS') return String((lib.func('const char *openblas_get_config()') as unknown as Call)());
    if (library === 'oneDNN') {
      const isa = (lib.func('int dnnl_get_effective_cpu_isa()') as unknown as Call)();
      return `${oneDnnVersion(koffi, lib).join('.')}, cpu isa 0x${isa.toString(16)}`;
    }
  } catch {
    // Not every build tells.
  }
  return '';
}

/**
 * Three small products against plain loops: a wrong integer width or a broken kernel must be refused. Throws NF1303.
 * @internal
 */
export function selfTest(blas: Pick<Blas, 'library' | 'sgemm'>): void {
  const [m, n, k] = [5, 7, 9];
  const heap = new Float32Array(256);
  for (let i = 0; i < 128; i++) heap[i] = ((i * 37) % 19) - 9;
  for (const [transA, transB] of [
    [false, false],
    [false, true],
    [true, false],
  ]) {
    heap.fill(1, 128, 128 + m * n);
    blas.sgemm(heap, transA, transB, m, n, k, 2, 0, 64, -1, 128);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let p = 0; p < k; p++) {
          sum += heap[transA ? p * m + i : i * k + p] * heap[64 + (transB ? j * k + p : p * n + j)];
        }
        const got = heap[128 + i * n + j];
        if (got !== 2 * sum - 1) {
          throw new NeuroForgeError('NF1303', `${blas.library} computes a small product wrongly`, {
            expected: String(2 * sum - 1),
            got: String(got),
          });
        }
      }
    }
  }
}
