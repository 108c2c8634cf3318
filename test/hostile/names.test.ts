import { mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkName } from '../../src/data/names.ts';
import { Workplace } from '../cli.ts';

const at = new Workplace();

/** Names that reach further than a name may. */
const harmful: readonly (readonly [name: string, why: RegExp])[] = [
  ['', /empty/],
  ['../x', /relative path/],
  ['a/../x', /relative path/],
  ['..\\x', /relative path/],
  ['.', /relative path/],
  ['/etc/passwd', /absolute path/],
  ['\\\\server\\x', /absolute path/],
  ['C:\\x', /absolute path/],
  ['a\u0000', /control character/],
  ['a\u001b[2J', /control character/],
  ['a\r\n', /control character/],
  ['a\u007f', /control character/],
  ['a\u009b2J', /control character/],
  ['\u202eabc', /control character/],
  ['a'.repeat(201), /200 characters/],
];

describe('names', () => {
  it.each(harmful)('%j is refused', (name, why) => {
    expect(() => checkName(name, 'class', 'f.csv:3')).toThrow(
      expect.objectContaining({ code: 'NF2002', where: 'f.csv:3', message: expect.stringMatching(why) }),
    );
  });

  it.each(['yes/no', 'ä', '\u{1f600}', '..x', 'a..b', '__proto__', 'a b'])('%j is a name', (name) => {
    expect(checkName(name, 'class')).toBe(name);
  });

  it('names of runs: a path that the user gives may be absolute, what runs/latest says may not', async () => {
    await at.refused(['eval', '../x'], /NF4130/);
    await at.refused(['eval', 'a\u001b[2J'], /NF4130 {2}a\\u001b\[2J/);
    await at.refused(['eval', '__proto__'], /NF4130/);
    mkdirSync(at.path('runs'));
    for (const name of ['../..', '/etc', 'a\u001b[2J', 'a/b', '', '.', '..', 'x'.repeat(300)]) {
      at.write('runs/latest', name);
      const stderr = await at.refused(['eval', 'latest'], /NF4130 .*no latest run/);
      expect(stderr).not.toContain('\u001b');
    }
  });

  it('names of cases and layers', async () => {
    for (const name of ['../x', '/etc/passwd', '__proto__', 'constructor', 'a\u001b[2J']) {
      const stderr = await at.refused(['explain', name]);
      expect(stderr).not.toContain('\u001b');
      expect(await at.refused(['gradcheck', name])).not.toContain('\u001b');
      expect(await at.refused(['bench', name])).not.toContain('\u001b');
      expect(await at.refused(['data', 'get', name])).not.toContain('\u001b');
    }
  });
});

describe('warned about, not refused', () => {
  const rows = (label: (i: number) => number, x: (i: number) => number): string =>
    Array.from({ length: 60 }, (_, i) => `${x(i)},${(i * 7) % 5},${label(i)}`).join('\n');
  const train = (...args: string[]) => at.run(['train', '--epochs', '1', '--backend', 'js', '--quiet', ...args]);

  it('labels all equal: NF3201', async () => {
    at.write(
      'equal.csv',
      rows(
        () => 1,
        (i) => i % 11,
      ),
    );
    const { code, stderr } = await train('--data', 'equal.csv');
    expect([code, stderr]).toEqual([0, expect.stringMatching(/NF3201 .*labels are equal/)]);
  });

  it('unscaled inputs: NF3202', async () => {
    at.write(
      'large.csv',
      rows(
        (i) => i % 2,
        (i) => 1000 + i,
      ),
    );
    const { stderr } = await train('--data', 'large.csv', '--scale', 'none', '--lr', '1e-9');
    expect(stderr).toMatch(/NF3202/);
    expect((await train('--data', 'large.csv')).stderr).not.toMatch(/NF3202/);
  });

  it('the same file as train and test: NF3213', async () => {
    at.write(
      'own.csv',
      rows(
        (i) => i % 2,
        (i) => i % 11,
      ),
    );
    await train('--data', 'own.csv');
    const { code, stderr } = await at.run(['eval', 'latest', '--data', 'own.csv']);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/NF3213/)]);
  });
});
