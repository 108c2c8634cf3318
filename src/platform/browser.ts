import { NeuroForgeError } from '../core/errors.ts';
import type { BlasOptions, BlasSearch } from './blas.ts';
import type { Files } from './files.ts';

export type { Blas, BlasOptions, BlasSearch } from './blas.ts';

/** A page has no system BLAS. */
export async function loadBlas(_options: BlasOptions = {}): Promise<BlasSearch> {
  return { blas: null, tried: ['a page has no foreign function interface'] };
}

function refuse(where?: string): never {
  throw new NeuroForgeError('NF2900', 'a page has no file system', {
    where,
    hint: 'pass the bytes themselves, or a Files of your own',
  });
}

const refuseLater = async (path: string): Promise<never> => refuse(path);

/** Files in a page: paths can be put together, nothing can be read or written. */
export const files: Files = {
  available: false,
  readFile: refuseLater,
  readPart: refuseLater,
  writeFileAtomic: refuseLater,
  replace: refuseLater,
  appendFile: refuseLater,
  sync: refuseLater,
  writeFileExclusive: refuseLater,
  exists: refuseLater,
  stat: refuseLater,
  list: refuseLater,
  makeFolder: refuseLater,
  makeFolderExclusive: refuseLater,
  remove: refuseLater,
  join: (...parts) => parts.filter((part) => part !== '').join('/'),
  resolve: (path) => path,
  basename: (path) => path.slice(path.lastIndexOf('/') + 1),
  cacheFolder: () => refuse(),
  env: () => undefined,
  get host() {
    return {
      pid: 0,
      hostname: globalThis.location?.hostname ?? '',
      system: 'browser',
      architecture: 'unknown',
      runtime: globalThis.navigator?.userAgent ?? 'unknown',
      cpu: 'unknown',
      cores: globalThis.navigator?.hardwareConcurrency ?? 1,
    };
  },
  processAlive: () => false,
};

export type { FileStat, Files, HostInfo } from './files.ts';
