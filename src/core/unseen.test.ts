import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spellUnseen, toJson } from './unseen.ts';

const shows = /^[^\p{C}\p{Zl}\p{Zp}]*$/u;
/** Formats by category that show (signs spelled before a number), or that join letters and emoji. */
const spared = /[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]|\u200c|\u200d/gu;

describe('spellUnseen', () => {
  it.each([
    ['\u001b[31mred\u0007', '\\u001b[31mred\\u0007'],
    ['a\r\nb\tc\0\u007f', 'a\\u000d\\u000ab\\u0009c\\u0000\\u007f'],
    ['\u009b2J \u0085', '\\u009b2J \\u0085'],
    ['\u202egnp.exe \u2067x\u2069 \u061c', '\\u202egnp.exe \\u2067x\\u2069 \\u061c'],
    ['a\u200bb\u200dc\ufeff\u00ad\u2060', 'a\\u200bb\\u200dc\\ufeff\\u00ad\\u2060'],
    ['\u2028\u2029', '\\u2028\\u2029'],
    ['\u3164 \u115f \uffa0 \u180e', '\\u3164 \\u115f \\uffa0 \\u180e'],
    ['\u{e0041}\u{e0001}', '\\udb40\\udc41\\udb40\\udc01'],
    ['\ufffe \uffff \u{1ffff}', '\\ufffe \\uffff \\ud83f\\udfff'],
    ['\ud800 \udc00\ud83d', '\\ud800 \\udc00\\ud83d'],
    ['Größe 数字 שלום ❤️ 😀 e\u0301', 'Größe 数字 שלום ❤️ 😀 e\u0301'],
    ['می\u200cخواهم क्\u200dष 👩\u200d👧 ❤️\u200d🔥', 'می\u200cخواهم क्\u200dष 👩\u200d👧 ❤️\u200d🔥'],
    ['pay\u200dpal \u200dx👩\u200d', 'pay\\u200dpal \\u200dx👩\\u200d'],
    ['Z\u0300\u0301\u0302\u0303\u0304\u0305x', 'Z\u0300\u0301\u0302\u0303\\u0304\\u0305x'],
    ['<b>&amp;"\'\\', '<b>&amp;"\'\\'],
  ])('%j', (text, wanted) => expect(spellUnseen(text)).toBe(wanted));

  it('leaves nothing that does not show', () => {
    const assigned = fc.string({ unit: 'binary' }).filter((s) => !/[\p{Cn}\p{Co}]/u.test(s));
    fc.assert(
      fc.property(assigned, (text) => {
        expect(spellUnseen(text).replace(spared, '')).toMatch(shows);
      }),
      { seed: 1, numRuns: 2000 },
    );
  });
});

describe('toJson', () => {
  it('names what is not finite, and indents', () => {
    expect(toJson({ a: NaN, b: [Infinity, -Infinity, 1.5] })).toBe('{"a":"NaN","b":["Infinity","-Infinity",1.5]}');
    expect(toJson({ a: 1 }, 2)).toBe('{\n  "a": 1\n}');
  });

  it('is read back as it was, and shows all of it', () => {
    const value = fc.jsonValue().filter((v) => !Object.is(JSON.parse(JSON.stringify(v)), -0));
    const hostile = fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(fc.oneof(value, hostile), fc.constantFrom(undefined, 2), (v, indent) => {
        const text = toJson(v, indent);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(v)));
        expect(spellUnseen(text.replaceAll('\n', ''))).toBe(text.replaceAll('\n', ''));
      }),
      { seed: 2, numRuns: 1000 },
    );
  });
});
