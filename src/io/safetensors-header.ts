import { NeuroForgeError } from '../core/errors.ts';
import { formatShape, type Shape } from '../core/shape.ts';
import { brief, JsonReader } from './json-reader.ts';

/** Bits an element. The order is the format's: by alignment, and the writer's order from the last to the first. */
export const dtypeBits = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
} as const;

/** An element type of the safetensors format. */
export type SafetensorsDType = keyof typeof dtypeBits;

/** One tensor as the header describes it; offsets are bytes from the start of the data. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: SafetensorsDType;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly metadata: ReadonlyMap<string, string>;
  /** Where the value of each metadata entry lies between its quotes, in bytes from the start of the file. */
  readonly metadataSpans: ReadonlyMap<string, readonly [number, number]>;
  /** In the order of their data. */
  readonly tensors: readonly TensorInfo[];
  /** Where the data begin, in bytes from the start of the file. */
  readonly dataStart: number;
}

/** The longest header that the format allows, in bytes. */
export const longestHeader = 100_000_000;
const mostDimensions = 1024;
const limit = 2n ** 64n;

/**
 * How many bytes the header takes, the 8 of its length included, from the first 8 bytes of a file of `fileSize` bytes.
 * Throws NF2221 (cut), NF2222 (a length that cannot be meant).
 */
export function headerSize(bytes: Uint8Array, fileSize: number, where: string): number {
  if (bytes.length < 8 || fileSize < 8) {
    throw new NeuroForgeError('NF2221', 'the file is too short for safetensors', {
      where,
      expected: 'at least 10 bytes',
      got: `${fileSize}`,
    });
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(longestHeader)) {
    throw new NeuroForgeError('NF2222', `the header claims ${length.toLocaleString('en-US')} bytes`, {
      where,
      expected: `at most ${longestHeader.toLocaleString('en-US')}`,
      hint: 'this is no safetensors file, or a damaged one',
    });
  }
  if (8 + Number(length) > fileSize) {
    throw new NeuroForgeError('NF2221', 'the file is cut within its header', {
      where,
      expected: `${8 + Number(length)} bytes of header`,
      got: `${fileSize} in all`,
    });
  }
  return 8 + Number(length);
}

/**
 * Reads and checks the header of a safetensors file of `fileSize` bytes; `bytes` holds at least the header. It refuses
 * what the reference implementation refuses, and also duplicate keys (which the format forbids and the reference lets
 * pass), dimensions from 2^53 on, and more than 1,024 of them.
 * Throws NF2221 to NF2227, see the messages.
 */
export function readHeader(bytes: Uint8Array, fileSize: number, where: string): SafetensorsHeader {
  const dataStart = headerSize(bytes, fileSize, where);
  const reader = new JsonReader(bytes.subarray(8, dataStart), `${where} header`);
  const metadata = new Map<string, string>();
  const metadataSpans = new Map<string, readonly [number, number]>();
  const tensors: TensorInfo[] = [];
  reader.object('the header', (name) => {
    if (name !== '__metadata__') tensors.push(readInfo(reader, name, where));
    else if (!reader.null()) {
      reader.object('__metadata__', (key) => {
        reader.peek();
        const start = 8 + reader.position + 1;
        metadata.set(key, reader.string(`__metadata__ ${brief(key)}`));
        metadataSpans.set(key, [start, 8 + reader.position - 1]);
      });
    }
  });
  reader.end();
  tensors.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkLayout(tensors, fileSize - dataStart, where);
  return { metadata, metadataSpans, tensors, dataStart };
}

