import type { Backend } from '../backends/backend.ts';
import { createNativeBackend, NativeBackend } from '../backends/native/native-backend.ts';
import { openBackend } from '../backends/open.ts';
import { loadBlas } from '../platform/index.ts';
import { debug } from '../tensor/debug.ts';
import type { Config } from './config.ts';

/** What a command computes on, and what run.json says of it. */
export interface OpenedBackend {
  readonly backend: Backend;
  readonly about: Readonly<Record<string, unknown>>;
}

/** The backend that the configuration asks for; `log` is told in one line which it is, and why. `library`: which BLAS. */
export async function openConfigured(
  config: Pick<Config, 'backend' | 'threads' | 'definitions'>,
  log: (line: string) => void = () => {},
  library?: string,
): Promise<OpenedBackend> {
  debug.definitions = config.definitions;
  let chosen = '';
  const backend = await openBackend(config.backend, {
    threads: config.threads,
    loadBlas,
    blas: library,
    log: (line) => {
      chosen = line;
      log(line);
    },
  });
  const about = {
    backend: backend.name,
    threads: backend.threads,
    definitions: config.definitions,
    ...(chosen === '' ? {} : { chosen }),
    ...(backend instanceof NativeBackend ? { blas: blasOf(backend) } : {}),
  };
  return { backend, about };
}

/** Bits repeat on the same library, version, core type and thread count alone. */
function blasOf({ blas: { library, file, version, threads } }: NativeBackend): Record<string, unknown> {
  return { library, file, version, threads };
}

/** A library by name: files that a run names are not loaded, since a run may come from anywhere. */
export const blasLibraries = ['oneDNN', 'OpenBLAS', 'Accelerate', 'MKL', 'BLIS'];

/** The backend of a run that is over, as far as it is to be had here, so that its figures come out again. */
export async function openRecorded(
  run: Readonly<Record<string, unknown>>,
  config: Config | null,
  warn: (code: string, message: string, hint: string) => void,
): Promise<Backend> {
  const threads = Math.min(config?.threads ?? 1, 64);
  if (run.backend !== 'native') {
    const { backend } = await openConfigured({
      backend: run.backend === 'js' ? 'js' : 'wasm',
      threads,
      definitions: false,
    });
    return backend;
  }
  const { library } = (run.blas ?? {}) as { library?: unknown };
  const named = blasLibraries.find((name) => name === library);
  const { blas } = named
    ? await loadBlas({ threads, library: named }).catch(() => ({ blas: null }))
    : await loadBlas({ threads });
  if (blas) return createNativeBackend(blas);
  warn(
    'NF3212',
    `this run computed on ${named ?? 'a BLAS'}, which is not here`,
    'figures may differ in the last digits',
  );
  return openBackend('auto', { threads, loadBlas: named && !process.env.NEUROFORGE_BLAS ? loadBlas : undefined });
}
