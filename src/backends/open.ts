import { NeuroForgeError } from '../core/errors.ts';
import type { BlasOptions, BlasSearch } from '../platform/blas.ts';
import type { Backend } from './backend.ts';
import { type BackendName, backend } from './default.ts';
import { createNativeBackend } from './native/native-backend.ts';
import { createThreadedWasmBackend } from './wasm/threaded-backend.ts';

export interface OpenBackendOptions {
  /** Threads that compute, this one included. Default 1; `js` has no more. */
  readonly threads?: number;
  /** In pages whose policy forbids `blob:` workers: the address of a copy of the thread's code. */
  readonly workerUrl?: string | URL;
  /** `loadBlas` of `neuroforge/platform`, for `native` and for `auto` to find it. */
  readonly loadBlas?: (options: BlasOptions) => Promise<BlasSearch>;
  /** A BLAS by name or file, instead of the search order. */
  readonly blas?: string;
  /** Is told in one line what was chosen, and why. */
  readonly log?: (line: string) => void;
}

/**
 * The backend of that name, ready to compute. `native` is a system BLAS on the memory of `wasm`; `auto` is `native`
 * where one is found, else `wasm`, else `js`. Throws NF1303 when `native` is named and there is none, NF4106 for a
 * number of threads that cannot be, NF1302 where WebAssembly SIMD is missing, NF1304 and NF1305 where threads cannot be
 * had or do not start.
 */
export async function openBackend(name: BackendName | 'native', options: OpenBackendOptions = {}): Promise<Backend> {
  const { threads = 1, log = () => {} } = options;
  if (!(Number.isInteger(threads) && threads >= 1 && threads <= 1024)) {
    throw new NeuroForgeError('NF4106', 'the number of threads must be a whole number', {
      expected: '1 to 1024',
      got: String(threads),
    });
  }
  if (name === 'native' || name === 'auto') {
    const { blas, tried } = await search(name, threads, options);
    if (blas) {
      const of = `${blas.file}${blas.version ? `, ${blas.version}` : ''}`;
      log(`native: ${blas.library} (${of}), ${threads} thread${threads === 1 ? '' : 's'}`);
      return createNativeBackend(blas);
    }
    if (name === 'native') throw noBlas(tried);
    if (options.loadBlas) log(`wasm: no BLAS found (${tried.join('; ')}); to compute faster: ${howToGetOne}`);
  }
  if (threads === 1) return backend(name);
  if (name === 'js' || name === 'js64') {
    throw new NeuroForgeError('NF4106', `the ${name} backend has one thread`, { got: `${threads} threads` });
  }
  return createThreadedWasmBackend({ threads, workerUrl: options.workerUrl });
}

const howToGetOne = 'apt-get install libdnnl2 (or another BLAS), npm install koffi';

async function search(name: string, threads: number, { loadBlas, blas }: OpenBackendOptions): Promise<BlasSearch> {
  if (loadBlas) return loadBlas({ threads, library: blas });
  if (name === 'auto') return { blas: null, tried: [] };
  throw new NeuroForgeError('NF1303', 'the native backend needs a way to load a BLAS', {
    hint: 'pass { loadBlas }, which neuroforge/platform exports',
  });
}

function noBlas(tried: readonly string[]): NeuroForgeError {
  return new NeuroForgeError('NF1303', 'no BLAS can be used here', {
    where: '--backend native',
    expected: 'oneDNN, OpenBLAS, Accelerate, MKL or BLIS, and the package koffi',
    got: tried.join('; ') || 'none',
    hint: `${howToGetOne}; or use wasm`,
  });
}
