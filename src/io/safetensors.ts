import { NeuroForgeError } from '../core/errors.ts';
import { checkShape, type Shape, sizeOf } from '../core/shape.ts';
import { brief } from './json-reader.ts';
import {
  byteSize,
  dtypeBits,
  longestHeader,
  readHeader,
  type SafetensorsDType,
  type SafetensorsHeader,
  type TensorInfo,
} from './safetensors-header.ts';

export type { SafetensorsDType, SafetensorsHeader, TensorInfo };

/** Values as this platform holds them; types that it does not have stay bytes. */
export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** BOOL is one byte each, 0 or 1. */
const arrays: Partial<Record<SafetensorsDType, new (buffer: ArrayBuffer) => TensorData>> = {
  F32: Float32Array,
  F64: Float64Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
  I16: Int16Array,
  U16: Uint16Array,
  I32: Int32Array,
  U32: Uint32Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
};

/** A tensor within the bytes of a file. */
export interface StoredTensor extends TensorInfo {
  /** A view of the file, little-endian, in row order. */
  readonly bytes: Uint8Array;
}

export interface SafetensorsFile extends SafetensorsHeader {
  readonly byName: ReadonlyMap<string, StoredTensor>;
}

/**
 * Reads a safetensors file without copying its data. `where` names it in messages.
 * Throws NF2221 to NF2227 for what the reference implementation refuses, and for duplicate keys.
 */
export function readSafetensors(bytes: Uint8Array, where = 'safetensors'): SafetensorsFile {
  const header = readHeader(bytes, bytes.length, where);
  const byName = new Map<string, StoredTensor>();
  for (const info of header.tensors) {
    const view = bytes.subarray(header.dataStart + info.begin, header.dataStart + info.end);
    byName.set(info.name, { ...info, bytes: view });
  }
  return { ...header, byName };
}

/** A copy of a tensor's values; its bytes for a dtype that has no typed array (F16, BF16, the 8-bit floats, C64 ...). */
export function tensorData(tensor: StoredTensor): TensorData {
  const own = new Uint8Array(tensor.bytes); // aligned, whatever the offset in the file
  const make = arrays[tensor.dtype];
  return make ? new make(own.buffer) : own;
}

/** A tensor to be written. `data` is a typed array of the dtype, or its bytes. */
export interface TensorToWrite {
  readonly name: string;
  readonly dtype: SafetensorsDType;
  readonly shape: Shape;
  readonly data: TensorData;
}

/**
 * The bytes of a safetensors file, laid out as the reference implementation lays it out: tensors by dtype (the widest
 * first), then by name in the order of its UTF-8 bytes; the header padded with spaces to a multiple of 8 bytes.
 * Throws NF2228 for a name that comes twice, is `__metadata__` or is not well-formed, and for data of another size.
 */
export function writeSafetensors(
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const order = Object.keys(dtypeBits);
  const rank = (t: TensorToWrite): number => order.indexOf(t.dtype);
  const sorted = [...tensors].sort((a, b) => rank(b) - rank(a) || compareUtf8(a.name, b.name));
  const members: string[] = [];
  const entries = Object.entries(metadata).map(([key, value]) => `${jsonString(key)}:${jsonString(value)}`);
  if (entries.length > 0) members.push(`"__metadata__":{${entries.join(',')}}`);
  const names = new Set<string>();
  let size = 0;
  for (const t of sorted) {
    checkTensor(t);
    if (names.has(t.name)) refuse(t.name, 'comes twice');
    names.add(t.name);
    const end = size + t.data.byteLength;
    const about = `"dtype":"${t.dtype}","shape":[${t.shape.join(',')}],"data_offsets":[${size},${end}]`;
    members.push(`${jsonString(t.name)}:{${about}}`);
    size = end;
  }

  const json = new TextEncoder().encode(`{${members.join(',')}}`);
  const header = json.length + ((8 - (json.length % 8)) % 8);
  if (header > longestHeader) {
    throw new NeuroForgeError('NF2228', 'the header is longer than the format allows', {
      expected: `at most ${longestHeader} bytes`,
      got: String(header),
    });
  }
  const out = new Uint8Array(8 + header + size);
  new DataView(out.buffer).setBigUint64(0, BigInt(header), true);
  out.set(json, 8);
  out.fill(0x20, 8 + json.length, 8 + header);
  let at = 8 + header;
  for (const { data } of sorted) {
    out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return out;
}

function checkTensor({ name, dtype, shape, data }: TensorToWrite): void {
  if (name === '__metadata__') refuse(name, 'is taken by the format');
  if (!Object.hasOwn(dtypeBits, dtype)) refuse(name, 'has an unknown dtype', Object.keys(dtypeBits).join(', '), dtype);
  checkShape(shape, `tensor ${brief(name)}`);
  const expected = byteSize(dtype, shape);
  const wrongArray = arrays[dtype] !== undefined && !(data instanceof Uint8Array) && !(data instanceof arrays[dtype]);
  if (wrongArray) refuse(name, 'has data of another type', arrays[dtype]!.name, data.constructor.name);
  if (expected !== BigInt(data.byteLength)) {
    refuse(name, 'has data of another size', `${sizeOf(shape)} x ${dtypeBits[dtype]} bits`, `${data.byteLength} bytes`);
  }
}

function refuse(name: string, problem: string, expected?: string, got?: string): never {
  throw new NeuroForgeError('NF2228', `tensor ${brief(name)} ${problem}`, {
    where: 'writing safetensors',
    expected,
    got,
  });
}

/** A string as serde_json writes it. */
function jsonString(text: string): string {
  if (/\p{Surrogate}/u.test(text)) refuse(text, 'has half a surrogate pair in its name or metadata');
  return JSON.stringify(text);
}

const encoder = new TextEncoder();

/** Negative, 0 or positive as the UTF-8 bytes of `a` come before, with or after those of `b`. */
export function compareUtf8(a: string, b: string): number {
  const [x, y] = [encoder.encode(a), encoder.encode(b)];
  const n = Math.min(x.length, y.length);
  for (let i = 0; i < n; i++) if (x[i] !== y[i]) return x[i] - y[i];
  return x.length - y.length;
}
