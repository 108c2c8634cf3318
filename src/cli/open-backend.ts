import type { Backend } from '../backends/backend.ts';
import { NativeBackend } from '../backends/native/native-backend.ts';
import { openBackend } from '../backends/open.ts';
import { loadBlas } from '../platform/index.ts';
import { debug } from '../tensor/debug.ts';
import type { Config } from './config.ts';

/** What a command computes on, and what run.json says of it. */
export interface OpenedBackend {
  readonly backend: Backend;
  readonly about: Readonly<Record<string, unknown>>;
}

/** The backend that the configuration asks for; `log` is told in one line which it is, and why. */
export async function openConfigured(
  config: Pick<Config, 'backend' | 'threads' | 'definitions'>,
  log: (line: string) => void = () => {},
): Promise<OpenedBackend> {
  debug.definitions = config.definitions;
  let chosen = '';
  const backend = await openBackend(config.backend, {
    threads: config.threads,
    loadBlas,
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

/** The backend of a run that is over, as far as it is to be had here, so that its figures come out again. */
export async function openRecorded(run: Readonly<Record<string, unknown>>, config: Config | null): Promise<Backend> {
  const name = run.backend === 'native' ? 'auto' : run.backend === 'js' ? 'js' : 'wasm';
  const { backend } = await openConfigured({ backend: name, threads: config?.threads ?? 1, definitions: false });
  return backend;
}
