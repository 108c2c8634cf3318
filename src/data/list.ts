import type { Files } from '../platform/files.ts';
import { idxSets } from './catalog.ts';
import { findIdxFolder } from './idx-files.ts';

/** A line of `data list`. */
export interface ListedData {
  readonly name: string;
  readonly title: string;
  readonly credit: string;
  /** `embedded`, the folder where it lies, or null when it has to be fetched first. */
  readonly where: string | null;
}

const embedded: readonly ListedData[] = [
  {
    name: 'digits',
    title: '1,797 handwritten digits, 8x8',
    credit: 'E. Alpaydin & C. Kaynak, UCI, DOI 10.24432/C50P49, CC BY 4.0',
    where: 'embedded',
  },
  {
    name: 'breast-cancer',
    title: '569 tumors, 30 features, benign or malignant',
    credit: 'W. Wolberg et al., UCI, DOI 10.24432/C5DW2B, CC BY 4.0',
    where: 'embedded',
  },
  {
    name: 'iris',
    title: '150 iris flowers, 4 features, 3 species',
    credit: 'R. A. Fisher, UCI, DOI 10.24432/C56C76, CC BY 4.0',
    where: 'embedded',
  },
];

/** Every data set that has a name, and where it is. Reads folders' names, no data. */
export async function listData(files: Files): Promise<ListedData[]> {
  const list = [...embedded];
  for (const { name, title, credit } of idxSets) list.push({ name, title, credit, where: await find(files, name) });
  return list;
}

async function find(files: Files, name: string): Promise<string | null> {
  if (!files.available) return null;
  const root = files.env('NEUROFORGE_DATA');
  for (const base of [root, files.cacheFolder()]) {
    if (base === undefined) continue;
    const folder = files.join(base, name);
    if ((await files.exists(folder)) && (await findIdxFolder(files, folder)).missing.length === 0) return folder;
  }
  return null;
}
