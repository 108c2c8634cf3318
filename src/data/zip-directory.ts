import { NeuroForgeError } from '../core/errors.ts';
import type { ByteSource } from './byte-source.ts';
import { checkName } from './names.ts';

/** A file in a zip archive, as the directory at the archive's end describes it. */
export interface ZipEntry {
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly flags: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  /** Where its own header lies. */
  readonly offset: number;
  /** Where the next entry's header, or the directory, has to begin. */
  readonly end: number;
}

const [endSize, centralSize, localSize] = [22, 46, 30];
const [endMark, centralMark, localMark, descriptorMark] = [0x06054b50, 0x02014b50, 0x04034b50, 0x08074b50];
const mostEntries = 1000;
const largestDirectory = 2 ** 22;
const largest = 2 ** 31;
/** Flags that are read over: how well it was packed (1, 2), sizes after the data (3), names in UTF-8 (11). */
const knownFlags = 0b1000_0000_1110;

export function isZip(bytes: Uint8Array): boolean {
  return (
    bytes[0] === 0x50 && bytes[1] === 0x4b && ((bytes[2] === 3 && bytes[3] === 4) || (bytes[2] === 5 && bytes[3] === 6))
  );
}

/**
 * The entries of a zip archive in the order of their data, which must fill it: nothing before, between or after them.
 * No entry is unpacked. Throws NF2251 (no zip, or cut), NF2252 (a directory that cannot be meant), NF2253 (zip64,
 * encryption, another method), NF2255 (a name twice), NF2256 (bytes that belong to no entry, entries that overlap),
 * NF2259 (a small entry that claims to be a large one), NF2002 (a harmful name).
 */
export async function readDirectory(source: ByteSource, where: string): Promise<ZipEntry[]> {
  const { count, size, offset } = await readEnd(source, where);
  const view = viewOf(await source.read(offset, size));
  const entries: Omit<ZipEntry, 'end'>[] = [];
  const names = new Set<string>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + centralSize > size || view.getUint32(at, true) !== centralMark) {
      throw directory(where, `${count} entries`, `${i} that can be read`);
    }
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const next = at + centralSize + nameLength + extraLength + commentLength;
    if (next > size) throw directory(where, `an entry within ${size} bytes`, `${next}`);
    const name = nameOf(view, at + centralSize, nameLength, where);
    if (names.has(name)) {
      throw new NeuroForgeError('NF2255', `two entries of the archive are named ${JSON.stringify(name)}`, {
        where,
        hint: 'whoever reads it would have to guess which one is meant: save the file anew',
      });
    }
    names.add(name);
    const entry = {
      name,
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packedSize: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    };
    judge(entry, view.getUint16(at + 34, true), `${where}, ${name}`);
    entries.push(entry);
    at = next;
  }
  if (at !== size) throw directory(where, `${at} bytes of directory`, String(size));
  entries.sort((a, b) => a.offset - b.offset);
  if ((entries[0]?.offset ?? offset) !== 0) throw stray(where, 'before the first entry');
  return entries.map((entry, i) => ({ ...entry, end: entries[i + 1]?.offset ?? offset }));
}

async function readEnd(source: ByteSource, where: string): Promise<{ count: number; size: number; offset: number }> {
  const start = Math.max(0, source.size - 65535 - endSize);
  const tail = viewOf(await source.read(start, source.size - start));
  const at = tail.byteLength - endSize;
  if (at < 0 || tail.getUint32(at, true) !== endMark) {
    for (let i = at - 1; i >= 0; i--) if (tail.getUint32(i, true) === endMark) throw stray(where, 'after the archive');
    throw new NeuroForgeError('NF2251', 'this is no zip archive, or it is cut: it has no directory at its end', {
      where,
      hint: 'the copy or download did not finish: fetch it again',
    });
  }
  const [disk, startDisk, here, count, comment] = [4, 6, 8, 10, 20].map((field) => tail.getUint16(at + field, true));
  const [size, offset] = [12, 16].map((field) => tail.getUint32(at + field, true));
  if (count === 0xffff || size === 0xffffffff || offset === 0xffffffff)
    throw unsupported(where, 'zip64', 'a smaller file');
  if (disk !== 0 || startDisk !== 0 || here !== count) throw unsupported(where, 'an archive in parts', 'one file');
  if (comment !== 0) throw stray(where, 'after the archive');
  if (count > mostEntries || size > largestDirectory) {
    throw directory(where, `at most ${mostEntries.toLocaleString('en-US')} entries`, `${count} in ${size} bytes`);
  }
  if (offset + size > source.size - endSize) throw directory(where, 'a directory within the file', `one at ${offset}`);
  if (offset + size < source.size - endSize) throw stray(where, 'before the end of the archive, or before its start');
  return { count, size, offset };
}

