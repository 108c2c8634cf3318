import { createStore, del, get, set } from 'idb-keyval';

/** The four files' bytes by their usual names, `.gz` where they are packed. */
export type MnistFiles = Readonly<Record<string, Uint8Array>>;

const key = 'mnist';
const store = (): ReturnType<typeof createStore> => createStore('neuroforge-lab-data', 'files');

/** The files of an earlier visit, not verified; null where there are none, or no storage. */
export async function keptFiles(): Promise<MnistFiles | null> {
  const kept: unknown = await get(key, store()).catch(() => null);
  if (typeof kept !== 'object' || kept === null) return null;
  const files = Object.entries(kept).filter(([, bytes]) => bytes instanceof Uint8Array);
  return files.length === 0 ? null : Object.fromEntries(files);
}

/** False where the browser does not take them. */
export async function keepFiles(files: MnistFiles): Promise<boolean> {
  try {
    await set(key, files, store());
    return true;
  } catch {
    return false;
  }
}

export async function forgetFiles(): Promise<void> {
  try {
    await del(key, store());
  } catch {
    // No storage: nothing was kept.
  }
}