/** `{"dtype", "shape", "data_offsets"}`, or as the reference also reads it, the three in an array. */
function readInfo(reader: JsonReader, name: string, where: string): TensorInfo {
  const what = `tensor ${brief(name)}`;
  let dtype: SafetensorsDType | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  const fields: Record<string, () => void> = {
    dtype: () => {
      dtype = readDType(reader, what, where);
    },
    shape: () => {
      shape = readNumbers(reader, `the shape of ${what}`, where, mostDimensions);
    },
    data_offsets: () => {
      offsets = readNumbers(reader, `the offsets of ${what}`, where, 2);
    },
  };
  if (reader.peek() === '[') {
    const order = ['dtype', 'shape', 'data_offsets'];
    reader.array(what, (i) => (i < 3 ? fields[order[i]]() : malformed(`${what} has too many fields`, where)));
  } else {
    reader.object(what, (key) => (Object.hasOwn(fields, key) ? fields[key]() : reader.skip()));
  }
  if (dtype === undefined || shape === undefined || offsets?.length !== 2) {
    const missing = dtype === undefined ? 'dtype' : shape === undefined ? 'shape' : 'pair of data_offsets';
    return malformed(`${what} has no ${missing}`, where);
  }
  return { name, dtype, shape, begin: offsets[0], end: offsets[1] };
}

function readDType(reader: JsonReader, what: string, where: string): SafetensorsDType {
  let text = '';
  if (reader.peek() === '{') {
    let members = 0;
    reader.object(`the dtype of ${what}`, (key) => {
      text = key;
      if (!reader.null() || ++members > 1) malformed(`the dtype of ${what} should be a string`, where);
    });
  } else text = reader.string(`the dtype of ${what}`);
  if (Object.hasOwn(dtypeBits, text)) return text as SafetensorsDType;
  throw new NeuroForgeError('NF2224', `${what} has an unknown dtype`, {
    where,
    expected: Object.keys(dtypeBits).join(', '),
    got: brief(text),
  });
}

function readNumbers(reader: JsonReader, what: string, where: string, most: number): number[] {
  const out: number[] = [];
  reader.array(what, () => {
    const n = reader.unsigned(`a number in ${what}`);
    if (n > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw new NeuroForgeError('NF2226', `${what} overflow`, { where, expected: 'below 2^53', got: String(n) });
    }
    if (out.length >= most) malformed(`${what} are more than ${most} numbers`, where);
    out.push(Number(n));
  });
  return out;
}

function malformed(message: string, where: string): never {
  throw new NeuroForgeError('NF2224', message, {
    where,
    expected: '{"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}',
  });
}

/** The tensors, in the order of their offsets, must cover the data: no hole, no overlap, nothing after them. */
function checkLayout(tensors: readonly TensorInfo[], dataSize: number, where: string): void {
  let at = 0;
  for (const { name, dtype, shape, begin, end } of tensors) {
    const what = `tensor ${brief(name)}`;
    if (begin !== at || end < begin) {
      const problem =
        end < begin ? 'ends before it begins' : begin < at ? 'overlaps another' : 'leaves a hole before it';
      throw new NeuroForgeError('NF2225', `${what} ${problem}`, {
        where,
        expected: `data_offsets from ${at}`,
        got: `[${begin}, ${end}]`,
      });
    }
    at = end;
    const bytes = byteSize(dtype, shape);
    if (bytes === null || bytes !== BigInt(end - begin)) {
      throw new NeuroForgeError('NF2226', `${what} does not fit its bytes`, {
        where,
        expected: `${dtype} ${shapeText(shape)}: ${bytes === null ? 'no whole number of bytes below 2^64' : `${bytes} bytes`}`,
        got: `${end - begin} bytes`,
      });
    }
  }
  if (at === dataSize) return;
  const cut = dataSize < at;
  throw new NeuroForgeError(
    cut ? 'NF2221' : 'NF2225',
    cut ? 'the file is cut' : 'there are bytes after the last tensor',
    {
      where,
      expected: `${at} bytes of data`,
      got: String(dataSize),
    },
  );
}

/** Null where the reference's 64-bit arithmetic overflows, or the bits make no whole bytes. */
export function byteSize(dtype: SafetensorsDType, shape: Shape): bigint | null {
  let n = 1n;
  for (const d of shape) {
    n *= BigInt(d);
    if (n >= limit) return null;
  }
  const bits = n * BigInt(dtypeBits[dtype]);
  return bits >= limit || bits % 8n !== 0n ? null : bits / 8n;
}

function shapeText(shape: Shape): string {
  return shape.length > 8 ? `of ${shape.length} dimensions` : formatShape(shape);
}
