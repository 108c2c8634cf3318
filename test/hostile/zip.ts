import { deflateRawSync } from 'node:zlib';
import { crc32 } from './files.ts';

/** An entry of a zip archive; what is given here overrules what would be right. */
export interface Entry {
  readonly name: string;
  readonly data: Uint8Array;
  readonly method?: number;
  readonly flags?: number;
  /** Fields of its own header. */
  readonly local?: { name?: string; crc?: number; packed?: number; size?: number; method?: number; flags?: number };
  /** Fields of the directory. */
  readonly central?: { crc?: number; packed?: number; size?: number; offset?: number; disk?: number };
  /** Packed bytes instead of the right ones. */
  readonly packed?: Uint8Array;
  /** Bytes that follow its data. */
  readonly after?: Uint8Array;
}

export interface End {
  readonly before?: Uint8Array;
  readonly count?: number;
  readonly size?: number;
  readonly offset?: number;
  readonly disk?: number;
  readonly comment?: string;
  readonly after?: Uint8Array;
}

/** A zip archive as the entries and `end` have it, however wrong. */
export function zip(entries: readonly Entry[], end: End = {}): Uint8Array {
  const before = end.before ?? new Uint8Array(0);
  const parts: Uint8Array[] = [before];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, data, method = 0, flags = 0, local = {}, central = {}, after, ...given } of entries) {
    const packed = given.packed ?? (method === 8 ? new Uint8Array(deflateRawSync(data)) : data);
    const right = { crc: crc32(data), packed: packed.length, size: data.length, method, flags };
    const own = { name, ...right, ...local };
    const header = record(0x04034b50, [20, own.flags, own.method, 0, 33], [own.crc, own.packed, own.size], own.name);
    const listed = { ...right, offset, disk: 0, ...central };
    directory.push(
      record(
        0x02014b50,
        [20, 20, listed.flags, listed.method, 0, 33],
        [listed.crc, listed.packed, listed.size],
        name,
        [0, listed.disk, 0, 0, 0],
        listed.offset,
      ),
    );
    parts.push(header, packed, after ?? new Uint8Array(0));
    offset += header.length + packed.length + (after?.length ?? 0);
  }
  const size = directory.reduce((n, d) => n + d.length, 0);
  const tail = Buffer.alloc(22);
  tail.writeUInt32LE(0x06054b50, 0);
  tail.writeUInt16LE(end.disk ?? 0, 4);
  tail.writeUInt16LE(end.count ?? entries.length, 8);
  tail.writeUInt16LE(end.count ?? entries.length, 10);
  tail.writeUInt32LE(end.size ?? size, 12);
  tail.writeUInt32LE(end.offset ?? offset, 16);
  tail.writeUInt16LE(end.comment?.length ?? 0, 20);
  const comment = new TextEncoder().encode(end.comment ?? '');
  return new Uint8Array(Buffer.concat([...parts, ...directory, tail, comment, end.after ?? new Uint8Array(0)]));
}

function record(
  mark: number,
  halves: number[],
  words: number[],
  name: string,
  more?: number[],
  offset?: number,
): Uint8Array {
  const text = new TextEncoder().encode(name);
  const out = Buffer.alloc(4 + 2 * halves.length + 4 * words.length + 4 + 2 * (more?.length ?? 0) + (more ? 4 : 0));
  let at = out.writeUInt32LE(mark, 0);
  for (const half of halves) at = out.writeUInt16LE(half, at);
  for (const word of words) at = out.writeUInt32LE(word >>> 0, at);
  at = out.writeUInt16LE(text.length, at);
  at = out.writeUInt16LE(0, at);
  for (const half of more ?? []) at = out.writeUInt16LE(half, at);
  if (more) out.writeUInt32LE(offset ?? 0, at);
  return Buffer.concat([out, text]);
}

/** The archive with every CRC made right again, where its structure still allows it: for fuzzing past the checksums. */
export function recrced(bytes: Uint8Array): Uint8Array {
  const out = bytes.slice();
  const view = new DataView(out.buffer);
  for (let at = 0; at + 30 < out.length; at++) {
    if (view.getUint32(at, true) !== 0x04034b50 || view.getUint16(at + 8, true) !== 0) continue;
    const start = at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
    const size = view.getUint32(at + 18, true);
    if (start + size > out.length) continue;
    const crc = crc32(out.subarray(start, start + size));
    view.setUint32(at + 14, crc, true);
    for (let c = start + size; c + 46 < out.length; c++) {
      if (view.getUint32(c, true) === 0x02014b50 && view.getUint32(c + 42, true) === at)
        view.setUint32(c + 16, crc, true);
    }
  }
  return out;
}
