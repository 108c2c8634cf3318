import { idx } from '../files.ts';

export const text = (s: string): Uint8Array => new TextEncoder().encode(s);

export const numbers = [
  '0',
  '-0',
  '1',
  '-1',
  '2147483648',
  '4294967296',
  '9007199254740993',
  '1e999',
  '1.5',
  '01',
  'null',
];

export const images: Uint8Array = idx(8, [3, 4, 4], 48);
export const labels: Uint8Array = idx(8, [3], 3);

export const csvTexts = [
  'a,b,kind\n1,2,red\n3,4,blue\n5,6,red\n',
  '1,2,0\r\n3,4,1\r\n5,-6e-2,1\r\n',
  '\ufeff"x ""y"""\t,b,label\n" 1",2.5,"two\nlines"\n3,4,z\n',
  'label,a\n0,1\n1,2\n',
  '1;2;3\n4;5;6\n',
];

export const csvWords = [
  ',',
  '"',
  '""',
  '\n',
  '\r',
  '\r\n',
  '\ufeff',
  'nan',
  '1e999',
  '../x',
  '\0',
  '0x1',
  ' ',
  ...numbers,
];
