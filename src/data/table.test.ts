import { describe, expect, test } from 'vitest';
import { type TableOptions, tableDataset } from './table.ts';

const read = (text: string, options: Partial<TableOptions> = {}) =>
  tableDataset(new TextEncoder().encode(text), { name: 't', where: 'dir/t.csv', sha256: 's', ...options });
const refusal = (text: string, options: Partial<TableOptions> = {}) => {
  try {
    read(text, options);
    return null;
  } catch (error) {
    return error as { code: string; where: string; message: string; hint: string };
  }
};

describe('a table as a data set', () => {
  test('text labels become classes in sorted order; header is seen', () => {
    const data = read('a,b,species\n5.1,3.5,setosa\n4.9,-3e1,Iris\n.5,2.,setosa\n');
    expect(data).toMatchObject({
      count: 3,
      exampleShape: [2],
      classNames: ['Iris', 'setosa'],
      featureNames: ['a', 'b'],
    });
    expect(data.x).toEqual(Float64Array.of(5.1, 3.5, 4.9, -30, 0.5, 2));
    expect(data.y).toEqual(Int32Array.of(1, 0, 1));
    expect(data.hashes).toEqual({ 't.csv': 's' });
  });

  test('without a header, and with one that is all numbers', () => {
    expect(read('1,2,a\n3,4,b\n')).toMatchObject({ count: 2, classNames: ['a', 'b'] });
    expect(read('1,2,a\n3,4,b\n').featureNames).toBeUndefined();
    expect(read('10,11,12\n1,2,0\n3,4,1\n', { header: 'yes' })).toMatchObject({ count: 2, featureNames: ['10', '11'] });
    expect(refusal('x,y,z\n1,2,0\n', { header: 'no' })).toMatchObject({ code: 'NF2105', where: 'dir/t.csv:1' });
    expect(refusal('nan,2,0\n1,2,1\n')).toMatchObject({ code: 'NF2105', where: 'dir/t.csv:1' });
    expect(refusal('x,y,z\n')?.code).toBe('NF2101');
  });

  test('the label column: by name, by position, by custom, or the last', () => {
    const text = 'y,a,b\n0,1,2\n1,3,4\n';
    expect(read(text).x).toEqual(Float64Array.of(1, 2, 3, 4));
    expect(read(text, { label: 'b' }).classNames).toEqual(['2', '4']);
    expect(read(text, { label: '1' }).classNames).toEqual(['1', '3']);
    expect(read(text, { label: -1 }).classNames).toEqual(['2', '4']);
    expect(read('y,class,c\n0,1,2\n1,3,4\n').classNames).toEqual(['2', '4']);
    expect(read('a,Target,c\n0,1,2\n1,3,4\n').classNames).toEqual(['1', '3']);
    expect(read(text, { label: null })).toMatchObject({ exampleShape: [3], y: Int32Array.of(-1, -1) });
    expect(refusal(text, { label: 'c' })?.code).toBe('NF2107');
    expect(refusal(text, { label: 3 })?.code).toBe('NF2107');
    expect(refusal('a,a,b\n0,1,2\n1,3,4\n', { label: 'a' })?.message).toContain('2 columns');
    expect(refusal('y\n1\n2\n')?.code).toBe('NF2107');
  });

  test('whole-number labels sort as numbers and may be written in several ways', () => {
    const data = read('1,10\n2,9\n3,-1\n4,9.0\n5,+10\n');
    expect(data.classNames).toEqual(['-1', '9', '10']);
    expect(data.y).toEqual(Int32Array.of(2, 1, 0, 1, 2));
  });

  test('regression', () => {
    const data = read('x,price\n1,2.5\n2,-3e2\n', { task: 'regression' });
    expect(data.y).toEqual(Float64Array.of(2.5, -300));
    expect(data.classNames).toBeUndefined();
    expect(refusal('x,price\n1,2.5\n2,\n', { task: 'regression' })).toMatchObject({
      code: 'NF2106',
      where: 'dir/t.csv:3',
    });
    expect(refusal('x,price\n1,2.5\n2,cheap\n', { task: 'regression' })?.code).toBe('NF2106');
  });

  test.each(['', ' ', 'nan', 'Infinity', '-inf', '1e999', '0x10', '1_000', '1,5'.replace(',', ';'), '--1', 'abc', '१'])(
    'the feature %j is refused with its line',
    (cell) => {
      const error = refusal(`a,b,label\n1,2,0\n3,${cell},1\n`);
      expect(error).toMatchObject({ code: 'NF2105', where: 'dir/t.csv:3' });
      expect(error?.message).toContain('column 1 ("b")');
    },
  );

  test('labels that cannot be classes', () => {
    expect(refusal('1,0\n2,1.5\n')).toMatchObject({ code: 'NF2106', where: 'dir/t.csv:2' });
    expect(refusal('1,a\n2,\n')).toMatchObject({ code: 'NF2106', where: 'dir/t.csv:2' });
    const distinct = Array.from({ length: 200 }, (_, i) => `1,${i}`).join('\n');
    expect(refusal(distinct)?.message).toContain('200 different labels');
    for (const bad of ['../x', '/etc/passwd', 'C:\\x', 'a\u0007b', '\u202eabc']) {
      expect(refusal(`1,ok\n2,${bad}\n`)?.code).toBe('NF2002');
    }
    expect(read('1,yes/no\n2,other\n').classNames).toEqual(['other', 'yes/no']);
  });

  test('another part of the same data', () => {
    const train = read('a,b,label\n1,2,cat\n3,4,dog\n');
    expect(read('a,b,label\n5,6,dog\n', { like: train })).toMatchObject({
      y: Int32Array.of(1),
      classNames: ['cat', 'dog'],
    });
    expect(refusal('a,b,label\n5,6,cow\n', { like: train })?.code).toBe('NF2106');
    expect(refusal('a,label\n5,dog\n', { like: train })?.code).toBe('NF2108');
    expect(refusal('b,a,label\n5,6,dog\n', { like: train })?.code).toBe('NF2108');
  });

  test('pixels stay bytes', () => {
    const row = (v: number, label: number) => [label, ...Array.from({ length: 64 }, (_, j) => (v * j) % 17)].join(',');
    const text = `label,${Array.from({ length: 64 }, (_, j) => `p${j}`).join(',')}\n${row(1, 0)}\n${row(2, 1)}\n`;
    const data = read(text);
    expect(data.x).toBeInstanceOf(Uint8Array);
    expect(data).toMatchObject({ exampleShape: [8, 8], maxValue: 16 });
    expect(data.x[64 + 3]).toBe(6);
    expect(read(text.replace(/,5,/, ',5.5,')).x).toBeInstanceOf(Float64Array);
    expect(refusal(text.replace(/,5,/, ',5.5,'), { like: data })?.code).toBe('NF2108');
    expect(read('1,2,0\n3,4,1\n').x).toBeInstanceOf(Float64Array);
  });
});