function judge(entry: Omit<ZipEntry, 'end'>, disk: number, where: string): void {
  const { flags, method, size, packedSize } = entry;
  if (flags & 0b10_0000_0100_0001) throw unsupported(where, 'an encrypted entry', 'plain entries');
  if (flags & ~knownFlags) throw unsupported(where, `flags ${flags}`, 'a plain entry');
  if (method !== 0 && method !== 8) throw unsupported(where, `packing method ${method}`, '0 (stored) or 8 (deflate)');
  if (disk !== 0 || size === 0xffffffff || packedSize === 0xffffffff)
    throw unsupported(where, 'zip64', 'a smaller file');
  if (method === 0 && size !== packedSize) throw directory(where, `${size} bytes, stored`, String(packedSize));
  if (size > largest || (size > 2 ** 25 && size > 200 * packedSize) || size > 1032 * packedSize + 1032) {
    throw new NeuroForgeError('NF2259', 'a small entry of the archive claims to be a large one', {
      where,
      expected: `at most 200 times its ${packedSize.toLocaleString('en-US')} bytes`,
      got: size.toLocaleString('en-US'),
      hint: 'if that is meant, save it without compression: numpy.savez',
    });
  }
}

/** Holds an entry's own header, and what follows its data, against the directory; answers where the data begin. */
export async function checkEntry(source: ByteSource, entry: ZipEntry, where: string): Promise<number> {
  const { flags, method, crc, packedSize, size, offset, end } = entry;
  const head = viewOf(await source.read(offset, localSize));
  if (head.byteLength < localSize || head.getUint32(0, true) !== localMark) {
    throw differs(where, 'a header of its own', 'none where the directory says');
  }
  const [nameLength, extraLength] = [head.getUint16(26, true), head.getUint16(28, true)];
  const rest = viewOf(await source.read(offset + localSize, nameLength + extraLength));
  const start = offset + localSize + nameLength + extraLength;
  const after = end - start - packedSize;
  if (after < 0) {
    throw new NeuroForgeError('NF2256', 'entries of the archive overlap', { where, got: `${-after} bytes shared` });
  }
  const name = nameOf(rest, 0, nameLength, where);
  if (name !== entry.name) throw differs(where, JSON.stringify(entry.name), JSON.stringify(name));
  const own = { flags: head.getUint16(6, true), method: head.getUint16(8, true) };
  if (own.method !== method || own.flags !== flags) {
    throw differs(where, `method ${method}, flags ${flags}`, `${own.method}, ${own.flags}`);
  }
  const later = (flags & 8) !== 0;
  const told = [14, 18, 22].map((field) => head.getUint32(field, true));
  const wide = zip64Sizes(rest, nameLength);
  if (told[2] === 0xffffffff && wide) told[2] = wide[0];
  if (told[1] === 0xffffffff && wide) told[1] = wide[1];
  const zero = later && told.every((n) => n === 0 || n === 0xffffffff);
  if (!zero && (told[0] !== crc || told[1] !== packedSize || told[2] !== size)) {
    throw differs(where, `${size} bytes, packed ${packedSize}, CRC ${crc}`, `${told[2]}, ${told[1]}, ${told[0]}`);
  }
  if (later ? !(await describes(source, entry, start + packedSize, after)) : after !== 0) {
    throw stray(where, 'after this entry');
  }
  return start;
}

/** Sizes that follow the data: CRC, packed size and size, with a mark before or not, in 32 or 64 bits. */
async function describes(source: ByteSource, entry: ZipEntry, at: number, length: number): Promise<boolean> {
  if (![12, 16, 20, 24].includes(length)) return false;
  const view = viewOf(await source.read(at, length));
  const marked = length % 8 === 0;
  if (marked && view.getUint32(0, true) !== descriptorMark) return false;
  const from = marked ? 4 : 0;
  const wide = length >= 20;
  const number = (field: number): number =>
    wide ? Number(view.getBigUint64(from + 4 + 8 * field, true)) : view.getUint32(from + 4 + 4 * field, true);
  return view.getUint32(from, true) === entry.crc && number(0) === entry.packedSize && number(1) === entry.size;
}

/** Size and packed size of a zip64 field, which numpy.savez writes into every entry's own header. */
function zip64Sizes(view: DataView, from: number): [number, number] | null {
  for (let at = from; at + 4 <= view.byteLength; ) {
    const [id, length] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
    if (id === 1 && length >= 16 && at + 20 <= view.byteLength) {
      return [Number(view.getBigUint64(at + 4, true)), Number(view.getBigUint64(at + 12, true))];
    }
    at += 4 + length;
  }
  return null;
}

function nameOf(view: DataView, at: number, length: number, where: string): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at, Math.min(length, view.byteLength - at));
  let name: string;
  try {
    name = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.slice());
  } catch (cause) {
    throw new NeuroForgeError('NF2002', 'the name of an archive entry is not UTF-8', { where, cause });
  }
  return checkName(name, 'archive entry', where);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function directory(where: string, expected: string, got: string): NeuroForgeError {
  return new NeuroForgeError('NF2252', 'the directory of the archive cannot be meant', { where, expected, got });
}

function unsupported(where: string, got: string, expected: string): NeuroForgeError {
  return new NeuroForgeError('NF2253', 'this kind of zip archive is not read', { where, expected, got });
}

function stray(where: string, place: string): NeuroForgeError {
  return new NeuroForgeError('NF2256', `the archive has bytes ${place} that belong to no entry`, {
    where,
    hint: 'something was put around it or hidden in it: save the file anew',
  });
}

function differs(where: string, expected: string, got: string): NeuroForgeError {
  return new NeuroForgeError('NF2257', "the entry's own header differs from the archive's directory", {
    where,
    expected,
    got,
  });
}
