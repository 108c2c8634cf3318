/**
 * A system BLAS through koffi's foreign function interface. Node only: koffi is imported here and nowhere else,
 * dynamically, and is optional. Products run on views of whatever memory the caller has: nothing is copied.
 */
import { NeuroForgeError } from '../core/errors.ts';

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
  sgemm(
    heap: Float32Array,
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
  ): void;
}

export interface BlasOptions {
  /** Default 1. */
  readonly threads?: number;
  /** A library's name or a file; default NEUROFORGE_BLAS, else the search order. */
  readonly library?: string;
}

/** What a search found, and why the others were passed over. */
export interface BlasSearch {
  readonly blas: Blas | null;
  readonly tried: readonly string[];
}

interface Candidate {
  readonly library: string;
  readonly files: readonly string[];
}

type Native = Awaited<ReturnType<typeof importKoffi>>;
type Library = ReturnType<Native['load']>;
type Call = (...args: (number | bigint | string | null)[]) => number;

const order: readonly Candidate[] = [
  { library: 'oneDNN', files: ['libdnnl.so.3', 'libdnnl.so.2', 'libdnnl.dylib', 'dnnl.dll'] },
  { library: 'OpenBLAS', files: ['libopenblas.so.0', 'libopenblas.dylib', 'libopenblas.dll', 'openblas.dll'] },
  { library: 'Accelerate', files: ['/System/Library/Frameworks/Accelerate.framework/Accelerate'] },
  { library: 'MKL', files: ['libmkl_rt.so.2', 'libmkl_rt.so', 'mkl_rt.2.dll'] },
  { library: 'BLIS', files: ['libblis.so.4', 'libblis.so.3', 'libblis.dylib'] },
];

const suffixes: Readonly<Record<string, readonly string[]>> = {
  linux: ['.so'],
  darwin: ['.dylib', '/Accelerate'],
  win32: ['.dll'],
};

/**
 * The first library in the order oneDNN, OpenBLAS, Accelerate, MKL, BLIS that is installed and passes three small
 * products; `blas` is null, with the reasons in `tried`, when there is none or koffi is not installed. Throws NF1303
 * when `library` (or NEUROFORGE_BLAS) names one that cannot be used, NF4106 for a bad number of threads.
 */
export async function loadBlas(options: BlasOptions = {}): Promise<BlasSearch> {
  const threads = options.threads ?? 1;
  if (!(Number.isInteger(threads) && threads >= 1 && threads <= 1024)) {
    throw new NeuroForgeError('NF4106', 'the number of threads must be a whole number', {
      expected: '1 to 1024',
      got: String(threads),
    });
  }
  const wanted = options.library ?? process.env.NEUROFORGE_BLAS ?? '';
  const tried: string[] = [];
  const koffi = await importKoffi().catch((error: unknown) => {
    tried.push(`koffi: ${firstLine(error)}`);
    return null;
  });
  if (koffi) {
    for (const { library, files } of candidates(wanted)) {
      for (const file of files) {
        try {
          return { blas: open(koffi, library, file, threads), tried };
        } catch (error) {
          tried.push(`${file}: ${firstLine(error)}`);
        }
      }
    }
  }
  if (wanted !== '') {
    throw new NeuroForgeError('NF1303', `the BLAS "${wanted}" cannot be used`, {
      where: options.library === undefined ? 'NEUROFORGE_BLAS' : '--blas',
      expected: `${order.map((c) => c.library).join(', ')}, or a file`,
      got: tried.join('; '),
    });
  }
  return { blas: null, tried };
}

async function importKoffi() {
  const name = 'koffi'; // not a literal: bundlers are to leave it alone
  return ((await import(/* @vite-ignore */ name)) as typeof import('koffi')).default;
}

function candidates(wanted: string): readonly Candidate[] {
  if (wanted === '') {
    const fits = suffixes[process.platform] ?? ['.so'];
    return order.map((c) => ({
      ...c,
      files: c.files.filter((f) => fits.some((s) => f.endsWith(s) || f.includes(`${s}.`))),
    }));
  }
  const named = order.filter((c) => c.library.toLowerCase() === wanted.toLowerCase());
  if (named.length > 0) return named;
  const like = order.find((c) => wanted.toLowerCase().includes(c.library.toLowerCase().replace('onednn', 'dnnl')));
  return [{ library: like?.library ?? 'OpenBLAS', files: [wanted] }];
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0];
}

function open(koffi: Native, library: string, file: string, threads: number): Blas {
  const lib = withThreadVariables(threads, () => {
    if (process.platform === 'linux') pin(koffi, file);
    return koffi.load(file);
  });
  const gemm = library === 'oneDNN' ? oneDnn(lib) : cblas(lib);
  setThreads(koffi, lib, library, threads);
  let heapNow: Float32Array | null = null;
  let base = 0;
  const blas: Blas = {
    library,
    file,
    version: versionOf(lib, library),
    threads,
    sgemm(heap, transA, transB, m, n, k, alpha, a, b, beta, c) {
      if (heap !== heapNow) {
        base = Number(koffi.address(heap));
        heapNow = heap;
      }
      gemm(transA, transB, m, n, k, alpha, base + 4 * a, base + 4 * b, beta, base + 4 * c);
    },
  };
  selfTest(blas);
  return blas;
}

type Gemm = (
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

function oneDnn(lib: Library): Gemm {
  const call = lib.func(
    'int dnnl_sgemm(char ta, char tb, int64_t m, int64_t n, int64_t k, float alpha, uintptr_t a, int64_t lda, ' +
      'uintptr_t b, int64_t ldb, float beta, uintptr_t c, int64_t ldc)',
  ) as unknown as Call;
  const [N, T] = [78, 84]; // 'N', 'T'
  return (transA, transB, m, n, k, alpha, a, b, beta, c) => {
    call(transA ? T : N, transB ? T : N, m, n, k, alpha, a, transA ? m : k, b, transB ? k : n, beta, c, n);
  };
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
  const dlopen = koffi.load('libc.so.6').func('void *dlopen(const char *file, int flags)') as unknown as Call;
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

/** For libraries that were loaded before, whose variables have been read. */
function setThreads(koffi: Native, lib: Library, library: string, threads: number): void {
  const setters: Readonly<Record<string, string>> = {
    OpenBLAS: 'void openblas_set_num_threads(int n)',
    MKL: 'void MKL_Set_Num_Threads(int n)',
    BLIS: 'void bli_thread_set_num_threads(int64_t n)',
  };
  try {
    if (library in setters) (lib.func(setters[library]) as unknown as Call)(threads);
    else if (process.platform === 'linux') {
      (koffi.load('libgomp.so.1').func('void omp_set_num_threads(int n)') as unknown as Call)(threads);
    }
  } catch {
    // A build without that function goes by the variables.
  }
}

function versionOf(lib: Library, library: string): string {
  try {
    if (library === 'OpenBLAS') return String((lib.func('const char *openblas_get_config()') as unknown as Call)());
    if (library === 'oneDNN') {
      const isa = (lib.func('int dnnl_get_effective_cpu_isa()') as unknown as Call)();
      return `cpu isa 0x${isa.toString(16)}`;
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
