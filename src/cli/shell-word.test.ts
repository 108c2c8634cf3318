import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shellWord } from './shell-word.ts';

describe('shellWord', () => {
  it('leaves plain paths as they are', () => {
    for (const path of ['runs/20261123-2010-mlp-7f3a', '/tmp/größe_1', 'a=b@c,d%20']) {
      expect(shellWord(path, 'linux')).toBe(path);
    }
    expect(shellWord('C:\\Users\\Ada\\runs\\x-1', 'win32')).toBe('C:\\Users\\Ada\\runs\\x-1');
  });

  it('quotes what a shell would take apart', () => {
    expect(shellWord('my runs/x', 'linux')).toBe("'my runs/x'");
    expect(shellWord("it's", 'darwin')).toBe(`'it'\\''s'`);
    expect(shellWord('C:\\Program Files\\x', 'win32')).toBe('"C:\\Program Files\\x"');
    expect(shellWord('', 'linux')).toBe("''");
    expect(shellWord('a\u001b]0;x\u0007', 'linux')).toBe(`'a\\u001b]0;x\\u0007'`);
  });

  it.skipIf(process.platform === 'win32')('is read by a shell as the path', () => {
    const paths = fc.array(fc.string({ unit: 'grapheme-ascii', minLength: 1 }), { minLength: 40, maxLength: 40 });
    fc.assert(
      fc.property(paths, (given) => {
        const words = given.map((path) => shellWord(path, 'linux')).join(' ');
        const said = execFileSync('/bin/sh', ['-c', `printf '%s\\n' ${words}`], { encoding: 'utf8' });
        expect(said.split('\n').slice(0, -1)).toEqual(given);
      }),
      { seed: 3, numRuns: 20 },
    );
  });
});
