/**
 * A system BLAS through koffi's foreign function interface. Node only: koffi is imported here and nowhere else,
 * dynamically, and is optional. Products run on views of whatever memory the caller has: nothing is copied.
 */
import { NeuroForgeError } from '../core/errors.ts';
import { type Blas, type Native, openBlas } from './blas-library.ts';

export type { Blas } from './blas-library.ts';

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
  /** Version of koffi; absent where it cannot be loaded. */
  readonly koffi?: string;
}

interface Candidate {
  readonly library: string;
  readonly files: readonly string[];
}

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
    const absent = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
    tried.push(absent ? 'the package koffi is not installed' : `koffi: ${firstLine(error)}`);
    return null;
  });
  if (koffi) {
    for (const { library, files } of candidates(wanted)) {
      for (const file of files) {
        try {
          return { blas: openBlas(koffi, library, file, threads), tried, koffi: koffi.version };
        } catch (error) {
          tried.push(`${file}: ${firstLine(error)}`);
        }
      }
    }
  }
  if (wanted !== '') {
    throw new NeuroForgeError('NF1303', `the BLAS "${wanted}" cannot be used`, {
      where: options.library === undefined ? 'NEUROFORGE_BLAS' : 'blas',
      expected: `${order.map((c) => c.library).join(', ')}, or a file`,
      got: tried.join('; '),
    });
  }
  return { blas: null, tried, ...(koffi ? { koffi: koffi.version } : {}) };
}

async function importKoffi(): Promise<Native> {
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
