import { Inflate } from 'fflate';
import { NeuroForgeError } from '../core/errors.ts';
import type { ByteSource } from './byte-source.ts';
import { crc32 } from './crc32.ts';
import { checkEntry, type ZipEntry } from './zip-directory.ts';

/** Small enough that what comes out of it, 1,032 times as much at most, is little. */
const packedPiece = 2 ** 13;
const readPiece = 2 ** 20;

/**
 * The first `most` bytes of an entry, or all of it; unpacking stops where more comes out than the directory says.
 * Throws NF2257 (its own header differs from the directory), NF2258 (damaged: its data, size or CRC).
 */
export async function readEntry(
  source: ByteSource,
  entry: ZipEntry,
  where: string,
  most?: number,
): Promise<Uint8Array> {
  const place = `${where}, ${entry.name}`;
  const start = await checkEntry(source, entry, place);
  const wanted = Math.min(entry.size, most ?? entry.size);
  const piecesOf = Math.min(readPiece, Math.max(wanted, packedPiece));
  const out = new Uint8Array(wanted);
  let filled = 0;
  let seen = 0;
  const put = (chunk: Uint8Array): void => {
    seen += chunk.length;
    if (seen > entry.size) throw damaged(place, `${entry.size} bytes`, `at least ${seen}`);
    const part = chunk.subarray(0, wanted - filled);
    out.set(part, filled);
    filled += part.length;
  };
  const inflate = entry.method === 8 ? new Inflate(put) : null;
  for (let at = 0; at < entry.packedSize && (most === undefined || filled < wanted); at += piecesOf) {
    const piece = await source.read(start + at, Math.min(piecesOf, entry.packedSize - at));
    if (inflate === null) put(piece);
    else
      inflateAll(
        inflate,
        piece,
        at + piece.length >= entry.packedSize,
        place,
        () => most !== undefined && filled >= wanted,
      );
  }
  if (most !== undefined) return out.subarray(0, filled);
  if (seen !== entry.size) throw damaged(place, `${entry.size} bytes`, String(seen));
  const crc = crc32(out);
  if (crc !== entry.crc) throw damaged(place, `CRC ${hex(entry.crc)}`, hex(crc));
  return out;
}

function inflateAll(inflate: Inflate, piece: Uint8Array, last: boolean, place: string, enough: () => boolean): void {
  try {
    for (let at = 0; at < piece.length && !enough(); at += packedPiece) {
      inflate.push(piece.slice(at, at + packedPiece), last && at + packedPiece >= piece.length);
    }
  } catch (cause) {
    if (cause instanceof NeuroForgeError) throw cause;
    throw damaged(place, 'deflated data', cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function damaged(where: string, expected: string, got: string, cause?: unknown): NeuroForgeError {
  return new NeuroForgeError('NF2258', 'the entry of the archive is damaged', {
    where,
    expected,
    got,
    hint: 'the copy or download went wrong: fetch it again',
    cause,
  });
}

const hex = (crc: number): string => crc.toString(16).padStart(8, '0');
