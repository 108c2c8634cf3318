import { CsvError, parse } from 'csv-parse/browser/esm/sync';
import { NeuroForgeError } from '../core/errors.ts';
import { CsvScan, longestRow } from './csv-scan.ts';

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
 * few others), NF2104 (quotes), NF2110 (a row longer or wider than a table's).
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
      max_record_size: longestRow,
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
  const scan = new CsvScan(where);
  scan.take(bytes);
  scan.end();
  const [b0, b1, b2] = bytes;
  return b0 === 0xef && b1 === 0xbb && b2 === 0xbf ? bytes.subarray(3) : bytes;
}
