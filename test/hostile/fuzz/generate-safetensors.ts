import { dtypeBits } from '../../../src/io/safetensors-header.ts';
import { safetensors } from '../files.ts';
import { type Dice, join } from './mutate.ts';

const odd = [
  '0',
  '1',
  '2',
  '3',
  '-1',
  '-0',
  '1.0',
  '1e0',
  '01',
  '4294967296',
  '18446744073709551615',
  '18446744073709551616',
  '"1"',
  'null',
  '9007199254740993',
  '9007199254740991',
];
const names = [
  'a',
  'b',
  'ä',
  '\\u0061',
  '\\ud83d\\ude00',
  '\\ud800',
  '',
  '__metadata__',
  '__proto__',
  'x y',
  '\\n',
  '"',
];
const spaces = ['', '', '', '', ' ', '\n', '\t', '\r\n ', '\f', '\ufeff'];

/** A file of up to four tensors that is nearly right: one part in a dozen is not. */
export function generatedSafetensors(dice: Dice): Uint8Array {
  const rare = (): boolean => dice.below(12) === 0;
  const space = (): string => (rare() ? dice.of(spaces) : '');
  const members: string[] = [];
  let at = 0;
  for (let n = dice.below(5); n > 0; n--) {
    const dtype = dice.of(Object.keys(dtypeBits) as (keyof typeof dtypeBits)[]);
    const shape = Array.from({ length: dice.below(4) }, () => dice.of([0, 1, 2, 3, 4, 8]));
    const bits = shape.reduce((product, d) => product * d, 1) * dtypeBits[dtype];
    const size = Math.floor(bits / 8) + (rare() ? dice.of([-1, 1, 4]) : 0);
    const begin = at + (rare() ? dice.of([-1, 1, 8]) : 0);
    const number = (value: number): string => (dice.below(60) === 0 ? dice.of(odd) : String(value));
    const fields = [
      `"dtype":${space()}"${dice.below(60) === 0 ? dice.of(['f32', 'F31', 'toString', 'F128', 'BOOL ']) : dtype}"`,
      `"shape":[${shape.map(number).join(`${space()},`)}]`,
      `"data_offsets":${space()}[${number(begin)},${number(begin + size)}]`,
    ];
    if (rare())
      fields.splice(
        dice.below(4),
        0,
        dice.of(['"q":1', '"q":{"a":[1,null]}', '"dtype":"F32"', '"shape":null', '"q":1e999']),
      );
    if (rare()) fields.splice(dice.below(fields.length), 1);
    const swap = dice.below(fields.length || 1);
    fields.push(...fields.splice(swap, 1));
    const name = rare() ? dice.of(names) : `t${n}`;
    const asArray = dice.below(40) === 0;
    const values = fields.map((f) => f.slice(f.indexOf(':') + 1));
    members.push(`"${name}"${space()}:${asArray ? `[${values.join()}]` : `{${fields.join(`,${space()}`)}}`}`);
    at = Math.max(0, begin + size);
  }
  if (dice.below(3) === 0) {
    const metadata = dice.of([
      '{}',
      '{"a":"b"}',
      'null',
      '{"a":1}',
      '{"a":"b","a":"c"}',
      '[]',
      '{"a":"\\u0000"}',
      '{"a":null}',
      '{"\\ud800":"b"}',
    ]);
    members.splice(dice.below(members.length + 1), 0, `"__metadata__":${metadata}`);
  }
  for (let i = dice.below(3); i > 0 && members.length > 1; i--)
    members.push(...members.splice(dice.below(members.length), 1));
  const json = `${space()}{${space()}${members.join(`${space()},`)}${rare() ? ',' : ''}}${space()}`;
  const data = Uint8Array.from({ length: Math.max(0, at + (rare() ? dice.of([-1, 1]) : 0)) }, (_, i) => (i * 37) & 255);
  const bytes = safetensors(json, data);
  return dice.below(20) === 0
    ? join(bytes.subarray(0, dice.below(bytes.length)), new Uint8Array(dice.below(3)))
    : bytes;
}
