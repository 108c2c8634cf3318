import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCsvRows } from './csv.ts';

const bytes = (s: string) => new TextEncoder().encode(s);
const refusal = (input: string | Uint8Array) => {
  try {
    readCsvRows(typeof input === 'string' ? bytes(input) : input, 'data/t.csv');
    return null;
  } catch (error) {
    return error as { code: string; where: string; message: string; hint: string };
  }
};

describe('CSV', () => {
  test('quotes, breaks within quotes, CRLF, CR, empty lines, a byte order mark', () => {
    expect(readCsvRows(bytes('\ufeffa,b\r\n"x ""y"", z",1\r\n\r\n"two\nlines","1\r\n2"\r\n5,6'), 'f')).toEqual({
      rows: [
        ['a', 'b'],
        ['x "y", z', '1'],
        ['two\nlines', '1\r\n2'],
        ['5', '6'],
      ],
      lines: [1, 2, 4, 7],
    });
    expect(readCsvRows(bytes('1,2\r3,4\r'), 'f').rows).toEqual([
      ['1', '2'],
      ['3', '4'],
    ]);
    expect(readCsvRows(bytes('a'), 'f').rows).toEqual([['a']]);
  });

  test('any table comes back as it was written', () => {
    const cell = fc
      .string({ unit: 'grapheme', maxLength: 12 })
      .filter((s) => !s.includes('\0') && !s.includes('\ufeff'));
    const table = fc
      .integer({ min: 1, max: 5 })
      .chain((w) => fc.array(fc.array(cell, { minLength: w, maxLength: w }), { minLength: 1, maxLength: 9 }));
    fc.assert(
      fc.property(table, fc.constantFrom('\n', '\r\n'), (rows, end) => {
        const written = rows.map((r) => r.map((c) => `"${c.replaceAll('"', '""')}"`).join(',')).join(end);
        expect(readCsvRows(bytes(written), 'f').rows).toEqual(rows);
      }),
    );
  });

  test('a ragged row: its line, how many before it, the next bad ones', () => {
    const rows = Array.from({ length: 40 }, (_, i) => (i === 6 || i === 8 || i === 20 ? '1,2' : '1,2,3'));
    const error = refusal(rows.join('\n'));
    expect(error).toMatchObject({ code: 'NF2103', where: 'data/t.csv:7', message: 'expected 3 columns, got 2' });
    expect(error?.hint).toBe('6 rows before it are fine; first bad rows: 7, 9, 21');
    expect(refusal('a,b\n1,2,3\n')?.hint).toContain('1 row before it is fine');
  });

  test('a quote that is never closed is placed where its row begins', () => {
    expect(refusal('a,b\n1,2\n3,"4\n5,6\n7,8\n')).toMatchObject({ code: 'NF2104', where: 'data/t.csv:3' });
    expect(refusal('a,b\n1,x"y\n')).toMatchObject({ code: 'NF2104', where: 'data/t.csv:2' });
    expect(refusal('a,b\n1,"x"y\n')?.code).toBe('NF2104');
  });

  test('not UTF-8 text', () => {
    const utf16 = (mark: boolean) => new Uint8Array(Buffer.from(`${mark ? '\ufeff' : ''}a,b\n1,2\n`, 'utf16le'));
    expect(refusal(utf16(true))?.message).toContain('UTF-16');
    expect(refusal(utf16(false))?.message).toContain('UTF-16');
    expect(refusal(utf16(true).reverse())?.code).toBe('NF2102');
    expect(refusal('a,b\n1,2\0\n')?.message).toContain('NUL');
    expect(refusal(Uint8Array.of(97, 44, 0xe9, 10))?.message).toContain('not UTF-8');
    expect(refusal(Uint8Array.from([...bytes('x'.repeat(2 ** 20)), 0xc3]))?.code).toBe('NF2102');
    expect(readCsvRows(bytes(`${'é'.repeat(2 ** 20 - 3)},1`), 'f').rows[0][1]).toBe('1');
  });

  test('nothing', () => {
    expect(refusal('')?.code).toBe('NF2301');
    expect(refusal('\n\n')?.code).toBe('NF2101');
    expect(refusal('\ufeff')?.code).toBe('NF2101');
    expect(refusal('<!doctype html><p>no')?.code).toBe('NF2302');
  });
});
