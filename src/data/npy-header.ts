import { NeuroForgeError } from '../core/errors.ts';
import { formatShape, type Shape } from '../core/shape.ts';
import { refuseImpostors } from './gzip.ts';

/** Element types that are read, as NumPy names them without the byte order; `b1` is one byte, 0 or 1. */
export const npyTypes = { b1: 1, u1: 1, i1: 1, u2: 2, i2: 2, u4: 4, i4: 4, u8: 8, i8: 8, f4: 4, f8: 8 } as const;

export type NpyType = keyof typeof npyTypes;

export interface NpyHeader {
  readonly type: NpyType;
  readonly littleEndian: boolean;
  /** Column order: the first index varies fastest. */
  readonly fortranOrder: boolean;
  readonly shape: Shape;
  /** Where the values begin. */
  readonly dataStart: number;
  /** Header and values. */
  readonly fileBytes: number;
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY
/** NumPy itself reads 10,000 bytes at most. */
const longestHeader = 2 ** 16;
const mostDimensions = 64;
const largest = 2 ** 31;

/** Bytes that hold every header, and say when one is too long. */
export const npyHeadBytes: number = longestHeader + 12;

/**
 * Reads and judges the header of an npy file (versions 1.0, 2.0 and 3.0); `head` holds at least the header. The text is
 * a literal of Python, read by a parser of its own: nothing is evaluated.
 * Throws NF2241 (not npy), NF2242 (another version), NF2243 (a header that cannot be read), NF2244 (a type that is not
 * read: objects, records, text), NF2245 (a shape that cannot be meant), NF2246 (cut within the header).
 */
export function readNpyHeader(head: Uint8Array, where: string): NpyHeader {
  if (!isNpy(head)) {
    refuseImpostors(head, where);
    throw new NeuroForgeError('NF2241', 'this is not an npy file', { where, expected: 'a beginning of \\x93NUMPY' });
  }
  const [major, minor] = [head[6], head[7]];
  const lengthBytes = major === 1 ? 2 : 4;
  if (head.length < 8 + lengthBytes) throw cutHeader(where, 8 + lengthBytes, head.length);
  if (![1, 2, 3].includes(major) || minor !== 0) {
    throw new NeuroForgeError('NF2242', 'this version of npy is not read', {
      where,
      expected: '1.0, 2.0 or 3.0',
      got: `${major}.${minor}`,
    });
  }
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const textStart = 8 + lengthBytes;
  if (length > longestHeader) {
    throw new NeuroForgeError('NF2243', 'the header is longer than can be meant', {
      where,
      expected: `at most ${longestHeader.toLocaleString('en-US')} bytes`,
      got: length.toLocaleString('en-US'),
    });
  }
  const dataStart = textStart + length;
  if (head.length < dataStart) throw cutHeader(where, dataStart, head.length);
  const text = new TextDecoder('latin1').decode(head.slice(textStart, dataStart));
  const { descr, fortranOrder, shape } = new HeaderParser(text, where, textStart).read();
  const { type, littleEndian } = typeOf(descr, where);
  return { type, littleEndian, fortranOrder, shape, dataStart, fileBytes: dataStart + dataSize(type, shape, where) };
}

export function isNpy(bytes: Uint8Array): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

function cutHeader(where: string, expected: number, got: number): NeuroForgeError {
  return new NeuroForgeError('NF2246', 'the file is cut within its header', {
    where,
    expected: `${expected} bytes of header`,
    got: String(got),
  });
}

function dataSize(type: NpyType, shape: Shape, where: string): number {
  let bytes: number = npyTypes[type];
  for (const d of shape) bytes *= Math.max(d, 1); // a 0 beside an absurd side hides nothing
  if (shape.length > mostDimensions || bytes > largest) {
    throw new NeuroForgeError('NF2245', 'the shape in the header cannot be meant', {
      where,
      expected: `at most ${largest.toLocaleString('en-US')} bytes in ${mostDimensions} dimensions`,
      got: shape.length > 8 ? `${shape.length} dimensions` : `${type} ${formatShape(shape)}`,
    });
  }
  return shape.includes(0) ? 0 : bytes;
}

function typeOf(descr: string, where: string): { type: NpyType; littleEndian: boolean } {
  const [, order, type] = /^([<>|=])([a-zA-Z]\d*)(?:\[.*)?$/.exec(descr) ?? [];
  if (type !== undefined && Object.hasOwn(npyTypes, type) && (order !== '|' || npyTypes[type as NpyType] === 1)) {
    return { type: type as NpyType, littleEndian: order !== '>' };
  }
  const kind = type?.[0] ?? '';
  const [message, hint] =
    kind === 'O'
      ? ['the array holds Python objects, which are pickled: reading them would run code from the file', 'save numbers']
      : 'SUa'.includes(kind || ' ')
        ? ['the array holds text', 'save class numbers, or write a CSV file']
        : ['this type of elements is not read', 'convert it: array.astype("float32")'];
  throw new NeuroForgeError('NF2244', message, {
    where,
    expected: Object.keys(npyTypes).join(', '),
    got: JSON.stringify(descr.slice(0, 40)),
    hint,
  });
}

/** `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`: the three keys, each once, in any order. */
class HeaderParser {
  readonly #text: string;
  readonly #where: string;
  readonly #start: number;
  #at = 0;

  constructor(text: string, where: string, start: number) {
    this.#text = text;
    this.#where = where;
    this.#start = start;
  }

  read(): { descr: string; fortranOrder: boolean; shape: number[] } {
    const found: { descr?: string; fortranOrder?: boolean; shape?: number[] } = {};
    this.#take('{');
    while (!this.#next('}')) {
      const key = this.#string();
      this.#take(':');
      if (key === 'descr' && found.descr === undefined) found.descr = this.#descr();
      else if (key === 'fortran_order' && found.fortranOrder === undefined) found.fortranOrder = this.#boolean();
      else if (key === 'shape' && found.shape === undefined) found.shape = this.#tuple();
      else this.#fail("the keys 'descr', 'fortran_order' and 'shape', each once");
      if (!this.#next(',')) {
        this.#take('}');
        break;
      }
    }
    this.#space();
    if (this.#at < this.#text.length) this.#fail('nothing but spaces after the dictionary');
    const { descr, fortranOrder, shape } = found;
    if (descr === undefined || fortranOrder === undefined || shape === undefined) {
      return this.#fail("all of 'descr', 'fortran_order' and 'shape'");
    }
    return { descr, fortranOrder, shape };
  }

  #descr(): string {
    this.#space();
    if (this.#text[this.#at] !== '[' && this.#text[this.#at] !== '(') return this.#string();
    throw new NeuroForgeError('NF2244', 'the array holds records of several fields', {
      where: this.#where,
      expected: 'one type of numbers',
      got: this.#text.slice(this.#at, this.#at + 40),
      hint: 'save each field as an array of its own: np.savez(file, a=records["a"], …)',
    });
  }

  #tuple(): number[] {
    const out: number[] = [];
    this.#take('(');
    while (!this.#next(')')) {
      this.#space();
      const digits = /^\d{1,20}/.exec(this.#text.slice(this.#at, this.#at + 20))?.[0];
      if (digits === undefined || (digits.length > 1 && digits[0] === '0')) this.#fail('a whole number');
      this.#at += digits!.length;
      if (this.#text[this.#at] === 'L') this.#at++; // a long of Python 2
      out.push(Number(digits));
      if (!this.#next(',')) {
        if (out.length === 1) this.#fail('"," after the only number of a tuple');
        this.#take(')');
        break;
      }
    }
    return out;
  }

  #boolean(): boolean {
    this.#space();
    for (const word of ['True', 'False']) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return word === 'True';
    }
    return this.#fail('True or False');
  }

  #string(): string {
    this.#space();
    const quote = this.#text[this.#at];
    const end = quote === "'" || quote === '"' ? this.#text.indexOf(quote, this.#at + 1) : -1;
    if (end < 0) this.#fail('text in quotes');
    const text = this.#text.slice(this.#at + 1, end);
    if (!/^[ -~]*$/.test(text) || text.includes('\\')) this.#fail('plain text in quotes');
    this.#at = end + 1;
    return text;
  }

  #space(): void {
    while (' \t\n\r'.includes(this.#text[this.#at] ?? 'x')) this.#at++;
  }

  #next(c: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== c) return false;
    this.#at++;
    return true;
  }

  #take(c: string): void {
    if (!this.#next(c)) this.#fail(`"${c}"`);
  }

  #fail(expected: string): never {
    const next = this.#text.slice(this.#at, this.#at + 12);
    throw new NeuroForgeError('NF2243', 'the header of the npy file cannot be read', {
      where: `${this.#where}, byte ${this.#start + this.#at}`,
      expected,
      got: next === '' ? 'the end' : JSON.stringify(next),
      hint: 'the file is damaged, or was not written by numpy.save',
    });
  }
}
