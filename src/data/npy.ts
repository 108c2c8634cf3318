import { NeuroForgeError } from '../core/errors.ts';
import { checkShape, formatShape, type Shape, sizeOf } from '../core/shape.ts';
import { type NpyHeader, type NpyType, npyHeadBytes, npyTypes, readNpyHeader } from './npy-header.ts';

export type NpyData =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

/** An array of NumPy. `data` is in row order, whatever the order in the file; `b1` is a byte each, 0 or 1. */
export interface NpyArray {
  readonly type: NpyType;
  readonly shape: Shape;
  readonly data: NpyData;
}

const arrays: Readonly<Record<NpyType, new (buffer: ArrayBuffer) => NpyData>> = {
  b1: Uint8Array,
  u1: Uint8Array,
  i1: Int8Array,
  u2: Uint16Array,
  i2: Int16Array,
  u4: Uint32Array,
  i4: Int32Array,
  u8: BigUint64Array,
  i8: BigInt64Array,
  f4: Float32Array,
  f8: Float64Array,
};

/**
 * Reads an npy file: versions 1.0 to 3.0, either byte order, row or column order. `where` names it in messages.
 * Throws what {@link readNpyHeader} throws, NF2246 (shorter than the header says), NF2247 (longer), NF2248 (a truth
 * value that is neither 0 nor 1).
 */
export function readNpy(bytes: Uint8Array, where: string): NpyArray {
  const header = readNpyHeader(bytes.subarray(0, npyHeadBytes), where);
  checkNpySize(header, bytes.length, where);
  const { type, shape, littleEndian, fortranOrder, dataStart } = header;
  const own = new Uint8Array(bytes.subarray(dataStart)); // aligned, whatever the offset in the file
  if (!littleEndian) swapBytes(own, npyTypes[type]);
  if (type === 'b1') checkTruth(own, where);
  const data = new arrays[type](own.buffer);
  return { type, shape, data: fortranOrder && shape.length > 1 ? inRowOrder(data, shape) : data };
}

/** Holds the size of a file against its header: NF2246 shorter, NF2247 longer. */
export function checkNpySize({ fileBytes, type, shape }: NpyHeader, size: number, where: string): void {
  if (size === fileBytes) return;
  const cut = size < fileBytes;
  throw new NeuroForgeError(
    cut ? 'NF2246' : 'NF2247',
    cut ? 'the file is cut: shorter than its header says' : 'the file is too long: bytes follow the last value',
    {
      where,
      expected: `${fileBytes.toLocaleString('en-US')} bytes for ${type} ${formatShape(shape.slice(0, 8))}`,
      got: size.toLocaleString('en-US'),
    },
  );
}

/** The bytes that `numpy.save` writes: version 1.0, the data at a multiple of 64 bytes. Throws NF1100, NF2249. */
export function writeNpy({ type, shape, data }: NpyArray): Uint8Array {
  checkShape(shape, 'writing npy');
  const wrongArray = !Object.hasOwn(arrays, type) || !(data instanceof arrays[type]);
  if (wrongArray || data.length !== sizeOf(shape)) {
    throw new NeuroForgeError('NF2249', 'the data are not those of the array', {
      where: 'writing npy',
      expected: `${arrays[type]?.name ?? 'a known type'} of ${sizeOf(shape)}`,
      got: `${data.constructor.name} of ${data.length}`,
    });
  }
  const order = npyTypes[type] === 1 ? '|' : '<';
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${order}${type}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = text.length + 1 + ((64 - ((10 + text.length + 1) % 64)) % 64);
  const out = new Uint8Array(10 + length + data.byteLength);
  out.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  new DataView(out.buffer).setUint16(8, length, true);
  out.set(new TextEncoder().encode(`${text.padEnd(length - 1)}\n`), 10);
  out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + length);
  return out;
}

function swapBytes(bytes: Uint8Array, width: number): void {
  for (let at = 0; at + width <= bytes.length; at += width) bytes.subarray(at, at + width).reverse();
}

function checkTruth(bytes: Uint8Array, where: string): void {
  const at = bytes.findIndex((b) => b > 1);
  if (at < 0) return;
  throw new NeuroForgeError('NF2248', `truth value ${at} is neither 0 nor 1`, { where, got: String(bytes[at]) });
}

/** From column order: element (i, j, k) lies at i + rows * (j + columns * k). */
function inRowOrder(data: NpyData, shape: Shape): NpyData {
  const out = data.slice();
  const index = new Array<number>(shape.length).fill(0);
  const strides: number[] = [];
  let stride = 1;
  for (const d of shape) {
    strides.push(stride);
    stride *= d;
  }
  for (let i = 0, from = 0; i < out.length; i++) {
    out[i] = data[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return out;
}
