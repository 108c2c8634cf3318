import { describe, expect, it } from 'vitest';
import { formatCount, formatNumber, formatPercent, formatProbability, formatSeconds, toNumber } from './format.ts';
import { safeText } from './text.ts';

describe('safeText', () => {
  it.each([
    ['\u001b[31mred\u0007', '\\u001b[31mred\\u0007'],
    ['a\nb\tc\0', 'a\\u000ab\\u0009c\\u0000'],
    ['\u202egnp.exe', '\\u202egnp.exe'],
    ['\u009b2J', '\\u009b2J'],
    ['\ud800 alone', '\\ud800 alone'],
    ['Größe 数字 😀', 'Größe 数字 😀'],
    ['<b>&amp;', '<b>&amp;'],
  ])('%j', (text, wanted) => expect(safeText(text)).toBe(wanted));

  it('cuts by code points', () => {
    expect(safeText('abcdef', 4)).toBe('abc…');
    expect(safeText('abcd', 4)).toBe('abcd');
    expect(safeText('😀'.repeat(10), 3)).toBe('😀😀…');
    expect(Array.from(safeText('x'.repeat(1e6), 50))).toHaveLength(50);
  });

  it('says values that are no text', () => {
    expect(safeText(undefined)).toBe('–');
    expect(safeText(null)).toBe('–');
    expect(safeText([512, 128])).toBe('512, 128');
    expect(safeText({ a: 1 })).toBe('{"a":1}');
    expect(safeText(false)).toBe('false');
  });
});

describe('formats', () => {
  it('numbers', () => {
    expect([0.0612, 1.3, 18.6, 431.25, 12345, 0, -0.5].map((v) => formatNumber(v))).toEqual([
      '0.06120',
      '1.300',
      '18.60',
      '431.3',
      '12345',
      '0',
      '−0.5000',
    ]);
    expect(formatNumber(3.2e-7)).toBe('3.200e−7');
    expect(formatNumber(8.9e12, 2)).toBe('8.9e12');
    expect([NaN, Infinity, -Infinity].map((v) => formatNumber(v))).toEqual(['NaN', '∞', '−∞']);
  });
  it('counts, shares and times', () => {
    expect(formatCount(669706)).toBe('669,706');
    expect(formatPercent(0.97222)).toBe('97.2\u202f%');
    expect(formatProbability(0.9997)).toBe('>\u202f99\u202f%');
    expect(formatProbability(0.001)).toBe('<\u202f1\u202f%');
    expect([1, 0, 0.87, NaN].map(formatProbability)).toEqual(['100\u202f%', '0\u202f%', '87\u202f%', 'NaN']);
    expect([0.05, 12.34, 99.96, 200, 3599.7, 4321].map(formatSeconds)).toEqual([
      '0.05 s',
      '12.3 s',
      '1 min 40 s',
      '3 min 20 s',
      '1 h 0 min',
      '1 h 12 min',
    ]);
  });
  it('reads the numbers of JSON documents', () => {
    expect([1.5, 'NaN', 'Infinity', '-Infinity', null, undefined].map((v) => toNumber(v as number))).toEqual([
      1.5,
      NaN,
      Infinity,
      -Infinity,
      NaN,
      NaN,
    ]);
  });
});
