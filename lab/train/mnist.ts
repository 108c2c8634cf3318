import { signal } from '@preact/signals';
import { createStore, get, set } from 'idb-keyval';
import { NeuroForgeError } from '../../src/core/errors.ts';
import { idxNames, idxSets } from '../../src/data/catalog.ts';
import { fetchVerified } from '../../src/data/download.ts';
import { scratchFiles } from './scratch-files.ts';

export type MnistFiles = Readonly<Record<string, Uint8Array>>;

/** Those of the four files that are here, by their usual name, `.gz` where they are packed. */
export const mnistFiles = signal<MnistFiles>({});
export const progress = signal<string | null>(null);
export const mnistError = signal<unknown>(null);

export const mnist = idxSets.find(({ name }) => name === 'mnist')!;
const key = 'mnist';
const store = (): ReturnType<typeof createStore> => createStore('neuroforge-lab-data', 'files');

/** What is still missing, by its usual name. */
export function missing(files: MnistFiles): string[] {
  return idxNames.filter((name) => !files[name] && !files[`${name}.gz`]);
}

/** `train-images.idx3-ubyte.gz`, in any case or with a copy's number -> `train-images-idx3-ubyte.gz`; else null. */
export function usualName(fileName: string): string | null {
  const match = /(train|t10k)-(images|labels)[-.]idx([13])-ubyte(?: ?\(\d+\))?(\.gz)?$/i.exec(fileName);
  return match ? `${match[1]}-${match[2]}-idx${match[3]}-ubyte${match[4] ?? ''}`.toLowerCase() : null;
}

/** Takes files that were dropped or chosen, and says which are no part of MNIST. */
export async function take(files: readonly File[]): Promise<void> {
  mnistError.value = null;
  const taken: Record<string, Uint8Array> = { ...mnistFiles.value };
  const strangers: string[] = [];
  for (const file of files) {
    const name = usualName(file.name);
    if (name === null) strangers.push(file.name);
    else taken[name] = new Uint8Array(await file.arrayBuffer());
  }
  mnistFiles.value = taken;
  if (strangers.length > 0) {
    mnistError.value = new NeuroForgeError('NF4175', 'this is no file of MNIST', {
      where: strangers.join(', '),
      expected: `${idxNames.join(', ')}, as they are or with .gz`,
      hint: 'choose the four files that MNIST is published as',
    });
  }
  await remember();
}

/** Downloads what is missing, each file verified by its published sha256. */
export async function download(): Promise<void> {
  mnistError.value = null;
  const { files, contents } = scratchFiles();
  try {
    for (const file of mnist.files.filter(({ name }) => missing(mnistFiles.value).includes(name))) {
      await fetchVerified(mnist, file, 'mnist', {
        files,
        progress: (name, received, total) => {
          const share = total ? ` of ${megabytes(total)}` : '';
          progress.value = `${name}: ${megabytes(received)}${share}`;
        },
      });
      mnistFiles.value = { ...mnistFiles.value, [`${file.name}.gz`]: contents.get(`mnist/${file.name}.gz`)! };
    }
    await remember();
  } catch (error) {
    mnistError.value = inPage(error);
  } finally {
    progress.value = null;
  }
}

/** What was brought on an earlier visit. */
export async function recall(): Promise<void> {
  try {
    const kept = await get<MnistFiles>(key, store());
    if (kept && missing(mnistFiles.value).length > 0) mnistFiles.value = { ...kept, ...mnistFiles.value };
  } catch {
    // No storage: they are brought again.
  }
}

async function remember(): Promise<void> {
  if (missing(mnistFiles.value).length > 0) return;
  await set(key, mnistFiles.value, store()).catch(() => {});
}

/** The same error with what can be done in a page. */
function inPage(error: unknown): unknown {
  if (!(error instanceof NeuroForgeError)) return error;
  const { code, message, where, expected, got } = error;
  return new NeuroForgeError(code, message, {
    ...(where ? { where } : {}),
    ...(expected ? { expected } : {}),
    ...(got ? { got } : {}),
    hint:
      'a mirror may not let pages read it: save the four files from a mirror above and drop them here, ' +
      'or run `neuroforge data get mnist` and choose them from its folder',
  });
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
