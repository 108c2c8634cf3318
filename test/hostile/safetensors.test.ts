import { describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../src/io/safetensors.ts';
import { Workplace } from '../cli.ts';
import decided from '../reference/safetensors/decided.json' with { type: 'json' };
import { safetensors } from './files.ts';
import { deliberate, ourVerdict } from './fuzz/differential.ts';

const at = new Workplace();
const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));
const one = (fields: string): string => `{"a":{${fields}}}`;
const T = '"dtype":"F32","shape":[1],"data_offsets":[0,4]';

/** What cli.md's list names of safetensors, and its neighbors: code, what, file. */
const cases: readonly (readonly [code: string, what: string, bytes: Uint8Array])[] = [
  ['NF2221', 'nothing', new Uint8Array(0)],
  ['NF2221', 'seven bytes', new Uint8Array(7)],
  ['NF2222', 'a header that claims gigabytes', Uint8Array.of(0, 0, 0, 0, 4, 0, 0, 0, 123, 125)],
  ['NF2222', 'a header of 2^64 - 1', new Uint8Array(16).fill(255)],
  ['NF2221', 'cut within the header', safetensors(one(T), 4).slice(0, 20)],
  ['NF2221', 'cut within the data', safetensors(one(T), 3)],
  ['NF2225', 'trailing bytes', safetensors(one(T), 5)],
  ['NF2225', 'overlapping offsets', safetensors(`{"a":{${T}},"b":{${T.replace('[0,4]', '[2,6]')}}}`, 6)],
  ['NF2225', 'a hole', safetensors(`{"a":{${T}},"b":{${T.replace('[0,4]', '[8,12]')}}}`, 12)],
  ['NF2225', 'reversed offsets', safetensors(one(T.replace('[0,4]', '[4,0]')), 4)],
  ['NF2224', 'missing offsets', safetensors(one('"dtype":"F32","shape":[1]'), 4)],
  ['NF2224', 'one offset', safetensors(one(T.replace('[0,4]', '[0]')), 4)],
  ['NF2227', 'a name twice', safetensors(`{"a":{${T}},"a":{${T}}}`, 4)],
  ['NF2227', 'a field twice', safetensors(one(`"dtype":"F32",${T}`), 4)],
  ['NF2224', 'an unknown dtype', safetensors(one(T.replace('F32', 'F31')), 4)],
  ['NF2224', 'a dtype of the prototype', safetensors(one(T.replace('F32', 'toString')), 4)],
  ['NF2226', 'a shape that overflows', safetensors(one(T.replace('[1]', '[4294967296,4294967296]')), 4)],
  ['NF2226', 'a shape that does not fit its bytes', safetensors(one(T.replace('[1]', '[2]')), 4)],
  ['NF2224', 'brackets within brackets', safetensors('['.repeat(5000))],
  ['NF2223', 'deep nesting in a field that is passed over', safetensors(one(`${T},"q":${'['.repeat(5000)}`), 4)],
  ['NF2224', 'a list for a header', safetensors('[]')],
  ['NF2223', 'no JSON', safetensors('hello')],
  ['NF2223', 'UTF-16', new Uint8Array([...safetensors('').slice(0, 8).fill(4, 0, 1), ...Buffer.from('{}', 'utf16le')])],
];

describe('safetensors: refused, each with its own message and place', () => {
  it.each(cases)('%s: %s', (code, _, bytes) => {
    expect(() => readSafetensors(bytes, 'dir/f.safetensors')).toThrow(
      expect.objectContaining({ code, where: expect.stringContaining('dir/f.safetensors') }),
    );
  });

  it('through the command line: data info, eval', async () => {
    for (const what of [
      'a header that claims gigabytes',
      'trailing bytes',
      'a name twice',
      'an unknown dtype',
      'nothing',
    ]) {
      const [code, , bytes] = cases.find((c) => c[1] === what)!;
      at.write('bad.safetensors', bytes);
      await at.refused(['data', 'info', 'bad.safetensors'], new RegExp(code), /bad\.safetensors/);
      await at.refused(['eval', 'bad.safetensors', '--data', 'iris'], new RegExp(code), /bad\.safetensors/);
    }
  });

  it('what is in one of another program: every dtype is listed', async () => {
    at.write(
      'other.safetensors',
      writeSafetensors(
        [
          { name: 'h', dtype: 'BF16', shape: [2, 2], data: new Uint8Array(8) },
          { name: 'q', dtype: 'F8_E4M3', shape: [3], data: new Uint8Array(3) },
        ],
        { format: 'pt' },
      ),
    );
    const { stdout } = await at.run(['data', 'info', 'other.safetensors']);
    expect(stdout).toBe('safetensors file of 2 arrays, 11 bytes\nh      BF16 2 x 2\nq      F8_E4M3 3\nformat: pt\n');
    const { arrays } = await at.json(['data', 'info', 'other.safetensors']);
    expect(arrays.metadata).toEqual({ format: 'pt' });
    await at.refused(['eval', 'other.safetensors', '--data', 'iris'], /NF2233/, /no model of this library/);
  });
});

describe('the verdicts of the reference implementation', () => {
  it('on generated and mutated files are ours, but for the deliberate differences', () => {
    const known = new Set(deliberate.map(({ what }) => what));
    expect(decided.cases.filter((c) => c.accepted).length).toBeGreaterThan(20);
    for (const c of decided.cases as readonly {
      file: string;
      accepted: boolean;
      contents?: string;
      deliberate?: string;
    }[]) {
      const ours = ourVerdict(bytesOf(c.file));
      if (c.deliberate === undefined)
        expect(ours, c.file).toMatchObject({ accepted: c.accepted, ...(c.contents && { contents: c.contents }) });
      else {
        expect(known).toContain(c.deliberate);
        expect([c.accepted, ours.accepted, ours.deliberate]).toEqual([true, false, c.deliberate]);
      }
    }
  });
});
