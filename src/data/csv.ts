import { CsvError, parse } from 'csv-parse/browser/esm/sync';
import { NeuroForgeError } from '../core/errors.ts';
import { refuseImpostors } from './gzip.ts';

/** Rows of text with the line on which each begins (from 1, as editors count). */
export interface CsvRows {
  readonly rows: readonly (readonly string[])[];
  readonly lines: readonly number[];
}

const furtherRows = 10_000;

/**
 * Reads CSV as RFC 4180 has it (quotes, doubled quotes, line breaks within quotes; LF, CRLF or CR), in UTF-8 with or
 * without a byte order mark; empty lines are skipped. `onRow` gets each row as it is read, so that a large file never
 * exists as text; it may throw.
 *
 * Throws NF2101 (no rows), NF2102 (not UTF-8: UTF-16, NUL, other bytes), NF2103 (a ragged row: its line, and the first
 * few others), NF2104 (quotes).
 */
export function eachCsvRow(bytes: Uint8Array, where: string, onRow: (cells: string[], line: number) => void): void {
  const text = checkText(bytes, where);
  let width = -1;
  let good = 0;
  let previousEnd = 0;
  let doubled = 0;
  let rowsAfter = 0;
  const bad: { line: number; width: number }[] = [];
  const enough = new Error('enough bad rows');
  try {
    parse(text as Buffer, {
      bom: false,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: 2 ** 26,
      on_record(cells: string[], info) {
        // The parser's line is where the row ends, and it counts a CRLF within quotes twice.
        let line = info.lines - doubled;
        if (line > previousEnd + 1) {
          const text = cells.join(',');
          doubled += text.split('\r\n').length - 1;
          previousEnd = info.lines - doubled;
          line = previousEnd - (text.split(/\r\n|\r|\n/).length - 1);
        } else previousEnd = line;
        if (width === -1) width = cells.length;
        if (cells.length !== width) {
          bad.push({ line, width: cells.length });
          if (bad.length === 5) throw enough;
        } else if (bad.length === 0) {
          good++;
          onRow(cells, line);
        } else if (++rowsAfter === furtherRows) throw enough;
        return null;
      },
    });
  } catch (error) {
    if (error instanceof CsvError) throw quoteError(error, where, previousEnd + 1);
    if (error !== enough) throw error;
  }
  if (bad.length > 0) {
    const columns = width === 1 ? '1 column' : `${width} columns`;
    throw new NeuroForgeError('NF2103', `expected ${columns}, got ${bad[0].width}`, {
      where: `${where}:${bad[0].line}`,
      expected: columns,
      got: String(bad[0].width),
      hint:
        `${good.toLocaleString('en-US')} ${good === 1 ? 'row before it is' : 'rows before it are'} fine; ` +
        `first bad rows: ${bad.map((b) => b.line).join(', ')}`,
    });
  }
  if (good === 0) throw new NeuroForgeError('NF2101', 'the file has no rows', { where });
}

/** All rows of a small file. */
export function readCsvRows(bytes: Uint8Array, where: string): CsvRows {
  const rows: string[][] = [];
  const lines: number[] = [];
  eachCsvRow(bytes, where, (cells, line) => {
    rows.push(cells);
    lines.push(line);
  });
  return { rows, lines };
}

function quoteError(error: CsvError, where: string, firstLine: number): NeuroForgeError {
  switch (error.code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return new NeuroForgeError('NF2104', 'a quote is opened and never closed', {
        where: `${where}:${firstLine}`,
        hint: `it is in line ${firstLine} or after it; a quote inside a quoted field is written twice`,
        cause: error,
      });
    case 'CSV_MAX_RECORD_SIZE':
      return new NeuroForgeError('NF2104', 'a row is longer than 64 MiB', {
        where: `${where}:${firstLine}`,
        hint: 'a quote that is opened and never closed?',
        cause: error,
      });
    default:
      return new NeuroForgeError('NF2104', 'a quote stands where none may be', {
        where: `${where}:${firstLine}`,
        hint: 'a field with a quote in it is quoted as a whole, and the quote inside is written twice',
        cause: error,
      });
  }
}

/** The bytes without their byte order mark, once they are known to be UTF-8 text. */
function checkText(bytes: Uint8Array, where: string): Uint8Array {
  refuseImpostors(bytes, where);
  const [b0, b1, b2] = bytes;
  const utf16 = (b0 === 0xff && b1 === 0xfe) || (b0 === 0xfe && b1 === 0xff);
  const nul = bytes.indexOf(0);
  if (utf16 || (nul >= 0 && nul < 4)) {
    throw new NeuroForgeError('NF2102', 'the file is UTF-16 or UTF-32, not UTF-8', {
      where,
      hint: 'save it as "CSV UTF-8", or run iconv -f utf-16 -t utf-8',
    });
  }
  if (nul >= 0) {
    throw new NeuroForgeError('NF2102', 'the file has a NUL byte: it is not text', {
      where,
      got: `byte ${nul.toLocaleString('en-US')}`,
    });
  }
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const piece = 2 ** 20;
  for (let at = 0; at < bytes.length; at += piece) {
    try {
      decoder.decode(bytes.slice(at, at + piece), { stream: at + piece < bytes.length });
    } catch (cause) {
      throw new NeuroForgeError('NF2102', 'the file is not UTF-8', {
        where,
        got: `an invalid byte after byte ${at.toLocaleString('en-US')}`,
        hint: 'save it as "CSV UTF-8", or run iconv -f latin1 -t utf-8',
        cause,
      });
    }
  }
  return b0 === 0xef && b1 === 0xbb && b2 === 0xbf ? bytes.subarray(3) : bytes;
}
