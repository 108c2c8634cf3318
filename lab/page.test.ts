import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { NeuroForgeError } from '../src/core/errors.ts';
import { idxSets } from '../src/data/catalog.ts';
import { pagePolicy } from './sandbox/policy.ts';
import { told } from './shell/error-card.tsx';
import { withoutFlags } from './shell/flags.ts';

describe('the page', () => {
  const html = readFileSync(new URL('index.html', import.meta.url), 'utf8');
  const policy = new Map(
    /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/
      .exec(html)?.[1]
      .split('; ')
      .map((directive) => {
        const [name, ...sources] = directive.split(' ');
        return [name, sources] as const;
      }),
  );

  test('allows the sandbox what it needs, and no inline script or style', () => {
    for (const [directive, sources] of Object.entries(pagePolicy)) {
      expect([...(policy.get(directive) ?? [])].sort()).toEqual([...sources].sort());
    }
    expect(policy.get('default-src')).toEqual(["'none'"]);
    expect(policy.get('style-src')).toEqual(["'self'"]);
    expect(
      [...policy.values()].flat().filter((source) => /unsafe-(inline|eval)'?$/.test(source) && !/wasm/.test(source)),
    ).toEqual([]);
  });

  test('connects to itself and the mirrors of MNIST', () => {
    const mirrors = idxSets.find(({ name }) => name === 'mnist')?.mirrors.map((mirror) => new URL(mirror).origin);
    expect(policy.get('connect-src')).toEqual(["'self'", ...(mirrors ?? [])]);
  });

  test('has no inline script and no inline style', () => {
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|\bstyle=|<style/);
  });
});

describe('what is told of an error', () => {
  test('ours: by code, where, expected, got and hint, also when it came as plain data', () => {
    const error = new NeuroForgeError('NF1101', 'it does not fit', {
      where: 'here',
      expected: 'a',
      got: 'b',
      hint: 'c',
    });
    const all = { code: 'NF1101', message: 'it does not fit', where: 'here', expected: 'a', got: 'b', hint: 'c' };
    expect(told(error)).toEqual(all);
    expect(told(all)).toEqual(all);
  });

  test.each([
    ['use --batch full', ''],
    ['without --raw it is cropped, centered and scaled', ''],
    [
      'magic 0x00000803 is an image file (labels are 0x00000801): swapped with --images?',
      'magic 0x00000803 is an image file (labels are 0x00000801)',
    ],
    ['--val', ''],
    ['put the files into a folder, or give --data FOLDER; or fetch them', 'or fetch them'],
    ['1 -- 2, and a--b', '1 -- 2, and a--b'],
  ])('without flags of the command line: %s', (text, wanted) => expect(withoutFlags(text)).toBe(wanted));

  test('a card has no flags, and still a message', () => {
    const error = new NeuroForgeError('NF4104', 'give --batch', { where: '--batch', hint: 'use --batch full' });
    expect(told(error)).toEqual({ code: 'NF4104', message: 'give --batch' });
  });

  test('a stranger’s: its message, whatever it is', () => {
    expect(told(new TypeError('no'))).toEqual({ message: 'no' });
    expect(told({ code: 'EEK', message: 'no', hint: 'x' })).toEqual({ message: 'no' });
    expect(told('text')).toEqual({ message: 'text' });
    expect(told(null)).toEqual({ message: 'null' });
  });
});
