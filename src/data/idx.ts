import { NeuroForgeError } from '../core/errors.ts';
import { formatShape } from '../core/shape.ts';
import { type Dataset, firstRows, hashKey } from './dataset.ts';
import { gunzip, isGzip, refuseImpostors } from './gzip.ts';

/**
 * IDX, the format of the MNIST files: two zero bytes, a type (0x08 u8, 0x09 i8, 0x0b i16, 0x0c i32, 0x0d f32, 0x0e f64),
 * the number of dimensions, each dimension as u32 big-endian, then the values. Only u8 is read here; the others are
 * named in the refusal.
 */
export interface Idx {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

const otherTypes: Record<number, string> = { 9: 'i8', 11: 'i16', 12: 'i32', 13: 'f32', 14: 'f64' };
/** In bytes, packed or not. */
export const largestIdx = 2 ** 31;

export interface IdxHeader {
  readonly shape: readonly number[];
  readonly headerBytes: number;
  /** Header and values. */
  readonly fileBytes: number;
}

/**
 * Reads and judges the header alone: `head` is the file's first bytes (32 are enough for 7 dimensions), `kind` what the
 * file is used for. Throws NF2201 (another kind of file, or not IDX), NF2202 (cut within the header), NF2203 (another
 * type of values), NF2204 (dimensions that cannot be meant).
 */
export function readIdxHeader(head: Uint8Array, where: string, kind?: 'images' | 'labels'): IdxHeader {
  refuseImpostors(head, where);
  if (head.length < 4) {
    throw new NeuroForgeError('NF2202', 'the file is cut within its header', {
      where,
      got: `${head.length} bytes`,
    });
  }
  const [zero0, zero1, type, rank] = head;
  const magic = `magic 0x${Array.from(head.subarray(0, 4), (b) => b.toString(16).padStart(2, '0')).join('')}`;
  if (zero0 !== 0 || zero1 !== 0 || !(type === 8 || type in otherTypes) || rank === 0) {
    throw new NeuroForgeError('NF2201', `${magic} is not an IDX file`, { where, expected: '0x00000803 or 0x00000801' });
  }
  if (type !== 8) {
    throw new NeuroForgeError('NF2203', `${magic} holds values of type ${otherTypes[type]}`, {
      where,
      expected: 'u8 (0x08)',
    });
  }
  if (kind === 'labels' && rank === 3) {
    throw new NeuroForgeError('NF2201', `${magic} is an image file (labels are 0x00000801): swapped with --images?`, {
      where,
    });
  }
  if (kind === 'images' && rank === 1) {
    throw new NeuroForgeError('NF2201', `${magic} is a label file (images are 0x00000803): swapped with --labels?`, {
      where,
    });
  }
  if ((kind === 'labels' && rank !== 1) || (kind === 'images' && rank !== 3)) {
    throw new NeuroForgeError('NF2201', `${magic} has ${rank} dimensions`, {
      where,
      expected: kind === 'images' ? '3 (images, 0x00000803)' : '1 (labels, 0x00000801)',
    });
  }
  const headerBytes = 4 + 4 * rank;
  if (head.length < headerBytes) {
    throw new NeuroForgeError('NF2202', 'the file is cut within its header', {
      where,
      expected: `${headerBytes} bytes of header`,
      got: String(head.length),
    });
  }
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const size = shape.reduce((product, d) => product * d, 1);
  if (shape.slice(1).some((d) => d === 0 || d > 65536) || headerBytes + size > largestIdx) {
    throw new NeuroForgeError('NF2204', 'the dimensions in the header cannot be meant', {
      where,
      expected: `at most ${largestIdx.toLocaleString('en-US')} bytes in all, no side of 0 or above 65,536`,
      got: formatShape(shape),
    });
  }
  return { shape, headerBytes, fileBytes: headerBytes + size };
}

/** Judges the size of an unpacked file against its header: NF2205 cut, NF2206 too long. */
export function checkIdxSize(header: IdxHeader, fileBytes: number, where: string): void {
  if (fileBytes === header.fileBytes) return;
  const cut = fileBytes < header.fileBytes;
  throw new NeuroForgeError(
    cut ? 'NF2205' : 'NF2206',
    cut ? 'the file is cut: shorter than its header says' : 'the file is too long: bytes follow the last value',
    {
      where,
      expected: `${header.fileBytes.toLocaleString('en-US')} bytes for ${formatShape(header.shape)}`,
      got: fileBytes.toLocaleString('en-US'),
    },
  );
}

/** Throws NF2207 unless there are as many labels as images. */
export function checkIdxCounts(
  images: readonly number[],
  labels: readonly number[],
  imagesWhere: string,
  labelsWhere: string,
): void {
  if (labels[0] === images[0]) return;
  throw new NeuroForgeError('NF2207', 'images and labels differ in number', {
    where: labelsWhere,
    expected: `${images[0].toLocaleString('en-US')} labels for ${imagesWhere}`,
    got: labels[0].toLocaleString('en-US'),
    hint: 'a train file beside a test file?',
  });
}

/** Unpacks where needed, and gives the whole IDX file's bytes; refuses all that {@link readIdxHeader} refuses. */
export async function unpackIdx(bytes: Uint8Array, where: string, kind?: 'images' | 'labels'): Promise<Uint8Array> {
  if (!isGzip(bytes)) return bytes;
  const sizeFromHead = (head: Uint8Array) => readIdxHeader(head, where, kind).fileBytes;
  return gunzip(bytes, { where, headBytes: 32, sizeFromHead });
}

/** Reads an unpacked IDX file; `data` is a view into `bytes`. */
export function readIdx(bytes: Uint8Array, where: string, kind?: 'images' | 'labels'): Idx {
  const header = readIdxHeader(bytes.subarray(0, 1028), where, kind);
  checkIdxSize(header, bytes.length, where);
  return { shape: header.shape, data: bytes.subarray(header.headerBytes) };
}

/** Everything that makes a data set of two IDX files (unpacked). */
export interface IdxPair {
  readonly name: string;
  readonly images: { readonly bytes: Uint8Array; readonly where: string; readonly sha256: string };
  readonly labels: { readonly bytes: Uint8Array; readonly where: string; readonly sha256: string };
  /** Without names: as many classes as the largest label asks for, named `0`, `1` …. */
  readonly classNames?: readonly string[];
}

/**
 * Images and labels as a Dataset of bytes (count, rows, columns). Throws what {@link readIdx} throws, NF2207 when the
 * counts differ, NF2208 when a label has no class.
 */
export function idxDataset(pair: IdxPair): Dataset {
  const images = readIdx(pair.images.bytes, pair.images.where, 'images');
  const labels = readIdx(pair.labels.bytes, pair.labels.where, 'labels');
  const [count, rows, columns] = images.shape;
  checkIdxCounts(images.shape, labels.shape, pair.images.where, pair.labels.where);
  let largest = -1;
  for (const label of labels.data) if (label > largest) largest = label;
  const classNames = pair.classNames ?? Array.from({ length: largest + 1 }, (_, i) => String(i));
  if (largest >= classNames.length) {
    const row = labels.data.findIndex((label) => label >= classNames.length);
    throw new NeuroForgeError('NF2208', `label ${labels.data[row]} of row ${row} is out of range`, {
      where: pair.labels.where,
      expected: `0 to ${classNames.length - 1}`,
      got: String(labels.data[row]),
    });
  }
  return {
    name: pair.name,
    x: images.data,
    count,
    exampleShape: [rows, columns],
    y: Int32Array.from(labels.data),
    classNames,
    maxValue: 255,
    rowIds: firstRows(count),
    hashes: {
      [hashKey(pair.images.where)]: pair.images.sha256,
      [hashKey(pair.labels.where)]: pair.labels.sha256,
    },
  };
}
