import { checksumKey } from '../../src/io/checksum.ts';
import { readSafetensors, type TensorToWrite, writeSafetensors } from '../../src/io/safetensors.ts';

/** An IDX file; its values are a ramp of `length` bytes. */
export function idx(type: number, shape: readonly number[], length: number): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + length);
  const view = new DataView(bytes.buffer);
  bytes.set([0, 0, type, shape.length]);
  shape.forEach((d, i) => {
    view.setUint32(4 + 4 * i, d);
  });
  for (let i = 0; i < length; i++) bytes[4 + 4 * shape.length + i] = i % 3;
  return bytes;
}

/** A safetensors file around a header that need not be right. */
export function safetensors(header: string, data: Uint8Array | number = 0): Uint8Array {
  const json = new TextEncoder().encode(header);
  const tail = typeof data === 'number' ? new Uint8Array(data) : data;
  const out = new Uint8Array(8 + json.length + tail.length);
  new DataView(out.buffer).setBigUint64(0, BigInt(json.length), true);
  out.set(json, 8);
  out.set(tail, 8 + json.length);
  return out;
}

/** A sealed file with other metadata or tensors, as another program would write it: without a checksum. */
export function unsealed(
  bytes: Uint8Array,
  change: (metadata: Record<string, string>, tensors: TensorToWrite[]) => void = () => {},
): Uint8Array {
  const file = readSafetensors(bytes);
  const metadata = Object.fromEntries(file.metadata);
  delete metadata[checksumKey];
  const tensors = [...file.byName.values()].map((t) => ({ ...t, data: t.bytes }));
  change(metadata, tensors);
  return writeSafetensors(tensors, metadata);
}

export function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

/** A PNG of these chunks, whatever is in them. */
export function pngOf(chunks: readonly (readonly [type: string, data: Uint8Array])[]): Uint8Array {
  const parts = chunks.map(([type, data]) => {
    const out = new Uint8Array(12 + data.length);
    const view = new DataView(out.buffer);
    view.setUint32(0, data.length);
    out.set(new TextEncoder().encode(type), 4);
    out.set(data, 8);
    view.setUint32(8 + data.length, crc32(out.subarray(4, 8 + data.length)));
    return out;
  });
  return new Uint8Array(Buffer.concat([Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), ...parts]));
}

/** The PNG with each chunk's checksum made right. */
export function checksums(png: Uint8Array): Uint8Array {
  const out = png.slice();
  const view = new DataView(out.buffer);
  for (let at = 8; at + 12 <= out.length; ) {
    const end = at + 12 + view.getUint32(at);
    if (end > out.length) break;
    view.setUint32(end - 4, crc32(out.subarray(at + 4, end - 4)));
    at = end;
  }
  return out;
}
