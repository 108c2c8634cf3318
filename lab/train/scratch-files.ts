import { files as none } from '../../src/platform/browser.ts';
import type { Files } from '../../src/platform/files.ts';

/** Files of this page's memory, by path: a place for downloads that are resumed and verified. */
export function scratchFiles(): { files: Files; contents: ReadonlyMap<string, Uint8Array> } {
  const contents = new Map<string, Uint8Array>();
  const at = (path: string): Uint8Array => contents.get(path) ?? new Uint8Array();
  const files: Files = {
    ...none,
    host: none.host,
    available: true,
    readFile: async (path) => at(path),
    readPart: async (path, start, length) => at(path).subarray(start, start + length),
    exists: async (path) => contents.has(path),
    stat: async (path) => ({ kind: 'file', size: at(path).length, modified: 0 }),
    makeFolder: async () => {},
    appendFile: async (path, bytes) => {
      const added = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
      const old = at(path);
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
