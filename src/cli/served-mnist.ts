import { toJson } from '../core/unseen.ts';
import { idxNames } from '../data/catalog.ts';
import { type FoundFile, findIdxFolder } from '../data/idx-files.ts';
import { files } from '../platform/index.ts';
import type { ServedFile } from './lab-files.ts';
import type { MadeFiles } from './lab-server.ts';

/**
 * MNIST as it lies on this machine, where `train` would look for it: four files by their usual names, packed or not, and
 * `here.json`, which says whether they are there. Looked for at each request; nothing is downloaded.
 */
export const servedMnist: MadeFiles = new Map<string, () => Promise<ServedFile | null>>([
  ['/here.json', async () => ({ type: 'application/json; charset=utf-8', content: await hereDocument() })],
  ...idxNames.map((name) => [`/mnist/${name}`, () => contentOf(name)] as const),
]);

async function hereDocument(): Promise<string> {
  const found = await findMnist();
  return toJson({ schema: 'neuroforge/lab-here@1', mnist: found.map(({ name }) => `mnist/${name}`) });
}

async function contentOf(name: string): Promise<ServedFile | null> {
  const found = (await findMnist()).find((file) => file.name === name);
  return found ? { type: 'application/octet-stream', content: await files.readFile(found.path) } : null;
}

/** All four, in NEUROFORGE_DATA or else in the cache, or none. */
async function findMnist(): Promise<FoundFile[]> {
  const data = files.env('NEUROFORGE_DATA');
  for (const root of [...(data === undefined ? [] : [data]), files.cacheFolder()]) {
    const folder = files.join(root, 'mnist');
    if (!(await files.exists(folder)) || (await files.stat(folder)).kind !== 'folder') continue;
    const found = await findIdxFolder(files, folder);
    const plain = await Promise.all(found.files.map(({ path }) => isFile(path)));
    if (found.missing.length === 0 && plain.every((yes) => yes)) return found.files;
  }
  return [];
}

/** A file that no reading of it can hang on, of a size that IDX files have; a link that leads nowhere is none. */
async function isFile(path: string): Promise<boolean> {
  if (!(await files.exists(path))) return false;
  const { kind, size } = await files.stat(path);
  return kind === 'file' && size <= 64 * 2 ** 20;
}
