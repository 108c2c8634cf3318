import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { lookup } from 'mrmime';
import { cannotRead, isMissing } from '../platform/causes.ts';

/** A file as it is when it is asked for. */
export interface ServedFile {
  readonly type: string;
  readonly content: string | Uint8Array;
  /** By this, a browser that has the file may ask whether it is still the same; without it, nobody keeps the file. */
  readonly etag?: string;
}

/** What files of the lab are called. Hidden ones are none, nor are names that Windows takes for others (`a:b`). */
const called = /^(\w[\w.-]*\/)*\w[\w.-]*$/;

/**
 * The file at this path of a request, as it is now; null if there is none. The folder may be updated while it is served:
 * a file is read whole before its answer begins. The tag is that of the bytes, since npm gives every file one date.
 * Throws NF2902.
 */
export async function readLabFile(folder: string, path: string): Promise<ServedFile | null> {
  const name = decodeURIComponent(path.slice(1)) + (path.endsWith('/') ? 'index.html' : '');
  if (!called.test(name)) return null;
  try {
    const file = join(folder, name);
    if (!(await stat(file)).isFile()) return null;
    const content = await readFile(file);
    const etag = `"${createHash('sha256').update(content).digest('base64url')}"`;
    return { type: typeOf(name), content, etag };
  } catch (error) {
    if (isMissing(error)) return null;
    throw cannotRead(name, error);
  }
}

function typeOf(name: string): string {
  const type = lookup(name) ?? 'application/octet-stream';
  return type.startsWith('text/') ? `${type}; charset=utf-8` : type;
}
