import { NeuroForgeError } from '../core/errors.ts';
import { files as none } from './browser.ts';
import type { Files } from './files.ts';

/**
 * Files that lie in memory, by name: what was dropped on a page, for readers that are handed {@link Files}. There is one
 * folder, whatever it is called; nothing can be written.
 */
export function memoryFiles(contents: Readonly<Record<string, Uint8Array>>): Files {
  const bytesOf = (path: string): Uint8Array => {
    const name = none.basename(path);
    if (Object.hasOwn(contents, name)) return contents[name];
    throw new NeuroForgeError('NF2901', 'there is no such file', {
      where: path,
      expected: `one of ${Object.keys(contents).join(', ')}`,
    });
  };
  const some: Partial<Files> = {
    available: true,
    readFile: async (path) => bytesOf(path),
    readPart: async (path, start, length) => bytesOf(path).subarray(start, start + length),
    exists: async (path) => Object.hasOwn(contents, none.basename(path)),
    stat: async (path) => ({ kind: 'file', size: bytesOf(path).length, modified: 0 }),
    list: async () => Object.keys(contents).sort(),
  };
  return Object.create(none, Object.getOwnPropertyDescriptors(some));
}
