import { NeuroForgeError } from '../core/errors.ts';
import type { Files } from '../platform/files.ts';
import { refuseImpostors } from './gzip.ts';

/** The longest row that a table may have, in bytes. */
export const longestRow = 2 ** 24;
/** The most columns. */
export const mostColumns = 100_000;

const piece = 2 ** 20;
const [lf, cr, quote, comma] = [10, 13, 34, 44];

/**
 * Looks over the bytes of a CSV file, piece by piece, before a parser takes memory for them. Throws NF2301 to NF2303 (an
 * impostor), NF2102 (not UTF-8: UTF-16, NUL, other bytes) and NF2110 (a row that is too long or has too many columns).
 */
export class CsvScan {
  readonly #where: string;
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #at = 0;
  #line = 1;
  #rowLine = 1;
  #rowStart = 0;
  #columns = 1;
  #quoted = false;
  #last = 0;

  constructor(where: string) {
    this.#where = where;
  }

  take(bytes: Uint8Array): void {
    if (this.#at === 0) this.#begin(bytes);
    const nul = bytes.indexOf(0);
    if (nul >= 0) {
      throw new NeuroForgeError('NF2102', 'the file has a NUL byte: it is not text', {
        where: this.#where,
        got: `byte ${(this.#at + nul).toLocaleString('en-US')}`,
      });
    }
    for (let at = 0; at < bytes.length; at += piece) this.#decode(bytes.slice(at, at + piece), true); // no shared memory
    for (let i = 0; i < bytes.length; i++) {
      const c = bytes[i];
      if (c > comma) continue;
      if (c === comma) {
        if (!this.#quoted) this.#columns++;
      } else if (c === quote) this.#quoted = !this.#quoted;
      else if (c === lf || c === cr) this.#lineBreak(c, this.#at + i, i === 0 ? this.#last : bytes[i - 1]);
    }
    this.#at += bytes.length;
    this.#last = bytes[bytes.length - 1] ?? this.#last;
    this.#checkRow(this.#at);
  }

  end(): void {
    this.#decode(new Uint8Array(0), false);
    this.#checkRow(this.#at);
  }

  #begin(bytes: Uint8Array): void {
    refuseImpostors(bytes, this.#where);
    const [b0, b1] = bytes;
    const nul = bytes.indexOf(0);
    if (!((b0 === 0xff && b1 === 0xfe) || (b0 === 0xfe && b1 === 0xff) || (nul >= 0 && nul < 4 && mostlyText(bytes))))
      return;
    throw new NeuroForgeError('NF2102', 'the file is UTF-16 or UTF-32, not UTF-8', {
      where: this.#where,
      hint: 'save it as "CSV UTF-8", or run iconv -f utf-16 -t utf-8',
    });
  }

  #decode(bytes: Uint8Array, stream: boolean): void {
    try {
      this.#utf8.decode(bytes, { stream });
    } catch (cause) {
      throw new NeuroForgeError('NF2102', 'the file is not UTF-8', {
        where: `${this.#where}:${this.#line}`,
        got: `an invalid byte in or after line ${this.#line.toLocaleString('en-US')}`,
        hint: 'save it as "CSV UTF-8", or run iconv -f latin1 -t utf-8',
        cause,
      });
    }
  }

  #lineBreak(c: number, at: number, before: number): void {
    if (c === lf && before === cr) this.#rowStart = this.#quoted ? this.#rowStart : at + 1;
    else {
      this.#line++;
      if (this.#quoted) return;
      this.#checkRow(at);
      this.#rowStart = at + 1;
      this.#rowLine = this.#line;
      this.#columns = 1;
    }
  }

  #checkRow(at: number): void {
    const length = at - this.#rowStart;
    if (length <= longestRow && this.#columns <= mostColumns) return;
    const long = length > longestRow;
    throw new NeuroForgeError('NF2110', long ? 'a row is too long for a table' : 'a row has too many columns', {
      where: `${this.#where}:${this.#rowLine}`,
      expected: long
        ? `at most ${longestRow.toLocaleString('en-US')} bytes a row`
        : `at most ${mostColumns.toLocaleString('en-US')}`,
      got: long ? `at least ${length.toLocaleString('en-US')}` : `at least ${this.#columns.toLocaleString('en-US')}`,
      hint: this.#quoted ? 'a quote that is opened and never closed?' : 'is this a text table with a row a line?',
    });
  }
}

/** UTF-16 text has a zero in every pair of bytes; binary files have them in runs, or hardly any. */
function mostlyText(bytes: Uint8Array): boolean {
  const head = bytes.subarray(0, 64);
  const zeros = head.reduce((n, b) => n + (b === 0 ? 1 : 0), 0);
  return zeros >= head.length / 3 && zeros < head.length * 0.9;
}

/** Looks over a file of `size` bytes before it is read; small ones are looked over when they are parsed. */
export async function scanCsvFile(files: Files, path: string, size: number): Promise<void> {
  if (size <= longestRow) return;
  const scan = new CsvScan(path);
  for (let at = 0; at < size; at += piece) scan.take(await files.readPart(path, at, piece));
  scan.end();
}
