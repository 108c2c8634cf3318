import { NeuroForgeError } from '../../src/core/errors.ts';
import { files as none } from '../../src/platform/browser.ts';
import type { Files } from '../../src/platform/files.ts';

/** Files of this page's memory, by path: a place for downloads that are resumed and verified. */
export function scratchFiles(): { files: Files; contents: ReadonlyMap<string, Uint8Array> } {
  const contents = new Map<string, Uint8Array>();
  const bytesOf = (data: Uint8Array | string): Uint8Array =>
    typeof data === 'string' ? new TextEncoder().encode(data) : data;
  const at = (path: string): Uint8Array => {
    const found = contents.get(path);
    if (found) return found;
    throw new NeuroForgeError('NF2901', 'no such file or folder', { where: path });
  };
  const files: Files = {
    ...none,
    host: none.host,
    available: true,
    readFile: async (path) => at(path),
    readPart: async (path, start, length) => at(path).subarray(start, start + length),
    exists: async (path) => contents.has(path),
    stat: async (path) => ({ kind: 'file', size: at(path).length, modified: 0 }),
    makeFolder: async () => {},
    writeFileAtomic: async (path, data) => {
      contents.set(path, bytesOf(data));
    },
    writeFileExclusive: async (path, data) => {
      if (contents.has(path)) throw new NeuroForgeError('NF2903', 'exists already', { where: path });
      contents.set(path, bytesOf(data));
    },
    appendFile: async (path, data) => {
      const added = bytesOf(data);
      const old = contents.get(path) ?? new Uint8Array();
      const all = new Uint8Array(old.length + added.length);
      all.set(old);
      all.set(added, old.length);
      contents.set(path, all);
    },
    replace: async (from, to) => {
      contents.set(to, at(from));
      contents.delete(from);
    },
    remove: async (path) => {
      contents.delete(path);
    },
  };
  return { files, contents };
}
