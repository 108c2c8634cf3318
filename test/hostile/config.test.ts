import { truncateSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configSchema, parseConfig, resolveConfig } from '../../src/cli/config.ts';
import type { NeuroForgeError } from '../../src/core/errors.ts';
import { Workplace } from '../cli.ts';

const at = new Workplace();
const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const read = (bytes: Uint8Array) => resolveConfig({}, parseConfig(bytes, 'dir/c.json'), {});

/** Code, what, the file, and what the message has to say. */
const cases: readonly (readonly [code: string, what: string, file: string | Uint8Array, says: RegExp])[] = [
  ['NF4111', 'an unknown key', '{"batchs":32}', /did you mean "batch"\?/],
  ['NF4111', 'a key in other letters', '{"splitseed":1}', /did you mean "splitSeed"\?/],
  ['NF4111', 'a key of the prototype', '{"constructor":1}', /constructor/],
  ['NF4111', 'a setting that does not exist', '{"dropout":1}', /dropout/],
  ['NF4112', 'a key twice', '{"lr":0.1,\n "lr":0.2}', /c\.json:2:2 .*"lr" stands there twice/],
  ['NF4112', 'a key twice by an escape', '{"lr":0.1,"\\u006cr":0.2}', /"lr" stands there twice/],
  ['NF4112', 'a key twice within a value', '{"lr":{"a":1,"a":2}}', /"a" stands there twice/],
  ['NF4112', '__proto__', '{"__proto__":{"lr":1}}', /__proto__/],
  ['NF4112', '__proto__ by an escape', '{"\\u005f_proto__":{"lr":1}}', /__proto__/],
  ['NF4110', '__proto__ within a value', '{"lr":{"__proto__":{"polluted":1}}}', /expected a number/],
  ['NF4110', 'NaN as text', '{"lr":"NaN"}', /expected a number/],
  ['NF4112', 'NaN as it is', '{"lr":NaN}', /c\.json:1:7/],
  ['NF4112', 'a number that is not finite', '{"lr":1e999}', /1e999/],
  ['NF4110', 'a negative rate', '{"lr":-0.1}', /above 0, got -0\.1/],
  ['NF4110', 'a rate of zero', '{"lr":0}', /above 0/],
  ['NF4110', 'a rate that is null', '{"lr":null}', /got null/],
  ['NF4110', 'no rows a batch', '{"batch":0}', /at least 1, or full/],
  ['NF4110', 'half a row a batch', '{"batch":2.5}', /whole number/],
  ['NF4110', 'a negative batch', '{"batch":-3}', /at least 1/],
  ['NF4110', 'a batch of text', '{"batch":"all"}', /or full/],
  ['NF4110', 'no epochs', '{"epochs":0}', /at least 1/],
  ['NF4110', 'a fractional seed', '{"seed":1.5}', /whole number/],
  ['NF4110', 'a seed beyond 32 bits', '{"seed":4294967296}', /at most 4294967295/],
  ['NF4110', 'a threshold of 1', '{"threshold":1}', /below 1/],
  ['NF4110', 'an object for text', '{"data":{"a":1}}', /expected text/],
  ['NF4110', 'a list for a truth value', '{"definitions":[]}', /true or false/],
  ['NF4110', 'another version', '{"schema":"neuroforge/config@2"}', /config@1/],
  ['NF4110', 'no widths', '{"model":"mlp:"}', /mlp:512,128/],
  ['NF4110', 'a width of zero', '{"model":"mlp:0"}', /mlp:512,128/],
  ['NF4114', 'layers whose bytes overflow', '{"model":"mlp:999999999,999999999"}', /999,999,999 x 999,999,999/],
  ['NF4114', 'a layer beyond whole numbers', '{"model":"mlp:99999999999999999999"}', /hidden layer 1/],
  ['NF4114', 'weights of more than 4 GiB', '{"model":"mlp:100,32768,32768"}', /hidden layer 3/],
  ['NF4114', 'a hundred thousand layers', `{"model":"mlp:1${',1'.repeat(99_999)}"}`, /at most 1000 hidden layers/],
  ['NF4112', 'deep nesting', `{"lr":${'['.repeat(1e5)}`, /127 brackets/],
  ['NF4112', 'nothing', '', /empty/],
  ['NF4112', 'a list', '[1]', /object/],
  ['NF4112', 'null', 'null', /object/],
  ['NF4112', 'a comma too many', '{"lr":0.1,\n}', /c\.json:2:1/],
  ['NF4112', 'a comment', '{"lr":0.1} // rate', /nothing after the value/],
  ['NF4112', 'two documents', '{}{}', /nothing after the value/],
  ['NF4112', 'UTF-16', new Uint8Array(Buffer.from('\ufeff{"lr":1}', 'utf16le')), /UTF-16/],
  ['NF4112', 'UTF-16 without a mark', new Uint8Array(Buffer.from('{"lr":1}', 'utf16le')), /is not JSON/],
  ['NF4112', 'bytes that are no UTF-8', Uint8Array.of(123, 34, 0xe9, 34, 58, 49, 125), /UTF-8/],
  ['NF4112', 'a binary file', Uint8Array.from({ length: 300 }, (_, i) => (i * 7919) & 255), /is not JSON|object/],
  ['NF4112', 'a page', '<!DOCTYPE html>', /is not JSON/],
];

function refusal(bytes: Uint8Array): NeuroForgeError {
  try {
    read(bytes);
  } catch (error) {
    return error as NeuroForgeError;
  }
  throw new Error('accepted');
}

describe('configurations: refused, each with its own message and place', () => {
  it.each(cases)('%s: %s', (code, _, file, says) => {
    const error = refusal(typeof file === 'string' ? text(file) : file);
    expect(error.code).toBe(code);
    expect(error.where).toContain('dir/c.json');
    const { message, where, expected, got, hint } = error;
    expect([where, message, `expected ${expected}, got ${got}`, hint].join(' ')).toMatch(says);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('a byte order mark is no error', () => {
    expect(read(text('\ufeff{"lr":0.5}')).lr).toBe(0.5);
    expect(read(text('{}'))).toEqual(configSchema.parse({}));
  });

  it('through the command line: --config FILE', async () => {
    for (const what of [
      'an unknown key',
      'a key twice',
      '__proto__',
      'NaN as text',
      'half a row a batch',
      'nothing',
      'UTF-16',
    ]) {
      const [code, , file] = cases.find((c) => c[1] === what)!;
      at.write('c.json', file);
      await at.refused(['train', '--config', 'c.json'], new RegExp(code), /c\.json/);
    }
  });

  it('a folder, a file of a gigabyte, a device, a file that is not there', async () => {
    at.write('big.json', '{');
    truncateSync(at.path('big.json'), 2 ** 30);
    await at.refused(['train', '--config', '.'], /NF2003/, /folder/);
    await at.refused(['train', '--config', 'big.json'], /NF2004/, /at most 1,048,576 bytes, got 1,073,741,824/);
    await at.refused(['train', '--config', '/dev/zero'], /NF2003/, /device/);
    await at.refused(['train', '--config', 'none.json'], /NF2901/);
  });

  it('flags say the same, with the flag for a place', async () => {
    await at.refused(['train', '--lr', 'NaN'], /NF4110 {2}--lr: /, /expected a number, got "NaN"/);
    await at.refused(['train', '--lr', '1e999'], /NF4110 {2}--lr: /, /got Infinity/);
    await at.refused(['train', '--batch', '2.5'], /NF4110 {2}--batch: /);
    await at.refused(['train', '--batch', '5000'], /NF4104/, /from 1 to 1294/, /use --batch full/);
    await at.refused(['train', '--model', 'mlp:999999999,999999999'], /NF4114 {2}--model: /);
    await at.refused(['train', '--lern-rate', '1'], /NF4100/);
  });
});
